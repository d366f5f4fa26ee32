/** Letters of ours: those that did not arrive, and of each what became of it, what it was, and sending it again. */
import { api, DeliveryState, ticketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { newId } from '@podatelna/store'
import { resendDelivery } from '@podatelna/ticketing'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { idOf } from '../door/once.ts'
import { answerProblem, problem, type Refusal, statusOf } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { listDeliveries, listUndelivered, readDelivery } from '../reads/deliveries.ts'
import { render } from './render.ts'

export function deliveryPages(web: Web, app: App): void {
  const show = async (request: FastifyRequest, reply: FastifyReply, id: string, refused?: Refusal) => {
    const delivery = await readDelivery(app.store, id)
    if (!delivery) return answerProblem(request, reply, problem(404, 'There is no such delivery.'))
    const ended = ['sent', 'captured', 'failed', 'bounced'].includes(delivery.state)
    const resendable = ended && delivery.ticket_number !== undefined
    const model = { me: actor(request), title: delivery.subject, delivery, resendable, key: newId() }
    return reply
      .code(refused ? statusOf[refused.problem] : 200)
      .type('text/html; charset=utf-8')
      .send(render('delivery', { ...model, problem: refused?.detail }))
  }

  const { cursor } = api.ListQuery.shape
  const querystring = z.object({ state: DeliveryState.optional(), cursor })
  web.get('/deliveries', { schema: { hide: true, querystring } }, async (request, reply) => {
    const { state, cursor } = request.query
    const paging = { limit, cursor }
    const deliveries = await (state
      ? listDeliveries(app.store, { ...paging, state })
      : listUndelivered(app.store, paging))
    const states = DeliveryState.options.map((word) => ({ word, chosen: word === state }))
    const model = { me: actor(request), title: 'Outgoing letters', deliveries: withReasons(deliveries), state, states }
    return reply.type('text/html; charset=utf-8').send(render('deliveries', model))
  })

  web.get('/deliveries/:id', { schema: { hide: true, params: api.ById } }, async (request, reply) =>
    show(request, reply, request.params.id),
  )

  web.post(
    '/deliveries/:id/resend',
    { schema: { hide: true, params: api.ById, body: Again } },
    async (request, reply) => {
      const { id } = request.params
      const resent = await resendDelivery(app, { id, resentAs: idOf(request, request.body.key), by: actor(request) })
      if (!resent.ok) return show(request, reply, id, resent)
      return reply.redirect(`/tickets/${ticketNumber(resent.value.number)}#deliveries`, 303)
    },
  )
}

const limit = 50

/** With what the last attempt came to. */
function withReasons({ items, next }: { items: api.Delivery[]; next: string | null }) {
  return { items: items.map((one) => ({ ...one, reason: one.attempts.at(-1)?.explanation ?? '' })), next }
}

/** Made with the form: sent twice, it sends the letter once. */
const Again = z.object({ key: z.uuid() })
