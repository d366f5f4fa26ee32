/**
 * What time alone does to letters. Each step takes rows that nobody else has in hand, so any number of processes may
 * run it, and what was missed while none did is caught up with.
 */
import type { Actor } from '@podatelna/contracts'
import { Prisma, type Store, within } from '@podatelna/store'
import { filesOfTheStore, isNeeded, system } from '@podatelna/ticketing'
import { keptFrom } from './mail-events.ts'

/** Does all that is due. */
export async function expireLetters(store: Store, now = new Date()): Promise<void> {
  for (const step of [quarantineUnconfirmed, deleteBytes]) {
    let done = batch
    while (done === batch) done = await step(store, now)
  }
  await store.prisma.unprovedMail.deleteMany({ where: { at: { lt: new Date(now.getTime() - 24 * 3_600_000) } } })
}

const batch = 100

/** Held letters whose link has run out wait for staff from now on. */
async function quarantineUnconfirmed(store: Store, now: Date): Promise<number> {
  const rows = await store.query(Prisma.sql`
    WITH unconfirmed AS (
      SELECT letter.id, letter.disposition, letter.reason
      FROM inbound_mail letter JOIN authorizations a ON a.id = letter.authorization_id
      WHERE letter.disposition = 'held' AND a.expires_at <= ${now}
      ORDER BY a.expires_at LIMIT ${batch} FOR UPDATE OF letter SKIP LOCKED),
    event AS (
      INSERT INTO mail_events (mail_id, type, by, was)
      SELECT id, 'expired', ${bySystem}::jsonb, jsonb_build_object('disposition', disposition, 'reason', reason)
      FROM unconfirmed)
    UPDATE inbound_mail SET disposition = 'quarantined', keep_until = ${keptFrom(now)},
      reason = unconfirmed.reason || ' Nobody confirmed it in time; staff decide.'
    FROM unconfirmed WHERE inbound_mail.id = unconfirmed.id
    RETURNING inbound_mail.id`)
  return rows.length
}

/** Letters that are in no ticket lose their bytes when their time has passed; the record stays (rules §1, Trace). */
async function deleteBytes(store: Store, now: Date): Promise<number> {
  return store.prisma.$transaction(
    async (database) => {
      // No letter is being kept meanwhile: it might have the content of a file that is deleted here.
      await database.$executeRaw`SELECT pg_advisory_xact_lock(${filesOfTheStore}::bigint)`
      const gone = await within(database).query<{ file: Uint8Array | null }>(forgetBytes(now))
      for (const { file } of gone) {
        if (file && !(await isNeeded(within(database), file))) await store.letters.remove(Buffer.from(file))
      }
      return gone.length
    },
    { timeout: 60_000 },
  )
}

function forgetBytes(now: Date): Prisma.Sql {
  return Prisma.sql`
    WITH old AS (
      SELECT id, raw IS NULL AS large, raw_sha256, EXISTS (SELECT FROM messages WHERE mail_id = letter.id) AS filed
      FROM inbound_mail letter WHERE keep_until <= ${now}
      ORDER BY keep_until LIMIT ${batch} FOR UPDATE SKIP LOCKED),
    event AS (
      INSERT INTO mail_events (mail_id, type, by) SELECT id, 'bytes_deleted', ${bySystem}::jsonb FROM old WHERE NOT filed)
    UPDATE inbound_mail letter SET keep_until = NULL,
      raw = CASE WHEN filed THEN letter.raw END, raw_sha256 = CASE WHEN filed THEN letter.raw_sha256 END
    FROM old WHERE letter.id = old.id
    RETURNING CASE WHEN large AND NOT filed THEN old.raw_sha256 END AS file`
}

const bySystem = JSON.stringify(system satisfies Actor)
