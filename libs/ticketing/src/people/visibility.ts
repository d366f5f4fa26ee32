/** What staff decide about who may see what: of a message, and of a whole ticket for end customers (product.md, partner desk). */
import type { Actor, Audience } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, type Refusal, refusal } from '../desk.ts'
import { lockLiveTicket } from '../lock-ticket.ts'
import { isEndCustomer } from './audience.ts'

/**
 * Shows a message to others than before, or hides it. Its words stay, and nobody is mailed: who was mailed has the letter,
 * and what waits to be sent to those it is hidden from is not sent.
 */
export function changeAudience(
  desk: Desk,
  input: { number: bigint; messageId: string; audience: Audience; by: Actor; seen?: number | undefined },
): Promise<Act<{ messageId: string }>> {
  const { number, messageId: id, audience, by, seen } = input
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, number, seen)
    if ('problem' in ticket) return ticket
    const message = await database.message.findUnique({ where: { id, ticketId: ticket.id } })
    if (!message) return refusal('no_message', `P-${number} has no such message.`)
    const done = { value: { messageId: id }, events: [] }
    if (message.audience === audience) return done
    const refused = await whyNot(database, message, audience)
    if (refused) return refused
    await database.message.update({ where: { id }, data: { audience } })
    await database.ticket.update({ where: { id: ticket.id }, data: { updatedAt: new Date() } })
    await record(database, ticket.id, 'audience_changed', by, { message_id: id, from: message.audience, to: audience })
    return done
  })
}

async function whyNot(
  database: Database,
  { kind, author }: { kind: string; author: unknown },
  audience: Audience,
): Promise<Refusal | undefined> {
  if (kind === 'note') return refusal('not_for_them', 'A note is for staff only. Write a reply instead.')
  const { email }: { email?: string } = Object(author)
  if (audience === 'internal' && email && (await isEndCustomer(database, email))) {
    return refusal('not_for_them', 'What an end customer writes always reaches the client too.')
  }
  return undefined
}

/** Within an act on the ticket: shows it to end customers, or hides all of it from them. */
export async function showToEndCustomers(
  database: Database,
  ticketId: string,
  visible: boolean,
  by: Actor,
): Promise<void> {
  const { count } = await database.ticket.updateMany({
    where: { id: ticketId, endCustomerVisible: !visible },
    data: { endCustomerVisible: visible },
  })
  if (count > 0) await record(database, ticketId, visible ? 'shown_to_end_customer' : 'hidden_from_end_customer', by)
}
