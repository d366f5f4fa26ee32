/** The files of messages: each content is stored once, and durable before the message that has it is. */
import type { Actor } from '@podatelna/contracts'
import type { Attachment } from '@podatelna/mail'
import { type Database, type LetterStore, newId, Prisma, rowLimit, type Store, within } from '@podatelna/store'
import { system } from '../desk.ts'

/** Most bytes that the files of one message may put into rows; beyond that, all of them become files of the store. */
const rowsLimit = 1024 * 1024

/** Files that are safe in the store, as far as they do not go into rows. */
export type KeptFile = Omit<Attachment, 'content' | 'source'> & {
  source: Attachment['source'] | 'upload'
  content: Buffer | null
}

/** Of a letter, or of somebody's HTML. */
type NewFile = Omit<KeptFile, 'content'> & { content: Buffer }

/** Puts what is too large for a row into the letter store. Again is harmless; what no message will have is tidied. */
export async function keepFiles(store: Store, attachments: readonly NewFile[]): Promise<KeptFile[]> {
  const contents = new Map(attachments.map(({ sha256, content }) => [sha256, content]))
  const small = [...contents.values()].filter(({ length }) => length <= rowLimit)
  const inRows = small.reduce((sum, { length }) => sum + length, 0) <= rowsLimit
  const isLarge = (content: Buffer) => !inRows || content.length > rowLimit
  const large = [...contents].filter(([, content]) => isLarge(content))
  if (large.length > 0) {
    const sizes = large.map(([sha256, { length }]) => [sha256, length] as const)
    for (const sha256 of await announce(store, sizes)) await store.letters.put(contents.get(sha256)!, bytesOf(sha256))
  }
  return attachments.map((file) => ({ ...file, content: isLarge(file.content) ? null : file.content }))
}

/**
 * A large content has its row, committed, before its file is written: from then on neither a content nor a letter of the
 * same bytes takes the file away with it. Whoever deletes files at this moment is waited for.
 *
 * @returns those that are not in a row already
 */
export async function announce(store: Store, large: (readonly [sha256: string, bytes: number])[]): Promise<string[]> {
  const rows = await store.query<{ sha256: string }>(Prisma.sql`
    WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(${filesOfTheStore}::bigint))
    INSERT INTO contents (sha256, bytes)
    SELECT c.sha256, c.bytes
    FROM alone, unnest(${large.map(([sha256]) => bytesOf(sha256))}::bytea[],
      ${large.map(([, bytes]) => bytes)}::int[]) AS c (sha256, bytes)
    ORDER BY c.sha256
    ON CONFLICT (sha256) DO UPDATE SET created_at = now()
    RETURNING CASE WHEN raw IS NULL THEN encode(sha256, 'hex') END AS sha256`)
  return rows.flatMap(({ sha256 }) => sha256 ?? [])
}

/**
 * CTEs, with a comma behind them, that list the files of a message which a CTE `message` (id, ticket_id) writes; nothing
 * when there are none. A content that is there already stays as it is, with what scanning found: known viruses are told of
 * at once. Contents in one order, so that two letters with the same ones do not wait for each other.
 */
export function filesInsert(messageId: string, files: readonly KeptFile[]): Prisma.Sql {
  if (files.length === 0) return Prisma.empty
  const contents = [...new Map(files.map((file) => [file.sha256, file])).values()]
  const large = contents.filter(({ content }) => content === null).map(({ sha256 }) => bytesOf(sha256))
  const list = files.map(({ content, sha256, content_id, ...file }, position) => {
    return { ...file, id: newId(), position, sha256, content_id: content_id ?? null }
  })
  return Prisma.sql`
    ${large.length > 0 ? announced(large) : Prisma.empty}
    contents AS (
      INSERT INTO contents (sha256, bytes, raw, scan_at)
      SELECT c.sha256, c.bytes, c.raw, now()
      FROM unnest(${contents.map(({ sha256 }) => bytesOf(sha256))}::bytea[],
        ${contents.map(({ bytes }) => bytes)}::int[], ${contents.map(({ content }) => content)}::bytea[])
        AS c (sha256, bytes, raw)
      WHERE EXISTS (SELECT FROM message)
        ${large.length > 0 ? Prisma.sql`AND (c.raw IS NOT NULL OR c.sha256 IN (SELECT sha256 FROM announced))` : Prisma.empty}
      ORDER BY c.sha256
      ON CONFLICT (sha256) DO UPDATE SET created_at = now(),
        scan_at = CASE WHEN contents.scan = 'unscanned' THEN coalesce(contents.scan_at, now()) END
      RETURNING sha256, scan, scan_reason),
    files AS (
      INSERT INTO attachments (id, message_id, position, sha256, filename, type, bytes, inline, content_id, source)
      SELECT f.id, ${messageId}::uuid, f.position, decode(f.sha256, 'hex'), f.filename, f.type, f.bytes, f.inline,
        f.content_id, f.source
      FROM jsonb_to_recordset(${JSON.stringify(list)}::jsonb) AS f (id uuid, position int, sha256 text, filename text,
        type text, bytes int, inline boolean, content_id text, source text)
      WHERE EXISTS (SELECT FROM message)
      RETURNING sha256, filename),
    quarantined AS (
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT message.ticket_id, ${quarantine}, ${bySystem}::jsonb,
        jsonb_build_object('filename', filename, 'reason', scan_reason)
      FROM message, files JOIN contents USING (sha256) WHERE contents.scan = 'infected'),`
}

