import { outboxInsert } from '@podatelna/bus'
import type { Actor, Envelope, TicketEventType } from '@podatelna/contracts'
import { type Database, Prisma } from '@podatelna/store'
import { type Act, type Desk, type Refusal, system } from './desk.ts'

/**
 * One transaction; what it caused goes into the outbox with it and is published after the commit.
 *
 * @param patience `timeout` in milliseconds, for what may take longer than five seconds
 */
export async function act<Value>(
  desk: Desk,
  work: (database: Database) => Promise<{ value: Value; events: Envelope[] } | Refusal>,
  patience?: { timeout: number },
): Promise<Act<Value>> {
  const refused = new Rollback()
  try {
    const { value, events } = await desk.store.prisma.$transaction(async (database) => {
      const outcome = await work(database)
      if ('problem' in outcome) throw refused.because(outcome)
      if (outcome.events.length > 0) await database.$executeRaw(outboxInsert(outcome.events))
      return outcome
    }, patience)
    desk.bus.publish(events)
    return { ok: true, value }
  } catch (error) {
    if (error === refused) return refused.refusal!
    throw error
  }
}

/** The only way to roll a Prisma transaction back is to throw; this one is caught where it was made. */
class Rollback extends Error {
  refusal: Refusal | undefined
  because(refusal: Refusal): this {
    this.refusal = refusal
    return this
  }
}

/** Writes down what happened to a ticket. */
export async function record(
  database: Database,
  ticketId: string,
  type: TicketEventType,
  by: Actor,
  detail: object = {},
): Promise<void> {
  await database.ticketEvent.create({ data: { ticketId, type, by, detail } })
}

/**
 * The same for what happened by itself, as a statement.
 *
 * @param when it is written once for each row of this query
 */
export function recordByItself(ticketId: string, type: TicketEventType, detail: object, when: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO ticket_events (ticket_id, type, by, detail)
    SELECT ${ticketId}::uuid, ${type}, ${JSON.stringify(system)}::jsonb, ${JSON.stringify(detail)}::jsonb FROM (${when}) w`
}
