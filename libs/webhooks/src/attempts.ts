import type { Actor, WebhookOutcome } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import type { Told } from './message.ts'
import type { Answer } from './request.ts'
import type { SecretOf } from './secret.ts'

/** A delivery in the hands of this process, with what it tells. */
export type Due = {
  id: string
  url: string
  attempts: number
  /** Of those, since it was made or replayed. */
  tries: number
  firstTriedAt: Date
  webhook: SecretOf & { failures: number; failingSince: Date | null }
  told: Told
}

/** One attempt and what follows: `wait` in seconds for the delivery, null when it has ended, `rest` for the webhook. */
export type Attempt = {
  id: string
  webhookId: string
  attempts: number
  outcome: WebhookOutcome
  status: number | null
  answer: string
  milliseconds: number
  wait: number | null
  rest: number
  disable: string | null
}

/** Longer than any attempt. What is due later than this is not under way. */
export const leaseSeconds = 60

const minute = 60
const hour = 60 * minute
const day = 24 * hour

const waits = [5, 30, 2 * minute, 10 * minute, 30 * minute, hour, 3 * hour, 6 * hour]
/** A delivery is tried for so long since its first attempt. */
const patience = 3 * day
/** A webhook that took nothing for so long is told nothing more until staff say so. */
const goneAfter = 5 * day
const longestRest = minute
const longestRetryAfter = hour
/** So many at a time for a webhook that takes what it is given, and one for one that does not. */
const atATime = 4
const failingAfter = 3

/** 5 and 30 seconds, 2, 10, 30 minutes, 1, 3, 6 hours, then every 6 hours, for three days. */
export function afterAnswer(delivery: Due, answer: Answer, now = Date.now()): Attempt {
  const { id, attempts, tries, webhook } = delivery
  const { status, words, milliseconds } = answer
  const known = { id, webhookId: webhook.id, attempts, status, milliseconds }
  if (status !== null && status >= 200 && status < 300) {
    return { ...known, outcome: 'delivered', answer: '', wait: null, rest: 0, disable: null }
  }
  const asked = Math.min(answer.retryAfter, longestRetryAfter)
  const wait = Math.max(waits[tries] ?? waits.at(-1)!, asked)
  const overdue = (now - delivery.firstTriedAt.getTime()) / 1_000 + wait > patience
  const failures = webhook.failures + 1
  return {
    ...known,
    outcome: overdue || status === 410 ? 'failed' : 'deferred',
    answer: wordsFor(status, words),
    wait: overdue || status === 410 ? null : wait,
    rest: Math.max(failures < failingAfter ? 0 : Math.min(2 ** (failures - failingAfter), longestRest), asked),
    disable: whyDisabled(status, webhook.failingSince, now),
  }
}

/** 410 is what https://www.standardwebhooks.com has for "never again". */
function whyDisabled(status: number | null, failingSince: Date | null, now: number): string | null {
  if (status === 410) return 'It answered 410: it is gone.'
  const lasting = failingSince ? (now - failingSince.getTime()) / 1_000 : 0
  return lasting > goneAfter ? 'It took nothing for five days.' : null
}

function wordsFor(status: number | null, words: string): string {
  if (status === null) return words
  if (status >= 300 && status < 400) return 'It answered with a redirect, and those are not followed.'
  return words || `It answered ${status}.`
}

/**
 * Leases what is due for `leaseSeconds`, the oldest of each webhook first, with what it tells.
 *
 * @param inHand deliveries this process has already, each with its webhook
 */
