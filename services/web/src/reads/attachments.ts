import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { Scan } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import { visibleMessages } from '@podatelna/ticketing'
import type { Range } from '../door/download.ts'

/** A file as it is given out. Only messages have files: a letter that is held or quarantined shows none. */
export type StoredFile = {
  sha256: Buffer
  filename: string
  /** As its sender named it: a stranger's word. */
  type: string
  bytes: number
  scan: Scan
  scanReason: string | null
  /** Its bytes when they are in the row; else the letter store has them. */
  raw: Buffer | null
}

/** Undefined for a file there is not, and for those of deleted tickets; for a participant, of what they may not see. */
export async function findFile(store: Store, id: string, participantId?: string): Promise<StoredFile | undefined> {
  const visible = participantId ? Prisma.sql`AND m.id IN (${visibleMessages(participantId)})` : Prisma.empty
  const [row] = await store.query<StoredFile & { scan: string }>(Prisma.sql`
    SELECT c.sha256, a.filename, a.type, c.bytes, c.scan, c.scan_reason AS "scanReason", c.raw
    FROM attachments a JOIN contents c USING (sha256)
    JOIN messages m ON m.id = a.message_id JOIN tickets t ON t.id = m.ticket_id
    WHERE a.id = ${id}::uuid AND t.deleted_at IS NULL ${visible}`)
  return row && { ...row, scan: Scan.parse(row.scan) }
}

/** @throws Error when the letter store does not give them */
export async function openFile(store: Store, { raw, sha256 }: StoredFile, range?: Range): Promise<Buffer | Readable> {
  if (raw) return range ? raw.subarray(range.start, range.end + 1) : raw
  const stream = store.letters.read(sha256, range)
  await once(stream, 'readable')
  return stream
}

/** The first bytes, by which a type is known. @throws as `openFile` */
export async function beginningOf(store: Store, { raw, sha256 }: StoredFile, bytes: number): Promise<Buffer> {
  if (raw) return raw.subarray(0, bytes)
  const chunks: Buffer[] = []
  for await (const chunk of store.letters.read(sha256, { start: 0, end: bytes - 1 })) chunks.push(chunk)
  return Buffer.concat(chunks)
}
