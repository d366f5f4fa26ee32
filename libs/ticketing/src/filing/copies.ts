/** Whom the author of a letter put in To and Cc (rules §5). */
import type { Actor } from '@podatelna/contracts'
import { newId, Prisma } from '@podatelna/store'
import type { MailRow } from './admitted-mail.ts'

/** Most people that one letter puts in copy. A letter to more is for nobody in particular. */
export const mostCopies = 50

/** Only a proved contact puts others in copy; whoever is a removed participant stays removed (rules §5). */
export function copiesOf(mail: MailRow): Copy[] {
  if (!mail.contact_id || mail.disposition !== 'admitted' || mail.kind !== 'letter') return []
  return mail.addressees.slice(0, mostCopies).map((person) => ({ ...person, id: newId() }))
}

/** In words, when a letter names more people than it may put in copy. */
export function leftOut({ addressees }: MailRow): string[] {
  if (addressees.length <= mostCopies) return []
  return [
    `It is addressed to more than ${mostCopies} people. The first ${mostCopies}, us among them, were looked at for copy; all are named in the letter.`,
  ]
}

/**
 * Whom the author put in To and Cc: contacts of the ticket's organization join at once, others are proposed until an
 * agent or a manager confirms them; our own mailboxes and agents never join (rules §5).
 */
export function copiesInsert(copies: Copy[], messageId: string, author: Actor): Prisma.Sql {
  if (copies.length === 0) return Prisma.empty
  const by = JSON.stringify(author)
  return Prisma.sql`
    copied AS (
      INSERT INTO participants (id, ticket_id, address, name, role, state, added_by, added_from_message_id)
      SELECT person.id, ticket.id, person.address, coalesce(nullif(person.name, ''), contact.name, person.address), 'cc',
        CASE WHEN contact.organization_id = ticket.organization_id THEN 'active' ELSE 'proposed' END, ${by}::jsonb,
        ${messageId}::uuid
      FROM ticket CROSS JOIN jsonb_to_recordset(${JSON.stringify(copies)}::jsonb) AS person (id uuid, address text, name text)
      LEFT JOIN contact_addresses a ON a.address = person.address
      LEFT JOIN contacts contact ON contact.id = a.contact_id
      WHERE NOT EXISTS (
          SELECT FROM mailboxes WHERE address IN (person.address, regexp_replace(person.address, '\\+.*@', '@')))
        AND NOT EXISTS (SELECT FROM agents WHERE email = person.address)
      ON CONFLICT (ticket_id, address) DO NOTHING
      RETURNING ticket_id, address, state),
    copied_events AS (
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT ticket_id, CASE state WHEN 'active' THEN 'cc_added' ELSE 'cc_proposed' END, ${by}::jsonb,
        jsonb_build_object('email', address)
      FROM copied),`
}

export type Copy = { id: string; address: string; name: string }
