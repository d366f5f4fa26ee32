/** What we sent, or are about to send, that carries what is redacted. */
import { isDeepStrictEqual } from 'node:util'
import type { DeliveryState } from '@podatelna/contracts'
import { keptHeader, type ParsedLetter, parseLetter } from '@podatelna/mail'
import { type Database, Prisma } from '@podatelna/store'
import type { DigestLine } from './digest-line.ts'

/** One of our letters as it was written. */
export type Written = { letter: ParsedLetter; subject: string; causedById: string | null }

/**
 * Deletes the body of deliveries that carry something, and of the digests that tell of them, which were written later. Those
 * that have not been sent are not sent any more; one that the relay is being given at this moment cannot be called back.
 * What a digest told of that was not sent waits for the next one.
 *
 * @param which rows of deliveries, as a condition or by their ids
 * @param how.hides true for what may not stay in the header either
 * @param how.line what a digest may still say of one that waits for it; undefined, nothing. Where `carries` is false, what is
 *   redacted stood nowhere in the letter, and cannot begin at the end of a line that was cut
 */
export async function withdrawDeliveries(
  database: Database,
  which: Prisma.Sql | string[],
  how: {
    carries: (written: Written) => boolean
    hides: (value: string) => boolean
    subject: (subject: string) => string
    line: (line: DigestLine, letter: { carries: boolean; causedById: string | null }) => DigestLine | undefined
  },
): Promise<number> {
  const where = Array.isArray(which) ? Prisma.sql`id = ANY(${which}::uuid[])` : which
  const withdrawn = new Set<string>()
  for (let last: string | null = null; ; ) {
    const rows: Row[] = await database.$queryRaw`
      SELECT id, state, subject, source, caused_by_message_id AS "causedById", redacted_at IS NOT NULL AS redacted, digest_line AS line,
        ARRAY(SELECT told.id::text FROM deliveries told WHERE told.digest_id = deliveries.id) AS "tellsOf"
      FROM deliveries
      WHERE (${where} OR id IN (SELECT digest_id FROM deliveries WHERE ${where})) AND (${last}::uuid IS NULL OR id > ${last}::uuid)
      ORDER BY id LIMIT ${batch} FOR UPDATE`
    for (const { id, state, subject, source, causedById, redacted, tellsOf, line } of rows) {
      const bytes = Buffer.from(source)
      const carries = redacted
        ? hasInHeader(bytes, how.hides)
        : how.carries({ letter: parseLetter(bytes), subject, causedById }) ||
          tellsOf.some((told) => withdrawn.has(told))
      const left = line && how.line(line, { carries: carries || redacted, causedById })
      if (!carries && isDeepStrictEqual(left, line)) continue
      await withdraw(database, { id, subject: how.subject(subject), source: withoutBody(bytes, how.hides), line: left })
      withdrawn.add(id)
      if (tellsOf.length > 0 && unsent.includes(state)) await waitAgain(database, id)
    }
    last = rows.at(-1)?.id ?? null
    if (rows.length < batch) return withdrawn.size
  }
}

const batch = 50
const unsent: DeliveryState[] = ['queued', 'deferred']

/** What lost its body before may still have something in what was left of its header. */
function hasInHeader(source: Buffer, hides: (value: string) => boolean): boolean {
  return !keptHeader(source, hides).equals(keptHeader(source, () => false))
}

function withoutBody(source: Buffer, hides: (value: string) => boolean): Buffer {
  return Buffer.concat([keptHeader(source, hides), Buffer.from('\r\n[The body was removed by staff.]\r\n')])
}

async function withdraw(
  database: Database,
  { id, subject, source, line }: { id: string; subject: string; source: Buffer; line: DigestLine | null | undefined },
): Promise<void> {
  const told = line ? JSON.stringify(line) : null
  await database.$executeRaw(Prisma.sql`
    WITH unsent AS (SELECT id FROM deliveries WHERE id = ${id}::uuid AND state IN ('queued', 'deferred')),
    attempt AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp)
      SELECT id, 'suppressed', 'What it says was redacted before it was sent.' FROM unsent)
    UPDATE deliveries SET subject = ${subject}, source = ${source}, redacted_at = now(), due_at = NULL,
      digest_line = ${told}::jsonb,
      state = CASE WHEN id IN (SELECT id FROM unsent) THEN 'suppressed' ELSE state END
    WHERE id = ${id}::uuid`)
}

/** What was told by a digest that is not sent, in what may still be said of it: its lines are kept until it is (outbound). */
async function waitAgain(database: Database, digestId: string): Promise<void> {
  const told = await database.$queryRaw<{ address: string; ticket: string }[]>`
    UPDATE deliveries SET digest_id = NULL WHERE digest_id = ${digestId}::uuid AND digest_line IS NOT NULL
    RETURNING to_address AS address, coalesce(ticket_id, '00000000-0000-0000-0000-000000000000')::text AS ticket`
  if (told.length === 0) return
  const tickets = [...new Set(told.map(({ ticket }) => ticket))]
  await database.$executeRaw`
    UPDATE mail_budgets SET digest_at = least(digest_at, now()), version = version + 1,
      waiting = waiting || ARRAY(SELECT t FROM unnest(${tickets}::uuid[]) t WHERE t <> ALL (waiting))
    WHERE address = ${told[0]!.address}`
}

type Row = {
  id: string
  state: DeliveryState
  subject: string
  source: Uint8Array
  causedById: string | null
  redacted: boolean
  tellsOf: string[]
  line: DigestLine | null
}
