/** The message that a letter becomes. */
import { type Actor, type Audience, subscriptions } from '@podatelna/contracts'
import { notesOn, type ParsedLetter } from '@podatelna/mail'
import { Prisma } from '@podatelna/store'
import type { KeptFile } from '../files/files.ts'
import type { MailRow } from './admitted-mail.ts'

/** Whatever a letter is filed as, the same row of the inbox says that it was. */
export const subscription = subscriptions.ticketsLetters

export type ReadLetter = Omit<ParsedLetter, 'attachments'> & { files: KeptFile[] }

/** CTE body: after one named `ticket`. */
export function messageInsert(
  id: string,
  mail: MailRow,
  letter: ReadLetter,
  audience: Audience,
  author: Actor,
): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO messages (id, ticket_id, kind, audience, author, subject, text, html, visible_text, folded, warnings,
      message_id, mail_id, created_at)
    SELECT ${id}::uuid, id, 'inbound', ${audience}, ${JSON.stringify(author)}::jsonb, ${mail.subject}, ${letter.text},
      ${letter.html ?? null}, ${letter.visible_text}, ${JSON.stringify(letter.folded)}::jsonb, ${notesOn(letter)}::text[],
      ${mail.message_id}, ${mail.id}::uuid, ${mail.received_at}
    FROM ticket RETURNING id, ticket_id`
}

/** Mail never is visible to end customers by default, and what they write reaches everybody (product.md, partner desk). */
export function clientAudience({ endCustomer }: MailRow): Audience {
  return endCustomer ? 'end_customer' : 'client'
}
