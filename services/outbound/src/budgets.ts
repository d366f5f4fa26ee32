/**
 * How much mail anybody gets (rules §6), counted in the statement that commits the letters: a row for each recipient is
 * locked by writing it, and what is counted there is what is sent, however many workers write at once. No extra round trip.
 */
import type { Settings } from '@podatelna/runtime'
import { Prisma } from '@podatelna/store'

/** Numbers of letters; 0 for any. */
export type Budgets = {
  ticketTenMinutes: number
  ticketHour: number
  recipientHour: number
  mailboxHour: number
  hour: number
}

export function budgetsOf(settings: Settings): Budgets {
  return {
    ticketTenMinutes: settings.BUDGET_TICKET_10_MINUTES,
    ticketHour: settings.BUDGET_TICKET_HOUR,
    recipientHour: settings.BUDGET_RECIPIENT_HOUR,
    mailboxHour: settings.BUDGET_MAILBOX_HOUR,
    hour: settings.BUDGET_HOUR,
  }
}

/** No budget looks further back (settings). */
const longestHour = 1_000

const noTicket = Prisma.sql`'00000000-0000-0000-0000-000000000000'::uuid`

/**
 * Counts letters against their recipients; returns, as `passed`, the ids of those that may go. A stopped letter makes its
 * ticket wait: further letters of it join, and the last place of the recipient's hour is kept for the digest. A letter whose
 * recipient prefers a digest waits as a stopped one does.
 *
 * @param letters a query of id, to_address, ticket_id, and wait: when the digest is due that they prefer, null for none; one
 *   for each address
 * @param how.always they go in any case: another budget has let them pass (rules §1); they are counted all the same
 * @param how.prompt ids of those that do not join what waits of their ticket
 */
export function countLetters(
  budgets: Budgets,
  letters: Prisma.Sql,
  { always, prompt }: { always: boolean; prompt: string[] },
): Prisma.Sql {
  const reserved = Prisma.sql`(cardinality(b.waiting) > 0)::int`
  // OFFSET 0 has the database work out each step once instead of wherever it is named.
  return Prisma.sql`
    INSERT INTO mail_budgets AS b (address, sent_at, tickets, waiting, digest_at, version, passed)
    SELECT to_address, CASE WHEN goes THEN ARRAY[now()] ELSE '{}' END, CASE WHEN goes THEN mine ELSE '{}' END,
      CASE WHEN goes THEN '{}' ELSE mine END, wait, CASE WHEN goes THEN 0 ELSE 1 END, CASE WHEN goes THEN id END
    FROM (
      SELECT l.*, wait IS NULL AS goes, ARRAY[coalesce(ticket_id, ${noTicket})] AS mine FROM (${letters}) l) letter
    ORDER BY to_address
    ON CONFLICT (address) DO UPDATE SET (sent_at, tickets, waiting, digest_at, version, passed) = (
      SELECT CASE WHEN goes THEN sent || moment ELSE sent END, CASE WHEN goes THEN whose || mine ELSE whose END,
        CASE WHEN goes OR mine = ANY (b.waiting) THEN b.waiting ELSE b.waiting || mine END,
        CASE WHEN goes THEN b.digest_at ELSE least(b.digest_at, greatest(room_at, wait, now())) END,
        CASE WHEN goes THEN b.version ELSE b.version + 1 END,
        CASE WHEN goes THEN EXCLUDED.passed END
      FROM (
        SELECT coalesce(array_agg(at ORDER BY n), '{}') AS sent, coalesce(array_agg(ticket ORDER BY n), '{}') AS whose
        FROM (
          SELECT * FROM unnest(b.sent_at, b.tickets) WITH ORDINALITY s (at, ticket, n)
          WHERE at > now() - interval '1 hour' ORDER BY n DESC LIMIT ${longestHour}) newest) kept,
      LATERAL (SELECT coalesce(EXCLUDED.tickets[1], EXCLUDED.waiting[1]) AS mine, EXCLUDED.digest_at AS wait,
        ${momentAfter(Prisma.sql`sent`)} AS moment OFFSET 0) letter,
      LATERAL (
        SELECT greatest(${recipientRoom(budgets, Prisma.sql`sent`, reserved)},
          ${ticketRoom(budgets, Prisma.sql`sent`, Prisma.sql`whose`, Prisma.sql`mine`)}) AS room_at OFFSET 0) room,
      LATERAL (
        SELECT ${always} OR wait IS NULL AND room_at IS NULL
          AND (EXCLUDED.passed = ANY (${prompt}::uuid[]) OR mine <> ALL (b.waiting)) AS goes OFFSET 0) answer)
    RETURNING passed`
}

