/**
 * Digests: what a budget stopped, or its reader does not want piece by piece, joined into one letter for each recipient and
 * sent as soon as it is due and there is room for it. It counts as one letter to the recipient, and as one about each ticket
 * it tells of.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@podatelna/runtime'
import { Prisma, type Store } from '@podatelna/store'
import { type Budgets, momentAfter, recipientRoom, ticketRoom } from './budgets.ts'
import { commitLetters } from './deliveries.ts'
import { digestNotice, readConversed, readStopped, type Stopped } from './digest-notice.ts'
import type { Letterhead } from './letterhead.ts'

export type Digests = { close(): Promise<void> }

const roundEveryMs = 1_000
const atOnce = 20

export function startDigests(parts: { store: Store; letterhead: Letterhead; budgets: Budgets; log: Logger }): Digests {
  const stopping = new AbortController()
  const { signal } = stopping
  const goRounds = async () => {
    while (!signal.aborted) {
      let more = false
      try {
        more = await writeDue(parts)
      } catch (error) {
        parts.log.warn({ cause: String(error) }, 'digests cannot be written now')
      }
      if (!more) await delay(roundEveryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const rounds = goRounds()
  return {
    close() {
      stopping.abort()
      return rounds
    },
  }
}

type Parts = Parameters<typeof startDigests>[0]

/** @returns true when more may be due */
async function writeDue(parts: Parts): Promise<boolean> {
  const due = await readDue(parts)
  for (const one of due) await writeDigest(parts, one)
  return due.length === atOnce
}

/** Nobody takes them for themselves: of two who write the same digest, the second finds another version. */
function readDue({ store, budgets }: Parts): Promise<Due[]> {
  const [sent, tickets] = [Prisma.sql`b.sent_at`, Prisma.sql`b.tickets`]
  return store.query<Due>(Prisma.sql`
    SELECT address, version, waiting, ready, greatest(room_at, CASE WHEN ready = '{}' THEN next END) AS "postponedTo",
      next AS "nextAt"
    FROM mail_budgets b,
    LATERAL (SELECT nullif(greatest(${recipientRoom(budgets, sent, Prisma.sql`0`)}, now()), now()) AS room_at) recipient,
    LATERAL (
      SELECT coalesce(array_agg(ticket) FILTER (WHERE at IS NULL OR at <= now()), '{}') AS ready,
        min(at) FILTER (WHERE at > now()) AS next
      FROM unnest(b.waiting) w (ticket),
      LATERAL (SELECT ${ticketRoom(budgets, sent, tickets, Prisma.sql`ticket`)} AS at) room) about
    WHERE digest_at <= now() ORDER BY digest_at LIMIT ${atOnce}`)
}

async function writeDigest({ store, letterhead, budgets }: Parts, due: Due): Promise<void> {
  if (due.postponedTo) return postpone(store, due, due.postponedTo)
  await forgetTold(store, due.address)
  const stopped = await readStopped(store, due.address, due.ready)
  const told = stopped.letters.filter(({ allowed }) => allowed)
  const ids = stopped.letters.map(({ id }) => id)
  // Nobody is to be told any more: they left the ticket, or it was erased.
  if (told.length === 0) {
    await store.query(Prisma.sql`
      WITH settled AS (${settle(due, { ...stopped, digest: null })})
      UPDATE deliveries SET digest_line = NULL WHERE id = ANY(${ids}::uuid[]) AND EXISTS (SELECT FROM settled)`)
    return
  }
  const conversed = await readConversed(store, told)
  const letter = await letterhead.write(digestNotice(due.address, stopped, told, conversed, letterhead))
  const toldIds = told.map(({ id }) => id)
  await commitLetters(store, {
    steps: [{ cause: letter.id, letters: [letter], lease: 0 }],
    budgets,
    inbox: () => settle(due, { ...stopped, digest: letter.id }),
    also: (isNew) => Prisma.sql`
      UPDATE deliveries SET digest_line = CASE WHEN id = ANY(${toldIds}::uuid[]) THEN digest_line END,
        digest_id = CASE WHEN id = ANY(${toldIds}::uuid[]) THEN ${letter.id}::uuid END
      WHERE id = ANY(${ids}::uuid[]) AND EXISTS (${isNew})`,
    counted: true,
    timeZone: letterhead.timeZone,
  })
}

/**
 * Lines are kept until their digest is with the relay: should words be redacted before, another one tells of the rest. The
 * last ones stay until the next digest, like the letter that says them.
 */
async function forgetTold(store: Store, address: string): Promise<void> {
  await store.query(Prisma.sql`
    UPDATE deliveries told SET digest_line = NULL FROM deliveries digest
    WHERE told.to_address = ${address} AND told.digest_line IS NOT NULL
      AND digest.id = told.digest_id AND digest.state NOT IN ('queued', 'deferred')`)
}

/**
 * The budget's row as it is after the digest, if nothing was stopped since it was read, and nothing was redacted. Of more
 * letters than one digest tells of, the rest waits for the next one.
 */
function settle(
  { address, version, waiting, ready, nextAt }: Due,
  { letters, more, digest }: Stopped & { digest: string | null },
): Prisma.Sql {
  const left = more ? waiting : waiting.filter((ticket) => !ready.includes(ticket))
  const next = more ? Prisma.sql`now() + interval '10 minutes'` : Prisma.sql`${nextAt}::timestamptz`
  const moment = Prisma.sql`array_fill(${momentAfter(Prisma.sql`sent_at`)}, ARRAY[${ready.length}::int])`
  const counted = digest
    ? Prisma.sql`, sent_at = sent_at || ${moment}, tickets = tickets || ${ready}::uuid[]`
    : Prisma.empty
  return Prisma.sql`
    UPDATE mail_budgets SET waiting = ${left}::uuid[], digest_at = ${next}, version = version + 1 ${counted}
    FROM (
      SELECT count(*) AS there FROM (
        SELECT FROM deliveries, unnest(${letters.map(({ id }) => id)}::uuid[],
          ${letters.map(({ line }) => JSON.stringify(line))}::jsonb[]) AS as_read (id, line)
        WHERE deliveries.id = as_read.id AND deliveries.digest_line = as_read.line FOR UPDATE OF deliveries) locked) stopped
    WHERE address = ${address} AND version = ${version} AND there = ${letters.length}
    RETURNING ${digest}::uuid AS event_id`
}

async function postpone(store: Store, { address, version }: Due, at: Date): Promise<void> {
  await store.query(Prisma.sql`
    UPDATE mail_budgets SET digest_at = ${at}::timestamptz WHERE address = ${address} AND version = ${version}`)
}

type Due = {
  address: string
  version: number
  /** Tickets that wait, and those of them there is room for now; `nextAt`: when there is room for another. */
  waiting: string[]
  ready: string[]
  nextAt: Date | null
  postponedTo: Date | null
}
