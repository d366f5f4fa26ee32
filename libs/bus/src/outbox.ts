/**
 * Outbox and inbox: what makes every step "at least once, and twice is harmless". A step commits, in one transaction,
 * its work, the inbox row that says it was done, and the outbox rows of what follows from it.
 */
import type { Envelope, EventType, Subscription } from '@podatelna/contracts'
import { newId, Prisma } from '@podatelna/store'

/** How long the process that wrote an outbox row has it for itself, before any sweeper may publish it too. */
const writersLead = Prisma.sql`interval '5 seconds'`

/** A new event. Its id is its identity from here to every inbox. */
export function envelope<Payload>(type: EventType<Payload>, payload: Payload): Envelope<Payload> {
  return { id: newId(), name: type.name, payload }
}

/**
 * `INSERT` of events into the outbox, to stand in the same statement or transaction as what they tell of.
 *
 * @param when rows are written only if this query, usually a CTE of the same statement, has a row
 */
export function outboxInsert(events: Envelope[], when?: Prisma.Sql): Prisma.Sql {
  const rows = events.map((e) => Prisma.sql`(${e.id}::uuid, ${e.name}, ${JSON.stringify(e.payload)}::jsonb)`)
  return Prisma.sql`
    INSERT INTO outbox (id, name, payload, sweep_at)
    SELECT e.id, e.name, e.payload, now() + ${writersLead}
    FROM (VALUES ${Prisma.join(rows)}) AS e (id, name, payload)
    ${when ? Prisma.sql`WHERE EXISTS (${when})` : Prisma.empty}`
}

/**
 * `INSERT` of events that a query makes; returns those that were written, to be published after the commit.
 *
 * @param events rows of id, name and payload (jsonb); an id that is in the outbox already is left alone
 */
export function outboxFrom(events: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO outbox (id, name, payload, sweep_at)
    SELECT e.id, e.name, e.payload, now() + ${writersLead} FROM (${events}) AS e (id, name, payload)
    ON CONFLICT DO NOTHING RETURNING id, name, payload`
}

/**
 * `INSERT` of "this consumer has done this event"; the primary key (consumer, event_id) lets it return a row only the
 * first time. Everything else in the step hangs on that row.
 *
 * @param when as of `outboxInsert`
 */
export function inboxInsert(subscription: Subscription, event: Envelope, when?: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO inbox (consumer, event_id) SELECT ${subscription.consumer}, ${event.id}::uuid
    ${when ? Prisma.sql`WHERE EXISTS (${when})` : Prisma.empty}
    ON CONFLICT DO NOTHING RETURNING event_id`
}

/** The same for several events at once: `causes` is a query of their ids, in a column `cause`. */
export function inboxInserts(subscription: Subscription, causes: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO inbox (consumer, event_id) SELECT ${subscription.consumer}, cause FROM (${causes}) c ORDER BY cause
    ON CONFLICT DO NOTHING RETURNING event_id`
}
