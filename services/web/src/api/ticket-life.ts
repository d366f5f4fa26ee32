import { api, parseTicketNumber, ticketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { deleteTicket, markAsSpam, mergeTickets, restoreTicket, splitMessage, undoMerge } from '@podatelna/ticketing'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { idByKey } from '../door/once.ts'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { about, answers } from './about.ts'
import { giveTicket } from './tickets.ts'

/** What staff do with whole tickets: put them away, bring them back, make two of them one. */
export function ticketLife(web: Web, app: App): void {
  const { store } = app
  web.delete(
    '/tickets/:number',
    {
      schema: {
        ...about(
          'Tickets',
          'Delete a ticket',
          'It can be restored for thirty days; then it is erased with its letters.',
        ),
        params: api.ByNumber,
        response: answers({ 204: z.undefined() }, 404, 409),
      },
    },
    async (request, reply) => {
      const deleted = await deleteTicket(app, { number: parseTicketNumber(request.params.number)!, by: actor(request) })
      if (!deleted.ok) return refuse(reply, deleted)
      reply.statusCode = 204
      return undefined
    },
  )

  const acts = [
    ['restore', 'Restore a deleted ticket', 'One that was marked as spam is none any more.', restoreTicket],
    ['spam', 'Mark a ticket as spam', 'It is deleted, and nobody is answered.', markAsSpam],
    ['unmerge', 'Undo a merge', 'What was written to it comes back to it.', undoMerge],
  ] as const
  for (const [name, summary, description, act] of acts) {
    web.post(
      `/tickets/:number/${name}`,
      {
        schema: {
          ...about('Tickets', summary, description),
          params: api.ByNumber,
          response: answers({ 200: api.Ticket }, 404, 409),
        },
      },
      async (request, reply) => {
        const { number } = request.params
        const done = await act(app, { number: parseTicketNumber(number)!, by: actor(request) })
        return done.ok ? giveTicket(store, reply, number) : refuse(reply, done)
      },
    )
  }

  web.post(
    '/tickets/:number/merge',
    {
      schema: {
        ...about(
          'Tickets',
          'Merge a ticket into another',
          'Its messages and participants go there, and so does what comes for it.',
        ),
        params: api.ByNumber,
        body: api.Merge,
        response: answers({ 200: api.Ticket }, 404, 409),
      },
    },
    async (request, reply) => {
      const { into } = request.body
      const number = parseTicketNumber(request.params.number)!
      const merged = await mergeTickets(app, { number, into: parseTicketNumber(into)!, by: actor(request) })
      return merged.ok ? giveTicket(store, reply, into) : refuse(reply, merged)
    },
  )

  web.post(
    '/tickets/:number/messages/:id/split',
    {
      schema: {
        ...about('Tickets', 'Split a message off into a ticket of its own', splitDescription),
        params: api.ByNumberAndMessage,
        headers: api.IdempotencyKey,
        body: api.Split,
        response: answers({ 201: api.Ticket }, 404, 409),
      },
    },
    async (request, reply) => {
      const { number, id: messageId } = request.params
      const asked = { number: parseTicketNumber(number)!, messageId, ...request.body, by: actor(request) }
      const split = await splitMessage(app, { ...asked, ticketId: idByKey(request) })
      if (!split.ok) return refuse(reply, split)
      reply.statusCode = 201
      return giveTicket(store, reply, ticketNumber(split.value.number))
    },
  )
}

const splitDescription =
  'For a message about something else. Its author becomes the requester; whoever could read it comes along, and is told ' +
  'the new number. The first message of a ticket, what staff wrote and automatic replies stay where they are. To undo it, ' +
  'merge the new ticket into the old one.'
