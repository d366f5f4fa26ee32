/**
 * What a message shows is derived from its letter, and can be derived again (rules §7). Letters that were filed before
 * files were stored and text was folded are read once more, newest first.
 */
import { buffer } from 'node:stream/consumers'
import { notesOn, type Reader } from '@podatelna/mail'
import { Prisma, type Store } from '@podatelna/store'
import { filesInsert, keepFiles } from './files.ts'

type Place = { store: Store; reader: Reader }

/**
 * Derives all that is due; one at a time, as nobody waits for it. Harmless when others do so, too.
 *
 * @throws Error about the first one that could not be read, after the others were
 */
export async function deriveAgain(place: Place, signal?: AbortSignal): Promise<void> {
  let failure: unknown
  let last: Underived | undefined
  while (!signal?.aborted) {
    last = await nextUnderived(place.store, last)
    if (!last) break
    await derive(place, last).catch((error: unknown) => {
      failure ??= error
    })
  }
  if (failure) throw failure
}

type Underived = { id: string; raw: Buffer | null; raw_sha256: Buffer | null }

async function nextUnderived(store: Store, before: Underived | undefined): Promise<Underived | undefined> {
  const [row] = await store.query<Underived>(Prisma.sql`
    SELECT m.id, letter.raw, letter.raw_sha256
    FROM messages m JOIN inbound_mail letter ON letter.id = m.mail_id
    WHERE m.visible_text IS NULL AND (${before?.id ?? null}::uuid IS NULL OR m.id < ${before?.id ?? null}::uuid)
    ORDER BY m.id DESC LIMIT 1`)
  return row
}

/** One statement; whoever comes second finds `visible_text` written, and nothing to do. */
async function derive({ store, reader }: Place, { id, raw, raw_sha256 }: Underived): Promise<void> {
  const bytes = raw ?? (raw_sha256 && (await buffer(store.letters.read(raw_sha256))))
  if (!bytes) return stayAsItIs(store, id)
  const letter = await reader.read(bytes)
  const files = await keepFiles(store, letter.attachments)
  await store.query(Prisma.sql`
    WITH message AS (
      UPDATE messages SET text = ${letter.text}, html = ${letter.html ?? null}, visible_text = ${letter.visible_text},
        folded = ${JSON.stringify(letter.folded)}::jsonb, warnings = ${notesOn(letter)}::text[], attachments = '[]'
      WHERE id = ${id}::uuid AND visible_text IS NULL RETURNING id, ticket_id),
    ${filesInsert(id, files)}
    done AS (SELECT FROM message)
    SELECT FROM done`)
}

/** The bytes of its letter are not kept: there is nothing to read. */
async function stayAsItIs(store: Store, id: string): Promise<void> {
  await store.query(Prisma.sql`UPDATE messages SET visible_text = text WHERE id = ${id}::uuid AND visible_text IS NULL`)
}
