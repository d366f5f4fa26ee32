import { Prisma, type Store } from '@podatelna/store'
import { type Budgets, countLetters, overBudget, paceLetters } from './budgets.ts'
import type { Letter } from './letterhead.ts'
import { inForce, keepsBack, keptBack } from './suppressions.ts'
import { type TextBudgets, textInsert } from './texts/commit.ts'
import type { Text } from './texts/plan.ts'

/** What must have succeeded for deliveries to be written, made of the query that says that the event is new. */
export type Gate = (inbox: Prisma.Sql) => Prisma.Sql

export type Planned = {
  letters: Letter[]
  budgets: Budgets
  /** Inserts the inbox row if a query has a row; returns it the first time only. */
  inbox: (when?: Prisma.Sql) => Prisma.Sql
  /** Instead of the inbox row alone. */
  gate?: Gate | undefined
  /** What else is to be done in the same commit. */
  also?: (isNew: Prisma.Sql) => Prisma.Sql
  /** Where the inbox row is written they are counted, too. */
  counted?: boolean
  /** Absent for letters that tell of none. */
  ticket?: TicketAsRead | undefined
  /** A text that goes along. */
  text?: { text: Text; budgets: TextBudgets } | undefined
  cause: string
  /** Seconds for which they are the caller's alone; 0 leaves them to whoever has room. */
  lease: number
}

/**
 * Inbox row and deliveries in one commit. The unique (cause, to_address) and the inbox make twice harmless; a participant
 * removed, or an agent disabled, since they were read gets nothing; what goes to an address that is suppressed, or is over
 * its budget, is written down as such.
 *
 * @returns ids of the deliveries that are to be sent now; undefined, and nothing was written, when something was redacted in
 * the ticket since it was read
 */
export async function commitLetters(store: Store, planned: Planned): Promise<Set<string> | undefined> {
  const { letters, budgets, inbox, gate = (isNew) => isNew, also, ticket, text, cause, lease } = planned
  if (letters.length === 0) {
    await store.query(inbox())
    return new Set()
  }
  const isNew = Prisma.sql`SELECT event_id FROM inbox`
  const [done] = await store.query<{ current: boolean; queued: string[] }>(Prisma.sql`
    WITH current AS (${ticket ? unredacted(ticket) : Prisma.sql`SELECT`}),
    inbox AS (${inbox(Prisma.sql`SELECT FROM current`)}),
    gate AS (${gate(isNew)}),
    letter (id, kind, to_address, subject, message_id, envelope_from, source, ticket_id, participant_id,
      agent_id, caused_by_message_id, mail_id, line) AS (VALUES ${Prisma.join(letters.map(row))}),
    judged AS (
      SELECT DISTINCT ON (letter.to_address) letter.*,
        CASE WHEN ${keepsBack(Prisma.sql`letter.kind`)} THEN ${keptBack} END AS kept_back
      FROM gate, letter LEFT JOIN participants p ON p.id = letter.participant_id
        LEFT JOIN agents a ON a.id = letter.agent_id
        LEFT JOIN ${inForce(Prisma.sql`letter.to_address`)}
      WHERE (letter.participant_id IS NULL OR p.state = 'active') AND a.disabled_at IS NULL
      ORDER BY letter.to_address),
    counted AS (${counting(planned)}),
    ${paceLetters(budgets, Prisma.sql`SELECT passed AS id FROM counted WHERE passed IS NOT NULL`, letters[0]!.mailbox)},
    written AS (
      INSERT INTO deliveries (id, cause, kind, to_address, subject, message_id, envelope_from, source, ticket_id,
        participant_id, agent_id, caused_by_message_id, mail_id, state, due_at, digest_line)
      SELECT id, ${cause}::uuid, kind, to_address, subject, message_id, envelope_from, source, ticket_id, participant_id,
        agent_id, caused_by_message_id, mail_id, CASE WHEN at IS NULL THEN 'suppressed' ELSE 'queued' END,
        CASE WHEN at > now() THEN at ELSE at + ${lease} * interval '1 second' END,
        CASE WHEN at IS NULL AND kept_back IS NULL THEN line END
      FROM judged LEFT JOIN slot USING (id)
      ON CONFLICT (cause, to_address) DO NOTHING
      RETURNING id, state, digest_line),
    explained AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp)
      SELECT id, state, coalesce(kept_back, ${overBudget}) FROM written JOIN judged USING (id) WHERE state = 'suppressed')
    ${also ? Prisma.sql`, also AS (${also(isNew)})` : Prisma.empty}
    ${text ? textInsert(text.text, text.budgets, cause, isNew) : Prisma.empty}
    SELECT EXISTS (SELECT FROM current) AS current,
      ARRAY(SELECT id::text FROM written JOIN slot USING (id) WHERE at <= now()) AS queued`)
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

/** Links have a budget of their own, where the letter is held (rules §1), and can stand in no digest: they are secrets. */
function counting({ letters, budgets, counted = false }: Planned): Prisma.Sql {
  const going = Prisma.sql`SELECT id, to_address, ticket_id FROM judged WHERE kept_back IS NULL`
  if (counted) return Prisma.sql`SELECT id AS passed FROM (${going}) g`
  const secret = letters.some(({ kind }) => kind === 'letter_held')
  return countLetters(budgets, going, secret)
}

function row({ about, ...letter }: Letter): Prisma.Sql {
  return Prisma.sql`(${letter.id}::uuid, ${letter.kind}, ${letter.to}, ${letter.subject}, ${letter.messageId},
    ${letter.envelopeFrom}, ${letter.source}::bytea, ${about.ticketId ?? null}::uuid,
    ${about.participantId ?? null}::uuid, ${about.agentId ?? null}::uuid, ${about.causedById ?? null}::uuid,
    ${about.mailId ?? null}::uuid, ${JSON.stringify(letter.line)}::jsonb)`
}
