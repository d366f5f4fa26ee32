/**
 * An agent may lock a ticket that is not urgent to themselves: nobody else is given it, or takes it, until they are done.
 * Its requester is told and may refuse (product.md; decision 0028). A lock keeps nobody from writing.
 */
import { type Actor, ticketNumber } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, type Refusal, refusal } from '../desk.ts'
import { type LockedTicket, lockLiveTicket } from '../lock-ticket.ts'
import { assign, endLock, nameOf, standingOf } from './assign.ts'
import { newsForRequester, newsForTaker } from './news.ts'
import { moveTicket } from './states.ts'

/** @param input.agentId absent: whoever asks for it; another is for administrators */
export async function lockToAgent(
  desk: Desk,
  input: { number: bigint; agentId?: string | undefined; by: Actor },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const { number, by } = input
    const ticket = await lockLiveTicket(database, number)
    if ('problem' in ticket) return ticket
    const { agentId: own, admin } = await standingOf(database, by)
    const agentId = input.agentId ?? own
    if (!agentId) return refusal('no_agent', 'Name in agent whom the ticket is to be locked to.')
    if (agentId !== own && !admin) return refusal('not_allowed', 'Only an administrator locks tickets to others.')
    const done = { value: { number }, events: [] }
    if (ticket.lockedAt && ticket.assigneeId === agentId) return done
    const refused = (await whyNot(database, ticket, agentId)) ?? (await assign(database, ticket, agentId, by))
    if (typeof refused === 'object') return refused
    await database.ticket.update({ where: { id: ticket.id }, data: { lockedAt: new Date(), updatedAt: new Date() } })
    await record(database, ticket.id, 'locked', by, { agent_id: agentId, agent: await nameOf(database, agentId) })
    const news = { taker: agentId, locked: true }
    const told = await newsForTaker(database, ticket, news, by)
    return { ...done, events: [...(await newsForRequester(database, ticket, news, by)), ...told] }
  })
}

/** For its holder and administrators. The ticket stays assigned; of one that is not locked, nothing changes. */
export async function unlockTicket(desk: Desk, input: { number: bigint; by: Actor }): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const { number, by } = input
    const ticket = await lockLiveTicket(database, number)
    if ('problem' in ticket) return ticket
    if (ticket.lockedAt) {
      const { agentId, admin } = await standingOf(database, by)
      if (agentId !== ticket.assigneeId && !admin) {
        const holder = await nameOf(database, ticket.assigneeId)
        const locked = `${ticketNumber(number)} is locked to ${holder}.`
        return refusal('not_allowed', `${locked} Only they or an administrator unlock it.`)
      }
      await endLock(database, ticket.id, by, 'unlocked')
    }
    return { value: { number }, events: [] }
  })
}

/**
 * The requester refuses a lock, in a transaction that holds the ticket's row: it is nobody's, and back in the queue.
 *
 * @param lock since when the lock that they saw is there: any other one stands
 * @returns whether it was there to be refused
 */
export async function refuseLock(
  database: Database,
  ticket: LockedTicket,
  lock: Date,
  by: Actor,
): Promise<boolean | Refusal> {
  if (ticket.lockedAt?.getTime() !== lock.getTime()) return false
  await endLock(database, ticket.id, by, 'refused')
  await database.ticket.update({ where: { id: ticket.id }, data: { assigneeId: null, updatedAt: new Date() } })
  return (await moveTicket(database, ticket, { to: 'queued' }, by)) ?? true
}

/** A client who has refused an agent is not asked again. */
async function whyNot(database: Database, ticket: LockedTicket, agentId: string): Promise<Refusal | undefined> {
  const name = ticketNumber(ticket.number)
  if (ticket.priority === 'urgent') {
    return refusal('not_lockable', `${name} is urgent: it is for whoever is free first, and cannot be locked.`)
  }
  if (ticket.status === 'solved' || ticket.status === 'closed') {
    return refusal('not_lockable', `${name} is ${ticket.status}. Reopen it first, then lock it.`)
  }
  const refused = await database.ticketEvent.findFirst({
    where: {
      ...{ ticketId: ticket.id, type: 'unlocked' },
      AND: [{ detail: { path: ['why'], equals: 'refused' } }, { detail: { path: ['agent_id'], equals: agentId } }],
    },
  })
  return refused ? refusal('not_lockable', `The client has refused to have ${name} locked to this agent.`) : undefined
}
