import type { Actor, Disposition } from '@podatelna/contracts'
import { type Database, Prisma } from '@podatelna/store'

/**
 * What was decided about a letter after it arrived:
 *
 * - `confirmed`, `disowned`: by the person it was written in the name of
 * - `released`, `reissued`, `replayed`: by staff
 * - `expired`: nobody confirmed it in time
 * - `given_up`: it could not be filed
 * - `bytes_deleted`: its time had passed
 * - `redacted`: staff removed what it says, or erased its author
 */
export type MailEvent = {
  type:
    | 'confirmed'
    | 'disowned'
    | 'released'
    | 'reissued'
    | 'replayed'
    | 'expired'
    | 'given_up'
    | 'bytes_deleted'
    | 'redacted'
  by: Actor
  detail: string
}

/** Bytes of a letter that is not in a ticket are kept for so long (rules §1, Trace). */
const keptMs = 30 * 24 * 3_600_000

export function keptFrom(now: Date): Date {
  return new Date(now.getTime() + keptMs)
}

/** Where a letter goes, and why; its bytes stay for good unless `keepUntil` says how long. */
export type Move = { disposition: Disposition; reason: string; keepUntil?: Date }

/**
 * Gives a letter another disposition, and writes down by whom, why and what it was before. With `expire.ts`, which does
 * it for many at once, the only place that does so after the door.
 */
export async function moveLetter(database: Database, id: string, to: Move, event: MailEvent): Promise<void> {
  await database.$executeRaw(Prisma.sql`
    WITH was AS (SELECT id, disposition, reason FROM inbound_mail WHERE id = ${id}::uuid FOR UPDATE),
    event AS (
      INSERT INTO mail_events (mail_id, type, by, detail, was)
      SELECT id, ${event.type}, ${JSON.stringify(event.by)}::jsonb, ${event.detail},
        jsonb_build_object('disposition', disposition, 'reason', reason) FROM was)
    UPDATE inbound_mail SET disposition = ${to.disposition}, reason = ${to.reason}, keep_until = ${to.keepUntil ?? null}
    FROM was WHERE inbound_mail.id = was.id`)
}
