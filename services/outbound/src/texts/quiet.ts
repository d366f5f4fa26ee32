import { Prisma } from '@podatelna/store'

/**
 * In SQL: when the quiet hours of `contact` end that it is in now, by the clocks of a time zone; null outside of them. From
 * later than to, they are over midnight; on a day when clocks are changed the end is as clocks show it then.
 */
export function quietUntil(timeZone: string): Prisma.Sql {
  const local = Prisma.sql`(now() AT TIME ZONE ${timeZone})`
  const from = Prisma.sql`(contact.quiet_hours->>'from')::time`
  const to = Prisma.sql`(contact.quiet_hours->>'to')::time`
  return Prisma.sql`CASE
    WHEN ${from} < ${to} AND ${local}::time >= ${from} AND ${local}::time < ${to}
      OR ${from} > ${to} AND ${local}::time < ${to} THEN (${local}::date + ${to}) AT TIME ZONE ${timeZone}
    WHEN ${from} > ${to} AND ${local}::time >= ${from} THEN (${local}::date + 1 + ${to}) AT TIME ZONE ${timeZone} END`
}
