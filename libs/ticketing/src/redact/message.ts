import type { Actor, RedactionKind } from '@podatelna/contracts'
import { blackened, blackout, hiddenWords, htmlToText, oneLine } from '@podatelna/mail'
import { type Database, Prisma, type Store } from '@podatelna/store'
import { type Refusal, refusal } from '../desk.ts'
import { dropContents, quarantine, takeFilesLock } from '../files/files.ts'
import { type Written, withdrawDeliveries } from './deliveries.ts'
import { type DigestLine, withoutCutText, withoutText, withoutWords } from './digest-line.ts'
import { emptyLetter } from './letters.ts'
import { type Columns, maskRows } from './mask-rows.ts'
import { withdrawTexts } from './texts.ts'

/** Who removed what of a message, when and why. */
export type Mark = { what: RedactionKind; by: Actor; at: Date; reason: string }
type Place = { database: Database; store: Store }

/**
 * All that its author wrote, with the subject and the files; who wrote it and when stays. Of the message that the ticket
 * began with its title goes, too, and from what we wrote under it; all others only bear that title. What others wrote stays, also what they quote: that is
 * removed by its words.
 */
export async function removeMessage(place: Place, id: string, how: Mark): Promise<undefined> {
  const { database, store } = place
  const message = await database.message.findUniqueOrThrow({ where: { id }, include: { files: true } })
  const { ticketId, files, mailId } = message
  const named = oneLine(message.subject, 500)
  const isTitle = named !== '' && (await isFirst(database, message))
  const title = isTitle ? blackout([hiddenWords(named)]) : undefined
  const subject = (written: string) => title?.text(written) ?? written
  await withdrawDeliveries(database, await aboutMessage(database, message), {
    carries: (written) => quotes(written, message, files) || title?.finds(written.subject) === true,
    hides: title?.finds ?? (() => false),
    subject,
    line: (line, { carries, causedById }) => {
      if (carries && causedById === id) return undefined
      const left = carries ? withoutQuote(line, message) : line
      return title ? withoutWords(left, title) : left
    },
  })
  await takeFilesLock(database)
  if (mailId) await emptyLetter(database, store, mailId, { ...how, hides: () => false, subject: () => '' })
  await database.message.update({
    where: { id },
    data: { subject: '', text: '', html: null, visibleText: '', folded: [], attachments: [], warnings: [] },
  })
  await removeFiles(place, ticketId, files)
  if (isTitle) {
    await renameTicket(database, ticketId, subject)
    const family = await familyOf(database, ticketId)
    await withdrawTexts(database, Prisma.sql`ticket_id = ANY(${family}::uuid[])`)
  }
  await mark(database, id, how)
  if (message.quotedInId) await removeFromLetter(place, message.quotedInId, how)
  else await removeQuotes(place, message, how)
}

/** What a letter quoted of an old system came with it, and goes with it. */
async function removeQuotes(place: Place, { id, ticketId }: MessageRow, how: Mark): Promise<void> {
  const quotes = await place.database.message.findMany({ where: { ticketId, quotedInId: id }, select: { id: true } })
  for (const quote of quotes) await removeMessage(place, quote.id, how)
}

/** Where a quote goes by itself, its letter keeps its text; the HTML and the bytes hold the quote as well. */
async function removeFromLetter({ database, store }: Place, id: string, how: Mark): Promise<void> {
  const letter = await database.message.update({ where: { id }, data: { html: null }, select: { mailId: true } })
  if (!letter.mailId) return
  await emptyLetter(database, store, letter.mailId, { ...how, hides: () => false, subject: (written) => written })
}

export async function removeFile(place: Place, messageId: string, id: string, how: Mark): Promise<Refusal | undefined> {
  const { database, store } = place
  const file = await database.attachment.findUnique({ where: { id }, include: { message: true } })
  if (file?.messageId !== messageId) return refusal('no_attachment', 'The message has no such file.')
  const { ticketId, mailId } = file.message
  await withdrawDeliveries(database, await aboutMessage(database, file.message), {
    carries: (written) => hasFile(written, [file]),
    hides: () => false,
    subject: (written) => written,
    line: (line) => line,
  })
  await takeFilesLock(database)
  if (mailId) await emptyLetter(database, store, mailId, { ...how, hides: () => false, subject: (written) => written })
  await removeFiles(place, ticketId, [file])
  await mark(database, messageId, how)
  return undefined
}