/** When one more letter may go to a recipient, by their hour: null or past when it may go now. */
export function recipientRoom({ recipientHour }: Budgets, sent: Prisma.Sql, reserved: Prisma.Sql): Prisma.Sql {
  if (recipientHour === 0) return Prisma.sql`NULL::timestamptz`
  return Prisma.sql`(
    SELECT at FROM (SELECT DISTINCT at FROM unnest(${sent}) s (at)) letters
    ORDER BY at DESC OFFSET greatest(${recipientHour} - 1 - ${reserved}, 0) LIMIT 1) + interval '1 hour'`
}

/** The same by what they got about one ticket. */
export function ticketRoom(budgets: Budgets, sent: Prisma.Sql, tickets: Prisma.Sql, ticket: Prisma.Sql): Prisma.Sql {
  const newest = (limit: number, window: string) =>
    limit === 0
      ? Prisma.sql`NULL::timestamptz`
      : Prisma.sql`(
        SELECT at FROM unnest(${sent}, ${tickets}) s (at, about)
        WHERE about = ${ticket} AND at > now() - ${window}::interval
        ORDER BY at DESC OFFSET ${limit - 1} LIMIT 1) + ${window}::interval`
  return Prisma.sql`greatest(${newest(budgets.ticketTenMinutes, '10 minutes')}, ${newest(budgets.ticketHour, '1 hour')})`
}

/** Each letter has a moment of its own, later than those before it, whatever the order in which transactions began. */
export function momentAfter(sent: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`greatest(now(), (${sent})[cardinality(${sent})] + interval '1 microsecond')`
}

/**
 * When letters may leave, by the paces of their mailbox and of all mailboxes. Nobody gets too much of these, so nothing is
 * joined: what is over leaves later. Half of an hour's letters may leave at once, the other half spread over it: in no hour
 * more than the whole.
 *
 * @param going a query of id, all from that mailbox
 * @returns common table expressions, the last one `slot` with id and at
 */
export function paceLetters(budgets: Budgets, going: Prisma.Sql, mailbox: string): Prisma.Sql {
  const paces = [
    { scope: '', limit: budgets.hour },
    { scope: mailbox, limit: budgets.mailboxHour },
  ].filter(({ limit }) => limit > 0)
  if (paces.length === 0) return Prisma.sql`slot AS (SELECT id, now() AS at FROM (${going}) g)`
  const rows = paces.map(
    ({ scope, limit }) => Prisma.sql`(${scope}::text, ${7_200 / limit}::float8 * interval '1 second')`,
  )
  return Prisma.sql`
    going AS (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS total FROM (${going}) g),
    pace (scope, step) AS (VALUES ${Prisma.join(rows)}),
    paced AS (
      INSERT INTO mail_paces AS p (scope, spent_until)
      SELECT scope, now() + count(*) * step FROM pace, going GROUP BY scope, step ORDER BY scope
      ON CONFLICT (scope) DO UPDATE SET
        spent_until = greatest(p.spent_until, now()) + (EXCLUDED.spent_until - now())
      RETURNING scope, spent_until),
    slot AS (
      SELECT id, greatest(now(), max(spent_until - (total - place) * step - interval '1 hour')) AS at
      FROM going, paced JOIN pace USING (scope) GROUP BY id)`
}

/** What staff read on a delivery that was stopped. */
export const overBudget =
  'The recipient had as many letters as one may get in so short a time; the next digest tells of this one.'
