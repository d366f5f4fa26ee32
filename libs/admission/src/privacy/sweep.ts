/**
 * The last step of an erasure: addresses of a person wherever a table still has them. It asks the catalogue which columns
 * there are, so that one which is added later is not forgotten.
 */
import type { Blackout } from '@podatelna/mail'
import { type Database, Prisma, type Store } from '@podatelna/store'
import { type Columns, type Form, maskRows } from '@podatelna/ticketing'
import type { Alias, Person } from './person.ts'
import { patternsFor, piecesOf } from './walk.ts'

export type Swept = { person: Person; alias: Alias; out: Blackout }

/** Every table but those by which the person is found: they come last. */
export async function sweepTables(store: Store, swept: Swept): Promise<void> {
  for (const [table, columns] of await textColumns(store)) {
    if (last.includes(table)) continue
    for await (const piece of piecesOf(store, table)) {
      await store.prisma.$transaction((database) => sweepTable(database, table, columns, piece, swept), patience)
    }
  }
}

/** By these the person is found again, should the erasure be broken off before. */
const last = ['participants', 'contacts', 'privacy_acts']
export const patience = { maxWait: 30_000, timeout: 120_000 }

export async function sweepLast(store: Store, database: Database, swept: Swept): Promise<void> {
  const columns = await textColumns(store)
  for (const table of last) await sweepTable(database, table, columns.get(table)!, Prisma.sql`true`, swept)
}

async function sweepTable(
  database: Database,
  table: string,
  columns: Columns,
  piece: Prisma.Sql,
  { person, alias, out }: Swept,
): Promise<void> {
  const texts = Prisma.join(Object.keys(columns).map((name) => Prisma.raw(`"${name}"::text`)))
  const where = Prisma.sql`
    ${piece} AND concat_ws(' ', ${texts}) ILIKE ANY(${patternsFor(person.addresses)}::text[])`
  const isTheirs = (value: unknown): value is string =>
    typeof value === 'string' && person.addresses.includes(value.toLowerCase())
  const inJson = (value: unknown): unknown => {
    if (typeof value === 'string') return out.text(value)
    if (Array.isArray(value)) return value.map(inJson)
    if (value === null || typeof value !== 'object') return value
    const entries = Object.entries(value).map(([key, item]) => [key, inJson(item)])
    const isThem = Object.values(value).some(isTheirs)
    return { ...Object.fromEntries(entries), ...(isThem && 'name' in value && { name: alias.name }) }
  }
  await maskRows(database, { table, columns, where }, (value, form: Form, name, row) => {
    if (names.includes(name) && Object.values(row).some(isTheirs)) return alias.name
    if (form === 'html' && typeof value === 'string') return out.html(value)
    return inJson(value)
  })
}

/** Columns with the name of whoever has an address in the same row. */
const names = ['name', 'from_name']

/** Of every table of ours, the columns that may hold words. */
export async function textColumns(store: Store): Promise<Map<string, Columns>> {
  const rows = await store.query<{ table: string; column: string; type: string }>(Prisma.sql`
    SELECT table_name AS "table", column_name AS "column", udt_name AS type
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_%'
      AND udt_name IN ('text', 'varchar', 'json', 'jsonb', '_text') ORDER BY 1, 2`)
  const tables = new Map<string, Columns>()
  for (const { table, column, type } of rows) {
    const form = table === 'messages' && column === 'html' ? 'html' : forms[type]!
    tables.set(table, { ...tables.get(table), [column]: form })
  }
  return tables
}

const forms: Record<string, Form> = { text: 'text', varchar: 'text', json: 'json', jsonb: 'json', _text: 'list' }
