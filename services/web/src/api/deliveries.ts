import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { fail } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { listDeliveries, readDelivery } from '../reads/deliveries.ts'
import { about, answers } from './about.ts'

export function deliveryCalls(web: Web, { store }: App): void {
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
}
