import { TicketStatus as statuses, type TicketStatus } from '@podatelna/contracts'

/**
 * Which moves between states are allowed (rules §4; what each state means stands in contracts). `queued` from `closed`
 * is an agent's reopening; nothing reaches `closed` but a solved ticket.
 */
export const allowedMoves: Record<TicketStatus, readonly TicketStatus[]> = {
  queued: ['in_progress', 'waiting', 'scheduled', 'solved'],
  in_progress: ['queued', 'waiting', 'scheduled', 'solved'],
  waiting: ['queued', 'in_progress', 'scheduled', 'solved'],
  scheduled: ['queued', 'in_progress', 'waiting', 'solved'],
  solved: ['queued', 'in_progress', 'closed'],
  closed: ['queued', 'in_progress'],
}

/** True when an agent may move a ticket so. Staying where it is always is. */
export function mayMove(from: TicketStatus, to: TicketStatus): boolean {
  return from === to || allowedMoves[from].includes(to)
}

/** Where a ticket goes when its client writes: back to the queue, unless somebody is at work on it. */
export function afterClientWrote(status: TicketStatus): TicketStatus {
  return status === 'in_progress' ? 'in_progress' : 'queued'
}

/** A status as it comes from the database. */
export function asStatus(text: string): TicketStatus {
  return statuses.parse(text)
}
