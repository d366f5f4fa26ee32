/** Stretches of twelve days: the index of words has that in which a ticket was opened before each of its words (decision 37). */
import { Prisma, type Queryable } from '@podatelna/store'

/** The periods from which there are tickets, as the index writes them, newest first. */
export async function periodsOf(database: Queryable): Promise<string[]> {
  const [ends] = await database.query<{ first: string | null; last: string | null }>(Prisma.sql`
    SELECT (SELECT id FROM tickets ORDER BY id LIMIT 1) AS first, (SELECT id FROM tickets ORDER BY id DESC LIMIT 1) AS last`)
  if (!ends?.first || !ends.last) return []
  const [first, last] = [beginning(ends.first), beginning(ends.last)]
  return Array.from({ length: (last - first) / period + 1 }, (_, i) => written(last - i * period))
}

export function periodOf({ id }: { id: string }): string {
  return written(beginning(id))
}

/** When it begins. */
export function timeOf(period: string): Date {
  return new Date(Number.parseInt(period, 16) * 2 ** 28)
}

/** Parts of all periods, each so many times as long as those before: first a hundred days, in which most find enough. */
export function* growing(periods: string[], growth: number): Generator<string[]> {
  for (let [from, to] = [0, 8]; from < periods.length; [from, to] = [to, growth * to]) yield periods.slice(from, to)
}

/** In units of 2^28 milliseconds, which the first five digits of a UUIDv7 count (RFC 9562 §5.7). */
const period = 4

function beginning(id: string): number {
  const units = Number.parseInt(id.slice(0, 5), 16)
  return units - (units % period)
}

function written(units: number): string {
  return units.toString(16).padStart(5, '0')
}
