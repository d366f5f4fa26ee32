/** Who sees what of a ticket, and by which link, decided on its page. */
import { Audience, api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { changeAudience, changeTicket, type Refusal, renewLink } from '@podatelna/ticketing'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { answerProblem, problem, statusOf } from '../door/problem.ts'
import type { Web } from '../door/web.ts'

export function ticketAudienceForms(web: Web, app: App): void {
  web.post(
    '/tickets/:number/messages/:id/audience',
    { schema: { hide: true, params: api.ByNumberAndMessage, body: z.object({ audience: Audience }) } },
    async (request, reply) => {
      const { number, id: messageId } = request.params
      const { audience } = request.body
      const asked = { number: parseTicketNumber(number)!, messageId, audience, by: actor(request) }
      return back(request, reply, await changeAudience(app, asked), `/tickets/${number}#message-${messageId}`)
    },
  )

  web.post(
    '/tickets/:number/end-customers',
    { schema: { hide: true, params: api.ByNumber, body: z.object({ visible: z.enum(['yes', 'no']) }) } },
    async (request, reply) => {
      const { number } = request.params
      const endCustomerVisible = request.body.visible === 'yes'
      const asked = { number: parseTicketNumber(number)!, endCustomerVisible, by: actor(request) }
      return back(request, reply, await changeTicket(app, asked), `/tickets/${number}#participants`)
    },
  )

  web.post(
    '/tickets/:number/renew-link',
    { schema: { hide: true, params: api.ByNumber, body: z.object({ email: api.EmailAddress }) } },
    async (request, reply) => {
      const { number } = request.params
      const asked = { number: parseTicketNumber(number)!, email: request.body.email, by: actor(request) }
      return back(request, reply, await renewLink(app, asked), `/tickets/${number}#participants`)
    },
  )
}

function back(request: FastifyRequest, reply: FastifyReply, done: { ok: true } | Refusal, place: string): FastifyReply {
  if (done.ok) return reply.redirect(place, 303)
  return answerProblem(request, reply, problem(statusOf[done.problem], done.detail))
}
