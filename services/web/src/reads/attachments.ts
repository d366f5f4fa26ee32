import { Scan } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'

/** A file as it is given out. */
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

/** Undefined for a file there is not, and for those of deleted tickets. */
export async function findFile(store: Store, id: string): Promise<StoredFile | undefined> {
  const [row] = await store.query<StoredFile & { scan: string }>(Prisma.sql`
    SELECT c.sha256, a.filename, a.type, c.bytes, c.scan, c.scan_reason AS "scanReason", c.raw
    FROM attachments a JOIN contents c USING (sha256)
    JOIN messages m ON m.id = a.message_id JOIN tickets t ON t.id = m.ticket_id
    WHERE a.id = ${id}::uuid AND t.deleted_at IS NULL`)
  return row && { ...row, scan: Scan.parse(row.scan) }
}
