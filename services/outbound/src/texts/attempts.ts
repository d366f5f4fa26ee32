import { Prisma, type Store } from '@podatelna/store'
import { whyKeptBack } from './kept-back.ts'
import type { Answer, Outgoing } from './provider.ts'
import { quietUntil } from './quiet.ts'

/** A text in the hands of this process; `unclear` counts this attempt until its answer is clear. */
export type Due = Outgoing & { attempts: number; unclear: number; expiresAt: Date }

/** One attempt and what follows from it; `wait` is in seconds, null when the text has ended. */
export type Attempt = Omit<Answer, 'outcome' | 'rest'> & {
  id: string
  /** The attempts that were written down before it. */
  attempts: number
  outcome: Answer['outcome'] | 'expired'
  state: 'queued' | 'sent' | 'failed' | 'expired'
  wait: number | null
}

const minute = 60
const firstWait = 30
const longestWait = 15 * minute
/** Time for an answer that is on its way to come in by a receipt. */
const waitUnclear = 5 * minute
/** What was given to the provider so often without an answer is not given a third time: each may have arrived, and been paid. */
const unclearLimit = 2
/** What is urgent is of no use after these. */
export const usefulSeconds = 6 * 60 * minute

/** 30 seconds, then 1, 2, 4 … 15 minutes, until the text is of no use. */
export function afterAnswer(text: Due, { rest = 0, ...answer }: Answer, now = Date.now()): Attempt {
  const { id, attempts, unclear, expiresAt } = text
  const ended = (state: Attempt['state']) => ({ ...answer, id, attempts, state, wait: null })
  if (answer.outcome === 'sent' || answer.outcome === 'failed') return ended(answer.outcome)
  if (answer.outcome === 'unclear' && unclear >= unclearLimit) return ended('failed')
  const wait =
    answer.outcome === 'unclear' ? waitUnclear : Math.max(Math.min(firstWait * 2 ** attempts, longestWait), rest)
  if (now + wait * 1000 > expiresAt.getTime()) return { ...ended('expired'), outcome: 'expired' }
  return { ...ended('queued'), wait }
}

/**
 * Leases what is due to this process, and counts it as unclear until it is recorded: after a crash nobody knows. What is
 * not for its recipient any more, came too late, or was unclear too often, ends here; in quiet hours it waits for their end.
 *
 * @param asked.leave seconds for which it is left to other processes
 * @param asked.inHand texts this process has already, should it be slow to write down what became of them
 */
export async function takeDue(
  store: Store,
  asked: { limit: number; inHand: string[]; lease: number; leave: number; timeZone: string },
): Promise<Due[]> {
  return store.query<Due>(Prisma.sql`
    WITH due AS (
      SELECT x.id, ${whyKeptBack} AS kept_back, x.expires_at <= now() AS late, x.unclear >= ${unclearLimit} AS lost,
        ${quietUntil(asked.timeZone)} AS quiet
      FROM texts x
      JOIN tickets t ON t.id = x.ticket_id
      JOIN participants p ON p.id = x.participant_id
      LEFT JOIN messages m ON m.id = x.caused_by_message_id
      LEFT JOIN contact_addresses entry ON entry.address = p.address
      LEFT JOIN contacts contact ON contact.id = entry.contact_id
      WHERE x.due_at <= now() - ${asked.leave} * interval '1 second' AND x.id <> ALL(${asked.inHand}::uuid[])
      ORDER BY x.due_at LIMIT ${asked.limit} FOR UPDATE OF x SKIP LOCKED),
    judged AS (
      SELECT id, quiet,
        CASE WHEN kept_back IS NOT NULL THEN 'suppressed' WHEN lost THEN 'failed' WHEN late THEN 'expired' END AS ends,
        coalesce(kept_back, CASE WHEN lost THEN ${lost} ELSE ${late} END) AS why
      FROM due),
    taken AS (
      UPDATE texts x SET state = coalesce(ends, x.state),
        due_at = CASE WHEN ends IS NULL THEN coalesce(quiet, now() + ${asked.lease} * interval '1 second') END,
        expires_at = coalesce(CASE WHEN ends IS NULL THEN quiet + ${usefulSeconds} * interval '1 second' END, expires_at),
        unclear = unclear + (ends IS NULL AND quiet IS NULL)::int
      FROM judged WHERE x.id = judged.id
      RETURNING x.id, to_number AS "to", body, taken, attempt_count AS attempts, unclear, expires_at AS "expiresAt", ends, quiet),
    told AS (
      INSERT INTO text_attempts (text_id, outcome, answer) SELECT id, ends, why FROM judged WHERE ends IS NOT NULL)
    SELECT * FROM taken WHERE ends IS NULL AND quiet IS NULL`)
}

const lost = 'It was handed over twice without an answer, and not a third time: it may have arrived or not.'
const late = 'It would have come too late to be of use.'

/**
 * Writes down an attempt, and under which ids the provider knows its parts. A receipt that came before is found there.
 * Written down twice it counts once.
 */
export async function recordAttempt(store: Store, attempt: Attempt): Promise<void> {
  const { id, attempts, outcome, state, words, ids, taken, wait } = attempt
  const failing = Prisma.sql`(SELECT outcome FROM part WHERE outcome <> 'delivered' LIMIT 1)`
  const arrivedNow = Prisma.sql`(SELECT count(*)::int FROM part WHERE outcome = 'delivered')`
  await store.query(Prisma.sql`
    WITH text AS (SELECT id FROM texts WHERE id = ${id}::uuid AND attempt_count = ${attempts}),
    part AS (
      INSERT INTO text_parts (provider_id, text_id)
      SELECT DISTINCT provider_id, text.id FROM text, unnest(${ids}::text[]) AS provider_id
      ON CONFLICT (provider_id) DO UPDATE SET text_id = EXCLUDED.text_id, at = now(),
        -- An id that was another text's is used again.
        outcome = CASE WHEN text_parts.text_id IS NULL THEN text_parts.outcome END
      RETURNING outcome),
    attempt AS (
      INSERT INTO text_attempts (text_id, outcome, answer)
      SELECT id, ${outcome}, ${words} FROM text
      UNION ALL SELECT id, outcome, 'The receipt came before the answer.' FROM text, part WHERE outcome IS NOT NULL)
    UPDATE texts x SET attempt_count = attempt_count + 1, taken = taken + ${taken}, arrived = arrived + ${arrivedNow},
      unclear = unclear - ${outcome === 'unclear' ? 0 : 1},
      state = CASE
        -- What was withdrawn while it was handed over is out all the same.
        WHEN state NOT IN ('queued', 'suppressed') OR (state = 'suppressed' AND ${state} <> 'sent') THEN state
        WHEN ${failing} IS NOT NULL THEN ${failing}
        WHEN ${state} = 'sent' AND arrived + ${arrivedNow} >= taken + ${taken} THEN 'delivered'
        ELSE ${state} END,
      due_at = CASE WHEN state = 'queued' AND ${failing} IS NULL THEN now() + ${wait} * interval '1 second' END
    FROM text WHERE x.id = text.id`)
}
