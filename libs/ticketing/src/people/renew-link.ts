import { envelope } from '@podatelna/bus'
import { type Actor, linkRenewed } from '@podatelna/contracts'
import { normalizeAddress } from '@podatelna/mail'
import type { Database } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, refusal } from '../desk.ts'
import { lockLiveTicket } from '../lock-ticket.ts'
import { newestForClients } from './participants.ts'

/**
 * Revokes what a participant was sent until now: the link to their page, and the tokens in addresses and Message-IDs, are as
 * if absent from then on (rules §2). They are mailed the new link, and nobody else is shown it.
 */
export function renewLink(
  desk: Desk,
  input: { number: bigint; email: string; by: Actor },
): Promise<Act<{ number: bigint }>> {
  const { number, email, by } = input
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, number)
    if ('problem' in ticket) return ticket
    const address = normalizeAddress(email)
    const person = await database.participant.findUnique({
      where: { ticketId_address: { ticketId: ticket.id, address }, state: 'active' },
    })
    if (!person) return refusal('not_a_participant', `${address} is not on P-${number}.`)
    await renewSerials(database, ticket.id, address)
    await record(database, ticket.id, 'link_renewed', by, { email: address })
    const about = { ticket_id: ticket.id, message_id: await newestForClients(database, ticket.id) }
    return { value: { number }, events: [envelope(linkRenewed, { ...about, participant_ids: [person.id] })] }
  })
}

/** Those of tickets that were merged into it, too: their links lead here. */
async function renewSerials(database: Database, ticketId: string, address: string): Promise<void> {
  await database.$executeRaw`
    WITH RECURSIVE leading_here AS (
      SELECT ${ticketId}::uuid AS id
      UNION SELECT t.id FROM tickets t JOIN leading_here ON t.merged_into_id = leading_here.id)
    UPDATE participants SET serial = nextval(pg_get_serial_sequence('participants', 'serial'))
    FROM leading_here WHERE ticket_id = leading_here.id AND address = ${address}`
}
