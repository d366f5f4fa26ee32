import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { addCc, noteOnTicket, removeCc, replyToTicket } from '@podatelna/ticketing'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { idByKey } from '../door/once.ts'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { readMessage, readTicket } from '../reads/tickets.ts'
import { about, answers } from './about.ts'
import { wordsLimit } from './tickets.ts'
import { words } from './words.ts'

/** What staff write into a ticket, and whom they add to it. */
export function ticketActs(web: Web, app: App): void {
  const { store } = app
  web.post(
    '/tickets/:number/replies',
    {
      bodyLimit: wordsLimit,
      schema: {
        ...about(
          'Tickets',
          'Answer publicly',
          'Everybody on the ticket who may see it and wants mail of it gets the text, at once or in a digest: exactly its `recipients`.',
        ),
        params: api.ByNumber,
        headers: api.IdempotencyKey,
        body: api.NewReply,
        response: answers({ 201: api.Message }, 404, 409, 413, 422),
      },
    },
    async (request, reply) => {
      const { status, scheduled_for: scheduledFor, cc, audience, attachments, ...body } = request.body
      const replied = await replyToTicket(app, {
        ...(await words(app.reader, body)),
        ...{ number: parseTicketNumber(request.params.number)!, status, scheduledFor, cc, audience, attachments },
        by: actor(request),
        messageId: idByKey(request),
      })
      if (!replied.ok) return refuse(reply, replied)
      reply.statusCode = 201
      return readMessage(store, replied.value.messageId)
    },
  )

  web.post(
    '/tickets/:number/notes',
    {
      bodyLimit: wordsLimit,
      schema: {
        ...about('Tickets', 'Write a note that only staff see'),
        params: api.ByNumber,
        headers: api.IdempotencyKey,
        body: api.NewNote,
        response: answers({ 201: api.Message }, 404, 409, 413, 422),
      },
    },
    async (request, reply) => {
      const { attachments, ...body } = request.body
      const noted = await noteOnTicket(app, {
        ...(await words(app.reader, body)),
        ...{ number: parseTicketNumber(request.params.number)!, attachments, by: actor(request) },
        messageId: idByKey(request),
      })
      if (!noted.ok) return refuse(reply, noted)
      reply.statusCode = 201
      return readMessage(store, noted.value.messageId)
    },
  )

  web.post(
    '/tickets/:number/cc',
    {
      schema: {
        ...about('Tickets', 'Put somebody in copy'),
        params: api.ByNumber,
        body: api.NewCc,
        response: answers({ 201: api.Ticket }, 404, 409, 422),
      },
    },
    async (request, reply) => {
      const number = parseTicketNumber(request.params.number)!
      const added = await addCc(app, { ...request.body, number, by: actor(request) })
      if (!added.ok) return refuse(reply, added)
      reply.statusCode = 201
      return (await readTicket(store, number))!
    },
  )

  web.delete(
    '/tickets/:number/cc/:email',
    {
      schema: {
        ...about('Tickets', 'Take somebody out of copy', 'They get no mail and cannot write to the ticket any more.'),
        params: api.ByNumberAndEmail,
        response: answers({ 204: z.undefined() }, 404, 409),
      },
    },
    async (request, reply) => {
      const { number, email } = request.params
      const removed = await removeCc(app, { number: parseTicketNumber(number)!, email, by: actor(request) })
      if (!removed.ok) return refuse(reply, removed)
      reply.statusCode = 204
      return undefined
    },
  )
}