export async function takeDue(store: Store, inHand: Map<string, string>): Promise<Due[]> {
  const rows = await store.query<Row>(Prisma.sql`
    WITH busy AS (
      SELECT webhook_id, count(*)::int AS n
      FROM unnest(${[...inHand.values()]}::uuid[]) AS b (webhook_id) GROUP BY webhook_id),
    hook AS (
      SELECT w.*, CASE WHEN failures >= ${failingAfter} THEN 1 ELSE ${atATime} END - coalesce(n, 0) AS room
      FROM webhooks w LEFT JOIN busy ON busy.webhook_id = w.id
      WHERE state = 'active' AND (rest_until IS NULL OR rest_until <= now())),
    due AS (
      SELECT d.id FROM hook, LATERAL (
        SELECT id FROM webhook_deliveries
        WHERE webhook_id = hook.id AND due_at <= now() AND id <> ALL(${[...inHand.keys()]}::uuid[])
        ORDER BY due_at, created_at, event_id LIMIT greatest(room, 0) FOR UPDATE SKIP LOCKED) d),
    taken AS (
      UPDATE webhook_deliveries d SET due_at = now() + ${leaseSeconds} * interval '1 second',
        first_tried_at = coalesce(first_tried_at, now())
      FROM due WHERE d.id = due.id
      RETURNING d.*)
    SELECT taken.id, url, attempt_count AS attempts, attempt_count - earlier_tries AS tries,
      first_tried_at AS "firstTriedAt", taken.type, taken.created_at AS at,
      hook.id AS "webhookId", secret_version AS version, previous_secret_until AS "previousUntil", failures,
      failing_since AS "failingSince", ${toldEvent} AS event
    FROM taken JOIN hook ON hook.id = webhook_id
    LEFT JOIN ticket_events e ON e.id = event_id LEFT JOIN tickets t ON t.id = e.ticket_id
    ORDER BY e.xact, e.id`)
  return rows.map(({ webhookId, version, previousUntil, failures, failingSince, type, at, event, ...delivery }) => ({
    ...delivery,
    webhook: { id: webhookId, version, previousUntil, failures, failingSince },
    told: { type, at, event: event && { ...event, number: BigInt(event.number) } },
  }))
}

/** Of `ticket_events e` and `tickets t`, which may be absent. */
export const toldEvent = Prisma.sql`CASE WHEN e.id IS NOT NULL THEN jsonb_build_object(
  'after', e.xact || '.' || e.id, 'type', e.type, 'by', e.by, 'detail', e.detail, 'number', t.number,
  'subject', t.subject, 'status', t.status, 'priority', t.priority) END`

/** Of `webhook_deliveries d`: waits for a later try. */
export const notUnderWay = Prisma.sql`(d.state = 'pending' AND d.due_at > now() + ${leaseSeconds} * interval '1 second')`

/** Writes an attempt down. Twice, it counts once; what was replayed or withdrawn meanwhile stays so. */
export async function recordAttempt(store: Store, attempt: Attempt): Promise<void> {
  const { id, webhookId, attempts, outcome, status, answer, milliseconds, wait, rest, disable } = attempt
  const went = outcome === 'delivered'
  const problem = disable ?? (status === null ? answer : `It answered ${status}.`)
  await store.query(Prisma.sql`
    WITH delivery AS (
      UPDATE webhook_deliveries SET attempt_count = attempt_count + 1,
        state = CASE ${outcome} WHEN 'deferred' THEN 'pending' ELSE ${outcome} END,
        due_at = now() + ${wait} * interval '1 second'
      WHERE id = ${id}::uuid AND attempt_count = ${attempts} RETURNING id, event_id),
    written AS (
      INSERT INTO webhook_attempts (delivery_id, outcome, status, answer, milliseconds)
      SELECT id, ${outcome}, ${status}, CASE WHEN ${redactedMeanwhile} THEN '' ELSE ${answer} END, ${milliseconds}
      FROM delivery),
    -- It is back: what waits because of it need not.
    hurried AS (
      UPDATE webhook_deliveries d SET due_at = now() FROM webhooks w
      WHERE w.id = ${webhookId}::uuid AND ${went} AND failures >= ${failingAfter} AND d.webhook_id = w.id
        AND d.id <> ${id}::uuid AND ${notUnderWay})
    UPDATE webhooks SET failures = CASE WHEN ${went} THEN 0 ELSE failures + 1 END,
      failing_since = CASE WHEN NOT ${went} THEN coalesce(failing_since, now()) END,
      rest_until = CASE WHEN NOT ${went} THEN now() + ${rest} * interval '1 second' END,
      problem = CASE WHEN NOT ${went} THEN ${problem} END,
      state = CASE WHEN ${disable}::text IS NOT NULL AND state = 'active' THEN 'disabled' ELSE state END
    -- One that takes what it is given, as it did before, is not written to.
    WHERE id = ${webhookId}::uuid AND EXISTS (SELECT FROM delivery) AND NOT (${went} AND failures = 0)`)
}

/** Its answer may quote what the attempt still told. */
const redactedMeanwhile = Prisma.sql`EXISTS (
  SELECT FROM ticket_events e JOIN tickets t ON t.id = e.ticket_id
  WHERE e.id = event_id AND t.redacted_at > now() - ${leaseSeconds} * interval '1 second')`

type Row = Omit<Due, 'webhook' | 'told'> &
  Omit<Due['webhook'], 'id'> & {
    webhookId: string
    type: string
    at: Date
    event: (Omit<NonNullable<Told['event']>, 'number' | 'by'> & { number: number; by: Actor }) | null
  }
