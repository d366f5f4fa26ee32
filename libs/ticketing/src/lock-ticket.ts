import { type TicketPriority, type TicketStatus, ticketNumber } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { noTicket, type Refusal, refusal } from './desk.ts'
import { asStatus } from './states/states.ts'

export type LockedTicket = {
  id: string
  number: bigint
  status: TicketStatus
  subject: string
  priority: TicketPriority
  scheduledFor: Date | null
  assigneeId: string | null
  /** Since when it is locked to its assignee. */
  lockedAt: Date | null
  organizationId: string | null
  mailboxId: string
  /** Number of the ticket it was merged into. */
  mergedInto: bigint | null
  /** Where late replies to it go. */
  successorId: string | null
  deleted: boolean
  spam: boolean
  version: number
}

/**
 * Reads a ticket and keeps others from changing it until the transaction ends. Not from writing rows that refer to it: the
 * scanner holds a file and then writes an event, while a reply holds the ticket and then attaches that file.
 */
export async function lockTicket(database: Database, number: bigint): Promise<LockedTicket | undefined> {
  const rows = await database.$queryRaw<(Omit<LockedTicket, 'status'> & { status: string })[]>`
    SELECT id, number, status, subject, priority, scheduled_for AS "scheduledFor", assignee_id AS "assigneeId",
      locked_at AS "lockedAt", organization_id AS "organizationId", mailbox_id AS "mailboxId",
      deleted_at IS NOT NULL AS deleted, spam,
      version, successor_id AS "successorId", (SELECT target.number FROM tickets target WHERE target.id = tickets.merged_into_id) AS "mergedInto"
    FROM tickets WHERE number = ${number} FOR NO KEY UPDATE`
  return rows[0] && { ...rows[0], status: asStatus(rows[0].status) }
}

/** Two of them, always in the same order: two acts on the same pair would wait for each other. */
export async function lockTickets(database: Database, one: bigint, other: bigint) {
  const [older, newer] = one < other ? [one, other] : [other, one]
  const locked = [await lockTicket(database, older), await lockTicket(database, newer)]
  const find = (number: bigint) => locked.find((ticket) => ticket?.number === number)
  return [find(one), find(other)] as const
}

/**
 * The same for an act on the ticket itself: a merged or deleted one takes none.
 *
 * @param version when somebody decided by what they saw: the version they saw
 */
export async function lockLiveTicket(
  database: Database,
  number: bigint,
  version?: number | undefined,
): Promise<LockedTicket | Refusal> {
  const ticket = liveOr(await lockTicket(database, number), number)
  if ('problem' in ticket) return ticket
  if (version !== undefined && version !== ticket.version) {
    return refusal('changed', 'Somebody changed the ticket meanwhile. Look at it again, then decide.')
  }
  return ticket
}

/** Why it takes no act, if it takes none: it is not there, deleted or merged. */
export function liveOr(ticket: LockedTicket | undefined, number: bigint): LockedTicket | Refusal {
  if (!ticket) return noTicket(number)
  if (ticket.deleted) return refusal('deleted', `${ticketNumber(number)} is deleted. Restore it first.`)
  if (ticket.mergedInto) {
    return refusal('merged', `${ticketNumber(number)} is merged into ${ticketNumber(ticket.mergedInto)}.`)
  }
  return ticket
}
