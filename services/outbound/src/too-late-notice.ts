import { ticketNumber } from '@podatelna/contracts'
import { oneLine } from '@podatelna/mail'
import { Prisma, type Store } from '@podatelna/store'
import type { Notice } from './letterhead.ts'
import { type SendingMailbox, sendingMailbox } from './mailbox.ts'
import { isOurs } from './ticket-notices.ts'

export type LateLetter = {
  id: string
  messageId: string
  subject: string
  from: string
  language: string
  number: bigint
  mailbox: SendingMailbox
  mailboxes: string[]
}

/**
 * To the author of a letter that answers a closed ticket, where the mailbox takes no late replies (rules §3). Without a
 * thread token, and without the number in the subject: an answer to it is to become a new ticket.
 */
export function tooLateNotice(letter: LateLetter, mailDomain: string): Notice | undefined {
  if (isOurs(letter.from, letter.mailboxes, mailDomain)) return undefined
  const { mailbox } = letter
  return {
    kind: 'late_reply_notice',
    values: { number: ticketNumber(letter.number), title: oneLine(letter.subject, 300), address: mailbox.address },
    language: letter.language,
    mailbox,
    to: { address: letter.from, name: '' },
    thread: [letter.messageId],
    automatic: 'auto-replied',
    about: { mailId: letter.id },
  }
}

/** Undefined when the letter, or the ticket it answers, is not there any more. */
export async function readLateLetter(store: Store, about: { mailId: string; ticketId: string }) {
  const rows = await store.query<LateLetter>(Prisma.sql`
    SELECT letter.id, letter.message_id AS "messageId", letter.subject, letter.from_address AS from, t.number,
      coalesce(contact.language, client.language, mb.language) AS language,
      ${sendingMailbox} AS mailbox,
      (SELECT array_agg(own.address) FROM mailboxes own) AS mailboxes
    FROM inbound_mail letter
    JOIN tickets t ON t.id = ${about.ticketId}::uuid
    JOIN mailboxes mb ON mb.id = t.mailbox_id
    LEFT JOIN contacts contact ON contact.id = letter.contact_id
    LEFT JOIN organizations client ON client.id = letter.organization_id
    WHERE letter.id = ${about.mailId}::uuid`)
  return rows[0]
}
