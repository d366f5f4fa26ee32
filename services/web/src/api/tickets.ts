import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { Store } from '@podatelna/store'
import { changeTicket, openTicketByStaff } from '@podatelna/ticketing'
import { actor, callerOf } from '../door/caller.ts'
import { etag, idByKey, seenVersion } from '../door/once.ts'
import { fail, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { listTickets, readTicket } from '../reads/tickets.ts'
import { findAgentId, findMailboxId } from '../reads/who.ts'
import { findFilter, noFilter, showFilter } from '../saved-filters.ts'
import { about, answers } from './about.ts'
import { words } from './words.ts'

export function ticketCalls(web: Web, app: App): void {
  list(web, app)
  read(web, app)
  open(web, app)
  change(web, app)
}

function list(web: Web, { store }: App): void {
  web.get(
    '/tickets',
    {
      schema: {
        ...about(
          'Tickets',
          'List tickets',
          'Newest first. A search that takes long stops after a while: its page holds what was found until then, perhaps ' +
            'nothing, and `next` goes on from there.',
        ),
        querystring: api.TicketQuery,
        response: answers({ 200: api.page(api.TicketInList) }, 404),
      },
    },
    async (request, reply) => {
      const { filter: id, limit, cursor, ...query } = request.query
      const caller = callerOf(request)
      const saved = id === undefined ? undefined : await findFilter(store, caller, id)
      if (saved === null) return refuse(reply, noFilter)
      const filters = saved ? [showFilter(saved).query, query] : [query]
      return listTickets(store, { limit, cursor, filters, me: caller.agentId })
    },
  )
}

function read(web: Web, { store }: App): void {
  web.get(
    '/tickets/:number',
    {
      schema: {
        ...about(
          'Tickets',
          'Read a ticket',
          'With its messages, participants, links, events, deliveries and texts; ETag for PATCH.',
        ),
        params: api.ByNumber,
        response: answers({ 200: api.Ticket }, 404),
      },
    },
    async (request, reply) => giveTicket(store, reply, request.params.number),
  )
}

function open(web: Web, app: App): void {
  web.post(
    '/tickets',
    {
      bodyLimit: wordsLimit,
      schema: {
        ...about('Tickets', 'Open a ticket in the name of a client', 'For instance after a telephone call.'),
        headers: api.IdempotencyKey,
        body: api.NewTicket,
        response: answers({ 201: api.Ticket }, 413, 422),
      },
    },
    async (request, reply) => {
      const { mailbox, organization, requester, subject, priority, attachments, ...body } = request.body
      const mailboxId = await findMailboxId(app.store, mailbox)
      if (mailboxId === null) return fail(reply, 422, `There is no mailbox ${mailbox}.`)
      const opened = await openTicketByStaff(app, {
        ...(await words(app.reader, body)),
        ...{
          mailboxId,
          organizationId: organization,
          subject,
          priority,
          by: actor(request),
          messageId: idByKey(request),
        },
        attachments,
        requester: { email: requester.email, name: requester.name ?? requester.email },
      })
      if (!opened.ok) return refuse(reply, opened)
      reply.statusCode = 201
      return (await readTicket(app.store, opened.value.number)) ?? fail(reply, 404, 'The ticket is gone again.')
    },
  )
}

function change(web: Web, app: App): void {
  web.patch(
    '/tickets/:number',
    {
      schema: {
        ...about('Tickets', 'Change a ticket', '409 when it may not move to that status from the one it has.'),
        params: api.ByNumber,
        headers: api.IfMatch,
        body: api.TicketChanges,
        response: answers({ 200: api.Ticket }, 404, 409, 412, 422),
      },
    },
    async (request, reply) => {
      const number = parseTicketNumber(request.params.number)!
      const {
        assignee,
        scheduled_for: scheduledFor,
        end_customer_visible: endCustomerVisible,
        ...changes
      } = request.body
      const assigneeId = assignee ? await findAgentId(app.store, assignee) : assignee
      if (assignee && assigneeId === null) return fail(reply, 422, `There is no agent ${assignee}.`)
      const seen = seenVersion(request)
      const changed = await changeTicket(app, {
        ...changes,
        scheduledFor,
        endCustomerVisible,
        number,
        assigneeId,
        seen,
        by: actor(request),
      })
      if (!changed.ok) return refuse(reply, changed)
      return giveTicket(app.store, reply, request.params.number)
    },
  )
}

/** A ticket as a call answers with it, with the ETag that PATCH may name. */
export async function giveTicket(store: Store, reply: Answering, number: string) {
  const ticket = await readTicket(store, parseTicketNumber(number)!)
  if (!ticket) return fail(reply, 404, `There is no ticket ${number}.`)
  reply.header('etag', etag(ticket.version))
  return ticket
}

type Answering = Parameters<typeof fail>[0] & { header(name: string, value: string): unknown }

/** Room for the longest HTML that is taken. */
export const wordsLimit = 4 * 1024 * 1024
