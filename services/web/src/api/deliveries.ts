import { api, parseTicketNumber, ticketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { resendDelivery } from '@podatelna/ticketing'
import { actor } from '../door/caller.ts'
import { idByKey } from '../door/once.ts'
import { fail, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { listDeliveries, readDelivery } from '../reads/deliveries.ts'
import { about, answers } from './about.ts'

export function deliveryCalls(web: Web, app: App): void {
  const { store } = app
  web.get(
    '/deliveries',
    {
      schema: {
        ...about('Deliveries', 'List outgoing letters'),
        querystring: api.DeliveryQuery,
        response: answers({ 200: api.page(api.Delivery) }),
      },
    },
    async ({ query }) => {
      const ticket = query.ticket === undefined ? undefined : parseTicketNumber(query.ticket)
      if (query.ticket !== undefined && ticket === undefined) return { items: [], next: null }
      return listDeliveries(store, { ...query, ticket })
    },
  )

  web.get(
    '/deliveries/:id',
    {
      schema: {
        ...about('Deliveries', 'Read an outgoing letter', 'With its source, and every attempt to hand it over.'),
        params: api.ById,
        response: answers({ 200: api.DeliveryWithSource }, 404),
      },
    },
    async (request, reply) => {
      const delivery = await readDelivery(store, request.params.id)
      return delivery ?? fail(reply, 404, 'There is no such delivery.')
    },
  )

  web.post(
    '/deliveries/:id/resend',
    {
      schema: {
        ...about('Deliveries', 'Send a letter again', resending),
        params: api.ById,
        headers: api.IdempotencyKey,
        response: answers({ 202: api.Resent }, 404, 409),
      },
    },
    async (request, reply) => {
      const asked = { id: request.params.id, resentAs: idByKey(request), by: actor(request) }
      const resent = await resendDelivery(app, asked)
      if (!resent.ok) return refuse(reply, resent)
      reply.statusCode = 202
      return { id: resent.value.id, ticket_number: ticketNumber(resent.value.number) }
    },
  )
}

const resending =
  'A new delivery to the same recipient: what it says and what it answers stay, its Message-ID and date are its own. It ' +
  'counts in the budgets. 409 while it is still being tried, and when it may not go to them any more: they left the ticket ' +
  'or are no contact, their address is suppressed, its words were removed, or its links were renewed.'
