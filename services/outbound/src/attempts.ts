import { outboxFrom } from '@podatelna/bus'
import { deliveryDeferredLong, deliveryFailed, type Envelope } from '@podatelna/contracts'
import { newId, Prisma, type Store } from '@podatelna/store'
import { circumstancesOfDelivery, whyKeptBack } from '@podatelna/ticketing'
import type { Answer } from './relay.ts'
import { suppress } from './suppressions.ts'

/** A delivery in the hands of this process. */
export type Outgoing = {
  id: string
  to: string
  envelopeFrom: string
  source: Buffer
  attempts: number
  createdAt: Date
}

/**
 * One attempt and what follows from it; `wait` is in seconds, null when the delivery has ended. `news` is the id of the
 * event that tells of it, if one is due: made here, so that writing the attempt down twice tells once.
 */
export type Attempt = Answer & { id: string; wait: number | null; news: string | null }

const minute = 60
const longestWait = 60 * minute
const patience = 5 * 24 * 60 * minute

/** 1, 2, 4 … minutes, at most an hour, for five days (rules §6); then what could not be delivered has failed. */
export function afterAnswer(delivery: Outgoing, answer: Answer, now = Date.now()): Attempt {
  const { id, attempts, createdAt } = delivery
  const { outcome } = answer
  if (outcome === 'sent' || outcome === 'captured') return { ...answer, id, wait: null, news: null }
  const wait = Math.min(minute * 2 ** attempts, longestWait)
  const age = (now - createdAt.getTime()) / 1000
  const failed = outcome === 'failed' || age + wait > patience
  return { ...answer, id, outcome: failed ? 'failed' : outcome, wait: failed ? null : wait, news: newId() }
}

/**
 * Writes down any number of attempts in one statement, and what is told of them: a failure, or once, that it has been
 * going on for four hours (rules §6).
 *
 * @returns the events that are committed now
 */
export async function recordAttempts(store: Store, attempts: Attempt[]): Promise<Envelope[]> {
  const column = <Key extends keyof Attempt>(key: Key) => attempts.map((attempt) => attempt[key])
  const dead = attempts.flatMap(({ id, noSuchMailbox }) => (noSuchMailbox ? [id] : []))
  const suppressed =
    dead.length === 0
      ? Prisma.empty
      : Prisma.sql`, suppressed AS (${suppress(
          { scope: 'all', cause: 'refusal' },
          Prisma.sql`SELECT d.to_address, a.smtp, d.id, NULL::uuid, now()
            FROM deliveries d JOIN attempt a USING (id) WHERE d.id = ANY(${dead}::uuid[])`,
        )})`
  return store.query<Envelope>(Prisma.sql`
    WITH attempt AS (
      SELECT * FROM unnest(${column('id')}::uuid[], ${column('outcome')}::text[], ${column('smtp')}::text[],
        ${column('wait')}::int[], ${column('news')}::uuid[]) AS a (id, outcome, smtp, wait, news)),
    delivery AS (
      UPDATE deliveries d SET attempt_count = attempt_count + 1,
        due_at = CASE WHEN d.state IN ('bounced', 'suppressed') THEN NULL ELSE now() + wait * interval '1 second' END,
        -- A bounce may be here before the relay's answer is; and what was redacted meanwhile is not tried again.
        state = CASE WHEN d.state = 'bounced' OR (d.state = 'suppressed' AND outcome = 'deferred') THEN d.state
          ELSE outcome END
      FROM attempt WHERE d.id = attempt.id
      RETURNING d.id, d.state, news, outcome, smtp, d.created_at + interval '4 hours' AS worrying),
    written AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp) SELECT id, outcome, smtp FROM delivery),
    told AS (${outboxFrom(Prisma.sql`
      SELECT news, CASE state WHEN 'failed' THEN ${deliveryFailed.name} ELSE ${deliveryDeferredLong.name} END,
        jsonb_build_object('delivery_id', id)
      FROM delivery d
      WHERE news IS NOT NULL AND (state = 'failed' OR state = 'deferred' AND worrying <= now() AND NOT EXISTS (
        SELECT FROM delivery_attempts a WHERE a.delivery_id = d.id AND a.outcome = 'deferred' AND a.at >= worrying))`)})
    ${suppressed}
    SELECT * FROM told`)
}

/** Of letters that are taken together: those with files are large. */
const bytesAtATime = 64 * 1024 * 1024

/**
 * Leases what is due to this process. Who is no longer on the ticket, or no longer an agent, gets nothing, nor does an address
 * that is suppressed meanwhile, nor who may not see the reply any more: those are suppressed on the spot.
 *
 * @param inHand deliveries this process has already; their lease may have run out while a slow relay thinks
 */
export async function takeDue(
  store: Store,
  limit: number,
  inHand: string[],
  lease: number,
): Promise<(Outgoing & { allowed: boolean })[]> {
  const rows = await store.query<Outgoing & { allowed: boolean }>(Prisma.sql`
    WITH due AS (
      SELECT d.id, d.due_at, octet_length(d.source) AS bytes, ${whyKeptBack} AS kept_back
      FROM deliveries d ${circumstancesOfDelivery}
      WHERE d.due_at <= now() AND d.id <> ALL(${inHand}::uuid[])
      ORDER BY d.due_at LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED),
    fitting AS (SELECT *, sum(bytes) OVER (ORDER BY due_at, id) - bytes AS before FROM due),
    taken AS (
      UPDATE deliveries d SET
        due_at = CASE WHEN kept_back IS NULL THEN now() + ${lease} * interval '1 second' END,
        state = CASE WHEN kept_back IS NULL THEN state ELSE 'suppressed' END
      FROM fitting WHERE d.id = fitting.id AND before < ${bytesAtATime}
      RETURNING d.id, to_address AS "to", envelope_from AS "envelopeFrom", source, attempt_count AS attempts,
        created_at AS "createdAt", kept_back),
    suppressed AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp)
      SELECT id, 'suppressed', kept_back FROM taken WHERE kept_back IS NOT NULL)
    SELECT *, kept_back IS NULL AS allowed FROM taken`)
  return rows.map((row) => ({ ...row, source: Buffer.from(row.source) }))
}

/**
 * Of deliveries that wait in hand, those that are not to be sent any more: redacted ones, which have no body, and those that
 * `takeDue` would keep back.
 */
export async function withdrawn(store: Store, ids: string[]): Promise<Set<string>> {
  const rows = await store.query<{ id: string }>(Prisma.sql`
    SELECT d.id FROM deliveries d ${circumstancesOfDelivery}
    WHERE d.id = ANY(${ids}::uuid[]) AND (d.redacted_at IS NOT NULL OR ${whyKeptBack} IS NOT NULL)`)
  return new Set(rows.map(({ id }) => id))
}

/** Keeps others away from what is being sent, or, with 0, gives it to them. */
export async function lease(store: Store, ids: string[], seconds: number): Promise<void> {
  if (ids.length === 0) return
  await store.query(Prisma.sql`
    UPDATE deliveries SET due_at = now() + ${seconds} * interval '1 second'
    WHERE id = ANY(${ids}::uuid[]) AND due_at IS NOT NULL`)
}
