import type { Blackout } from '@podatelna/mail'
import { htmlToText } from '@podatelna/mail'
import { type Database, Prisma, type Store } from '@podatelna/store'
import { takeFilesLock } from '../files/files.ts'
import { withdrawDeliveries } from './deliveries.ts'
import { withoutCutText, withoutWords } from './digest-line.ts'
import { emptyLetter } from './letters.ts'
import { type Columns, type Form, masked, maskRows } from './mask-rows.ts'
import { familyOf, type Mark, mark } from './message.ts'
import { withdrawTexts } from './texts.ts'

type Place = { database: Database; store: Store }

/**
 * Words, wherever they stand in a ticket and in those merged into it: messages, their letters, what we sent, what was
 * written down about it. The ticket's lock has to be held.
 *
 * @returns how many messages and other rows held them
 */
export async function removeWords(place: Place, ticketId: string, out: Blackout, how: Mark): Promise<number> {
  const { database } = place
  const tickets = Prisma.sql`${await familyOf(database, ticketId)}::uuid[]`
  const ofMails = Prisma.sql`SELECT mail_id FROM messages WHERE ticket_id = ${ticketId}::uuid AND mail_id IS NOT NULL`
  const sent = Prisma.sql`ticket_id = ANY(${tickets}) OR mail_id IN (${ofMails})`
  let found = await withdrawDeliveries(database, sent, {
    carries: ({ letter, subject }) => [subject, letter.text, htmlToText(letter.html ?? '')].some(out.finds),
    hides: out.finds,
    subject: out.text,
    line: (line, { carries }) => withoutWords(carries ? withoutCutText(line) : line, out),
  })
  await takeFilesLock(database)
  const messages = await database.message.findMany({ where: { ticketId }, select: { id: true, mailId: true } })
  for (const message of messages) if (await removeFromMessage(place, message, out, how)) found++
  const change = (value: unknown, form: Form) => masked(value, form, out)
  for (const [table, columns, where] of around(tickets, ofMails)) {
    found += await maskRows(database, { table, columns, where }, change)
  }
  if (found > 0) await withdrawTexts(database, Prisma.sql`ticket_id = ANY(${tickets})`)
  return found
}

/** In a message, or in a part of its letter that is not shown. */
async function removeFromMessage(
  { database, store }: Place,
  { id, mailId }: { id: string; mailId: string | null },
  out: Blackout,
  how: Mark,
): Promise<boolean> {
  const change = (value: unknown, form: Form) => masked(value, form, out)
  const changed = [
    await maskRows(database, { table: 'messages', columns: ofMessage, where: Prisma.sql`id = ${id}::uuid` }, change),
    await maskRows(
      database,
      { table: 'attachments', columns: { filename: 'text' }, where: Prisma.sql`message_id = ${id}::uuid` },
      change,
    ),
  ].some((rows) => rows > 0)
  const mail = mailId && (await database.inboundMail.findUnique({ where: { id: mailId }, select: { raw: true } }))
  const isInLetter = Boolean(mail && out.finds(Buffer.from(mail.raw ?? []).toString()))
  if (mailId && (changed || isInLetter)) {
    await emptyLetter(database, store, mailId, { ...how, hides: out.finds, subject: out.text })
  }
  if (changed) {
    // Its letter cannot be read again: what is shown of it now stays.
    await database.$executeRaw`UPDATE messages SET visible_text = coalesce(visible_text, text) WHERE id = ${id}::uuid`
    await mark(database, id, how)
  }
  return changed || isInLetter
}

const ofMessage: Columns = {
  ...{ subject: 'text', text: 'text', html: 'html', visible_text: 'text', folded: 'json' },
  ...{ attachments: 'json', warnings: 'list' },
}

function around(tickets: Prisma.Sql, mails: Prisma.Sql): [table: string, columns: Columns, where: Prisma.Sql][] {
  const ofTicket = Prisma.sql`ticket_id = ANY(${tickets})`
  const deliveries = Prisma.sql`SELECT id FROM deliveries WHERE ${ofTicket}`
  return [
    ['tickets', { subject: 'text' }, Prisma.sql`id = ANY(${tickets})`],
    ['ticket_events', { detail: 'json' }, ofTicket],
    ['participants', { name: 'text', removed_reason: 'text' }, ofTicket],
    ['delivery_attempts', { smtp: 'text' }, Prisma.sql`delivery_id IN (${deliveries})`],
    ['inbound_mail', { subject: 'text', from_name: 'text', reason: 'text' }, Prisma.sql`id IN (${mails})`],
    ['mail_events', { detail: 'text', was: 'json' }, Prisma.sql`mail_id IN (${mails})`],
  ]
}
