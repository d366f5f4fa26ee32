/** What we sent, or are about to send, that carries what is redacted. */
import { keptHeader, type ParsedLetter, parseLetter } from '@podatelna/mail'
import { type Database, Prisma } from '@podatelna/store'

/** One of our letters as it was written. */
export type Written = { letter: ParsedLetter; subject: string; causedById: string | null }

/**
 * Deletes the body of deliveries that carry something, and of the digests that tell of them, which were written later. Those
 * that have not been sent are not sent any more; one that the relay is being given at this moment cannot be called back.
 *
 * @param which rows of deliveries, as a condition or by their ids
 * @param how.hides true for what may not stay in the header either
 */
export async function withdrawDeliveries(
  database: Database,
  which: Prisma.Sql | string[],
  how: {
    carries: (written: Written) => boolean
    hides: (value: string) => boolean
    subject: (subject: string) => string
  },
): Promise<number> {
  const where = Array.isArray(which) ? Prisma.sql`id = ANY(${which}::uuid[])` : which
  const withdrawn = new Set<string>()
  for (let last: string | null = null; ; ) {
    const rows: Row[] = await database.$queryRaw`
      SELECT id, subject, source, caused_by_message_id AS "causedById", redacted_at IS NOT NULL AS redacted,
        ARRAY(SELECT told.id::text FROM deliveries told WHERE told.digest_id = deliveries.id) AS "tellsOf"
      FROM deliveries
      WHERE (${where} OR id IN (SELECT digest_id FROM deliveries WHERE ${where})) AND (${last}::uuid IS NULL OR id > ${last}::uuid)
      ORDER BY id LIMIT ${batch} FOR UPDATE`
    for (const { id, subject, source, causedById, redacted, tellsOf } of rows) {
      const bytes = Buffer.from(source)
      const carries = redacted
        ? hasInHeader(bytes, how.hides)
        : how.carries({ letter: parseLetter(bytes), subject, causedById }) ||
          tellsOf.some((told) => withdrawn.has(told))
      if (!carries) continue
      await withdraw(database, { id, subject: how.subject(subject), source: withoutBody(bytes, how.hides) })
      withdrawn.add(id)
    }
    last = rows.at(-1)?.id ?? null
    if (rows.length < batch) return withdrawn.size
  }
}

const batch = 50

/** What lost its body before may still have something in what was left of its header. */
function hasInHeader(source: Buffer, hides: (value: string) => boolean): boolean {
  return !keptHeader(source, hides).equals(keptHeader(source, () => false))
}

function withoutBody(source: Buffer, hides: (value: string) => boolean): Buffer {
  return Buffer.concat([keptHeader(source, hides), Buffer.from('\r\n[The body was removed by staff.]\r\n')])
}

async function withdraw(database: Database, { id, subject, source }: { id: string; subject: string; source: Buffer }) {
  await database.$executeRaw(Prisma.sql`
    WITH unsent AS (SELECT id FROM deliveries WHERE id = ${id}::uuid AND state IN ('queued', 'deferred')),
    attempt AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp)
      SELECT id, 'suppressed', 'What it says was redacted before it was sent.' FROM unsent)
    UPDATE deliveries SET subject = ${subject}, source = ${source}, redacted_at = now(), due_at = NULL, digest_line = NULL,
      state = CASE WHEN id IN (SELECT id FROM unsent) THEN 'suppressed' ELSE state END
    WHERE id = ${id}::uuid`)
}

type Row = {
  id: string
  subject: string
  source: Uint8Array
  causedById: string | null
  redacted: boolean
  tellsOf: string[]
}
