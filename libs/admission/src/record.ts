import { outboxInsert } from '@podatelna/bus'
import { Disposition, type Envelope } from '@podatelna/contracts'
import { type Database, type LetterDraft, Prisma, type Queryable, rowLimit, type Store, within } from '@podatelna/store'
import { filesOfTheStore } from '@podatelna/ticketing'
import type { LetterRecord } from './admit.ts'
import { keptFrom } from './mail-events.ts'

/**
 * Writes one letter, its bytes and what follows from it in one statement. The unique dedupe key is what makes the same
 * letter delivered again harmless, by whichever route and to whichever mailbox: then only the recipients are added and
 * nothing follows. Letters refused at the door have no key: they may be sent again when the reason is gone.
 */
export async function recordLetter(
  database: Queryable,
  record: LetterRecord,
  draft: LetterDraft,
  events: Envelope[],
  authorizationId: string | null = null,
): Promise<Recorded> {
  const { arrival } = record
  const refused = record.disposition === 'refused'
  const keepUntil = record.disposition === 'admitted' || refused ? null : keptFrom(record.receivedAt)
  const dropped = refused || (await isKnown(database, draft, arrival.dedupeKey))
  const kept = dropped ? { raw: null, sha256: null, bytes: draft.bytes } : await draft.keep()
  const rows = await database.query<{ id: string; disposition: string; fresh: boolean }>(Prisma.sql`
    WITH mail AS (
      INSERT INTO inbound_mail (id, message_id, digest, dedupe_key, received_at, mail_from, rcpt_to, mailbox_id, peer,
        helo, tls, from_address, from_name, subject, kind, bytes, raw, raw_sha256, header, verdict, disposition, reason,
        contact_id, organization_id, agent_id, thread_serials, answered, addressees, authorization_id, keep_until,
        unanswered)
      VALUES (${record.id}::uuid, ${arrival.messageId}, ${arrival.digest}, ${refused ? null : arrival.dedupeKey},
        ${record.receivedAt}, ${record.mailFrom}, ${record.rcptTo}::text[], ${record.mailboxId}::uuid, ${record.peer},
        ${record.helo}, ${record.tls}, ${record.fromAddress}, ${record.fromName}, ${record.subject}, ${record.kind},
        ${kept.bytes}, ${kept.raw}, ${kept.sha256}, ${refused ? arrival.headerBytes.subarray(0, headerKept) : null},
        ${JSON.stringify(record.verdict)}::jsonb, ${record.disposition}, ${record.reason}, ${record.contactId}::uuid,
        ${record.organizationId}::uuid, ${record.agentId}::uuid, ${record.threadSerials}::bigint[],
        ${record.answered}::text[], ${JSON.stringify(record.addressees)}::jsonb,
        ${authorizationId}::uuid, ${keepUntil}::timestamptz, ${record.unanswered ?? false})
      ON CONFLICT (dedupe_key) DO UPDATE SET repeats = inbound_mail.repeats + 1,
        rcpt_to = ARRAY(SELECT DISTINCT unnest(inbound_mail.rcpt_to || excluded.rcpt_to))
      RETURNING id, disposition, xmax = 0 AS fresh)
    ${events.length > 0 ? Prisma.sql`, outbox AS (${outboxInsert(events, Prisma.sql`SELECT FROM mail WHERE fresh`)})` : Prisma.empty}
    SELECT id, disposition, fresh FROM mail`)
  const row = rows[0]!
  return { ...row, disposition: Disposition.parse(row.disposition) }
}

/** A large letter that came before is not written to disk again: it may have been redacted since. Its row never goes. */
async function isKnown(database: Queryable, draft: LetterDraft, dedupeKey: Buffer): Promise<boolean> {
  if (draft.bytes <= rowLimit) return false
  const rows = await database.query(Prisma.sql`SELECT FROM inbound_mail WHERE dedupe_key = ${dedupeKey}`)
  return rows.length > 0
}

/** The same for one letter alone: one statement, and a transaction only around a letter that becomes a file. */
export function recordAlone(
  store: Store,
  record: LetterRecord,
  draft: LetterDraft,
  events: Envelope[],
): Promise<Recorded> {
  if (draft.bytes <= rowLimit) return recordLetter(store, record, draft, events)
  return transact(store, (database) => recordLetter(within(database), record, draft, events))
}

/** A transaction that may keep a letter: no file is swept away between its being written and its being named. */
export function transact<Value>(store: Store, work: (database: Database) => Promise<Value>): Promise<Value> {
  return store.prisma.$transaction(
    async (database) => {
      await database.$executeRaw`SELECT pg_advisory_xact_lock_shared(${filesOfTheStore}::bigint)`
      return work(database)
    },
    { maxWait: 10_000, timeout: 60_000 },
  )
}

/** Of a refused letter only the header is kept, and of that no more than this; bytes. */
const headerKept = 64 * 1024

type Recorded = { id: string; disposition: Disposition; fresh: boolean }
