import { type Database, Prisma } from '@podatelna/store'

/**
 * Deletes the words of text messages, and what providers answered, who may quote them: they hold the ticket's subject, cut
 * somewhere, so that nobody can tell whether a part of what is to go still stands in them. Those that have not been sent are
 * not sent any more.
 *
 * @param which rows of texts `x`
 */
export async function withdrawTexts(database: Database, which: Prisma.Sql): Promise<number> {
  return database.$executeRaw(Prisma.sql`
    WITH gone AS (SELECT id, state FROM texts x WHERE redacted_at IS NULL AND (${which}) FOR UPDATE),
    answered AS (UPDATE text_attempts SET answer = '' FROM gone WHERE text_id = gone.id),
    told AS (
      INSERT INTO text_attempts (text_id, outcome, answer)
      SELECT id, 'suppressed', 'What it says was redacted before it was sent.' FROM gone WHERE state = 'queued')
    UPDATE texts x SET body = '', redacted_at = now(), due_at = NULL,
      state = CASE x.state WHEN 'queued' THEN 'suppressed' ELSE x.state END
    FROM gone WHERE x.id = gone.id`)
}
