/** What the requester hears of acts that write nothing to them: taken by an agent, status changed, solved (rules §6). */
import type { TicketStatus } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import type { Notice } from './letterhead.ts'
import { circumstances, type Head, type Participant, recipients, type Ticket, titles } from './ticket-notices.ts'

/** How things are with a ticket when its news is written. */
export type News = {
  /** What its notices answer: the newest message that is not for staff alone, or else the newest. */
  messageId: string
  locked: boolean
  /** The name of the agent that the news is about. */
  agent: string | null
}

/** Taken: to the requester; who it is, what happens next, and of a lock how to refuse it. */
export function takenNotices(ticket: Ticket, news: News, head: Head): Notice[] {
  const { status, scheduledFor } = ticket
  const { agent, locked } = news
  if (agent === null || status === 'solved' || status === 'closed') return []
  return requesters(ticket, head).map((person) => {
    const page = head.pageOf(person.serial)
    const values = { ...titles(ticket), agent, locked, refusal: `${page}#lock`, status, scheduledFor, page }
    return { kind: 'taken', values, automatic: 'auto-generated', ...circumstances(ticket, person) }
  })
}

/**
 * Moved: to the requester; the new state and what is expected of them, of a solved one until when an answer reopens it.
 * Nothing when it was moved on meanwhile: that is told by another event, or was done by the client.
 *
 * @param to the state it was moved to
 */
export function movedNotices(ticket: Ticket, news: News, head: Head, to: TicketStatus): Notice[] {
  const { status, scheduledFor, reopenUntil } = ticket
  if (status !== to || status === 'closed') return []
  return requesters(ticket, head).map((person) => {
    const how = { automatic: 'auto-generated', ...circumstances(ticket, person) } as const
    const values = { ...titles(ticket), page: head.pageOf(person.serial) }
    if (status === 'solved') return { kind: 'solved', values: { ...values, reopenUntil: reopenUntil! }, ...how }
    return { kind: 'status_changed', values: { ...values, status, scheduledFor, agent: news.agent }, ...how }
  })
}

/**
 * Undefined when there is nobody to tell: the ticket was deleted or merged, or its requester is a program, or an address
 * nobody has proved, which hears of public replies only (rules §1).
 *
 * @param about.agentId whom the news is about
 */
export async function readNews(
  store: Store,
  about: { ticketId: string; agentId: string | null },
): Promise<News | undefined> {
  const rows = await store.query<News & { mute: boolean | null }>(Prisma.sql`
    SELECT newest.id AS "messageId", t.locked_at IS NOT NULL AS locked, agent.name AS agent,
      (${mute}) AS mute
    FROM tickets t
    JOIN LATERAL (
      SELECT id FROM messages WHERE ticket_id = t.id ORDER BY audience = 'internal', created_at DESC LIMIT 1) newest ON true
    LEFT JOIN agents agent ON agent.id = ${about.agentId}::uuid
    WHERE t.id = ${about.ticketId}::uuid AND t.deleted_at IS NULL AND t.merged_into_id IS NULL`)
  return rows[0]?.mute ? undefined : rows[0]
}

/** Of the requester's first letter: a program wrote it, or nobody knows who did. */
const mute = Prisma.sql`
  SELECT letter.kind = 'auto_generated' OR NOT ((letter.verdict->>'verified')::boolean OR EXISTS (
    SELECT FROM mail_events WHERE mail_id = letter.id AND type IN ('confirmed', 'released')))
  FROM participants p
  JOIN inbound_mail letter ON letter.from_address = p.address
  JOIN messages m ON m.mail_id = letter.id AND m.ticket_id = t.id
  WHERE p.ticket_id = t.id AND p.role = 'requester'
  ORDER BY m.created_at LIMIT 1`

/** One at most; an end customer from whom the ticket is hidden is not among its recipients. */
function requesters(ticket: Ticket, head: Head): Participant[] {
  return recipients(ticket, head).filter(({ role }) => role === 'requester')
}
