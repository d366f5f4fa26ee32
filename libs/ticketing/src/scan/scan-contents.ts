/**
 * Files wait for the virus scanner in their own rows: whoever takes one has it under a lease, so any number of processes
 * may scan, and what a killed one had in hand is taken up again.
 */
import { Readable } from 'node:stream'
import type { Actor } from '@podatelna/contracts'
import { Prisma, type Store, within } from '@podatelna/store'
import { system } from '../desk.ts'
import { quarantine } from '../files/files.ts'
import { type Clamd, clamdVersion, type ScanResult, scanStream } from './clamd.ts'

/** Longer than one scan may take. */
const leaseMinutes = 5
/** A file over which the scanner broke off so often, while it answered otherwise, is given up. */
const mostTries = 6

/** What a round found out: how many files were dealt with, and why the scanner is away, if it is. */
export type Round = { done: number; away: string | undefined }

/**
 * Scans all that is due, one after the other, until the scanner is away or the signal says to stop; what was in hand is
 * due again then.
 *
 * @throws Error when the database does not answer
 */
export async function scanContents(store: Store, clamd: Clamd, signal?: AbortSignal): Promise<Round> {
  for (let done = 0; ; done++) {
    const content = signal?.aborted ? undefined : await takeDue(store)
    if (!content) return { done, away: undefined }
    const result = await scanStream(clamd, open(store, content), signal)
    const away = await settle(store, content, result, { clamd, signal })
    if (away !== undefined) return { done, away }
  }
}

type Due = { sha256: Buffer; raw: Buffer | null; tries: number }

async function takeDue(store: Store): Promise<Due | undefined> {
  const [due] = await store.query<Due>(Prisma.sql`
    UPDATE contents SET scan_at = now() + ${leaseMinutes} * interval '1 minute'
    WHERE sha256 = (SELECT sha256 FROM contents WHERE scan_at <= now() ORDER BY scan_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING sha256, raw, scan_tries AS tries`)
  return due
}

function open({ letters }: Store, { raw, sha256 }: Due): Readable {
  return raw ? Readable.from([raw]) : letters.read(sha256)
}

/** Writes down what was found. @returns why the scanner is away, if it is; the content is due again then */
async function settle(
  store: Store,
  content: Due,
  result: ScanResult,
  { clamd, signal }: { clamd: Clamd; signal: AbortSignal | undefined },
): Promise<string | undefined> {
  if (result.scan === 'clean' || result.scan === 'failed' || result.scan === 'infected') {
    await note(store, content, result)
    return undefined
  }
  if (result.scan === 'away' || signal?.aborted || !(await answers(clamd))) {
    await store.query(Prisma.sql`UPDATE contents SET scan_at = now() WHERE sha256 = ${content.sha256}`)
    return result.reason
  }
  await tryLater(store, content, result.reason)
  return undefined
}

/** A scanner that breaks off over everything is away, whatever stands before it and takes connections. */
function answers(clamd: Clamd): Promise<boolean> {
  return clamdVersion(clamd).then(
    () => true,
    () => false,
  )
}

/** After 15 s, 1, 4, 16 and 64 minutes; others pass it meanwhile. */
async function tryLater(store: Store, { sha256, tries }: Due, reason: string): Promise<void> {
  if (tries + 1 >= mostTries) return note(store, { sha256 }, { scan: 'failed', reason })
  await store.query(Prisma.sql`
    UPDATE contents SET scan_tries = scan_tries + 1, scan_at = now() + 15 * 4 ^ ${tries}::int * interval '1 second'
    WHERE sha256 = ${sha256} AND scan = 'unscanned'`)
}

type Verdict = Extract<ScanResult, { scan: 'clean' | 'failed' | 'infected' }>

/**
 * What was found, and on every ticket that has an infected file an event that says so. Its row is locked first: a letter
 * that is being filed with it either is seen here, or sees what was found (files.ts).
 */
async function note(store: Store, { sha256 }: Pick<Due, 'sha256'>, verdict: Verdict): Promise<void> {
  const reason = verdict.scan === 'clean' ? null : verdict.reason
  const found = Prisma.sql`
    UPDATE contents SET scan = ${verdict.scan}, scan_reason = ${reason}, scanned_at = now(), scan_at = NULL
    WHERE sha256 = ${sha256} AND scan = 'unscanned' RETURNING sha256`
  if (verdict.scan !== 'infected') return void (await store.query(found))
  await store.prisma.$transaction(async (database) => {
    const { query } = within(database)
    await query(Prisma.sql`SELECT FROM contents WHERE sha256 = ${sha256} FOR UPDATE`)
    await query(Prisma.sql`
      WITH found AS (${found})
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT m.ticket_id, ${quarantine}, ${bySystem}::jsonb,
        jsonb_build_object('filename', a.filename, 'reason', ${reason}::text)
      FROM found JOIN attachments a USING (sha256) JOIN messages m ON m.id = a.message_id`)
  })
}

const bySystem = JSON.stringify(system satisfies Actor)
