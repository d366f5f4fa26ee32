import { Prisma } from './store.ts'

/**
 * Ids as rows `asked (id)`, for a `FROM`. As JSON their number is guessed alike by every plan: of an array PostgreSQL counts
 * them, and plans the statement anew each time, which may take longer than to run it.
 *
 * What is asked of them belongs into `CROSS JOIN LATERAL (SELECT … WHERE id = asked.id OFFSET 0)`, which leaves the planner one
 * way to go about it. A plan that was made while a desk was new and its tables empty would otherwise read them from end to
 * end when they are not.
 */
export function asked(ids: string[]): Prisma.Sql {
  return Prisma.sql`(SELECT id::uuid FROM json_array_elements_text(${JSON.stringify(ids)}::json) AS listed (id)) AS asked`
}
