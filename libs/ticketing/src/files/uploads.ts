/** Files of messages that staff write: sent ahead, one by one, and attached by the transaction that writes the message. */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Actor, Scan } from '@podatelna/contracts'
import { type DataImage, oneLine } from '@podatelna/mail'
import { type Database, type LetterDraft, newId, Prisma, rowLimit, type Store, within } from '@podatelna/store'
import type { Refusal } from '../desk.ts'
import { refusal } from '../desk.ts'
import { addFiles, announce, type KeptFile } from './files.ts'

/** A file as it was kept. `sha256` in hex. */
export type Upload = { id: string; filename: string; type: string; bytes: number; sha256: string; scan: Scan }

/**
 * Streams a file into the store: memory holds 128 KiB of it, whatever its size. It is durable when this returns, is due for
 * scanning at once, and goes after a day if no message takes it.
 *
 * @param about.id the same again: the file that was kept first stands
 * @returns undefined when it has more than `limit` bytes
 * @throws what the stream throws
 */
export async function keepUpload(
  store: Store,
  content: Readable,
  about: { id: string; filename: string; type: string; by: Actor },
  limit: number,
): Promise<Upload | undefined> {
  const draft = store.letters.begin()
  try {
    const hash = createHash('sha256')
    let tooLarge = false
    for await (const chunk of content as AsyncIterable<Buffer>) {
      // The rest is read, and forgotten: whoever sends it would not hear an answer before its end.
      tooLarge ||= draft.bytes + chunk.length > limit
      if (tooLarge) continue
      hash.update(chunk)
      await draft.write(chunk)
    }
    return tooLarge ? undefined : await keep(store, draft, hash.digest(), about)
  } finally {
    await draft.discard()
  }
}

async function keep(
  store: Store,
  draft: LetterDraft,
  sha256: Buffer,
  { id, filename, type, by }: Parameters<typeof keepUpload>[2],
): Promise<Upload> {
  const { bytes } = draft
  const large = bytes > rowLimit
  // The row first, then the file (files.ts); where the bytes are in a row already, there is no need of one.
  if (large && (await announce(store, [[sha256.toString('hex'), bytes]])).length > 0) await draft.keep()
  const raw = large ? null : draft.contents()
  const [row] = await store.query<Upload>(Prisma.sql`
    WITH content AS (
      INSERT INTO contents (sha256, bytes, raw, scan_at) VALUES (${sha256}, ${bytes}, ${raw}::bytea, now())
      ON CONFLICT (sha256) DO UPDATE SET created_at = now(),
        scan_at = CASE WHEN contents.scan = 'unscanned' THEN coalesce(contents.scan_at, now()) END
      RETURNING sha256, scan),
    upload AS (
      INSERT INTO uploads (id, sha256, filename, type, bytes, by)
      SELECT ${id}::uuid, sha256, ${filename}, ${type}, ${bytes}, ${JSON.stringify(by)}::jsonb FROM content
      ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id
      RETURNING id, sha256, filename, type, bytes)
    SELECT id, filename, type, bytes, encode(upload.sha256, 'hex') AS sha256,
      coalesce((SELECT scan FROM content WHERE content.sha256 = upload.sha256), 'unscanned') AS scan
    FROM upload`)
  return row!
}

/** What a message is to have: files that were sent ahead, by their ids, and pictures of its HTML, kept already. */
export type Enclosed = { attachments?: readonly string[] | undefined; pictures?: readonly KeptFile[] | undefined }

/**
 * Attaches them to a message of the same transaction. A file that the HTML names by `cid:` and its id is shown in it.
 * Its content's row is locked first, as where letters are filed: the scanner either sees it here or has told already.
 */
export async function attach(
  database: Database,
  messageId: string,
  html: string | null,
  { attachments = [], pictures = [] }: Enclosed,
): Promise<Refusal | undefined> {
  const found = attachments.length > 0 ? await take(database, attachments) : []
  const missing = attachments.find((id) => !found.some((file) => file.id === id))
  if (missing) return refusal('no_upload', `There is no uploaded file ${missing}; files are kept for a day.`)
  const infected = found.find(({ scan }) => scan === 'infected')
  if (infected) return refusal('infected', `“${infected.filename}” is infected (${infected.reason}) and is not sent.`)
  await database.attachment.createMany({
    data: found.map(({ id, sha256, filename, type, bytes }, position) => {
      const inline = html?.includes(`src="cid:${id}"`) ?? false
      const file = { id: newId(), messageId, position, sha256: Buffer.from(sha256), filename, type, bytes }
      return { ...file, inline, contentId: inline ? id : null, source: 'upload' }
    }),
  })
  await addFiles(database, messageId, pictures)
  return undefined
}

type Found = {
  id: string
  sha256: Uint8Array
  filename: string
  type: string
  bytes: number
  scan: Scan
  reason: string
}

/** In the order they were asked for, each once. */
async function take(database: Database, ids: readonly string[]): Promise<Found[]> {
  const rows = await within(database).query<Found>(Prisma.sql`
    SELECT u.id, u.sha256, u.filename, u.type, u.bytes, c.scan, c.scan_reason AS reason
    FROM uploads u JOIN contents c USING (sha256) WHERE u.id = ANY(${ids}::uuid[])
    ORDER BY c.sha256 FOR SHARE`)
  return [...new Set(ids)].flatMap((id) => rows.find((row) => row.id === id) ?? [])
}

/** Pictures that were pasted into the HTML of staff, as files. */
export function asFiles(images: readonly DataImage[]): (Omit<KeptFile, 'content'> & { content: Buffer })[] {
  return images.map(({ contentId, type, sha256, content }, index) => {
    const filename = oneLine(`image-${index + 1}.${type.slice('image/'.length)}`, 100)
    return {
      filename,
      type,
      sha256,
      content,
      bytes: content.length,
      inline: true,
      content_id: contentId,
      source: 'upload',
    }
  })
}
