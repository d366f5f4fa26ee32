/** Splitting a message off, from the ticket's page: offered where its subject was changed, possible elsewhere. */
import { api, parseTicketNumber, ticketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { splitMessage } from '@podatelna/ticketing'
import { actor } from '../door/caller.ts'
import { answerProblem, problem, statusOf } from '../door/problem.ts'
import type { Web } from '../door/web.ts'

export function ticketSplitForm(web: Web, app: App): void {
  web.post(
    '/tickets/:number/messages/:id/split',
    { schema: { hide: true, params: api.ByNumberAndMessage, body: api.Split } },
    async (request, reply) => {
      const { number, id: messageId } = request.params
      const asked = { number: parseTicketNumber(number)!, messageId, ...request.body, by: actor(request) }
      const split = await splitMessage(app, asked)
      if (split.ok) return reply.redirect(`/tickets/${ticketNumber(split.value.number)}`, 303)
      return answerProblem(request, reply, problem(statusOf[split.problem], split.detail))
    },
  )
}

/** Undefined for what cannot be split off: what staff wrote, and what the ticket began with. */
export function splitView(ticket: api.Ticket, message: api.Message): { subject: string; changed: boolean } | undefined {
  const first = ticket.messages.find(({ quoted_in }) => quoted_in === undefined)
  if (message.id === first?.id || message.author.kind === 'agent' || message.author.kind === 'system') return
  return { subject: message.subject, changed: bare(message.subject) !== bare(ticket.subject) }
}

/** Without what answering and our own letters put before it. */
function bare(subject: string): string {
  return subject
    .replace(/\[P-\d+\]/gi, '')
    .replace(/^(\s*[\p{L}]{1,5}(\[\d+\])?\s*:)+/iu, '')
    .trim()
    .toLowerCase()
}
