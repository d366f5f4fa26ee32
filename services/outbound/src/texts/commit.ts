import type { Settings } from '@podatelna/runtime'
import { Prisma } from '@podatelna/store'
import { usefulSeconds } from './attempts.ts'
import type { Text } from './plan.ts'

/** Numbers of texts, counted where they are committed as letters are (decision 31). */
export type TextBudgets = { recipientHour: number; recipientDay: number; hour: number }

export function textBudgetsOf(settings: Settings): TextBudgets {
  return {
    recipientHour: settings.SMS_BUDGET_RECIPIENT_HOUR,
    recipientDay: settings.SMS_BUDGET_RECIPIENT_DAY,
    hour: settings.SMS_BUDGET_HOUR,
  }
}

/**
 * Common table expressions that write a text, in the statement that commits the letters of the same event. What is over a
 * budget is written down as not sent: the letter says the same, and more.
 *
 * @param cause the event
 * @param isNew query that has a row when the event is new
 */
export function textInsert(text: Text, budgets: TextBudgets, cause: string, isNew: Prisma.Sql): Prisma.Sql {
  const { recipientHour, recipientDay, hour } = budgets
  const wanted = Prisma.sql`SELECT ${text.to}, ARRAY[now()], ${text.id}::uuid WHERE EXISTS (${isNew})`
  const passed = Prisma.sql`SELECT '', ARRAY[now()], passed FROM text_to_number WHERE passed IS NOT NULL`
  return Prisma.sql`,
    text_to_number AS (${count(wanted, { inHour: recipientHour, inDay: recipientDay })}),
    text_to_all AS (${count(passed, { inHour: hour })}),
    text AS (
      INSERT INTO texts (id, cause, kind, to_number, body, parts, ticket_id, participant_id, caused_by_message_id,
        expires_at, state, due_at)
      SELECT ${text.id}::uuid, ${cause}::uuid, ${text.kind}, ${text.to}, ${text.body}, ${text.parts},
        ${text.ticketId}::uuid, ${text.participantId}::uuid, ${text.causedById}::uuid,
        now() + ${usefulSeconds} * interval '1 second',
        CASE WHEN goes THEN 'queued' ELSE 'suppressed' END, CASE WHEN goes THEN now() END
      FROM (SELECT EXISTS (SELECT FROM text_to_all WHERE passed IS NOT NULL) AS goes) counted
      WHERE EXISTS (${isNew})
      ON CONFLICT (cause, to_number) DO NOTHING
      RETURNING id, state),
    text_explained AS (
      INSERT INTO text_attempts (text_id, outcome, answer)
      SELECT id, state, ${overBudget} FROM text WHERE state = 'suppressed')`
}

const overBudget = 'As many texts were sent as may be in so short a time; the letter says the same.'

/** The row is locked by writing it, and judged by its newest version: exact, however many write at once. */
function count(rows: Prisma.Sql, { inHour, inDay }: { inHour: number; inDay?: number }): Prisma.Sql {
  const window = inDay === undefined ? '1 hour' : '1 day'
  return Prisma.sql`
    INSERT INTO text_budgets AS b (number, sent_at, passed) ${rows}
    ON CONFLICT (number) DO UPDATE SET (sent_at, passed) = (
      SELECT CASE WHEN goes THEN earlier || now() ELSE earlier END, CASE WHEN goes THEN EXCLUDED.passed END
      FROM (
        SELECT coalesce(array_agg(at ORDER BY at), '{}') AS earlier,
          count(*) FILTER (WHERE at > now() - interval '1 hour') < ${inHour}
            AND count(*) < ${inDay ?? inHour} AS goes
        FROM unnest(b.sent_at) AS at WHERE at > now() - ${window}::interval) counted)
    RETURNING passed`
}
