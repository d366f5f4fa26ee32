import { createHash, randomBytes } from 'node:crypto'
import { oneLine } from '@podatelna/mail'
import { Prisma, type Store } from '@podatelna/store'
import type { Letterhead, Notice } from './letterhead.ts'
import { type SendingMailbox, sendingMailbox } from './mailbox.ts'
import { isOurs } from './ticket-notices.ts'

export type HeldLetter = {
  id: string
  messageId: string
  subject: string
  receivedAt: Date
  held: boolean
  mailbox: SendingMailbox
  mailboxes: string[]
  authorization: { id: string; address: string; language: string; expiresAt: Date; written: boolean }
}

/**
 * The authorization link, to the stored address. Of the letter itself only its subject is told, shortened: whoever
 * wrote it may be anybody (rules §1). Undefined when there is nothing to ask, or the open page has its link already.
 */
export function heldNotice(letter: HeldLetter, { publicUrl, mailDomain }: Letterhead): HeldNotice | undefined {
  const { authorization, mailbox } = letter
  if (!letter.held || authorization.written || isOurs(authorization.address, letter.mailboxes, mailDomain)) return
  const token = randomBytes(32).toString('base64url')
  return {
    notice: {
      kind: 'letter_held',
      values: {
        mailbox: mailbox.name,
        address: mailbox.address,
        title: harmless(letter.subject),
        arrived: letter.receivedAt,
        page: `${publicUrl}/authorize/${token}`,
        validUntil: authorization.expiresAt,
      },
      language: authorization.language,
      mailbox,
      to: { address: authorization.address, name: '' },
      thread: [letter.messageId],
      automatic: 'auto-replied',
      about: { mailId: letter.id },
    },
    // Of two letters that join one page at the same time, one writes the link; the other finds it written.
    writeLink: (inbox) => Prisma.sql`
      UPDATE authorizations SET token_hash = ${createHash('sha256').update(token).digest()}
      WHERE id = ${authorization.id}::uuid AND token_hash IS NULL AND EXISTS (${inbox})
      RETURNING id`,
  }
}

/** Undefined when the letter is not there or has no authorization. */
export async function readHeldLetter(store: Store, mailId: string): Promise<HeldLetter | undefined> {
  const rows = await store.query<Row>(Prisma.sql`
    SELECT letter.id, letter.message_id AS "messageId", letter.subject, letter.received_at AS "receivedAt",
      letter.disposition = 'held' AS held, ${sendingMailbox} AS mailbox,
      (SELECT array_agg(own.address) FROM mailboxes own) AS mailboxes,
      a.id AS "authorizationId", a.address AS "to", a.language, a.expires_at AS "expiresAt",
      a.token_hash IS NOT NULL AS written
    FROM inbound_mail letter
    JOIN authorizations a ON a.id = letter.authorization_id
    JOIN mailboxes mb ON mb.id = letter.mailbox_id
    WHERE letter.id = ${mailId}::uuid`)
  return rows[0] && fromRow(rows[0])
}

/** A stranger's words in a letter of ours: short, and nothing in them to click on. */
function harmless(subject: string): string {
  return oneLine(oneLine(subject, 300).replace(/\S*(:\/\/|www\.)\S*/gi, '…'), 60)
}

function fromRow({ authorizationId, to, language, expiresAt, written, ...letter }: Row) {
  const authorization = { id: authorizationId, address: to, language, expiresAt, written }
  return { ...letter, authorization }
}

type HeldNotice = { notice: Notice; writeLink: (inbox: Prisma.Sql) => Prisma.Sql }
type Row = Omit<HeldLetter, 'authorization'> & {
  authorizationId: string
  to: string
  language: string
  expiresAt: Date
  written: boolean
}