/**
 * Large contents whose rows, and so whose files, are still there. One that was redacted since it was announced leaves the
 * message without it, so that writing it fails: the next try keeps its file again.
 */
function announced(large: Buffer[]): Prisma.Sql {
  return Prisma.sql`
    announced AS MATERIALIZED (
      SELECT sha256 FROM contents WHERE sha256 = ANY(${large}::bytea[]) ORDER BY sha256 FOR KEY SHARE),`
}

/** Lists the files of a message that the same transaction has written. */
export async function addFiles(database: Database, messageId: string, files: readonly KeptFile[]): Promise<void> {
  if (files.length === 0) return
  await database.$executeRaw(Prisma.sql`
    WITH message AS (SELECT id, ticket_id FROM messages WHERE id = ${messageId}::uuid),
    ${filesInsert(messageId, files)}
    listed AS (SELECT FROM message)
    SELECT FROM listed`)
}

/** The event of a ticket that says which file was found to be infected, and by what. */
export const quarantine = 'attachment_quarantined'
const bySystem = JSON.stringify(system satisfies Actor)

function bytesOf(sha256: string): Buffer {
  return Buffer.from(sha256, 'hex')
}

/** Deletes uploads after a day, and contents that no message has had for a day. */
export async function tidyContents(store: Store, now = new Date()): Promise<void> {
  await store.query(Prisma.sql`DELETE FROM uploads WHERE created_at <= ${now}::timestamptz - interval '1 day'`)
  let done = batch
  while (done === batch) done = await tidySome(store, now)
}

const batch = 100

/** Alone among those who keep and delete files: one that goes here may be a letter, too, or be about to become one. */
function tidySome(store: Store, now: Date): Promise<number> {
  return store.prisma.$transaction(
    async (database) => {
      await takeFilesLock(database)
      const gone = await within(database).query<{ file: Uint8Array | null }>(Prisma.sql`
        DELETE FROM contents WHERE sha256 IN (
          SELECT sha256 FROM contents c
          WHERE created_at <= ${now}::timestamptz - interval '1 day'
            AND NOT EXISTS (SELECT FROM attachments a WHERE a.sha256 = c.sha256)
            AND NOT EXISTS (SELECT FROM uploads u WHERE u.sha256 = c.sha256)
          LIMIT ${batch} FOR UPDATE SKIP LOCKED)
        RETURNING CASE WHEN raw IS NULL THEN sha256 END AS file`)
      for (const { file } of gone) {
        if (file && !(await isNeeded(within(database), file))) await store.letters.remove(Buffer.from(file))
      }
      return gone.length
    },
    { timeout: 60_000 },
  )
}

/** To be taken before letters and contents are changed that may lose their files. */
export async function takeFilesLock(database: Database): Promise<void> {
  await database.$executeRaw`SELECT pg_advisory_xact_lock(${filesOfTheStore}::bigint)`
}

/** Deletes at once those of the contents that no message has any more, and what was uploaded of them. The lock of files has to be held. */
export async function dropContents(
  database: Database,
  { letters }: Store,
  contents: readonly Uint8Array[],
): Promise<void> {
  if (contents.length === 0) return
  const list = contents.map((sha256) => Buffer.from(sha256))
  // Locked first, so that the next statement sees who has just begun to refer to them.
  await database.$queryRaw`SELECT FROM contents WHERE sha256 = ANY(${list}::bytea[]) ORDER BY sha256 FOR UPDATE`
  await database.$executeRaw`
    DELETE FROM uploads u WHERE sha256 = ANY(${list}::bytea[])
      AND NOT EXISTS (SELECT FROM attachments a WHERE a.sha256 = u.sha256)`
  const gone = await database.$queryRaw<{ file: Uint8Array | null }[]>`
    DELETE FROM contents c WHERE sha256 = ANY(${list}::bytea[])
      AND NOT EXISTS (SELECT FROM attachments a WHERE a.sha256 = c.sha256)
    RETURNING CASE WHEN raw IS NULL THEN sha256 END AS file`
  for (const { file } of gone) if (file) await dropFile(database, letters, file)
}

/** Deletes a file of the store at once, unless a letter or a content is in it. The lock of files has to be held. */
export async function dropFile(database: Database, letters: LetterStore, file: Uint8Array): Promise<void> {
  if (!(await isNeeded(within(database), file))) await letters.remove(Buffer.from(file), 'now')
}

/** Shared by those who write files into the store, taken alone by whoever deletes them. */
export const filesOfTheStore = 7_210_043

/** A letter or a content is in the store under this name: files there are named by what they hold. */
export async function isNeeded(database: { query: Store['query'] }, file: Uint8Array): Promise<boolean> {
  const rows = await database.query(Prisma.sql`
    SELECT FROM inbound_mail WHERE raw_sha256 = ${file} AND raw IS NULL
    UNION ALL SELECT FROM contents WHERE sha256 = ${file} AND raw IS NULL LIMIT 1`)
  return rows.length > 0
}
