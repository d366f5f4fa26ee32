import { Prisma, type Store } from '@podatelna/store'
import type { Letter } from './letterhead.ts'
import { inForce, keepsBack, keptBack } from './suppressions.ts'

/** What must have succeeded for deliveries to be written, made of the query that says that the event is new. */
export type Gate = (inbox: Prisma.Sql) => Prisma.Sql

/**
 * Inbox row and deliveries in one commit; a lease of 0 leaves them to whoever has room. The unique (cause, to_address)
 * and the inbox make twice harmless; a participant removed since they were read gets nothing, and what goes to an address
 * that is suppressed is written down as such.
 *
 * @param plan.inbox inserts the inbox row; returns it the first time only
 * @param plan.gate instead of the inbox row alone
 * @returns ids of the deliveries that are to be sent
 */
export async function commitLetters(
  store: Store,
  plan: { letters: Letter[]; inbox: Prisma.Sql; gate?: Gate | undefined; cause: string; lease: number },
): Promise<Set<string>> {
  const { letters, inbox, gate = (isNew) => isNew, cause, lease } = plan
  if (letters.length === 0) {
    await store.query(inbox)
    return new Set()
  }
  const queued = await store.query<{ id: string }>(Prisma.sql`
    WITH inbox AS (${inbox}),
    gate AS (${gate(Prisma.sql`SELECT event_id FROM inbox`)}),
    letter (id, kind, to_address, subject, message_id, envelope_from, source, ticket_id, participant_id,
      caused_by_message_id, mail_id) AS (VALUES ${Prisma.join(letters.map(row))}),
    judged AS (
      SELECT letter.*, CASE WHEN ${keepsBack(Prisma.sql`letter.kind`)} THEN ${keptBack} END AS kept_back
      FROM gate, letter LEFT JOIN participants p ON p.id = letter.participant_id
        LEFT JOIN ${inForce(Prisma.sql`letter.to_address`)}
      WHERE letter.participant_id IS NULL OR p.state = 'active'),
    written AS (
      INSERT INTO deliveries (id, cause, kind, to_address, subject, message_id, envelope_from, source, ticket_id,
        participant_id, caused_by_message_id, mail_id, state, due_at)
      SELECT id, ${cause}::uuid, kind, to_address, subject, message_id, envelope_from, source, ticket_id, participant_id,
        caused_by_message_id, mail_id, CASE WHEN kept_back IS NULL THEN 'queued' ELSE 'suppressed' END,
        CASE WHEN kept_back IS NULL THEN now() + ${lease} * interval '1 second' END
      FROM judged
      ON CONFLICT (cause, to_address) DO NOTHING
      RETURNING id),
    explained AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp)
      SELECT id, 'suppressed', kept_back FROM written JOIN judged USING (id) WHERE kept_back IS NOT NULL)
    SELECT id FROM written JOIN judged USING (id) WHERE kept_back IS NULL`)
  return new Set(queued.map(({ id }) => id))
}

function row({ about, ...letter }: Letter): Prisma.Sql {
  return Prisma.sql`(${letter.id}::uuid, ${letter.kind}, ${letter.to}, ${letter.subject}, ${letter.messageId},
    ${letter.envelopeFrom}, ${letter.source}::bytea, ${about.ticketId ?? null}::uuid,
    ${about.participantId ?? null}::uuid, ${about.causedById ?? null}::uuid, ${about.mailId ?? null}::uuid)`
}
