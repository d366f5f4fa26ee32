/** Deliveries that were written, and are not to be sent any more. */
import type { NoticeKind } from '@podatelna/contracts'
import { Prisma } from '@podatelna/store'
import { maySee } from './audience.ts'

/** What people write to a client, alone or joined. A reader who took our mail for spam still gets these. */
const written: NoticeKind[] = ['public_reply']

/** Of a suppression `s`, whether it stands against a letter of that kind. */
export function keepsBack(kind: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(s.scope = 'all' OR ${kind} <> ALL(${written}::text[]))`
}

/** The suppression in force for an address, to be joined as `s`. */
export function inForce(address: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`suppressions s ON s.address = lower(${address}) AND s.lifted_at IS NULL`
}

/** What staff read on the delivery. */
export const keptBack = Prisma.sql`'Nothing is sent to this address until staff lift it: ' || s.reason`

/** What the reasons below look at, joined to `deliveries d`. */
export const circumstancesOfDelivery = Prisma.sql`
  LEFT JOIN participants p ON p.id = d.participant_id
  LEFT JOIN agents a ON a.id = d.agent_id
  LEFT JOIN ${inForce(Prisma.sql`d.to_address`)}
  LEFT JOIN messages reply ON reply.id = d.caused_by_message_id AND d.kind = 'public_reply'
  LEFT JOIN tickets ticket ON ticket.id = reply.ticket_id
  LEFT JOIN contact_addresses entry ON entry.address = p.address
  LEFT JOIN contacts contact ON contact.id = entry.contact_id`

const sees = maySee({ ticket: Prisma.sql`ticket`, contact: Prisma.sql`contact` }, Prisma.sql`reply.audience`)

/**
 * In words, in SQL: for those who are no longer on the ticket, or no longer agents, and for what was hidden from its
 * recipient; null while it is for them still.
 */
export const whyNotForThem = Prisma.sql`CASE
  WHEN p.state <> 'active' THEN 'The recipient is no longer on the ticket.'
  WHEN a.disabled_at IS NOT NULL THEN 'The recipient is no longer an agent.'
  WHEN reply.id IS NOT NULL AND p.id IS NOT NULL AND NOT ${sees} THEN 'It was hidden from the recipient before it was sent.' END`

/** The same, and for addresses that are suppressed meanwhile. */
export const whyKeptBack = Prisma.sql`coalesce(${whyNotForThem}, CASE WHEN ${keepsBack(Prisma.sql`d.kind`)} THEN ${keptBack} END)`
