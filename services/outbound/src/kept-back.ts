/** Deliveries that were written, and are not to be sent any more. */
import { Prisma } from '@podatelna/store'
import { maySee } from '@podatelna/ticketing'
import { inForce, keepsBack, keptBack } from './suppressions.ts'

/** What the reasons below look at, joined to `deliveries d`. */
export const circumstances = Prisma.sql`
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
