/** What the requester of a ticket hears of an act of staff that says nothing to them by itself (rules §6). */
import { envelope } from '@podatelna/bus'
import {
  type Actor,
  type Envelope,
  type TicketStatus,
  ticketAssigned,
  ticketMoved,
  ticketTaken,
} from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { record } from '../act.ts'
import type { LockedTicket } from '../lock-ticket.ts'
import { nameOf, standingOf } from './assign.ts'
import { isMove, type Move } from './states.ts'

export type Done = {
  move?: Move | undefined
  /** The agent it was given to, when it had been somebody else's or nobody's. */
  taker?: string | undefined
  locked?: boolean | undefined
}

/**
 * One event at most, and so one letter: an act that moves a ticket and gives it to an agent is told as a whole.
 *
 * @param ticket as it was before the act
 */
export async function newsForRequester(
  database: Database,
  ticket: LockedTicket,
  { move, taker, locked = false }: Done,
  by: Actor,
): Promise<Envelope[]> {
  const to = move?.to ?? ticket.status
  const moved = move !== undefined && isMove(ticket, move) && isNews(ticket.status, to)
  const taken = taker !== undefined && isOpen(to) && (await introduce(database, ticket, taker, locked, by))
  const ticket_id = ticket.id
  if (moved) return [envelope(ticketMoved, { ticket_id, status: to, agent_id: taken ? taker : null })]
  return taken ? [envelope(ticketTaken, { ticket_id, agent_id: taker })] : []
}

/** Whom a ticket was given to hears of it, unless they took it themselves. */
export async function newsForTaker(
  database: Database,
  ticket: LockedTicket,
  { taker }: Done,
  by: Actor,
): Promise<Envelope[]> {
  if (taker === undefined || (await standingOf(database, by)).agentId === taker) return []
  return [envelope(ticketAssigned, { ticket_id: ticket.id, agent_id: taker, by: by.name })]
}

/**
 * Whether a client should hear of a move: what they wait for, or what is expected of them, is another one afterwards. Who
 * works on what is open is told by `taken`; what closes was told when it was solved.
 */
export function isNews(from: TicketStatus, to: TicketStatus): boolean {
  if (to === 'closed') return false
  return !(isOurs(from) && isOurs(to))
}

/**
 * Writes down that the requester is told who looks after their ticket; false when they were within a day. That it is
 * locked as well is told once more.
 */
export async function introduce(
  database: Database,
  ticket: LockedTicket,
  agentId: string,
  locked: boolean,
  by: Actor,
): Promise<boolean> {
  const told = await database.ticketEvent.findFirst({
    where: {
      ...{ ticketId: ticket.id, type: 'taken', at: { gt: new Date(Date.now() - dayMs) } },
      AND: [
        { detail: { path: ['agent_id'], equals: agentId } },
        ...(locked ? [{ detail: { path: ['locked'], equals: true } }] : []),
      ],
    },
  })
  if (told) return false
  await record(database, ticket.id, 'taken', by, { agent_id: agentId, agent: await nameOf(database, agentId), locked })
  return true
}

function isOurs(status: TicketStatus): boolean {
  return status === 'queued' || status === 'in_progress'
}

function isOpen(status: TicketStatus): boolean {
  return status !== 'solved' && status !== 'closed'
}

const dayMs = 24 * 3_600_000
