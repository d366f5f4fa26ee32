import { Prisma, type Store } from '@podatelna/store'
import type { Letter } from './letterhead.ts'
import { inForce, keepsBack, keptBack } from './suppressions.ts'

/** What must have succeeded for deliveries to be written, made of the query that says that the event is new. */
export type Gate = (inbox: Prisma.Sql) => Prisma.Sql

/**
 * Inbox row and deliveries in one commit; a lease of 0 leaves them to whoever has room. The unique (cause, to_address)
 * and the inbox make twice harmless; a participant removed, or an agent disabled, since they were read gets nothing,
 * and what goes to an address that is suppressed is written down as such.
 *
 * @param plan.inbox inserts the inbox row if a query has a row; returns it the first time only
 * @param plan.gate instead of the inbox row alone
 * @param plan.ticket absent for letters that tell of none
 * @returns ids of the deliveries that are to be sent; undefined, and nothing was written, when something was redacted in
 * the ticket since it was read
 */
export async function commitLetters(
  store: Store,
  plan: {
    letters: Letter[]
    inbox: (when?: Prisma.Sql) => Prisma.Sql
    gate?: Gate | undefined
    ticket?: TicketAsRead | undefined
    cause: string
    lease: number
  },
): Promise<Set<string> | undefined> {
  const { letters, inbox, gate = (isNew) => isNew, ticket, cause, lease } = plan
  if (letters.length === 0) {
    await store.query(inbox())
    return new Set()
  }
  const [done] = await store.query<{ current: boolean; queued: string[] }>(Prisma.sql`
    WITH current AS (${ticket ? unredacted(ticket) : Prisma.sql`SELECT`}),
    inbox AS (${inbox(Prisma.sql`SELECT FROM current`)}),
    gate AS (${gate(Prisma.sql`SELECT event_id FROM inbox`)}),
    letter (id, kind, to_address, subject, message_id, envelope_from, source, ticket_id, participant_id,
      agent_id, caused_by_message_id, mail_id) AS (VALUES ${Prisma.join(letters.map(row))}),
    judged AS (
      SELECT letter.*, CASE WHEN ${keepsBack(Prisma.sql`letter.kind`)} THEN ${keptBack} END AS kept_back
      FROM gate, letter LEFT JOIN participants p ON p.id = letter.participant_id
        LEFT JOIN agents a ON a.id = letter.agent_id
        LEFT JOIN ${inForce(Prisma.sql`letter.to_address`)}
      WHERE (letter.participant_id IS NULL OR p.state = 'active') AND a.disabled_at IS NULL),
    written AS (
      INSERT INTO deliveries (id, cause, kind, to_address, subject, message_id, envelope_from, source, ticket_id,
        participant_id, agent_id, caused_by_message_id, mail_id, state, due_at)
      SELECT id, ${cause}::uuid, kind, to_address, subject, message_id, envelope_from, source, ticket_id, participant_id,
        agent_id, caused_by_message_id, mail_id, CASE WHEN kept_back IS NULL THEN 'queued' ELSE 'suppressed' END,
        CASE WHEN kept_back IS NULL THEN now() + ${lease} * interval '1 second' END
      FROM judged
      ON CONFLICT (cause, to_address) DO NOTHING
      RETURNING id),
    explained AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp)
      SELECT id, 'suppressed', kept_back FROM written JOIN judged USING (id) WHERE kept_back IS NOT NULL)
    SELECT EXISTS (SELECT FROM current) AS current,
      ARRAY(SELECT id::text FROM written JOIN judged USING (id) WHERE kept_back IS NULL) AS queued`)
  return done?.current ? new Set(done.queued) : undefined
}

/** A ticket, and when something was last redacted in it, as its letters were made of it. */
export type TicketAsRead = { id: string; redactedAt: string | null }

/** Keeps redactions away until the deliveries are there, for them to find. */
function unredacted({ id, redactedAt }: TicketAsRead): Prisma.Sql {
  return Prisma.sql`
    SELECT FROM tickets WHERE id = ${id}::uuid AND redacted_at IS NOT DISTINCT FROM ${redactedAt}::timestamptz
    FOR KEY SHARE`
}

function row({ about, ...letter }: Letter): Prisma.Sql {
  return Prisma.sql`(${letter.id}::uuid, ${letter.kind}, ${letter.to}, ${letter.subject}, ${letter.messageId},
    ${letter.envelopeFrom}, ${letter.source}::bytea, ${about.ticketId ?? null}::uuid,
    ${about.participantId ?? null}::uuid, ${about.agentId ?? null}::uuid, ${about.causedById ?? null}::uuid, ${about.mailId ?? null}::uuid)`
}
