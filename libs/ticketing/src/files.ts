/** The files of messages: each content is stored once, and durable before the message that has it is. */
import type { Attachment } from '@podatelna/mail'
import { newId, Prisma, rowLimit, type Store, within } from '@podatelna/store'

/** Most bytes that the files of one message may put into rows; beyond that, all of them become files of the store. */
const rowsLimit = 1024 * 1024

/** Files that are safe in the store, as far as they do not go into rows. */
export type KeptFile = Omit<Attachment, 'content'> & { content: Buffer | null }

/** Puts what is too large for a row into the letter store. Again is harmless; what no message will have is tidied. */
export async function keepFiles(store: Store, attachments: readonly Attachment[]): Promise<KeptFile[]> {
  const contents = new Map(attachments.map(({ sha256, content }) => [sha256, content]))
  const small = [...contents.values()].filter(({ length }) => length <= rowLimit)
  const inRows = small.reduce((sum, { length }) => sum + length, 0) <= rowsLimit
  const isLarge = (content: Buffer) => !inRows || content.length > rowLimit
  for (const [sha256, content] of contents) {
    if (isLarge(content)) await store.letters.put(content, Buffer.from(sha256, 'hex'))
  }
  return attachments.map((file) => ({ ...file, content: isLarge(file.content) ? null : file.content }))
}

/**
 * CTEs, with a comma behind them, that list the files of a message which a CTE `message` inserts; nothing when there are
 * none. A content that is there already stays as it is, with what scanning found.
 */
export function filesInsert(messageId: string, files: readonly KeptFile[]): Prisma.Sql {
  if (files.length === 0) return Prisma.empty
  const contents = [...new Map(files.map((file) => [file.sha256, file])).values()]
  const list = files.map(({ content, sha256, content_id, ...file }, position) => {
    return { ...file, id: newId(), position, sha256, content_id: content_id ?? null }
  })
  return Prisma.sql`
    contents AS (
      INSERT INTO contents (sha256, bytes, raw, scan_at)
      SELECT c.sha256, c.bytes, c.raw, now()
      FROM unnest(${contents.map(({ sha256 }) => Buffer.from(sha256, 'hex'))}::bytea[],
        ${contents.map(({ bytes }) => bytes)}::int[], ${contents.map(({ content }) => content)}::bytea[])
        AS c (sha256, bytes, raw)
      WHERE EXISTS (SELECT FROM message)
      ON CONFLICT (sha256) DO UPDATE SET created_at = now()),
    files AS (
      INSERT INTO attachments (id, message_id, position, sha256, filename, type, bytes, inline, content_id, source)
      SELECT f.id, ${messageId}::uuid, f.position, decode(f.sha256, 'hex'), f.filename, f.type, f.bytes, f.inline,
        f.content_id, f.source
      FROM jsonb_to_recordset(${JSON.stringify(list)}::jsonb) AS f (id uuid, position int, sha256 text, filename text,
        type text, bytes int, inline boolean, content_id text, source text)
      WHERE EXISTS (SELECT FROM message)),`
}

/** Deletes contents that no message has had for a day. */
export async function tidyContents(store: Store, now = new Date()): Promise<void> {
  let done = batch
  while (done === batch) done = await tidySome(store, now)
}

const batch = 100

/** Alone among those who keep and delete files: one that goes here may be a letter, too, or be about to become one. */
function tidySome(store: Store, now: Date): Promise<number> {
  return store.prisma.$transaction(
    async (database) => {
      await database.$executeRaw`SELECT pg_advisory_xact_lock(${filesOfTheStore}::bigint)`
      const gone = await within(database).query<{ file: Uint8Array | null }>(Prisma.sql`
        DELETE FROM contents WHERE sha256 IN (
          SELECT sha256 FROM contents c
          WHERE created_at <= ${now}::timestamptz - interval '1 day'
            AND NOT EXISTS (SELECT FROM attachments a WHERE a.sha256 = c.sha256)
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

/** Shared by those who write files into the store, taken alone by whoever deletes them. */
export const filesOfTheStore = 7_210_043

/** A letter or a content is in the store under this name: files there are named by what they hold. */
export async function isNeeded(database: { query: Store['query'] }, file: Uint8Array): Promise<boolean> {
  const rows = await database.query(Prisma.sql`
    SELECT FROM inbound_mail WHERE raw_sha256 = ${file} AND raw IS NULL
    UNION ALL SELECT FROM contents WHERE sha256 = ${file} AND raw IS NULL LIMIT 1`)
  return rows.length > 0
}
