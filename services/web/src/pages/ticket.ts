import { type Actor, Audience, api, parseTicketNumber, TicketStatus } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { addCc, allowedMoves, noteOnTicket, removeCc, replyToTicket } from '@podatelna/ticketing'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { answerProblem, problem, statusOf } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { readTicket } from '../reads/tickets.ts'
import { messageView } from './message-view.ts'
import { render } from './render.ts'
import { replyChoices } from './reply-choices.ts'
import { linksView } from './ticket-links.ts'
import { splitView } from './ticket-split.ts'

export function ticketPages(web: Web, app: App): void {
  const { store } = app
  web.get('/tickets/:number', { schema: { hide: true, params: api.ByNumber } }, async (request, reply) => {
    const ticket = await readTicket(store, parseTicketNumber(request.params.number)!)
    return ticket ? show(app, request, reply, ticket) : missing(request, reply, 'There is no such ticket.')
  })

  web.post(
    '/tickets/:number/messages',
    { schema: { hide: true, params: api.ByNumber, body: Draft } },
    async (request, reply) => {
      const number = parseTicketNumber(request.params.number)!
      const written = await write(app, number, request.body, actor(request))
      if (written.ok) return reply.redirect(`/tickets/P-${number}#message-${written.value.messageId}`, 303)
      const ticket = await readTicket(store, number)
      if (!ticket) return missing(request, reply, written.detail)
      // What was typed stays in the form: drafts are never lost.
      return show(app, request, reply.code(statusOf[written.problem]), ticket, {
        draft: request.body,
        problem: written.detail,
      })
    },
  )

  web.post(
    '/tickets/:number/cc',
    { schema: { hide: true, params: api.ByNumber, body: Cc } },
    async (request, reply) => {
      const number = parseTicketNumber(request.params.number)!
      const { email, decision } = request.body
      const by = actor(request)
      const decided = await (decision === 'add' || decision === 'confirm'
        ? addCc(app, { number, email, by })
        : removeCc(app, { number, email, by, ...(decision === 'decline' && { reason: 'declined by staff' }) }))
      if (decided.ok) return reply.redirect(`/tickets/P-${number}#participants`, 303)
      return answerProblem(request, reply, problem(statusOf[decided.problem], decided.detail))
    },
  )
}

/** A note leaves the status alone: what staff tell each other is no answer to the client. */
function write(app: App, number: bigint, { text, status, internal, audience, scheduled_for }: Draft, by: Actor) {
  if (internal) return noteOnTicket(app, { number, text, by })
  const scheduledFor = scheduled_for ? new Date(`${scheduled_for}Z`) : undefined
  return replyToTicket(app, { number, text, status: status || undefined, scheduledFor, audience, by })
}

async function show(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  ticket: api.Ticket,
  failed?: { draft: Draft; problem: string },
): Promise<FastifyReply> {
  const [number, by] = [parseTicketNumber(ticket.number)!, actor(request)]
  const choices = await replyChoices(app, { number, by, asked: failed?.draft.audience })
  const moves = allowedMoves[ticket.status].map((word) => ({ word, chosen: word === failed?.draft.status }))
  const title = `${ticket.number} ${ticket.subject}`
  const isAdmin = request.caller?.role === 'admin'
  const messages = ticket.messages.map((message) => {
    return { ...messageView(message, app.settings, isAdmin), split: splitView(ticket, message) }
  })
  const severalChoices = choices.length > 1
  const endCustomers = severalChoices || !ticket.end_customer_visible
  const shown = { title, ticket, messages, choices, severalChoices, endCustomers, moves, ...linksView(ticket.links) }
  return html(reply, render('ticket', { me: by, ...shown, ...failed }))
}

function missing(request: FastifyRequest, reply: FastifyReply, detail: string): FastifyReply {
  return answerProblem(request, reply, problem(404, detail))
}

function html(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text)
}

const Draft = z.object({
  text: api.text(200_000).refine((text) => text.trim() !== '', { error: 'may not be empty.' }),
  status: z.union([TicketStatus, z.literal('')]).optional(),
  internal: z.literal('yes').optional(),
  audience: Audience.exclude(['internal']).optional(),
  scheduled_for: z.union([z.iso.datetime({ local: true }), z.literal('')]).optional(),
})
type Draft = z.infer<typeof Draft>

/** Whom staff put in copy, take out of it, or decide about. */
const Cc = z.object({ email: api.EmailAddress, decision: z.enum(['add', 'remove', 'confirm', 'decline']) })
