/** Who looks after a ticket, and whether they have locked it to themselves (decision 0028). */
import { type Actor, ticketNumber } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { record } from '../act.ts'
import { type Refusal, refusal } from '../desk.ts'
import type { LockedTicket } from '../lock-ticket.ts'

/** Which agent acts, if it is one, and whether they have the rights of an administrator. */
export type Standing = { agentId: string | undefined; admin: boolean }

/** The administrator's token acts as an agent without an address. */
export async function standingOf(database: Database, by: Actor): Promise<Standing> {
  if (by.kind !== 'agent') return { agentId: undefined, admin: false }
  if (by.email === undefined) return { agentId: undefined, admin: true }
  const agent = await database.agent.findUnique({ where: { email: by.email }, select: { id: true, role: true } })
  return { agentId: agent?.id, admin: agent?.role === 'admin' }
}

/**
 * Gives a ticket to an agent, or to nobody, in a transaction that holds its row. One that is locked, only its holder or an
 * administrator gives to somebody else, and then it is locked no more.
 */
export async function assign(
  database: Database,
  ticket: LockedTicket,
  agentId: string | null,
  by: Actor,
): Promise<'assigned' | 'already' | Refusal> {
  if (ticket.assigneeId === agentId) return 'already'
  if (agentId && !(await database.agent.findUnique({ where: { id: agentId, disabledAt: null } }))) {
    return refusal('no_agent', 'There is no such agent to assign the ticket to.')
  }
  if (ticket.lockedAt) {
    const { agentId: own, admin } = await standingOf(database, by)
    if (own !== ticket.assigneeId && !admin) {
      const holder = await nameOf(database, ticket.assigneeId)
      return refusal('locked', `${ticketNumber(ticket.number)} is locked to ${holder}.`)
    }
    await endLock(database, ticket.id, by, 'assigned')
  }
  await database.ticket.update({ where: { id: ticket.id }, data: { assigneeId: agentId } })
  const assigned = agentId && { agent_id: agentId, agent: await nameOf(database, agentId) }
  await record(database, ticket.id, 'assigned', by, assigned || { agent_id: null })
  return 'assigned'
}

/** Ends the lock, if there is one, of a ticket whose row the transaction holds; `why` is for its history. */
export async function endLock(
  database: Database,
  ticketId: string,
  by: Actor,
  why: 'unlocked' | 'assigned' | 'urgent' | 'refused',
): Promise<void> {
  const [ended] = await database.$queryRaw<{ holder: string }[]>`
    UPDATE tickets SET locked_at = NULL WHERE id = ${ticketId}::uuid AND locked_at IS NOT NULL
    RETURNING assignee_id AS holder`
  if (!ended) return
  const detail = { agent_id: ended.holder, agent: await nameOf(database, ended.holder), why }
  await record(database, ticketId, 'unlocked', by, detail)
}

/** An agent's name, for sentences. */
export async function nameOf(database: Database, agentId: string | null): Promise<string> {
  const agent = agentId && (await database.agent.findUnique({ where: { id: agentId }, select: { name: true } }))
  return agent ? agent.name : 'somebody'
}
