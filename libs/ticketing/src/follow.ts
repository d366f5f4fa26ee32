/**
 * What happens to tickets, in an order in which nothing is missed: an event is told once no transaction is left that might
 * still commit an earlier one. Where a reader stopped, it goes on.
 */
import type { Actor } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'

/** `after` is where the next reading begins; it is ours to read only. */
export type FollowedEvent = {
  after: string
  type: string
  at: Date
  by: Actor
  detail: object
  number: bigint
}

/** Where to begin for those who only want what comes from now on. */
export async function presentMoment(store: Store): Promise<string> {
  const [row] = await store.query<{ now: string }>(
    Prisma.sql`SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS now`,
  )
  return `${BigInt(row!.now) - 1n}.${lastId}`
}

/** At most `limit` events, in order, that came after that place; undefined when it is no place of ours. */
export async function eventsAfter(store: Store, after: string, limit: number): Promise<FollowedEvent[] | undefined> {
  const [, xact, id] = /^(\d{1,19})\.(\d{1,19})$/.exec(after) ?? []
  if (xact === undefined || id === undefined) return undefined
  const rows = await store.query<Omit<FollowedEvent, 'after'> & { xact: string; id: bigint }>(Prisma.sql`
    SELECT e.xact::text AS xact, e.id, e.type, e.at, e.by, e.detail, t.number
    FROM ticket_events e JOIN tickets t ON t.id = e.ticket_id
    WHERE (e.xact, e.id) > (${xact}::text::xid8, ${BigInt(id)}::bigint)
      AND e.xact < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY e.xact, e.id LIMIT ${limit}`)
  return rows.map(({ xact, id, ...event }) => ({ ...event, after: `${xact}.${id}` }))
}

export const beginning = '0.0'
const lastId = 2n ** 63n - 1n
