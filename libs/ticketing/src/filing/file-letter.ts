/**
 * The second room of a letter's life: ingress stored it, here it is filed. An admitted letter joins its ticket or opens
 * one; next, outbound tells people about it.
 */
import { buffer } from 'node:stream/consumers'
import { envelope, inboxInsert, type Outcome, outboxInsert } from '@podatelna/bus'
import { type Envelope, mailTooLate, ticketNumber } from '@podatelna/contracts'
import type { Reader } from '@podatelna/mail'
import { batched, Prisma } from '@podatelna/store'
import { type Desk, system } from '../desk.ts'
import { keepFiles } from '../files/files.ts'
import { type LegacyMatcher, legacyMatcher } from '../legacy/match.ts'
import type { ThreadedTicket } from '../threading.ts'
import { addToTicket } from './add-to-ticket.ts'
import { loadMails, type MailRow } from './admitted-mail.ts'
import { addAgentsLetter, isAgentsAnswer } from './agent-letter.ts'
import { cluesIn, threadLetter } from './clues.ts'
import { leftOut } from './copies.ts'
import { type ReadLetter, subscription } from './message.ts'
import { openByLetter } from './open-ticket.ts'

/** Letters are read where they can do no harm. */
type FilingDesk = Desk & { reader: Reader }
type Filer = FilingDesk & { matchLegacy: LegacyMatcher }

type Filing = Envelope<{ mail_id: string }>

/**
 * Files the letters that events speak of. Twice is harmless: everything hangs on the inbox row of an event and on the
 * unique `messages.mail_id`.
 */
export function letterFiler(desk: FilingDesk): (event: Filing) => Promise<Outcome> {
  const loadMail = batched((ids) => loadMails(desk.store, ids))
  const place = { ...desk, matchLegacy: legacyMatcher(desk.store) }
  return async (event) => fileLetter(place, event, await loadMail(event.payload.mail_id))
}

async function fileLetter(desk: Filer, event: Filing, mail: MailRow | undefined): Promise<Outcome> {
  if (!mail) return { reject: `there is no letter ${event.payload.mail_id}` }
  if (mail.disposition === 'admitted' && mail.cutOff) return { reject: 'its author may not write to us any more' }
  const clues = await cluesIn(desk.matchLegacy, mail)
  const ticket = await threadLetter(desk.store, mail, clues)
  if (mail.disposition === 'suppressed' && !mayAttachSilently(mail, ticket)) return noteDone(desk, event)
  const late = ticket?.late === true && mail.disposition === 'admitted'
  if (late && ticket.lateReply === 'notice' && mayBeAnswered(mail)) return answerTooLate(desk, event, mail, ticket)
  const letter = await readLetter(desk, mail)
  if (!letter) return { reject: `the bytes of letter ${mail.id} are not kept` }
  if (!ticket || late) return openByLetter(desk, event, mail, letter, { clues, closed: ticket })
  if (!isAgentsAnswer(mail, letter, ticket)) return addToTicket(desk, event, mail, letter, ticket)
  const added = await addAgentsLetter(desk, mail, letter, ticket)
  return added.ok ? noteDone(desk, event) : { retry: added.detail }
}

/** An auto-reply of a proved client joins the ticket it answers, silently; bounces, lists and loops stay outside. */
function mayAttachSilently(mail: MailRow, ticket: ThreadedTicket | undefined): boolean {
  return ticket !== undefined && mail.kind === 'auto_reply' && mail.verified && !mail.agent_id
}

/** A program gets no automatic answer, and would be the only one to know; what staff released is filed. */
function mayBeAnswered({ kind, released }: MailRow): boolean {
  return kind === 'letter' && !released
}

async function noteDone(desk: Desk, event: Envelope): Promise<Outcome> {
  await desk.store.query(inboxInsert(subscription, event))
  return 'done'
}

/** Its files are in the store, as far as rows do not take them; undefined when its bytes are not kept any more. */
async function readLetter({ store, reader }: FilingDesk, mail: MailRow): Promise<ReadLetter | undefined> {
  const raw = mail.raw
    ? Buffer.from(mail.raw)
    : mail.raw_sha256 && (await buffer(store.letters.read(Buffer.from(mail.raw_sha256))))
  if (!raw) return undefined
  const { attachments, ...letter } = await reader.read(raw)
  const warnings = [...letter.warnings, ...leftOut(mail)]
  return { ...letter, warnings, files: await keepFiles(store, attachments) }
}

/**
 * Its mailbox takes no late replies: the letter is filed nowhere, and its author is told to write a new one. Staff see it
 * among the suppressed ones, and may release it all the same.
 */
async function answerTooLate(desk: Desk, event: Filing, mail: MailRow, ticket: ThreadedTicket): Promise<Outcome> {
  const late = envelope(mailTooLate, { mail_id: mail.id, ticket_id: ticket.id })
  const reason = `It answers ${ticketNumber(ticket.number)}, which is closed; its author was asked to write a new letter.`
  const written = await desk.store.query(Prisma.sql`
    WITH inbox AS (${inboxInsert(subscription, event)}),
    event AS (
      INSERT INTO mail_events (mail_id, type, by, was)
      SELECT id, 'too_late', ${JSON.stringify(system)}::jsonb, jsonb_build_object('disposition', disposition, 'reason', reason)
      FROM inbox, inbound_mail WHERE id = ${mail.id}::uuid),
    outbox AS (${outboxInsert([late], Prisma.sql`SELECT FROM inbox`)})
    UPDATE inbound_mail SET disposition = 'suppressed', reason = ${reason}, keep_until = now() + interval '30 days'
    FROM inbox WHERE id = ${mail.id}::uuid RETURNING id`)
  if (written.length > 0) desk.bus.publish([late])
  return 'done'
}
