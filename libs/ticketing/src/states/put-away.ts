/** Tickets that are none, or shall be none any more: spam, deletion, and what becomes of deleted ones. */
import { type Actor, ticketNumber } from '@podatelna/contracts'
import { act, record } from '../act.ts'
import { type Act, type Desk, noTicket, refusal } from '../desk.ts'
import { lockTicket } from '../lock-ticket.ts'

/** For thirty days it can be restored; what is written to it meanwhile opens a new ticket. */
export function deleteTicket(desk: Desk, input: { number: bigint; by: Actor }): Promise<Act<{ number: bigint }>> {
  return mark(desk, input, 'deleted', { deletedAt: new Date() })
}

export async function restoreTicket(
  desk: Desk,
  input: { number: bigint; by: Actor },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const { number, by } = input
    const ticket = await lockTicket(database, number)
    if (!ticket) return noTicket(number)
    if (!ticket.deleted && !ticket.spam) return refusal('deleted', `${ticketNumber(number)} is not deleted.`)
    const data = { deletedAt: null, spam: false, updatedAt: new Date() }
    await database.ticket.update({ where: { id: ticket.id }, data })
    await record(database, ticket.id, 'restored', by)
    return { value: { number }, events: [] }
  })
}

/** Spam is deleted, and nobody is answered. */
export function markAsSpam(desk: Desk, input: { number: bigint; by: Actor }): Promise<Act<{ number: bigint }>> {
  return mark(desk, input, 'marked_as_spam', { deletedAt: new Date(), spam: true })
}

function mark(
  desk: Desk,
  { number, by }: { number: bigint; by: Actor },
  type: 'deleted' | 'marked_as_spam',
  data: { deletedAt: Date; spam?: boolean },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const ticket = await lockTicket(database, number)
    if (!ticket) return noTicket(number)
    if (ticket.deleted) return refusal('deleted', `${ticketNumber(number)} is deleted already.`)
    await database.ticket.update({ where: { id: ticket.id }, data: { ...data, updatedAt: new Date() } })
    await record(database, ticket.id, type, by)
    return { value: { number }, events: [] }
  })
}
