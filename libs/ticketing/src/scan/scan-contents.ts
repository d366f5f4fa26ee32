/**
 * Files wait for the virus scanner in their own rows: whoever takes one has it under a lease, so any number of processes
 * may scan, and what a killed one had in hand is taken up again.
 */
import { Readable } from 'node:stream'
import type { Actor } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import { system } from '../desk.ts'
import { type Clamd, type ScanResult, scanStream } from './clamd.ts'

const leaseMinutes = 5
const atOnce = 10
const retrySeconds = 15

/**
 * Scans all that is due.
 *
 * @returns why the scanner is away, if it is; what was due then is due again soon
 */
export async function scanContents(store: Store, clamd: Clamd): Promise<string | undefined> {
  for (;;) {
    const due = await takeDue(store)
    for (const [at, content] of due.entries()) {
      const result = await scanStream(clamd, openContent(store, content))
      if (result.scan === 'away') {
        await giveBack(store, due.slice(at))
        return result.reason
      }
      await note(store, content, result)
    }
    if (due.length < atOnce) return undefined
  }
}

type Due = { sha256: Uint8Array; raw: Uint8Array | null }

function takeDue(store: Store): Promise<Due[]> {
  return store.query<Due>(Prisma.sql`
    UPDATE contents SET scan_at = now() + ${leaseMinutes} * interval '1 minute'
    WHERE sha256 IN (
      SELECT sha256 FROM contents WHERE scan_at <= now() ORDER BY scan_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)
    RETURNING sha256, raw`)
}

function openContent({ letters }: Store, { raw, sha256 }: Due): Readable {
  return raw ? Readable.from([Buffer.from(raw)]) : letters.read(Buffer.from(sha256))
}

async function giveBack(store: Store, contents: Due[]): Promise<void> {
  await store.query(Prisma.sql`
    UPDATE contents SET scan_at = now() + ${retrySeconds} * interval '1 second'
    WHERE sha256 = ANY(${contents.map(({ sha256 }) => Buffer.from(sha256))}::bytea[])`)
}

/** What was found, and on every ticket that has an infected file an event that says so, in one commit. */
async function note(store: Store, { sha256 }: Due, result: Exclude<ScanResult, { scan: 'away' }>): Promise<void> {
  const reason = result.scan === 'clean' ? null : result.reason
  await store.query(Prisma.sql`
    WITH scanned AS (
      UPDATE contents SET scan = ${result.scan}, scan_reason = ${reason}, scanned_at = now(), scan_at = NULL
      WHERE sha256 = ${Buffer.from(sha256)} AND scan = 'unscanned' RETURNING sha256)
    INSERT INTO ticket_events (ticket_id, type, by, detail)
    SELECT m.ticket_id, 'attachment_quarantined', ${bySystem}::jsonb,
      jsonb_build_object('filename', a.filename, 'reason', ${reason}::text)
    FROM scanned JOIN attachments a USING (sha256) JOIN messages m ON m.id = a.message_id
    WHERE ${result.scan === 'infected'}`)
}

const bySystem = JSON.stringify(system satisfies Actor)
