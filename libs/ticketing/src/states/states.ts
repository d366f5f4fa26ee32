/**
 * The life of a ticket (rules §4; what each state means stands in contracts). Everything that moves a ticket takes the
 * columns of its move from here, and nothing else writes them.
 */
import { type Actor, TicketStatus as statuses, type TicketStatus } from '@podatelna/contracts'
import { type Database, Prisma } from '@podatelna/store'
import { type Refusal, refusal } from '../desk.ts'
import type { LockedTicket } from '../lock-ticket.ts'

/**
 * Where staff may move a ticket from where it is. `queued` and `in_progress` from `closed` is an agent's reopening;
 * nothing reaches `closed` but a solved ticket.
 */
export const allowedMoves: Record<TicketStatus, readonly TicketStatus[]> = {
  queued: ['in_progress', 'waiting', 'scheduled', 'solved'],
  in_progress: ['queued', 'waiting', 'scheduled', 'solved'],
  waiting: ['queued', 'in_progress', 'scheduled', 'solved'],
  scheduled: ['queued', 'in_progress', 'waiting', 'scheduled', 'solved'],
  solved: ['queued', 'in_progress', 'closed'],
  closed: ['queued', 'in_progress'],
}

/** A move that is asked for: `until` is the day a scheduled ticket comes back. */
export type Move = { to: TicketStatus; until?: Date | undefined }

/** Moves a ticket whose lock the transaction holds, and writes who and when; staying where it is changes nothing. */
export async function moveTicket(
  database: Database,
  ticket: LockedTicket,
  move: Move,
  by: Actor,
  now = new Date(),
): Promise<Refusal | undefined> {
  const from = ticket.status
  const { to, until } = move
  if (!isMove(ticket, move)) return undefined
  if (!allowedMoves[from].includes(to)) {
    return refusal('forbidden_move', `A ticket that is ${from} cannot become ${to}.`)
  }
  if (to === 'scheduled' && !(until && until > now)) {
    return refusal('no_date', 'A scheduled ticket needs the time at which it returns to the queue, in the future.')
  }
  const detail = moveDetail(from, move)
  await database.$executeRaw`
    UPDATE tickets SET ${moveColumns(move, Prisma.sql`${now}::timestamptz`)} WHERE id = ${ticket.id}::uuid`
  await database.ticketEvent.create({ data: { ticketId: ticket.id, type: 'status_changed', by, detail } })
  return undefined
}

/** False when it would stay where it is, and be scheduled for when it was. */
export function isMove(ticket: Pick<LockedTicket, 'status' | 'scheduledFor'>, { to, until }: Move): boolean {
  return ticket.status !== to || (until !== undefined && until.getTime() !== ticket.scheduledFor?.getTime())
}

/** What its event says of a move. */
export function moveDetail(from: TicketStatus, { to, until }: Move) {
  return { from, to, ...(until && { until: until.toISOString() }) }
}

/** The columns that change when a ticket moves: its state, and the times that go with it. What is solved is locked no more. */
export function moveColumns({ to, until }: Move, at: Prisma.Sql): Prisma.Sql {
  const solvedAt = { solved: at, closed: Prisma.sql`tickets.solved_at` }[to as string] ?? nothing
  const closedAt = to === 'closed' ? at : nothing
  const scheduledFor = to === 'scheduled' ? Prisma.sql`${until ?? null}::timestamptz` : nothing
  const lockedAt = to === 'solved' || to === 'closed' ? nothing : Prisma.sql`tickets.locked_at`
  return Prisma.sql`status = ${to}, solved_at = ${solvedAt}, closed_at = ${closedAt}, scheduled_for = ${scheduledFor},
    locked_at = ${lockedAt}, updated_at = now()`
}

const nothing = Prisma.sql`NULL::timestamptz`

/** Where a ticket goes when its client writes: back to the queue, unless somebody is at work on it (rules §3). */
export function afterClientWrote(status: TicketStatus): TicketStatus {
  return status === 'in_progress' ? 'in_progress' : 'queued'
}

/**
 * Where an agent's public answer by mail moves a ticket: it stays where it is, as by the API when no state is asked for, and
 * only a closed one is reopened (rules §3).
 */
export function afterAgentAnswered(status: TicketStatus): TicketStatus | undefined {
  return status === 'closed' ? 'in_progress' : undefined
}

/**
 * True, in SQL, for a ticket that counts as closed for what arrived at `at`: the time of arrival decides, whether or not
 * the timer has been there by then (rules §3).
 *
 * @param ticket alias of a row of tickets
 * @param mailbox alias of its mailbox
 */
export function closedAt(ticket: Prisma.Sql, mailbox: Prisma.Sql, at: Date): Prisma.Sql {
  return Prisma.sql`(CASE ${ticket}.status
    WHEN 'closed' THEN ${ticket}.closed_at IS NULL OR ${ticket}.closed_at <= ${at}::timestamptz
    WHEN 'solved' THEN ${ticket}.solved_at + ${mailbox}.close_after::interval <= ${at}::timestamptz
    ELSE false END)`
}

/** A status as it comes from the database. */
export function asStatus(text: string): TicketStatus {
  return statuses.parse(text)
}