export async function mark(database: Database, id: string, { what, by, at, reason }: Mark): Promise<void> {
  const entry = JSON.stringify([{ what, by, at: at.toISOString(), reason }])
  await database.$executeRaw`UPDATE messages SET redactions = redactions || ${entry}::jsonb WHERE id = ${id}::uuid`
}

/** A ticket, and those that were merged into it: what was sent about them, and written down, stayed theirs. */
export async function familyOf(database: Database, id: string): Promise<string[]> {
  const rows = await database.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE family AS (
      SELECT ${id}::uuid AS id UNION SELECT t.id FROM tickets t JOIN family ON t.merged_into_id = family.id)
    SELECT id FROM family`
  return rows.map((row) => row.id)
}

/** Deliveries that may tell of a message; one that was split off was told about in another ticket. */
async function aboutMessage(database: Database, { id, ticketId, mailId }: MessageRow): Promise<Prisma.Sql> {
  const family = await familyOf(database, ticketId)
  return Prisma.sql`
    ticket_id = ANY(${family}::uuid[]) OR mail_id = ${mailId}::uuid OR caused_by_message_id = ${id}::uuid`
}

type MessageRow = { id: string; ticketId: string; mailId: string | null }

/** The names of viruses' files were told as events, too. */
async function removeFiles({ database, store }: Place, ticketId: string, files: File[]): Promise<void> {
  const family = await familyOf(database, ticketId)
  await database.attachment.deleteMany({ where: { id: { in: files.map(({ id }) => id) } } })
  await database.$executeRaw`
    UPDATE ticket_events SET detail = jsonb_set(detail, '{filename}', to_jsonb(${blackened}::text))
    WHERE ticket_id = ANY(${family}::uuid[]) AND type = ${quarantine}
      AND detail->>'filename' = ANY(${files.map(({ filename }) => filename)}::text[])`
  await dropContents(
    database,
    store,
    files.map(({ sha256 }) => sha256),
  )
}

async function isFirst(database: Database, { id, ticketId }: MessageRow): Promise<boolean> {
  const orderBy = [{ createdAt: 'asc' }, { id: 'asc' }] as const
  const where = { ticketId, quotedInId: null }
  return (await database.message.findFirst({ where, orderBy: [...orderBy], select: { id: true } }))?.id === id
}

/** Messages of ours have the subject that the ticket had when they were written. */
async function renameTicket(database: Database, id: string, rename: (subject: string) => string): Promise<void> {
  const change = (subject: unknown) => rename(String(subject))
  const columns: Columns = { subject: 'text' }
  const ours = Prisma.sql`ticket_id = ${id}::uuid AND mail_id IS NULL`
  await maskRows(database, { table: 'tickets', columns, where: Prisma.sql`id = ${id}::uuid` }, change)
  await maskRows(database, { table: 'messages', columns, where: ours }, change)
}

/** One of its lines stands in the letter, or a file. Of a letter about another message a short line says nothing. */
function quotes(written: Written, message: { id: string; text: string; html: string | null }, files: File[]): boolean {
  const own = new Set(sayings(message, written.causedById === message.id ? 1 : shortestQuote))
  const said = linesOf(`${written.letter.text}\n${htmlToText(written.letter.html ?? '')}`)
  return said.some((line) => own.has(line)) || hasFile(written, files)
}

const shortestQuote = 4

function sayings({ text, html }: { text: string; html: string | null }, shortest: number): string[] {
  return linesOf(`${text}\n${htmlToText(html ?? '')}`).filter((line) => line.length >= shortest)
}

/** What a digest says of another message, which may quote this one. */
function withoutQuote(line: DigestLine, message: { text: string; html: string | null }): DigestLine {
  const quoted = sayings(message, shortestQuote).some((said) => line.text.includes(oneLine(said, said.length)))
  return quoted ? withoutText(line) : withoutCutText(line)
}

function hasFile({ letter }: Written, files: File[]): boolean {
  return files.some(({ sha256 }) => {
    const name = Buffer.from(sha256).toString('hex')
    return letter.attachments.some((file) => file.sha256 === name)
  })
}

/** Without marks of quotation and the spaces around. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/^[\s>]+/, '').trim())
    .filter((line) => line !== '')
}

type File = { id: string; sha256: Uint8Array; filename: string }
