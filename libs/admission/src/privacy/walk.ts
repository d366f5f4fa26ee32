/** Reading large tables to their end, without an index and without a statement that takes long. */
import { Prisma, type Store } from '@podatelna/store'

const pagesAtATime = 100

/** Conditions that part a table into small pieces. Rows that are changed meanwhile may move behind. */
export async function* piecesOf(store: Store, table: string): AsyncGenerator<Prisma.Sql> {
  const [size] = await store.query<{ pages: number }>(Prisma.sql`
    SELECT (pg_relation_size(${table}::regclass) / current_setting('block_size')::int)::int AS pages`)
  for (let from = 0; from < size!.pages; from += pagesAtATime) {
    yield Prisma.sql`ctid >= ${`(${from},0)`}::tid AND ctid < ${`(${from + pagesAtATime},0)`}::tid`
  }
}

/** Of all rows of a table that fit, some columns. */
export async function rowsIn<Row>(store: Store, table: string, where: Prisma.Sql, columns: Prisma.Sql): Promise<Row[]> {
  const found: Row[] = []
  for await (const piece of piecesOf(store, table)) {
    const rows = await store.query<Row>(Prisma.sql`
      SELECT ${columns} FROM ${Prisma.raw(`"${table}"`)} WHERE ${piece} AND (${where})`)
    found.push(...rows)
  }
  return found
}

export async function idsIn(store: Store, table: string, where: Prisma.Sql): Promise<string[]> {
  const rows = await rowsIn<{ id: string }>(store, table, where, Prisma.sql`id`)
  return [...new Set(rows.map(({ id }) => id))]
}

/** `ILIKE` patterns for texts in which an address stands, as `hiddenAddress` finds it. */
export function patternsFor(addresses: readonly string[]): string[] {
  return addresses.flatMap((address) => {
    const at = address.lastIndexOf('@')
    return ['@', '%40', '='].map((sign) => `%${literal(address.slice(0, at) + sign + address.slice(at + 1))}%`)
  })
}

function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
