import type { Blackout } from '@podatelna/mail'
import { type Database, Prisma } from '@podatelna/store'

/** How what is in a column is read; `html` as `sanitiseHtml` writes it. */
export type Form = 'text' | 'html' | 'json' | 'list'
export type Columns = Record<string, Form>

/**
 * Changes what stands in the columns named of rows of one table, and keeps others from changing them meanwhile.
 *
 * @returns how many rows were changed
 */
export async function maskRows(
  database: Database,
  { table, columns, where }: { table: string; columns: Columns; where: Prisma.Sql },
  change: (value: unknown, form: Form, column: string, row: Record<string, unknown>) => unknown,
): Promise<number> {
  const names = Object.keys(columns)
  const list = Prisma.join(names.map((name) => Prisma.raw(`"${name}"`)))
  const rows = await database.$queryRaw<Row[]>`
    SELECT ctid::text AS place, ${list} FROM ${Prisma.raw(`"${table}"`)} WHERE ${where} FOR UPDATE`
  let changed = 0
  for (const { place, ...row } of rows) {
    const changes = names.flatMap((name) => {
      const value = change(row[name], columns[name]!, name, row)
      return JSON.stringify(value) === JSON.stringify(row[name]) ? [] : [assignment(name, columns[name]!, value)]
    })
    if (changes.length === 0) continue
    await database.$executeRaw`
      UPDATE ${Prisma.raw(`"${table}"`)} SET ${Prisma.join(changes)} WHERE ctid = ${place}::tid`
    changed++
  }
  return changed
}

type Row = { place: string } & Record<string, unknown>

function assignment(name: string, form: Form, value: unknown): Prisma.Sql {
  const column = Prisma.raw(`"${name}"`)
  if (form === 'json') return Prisma.sql`${column} = ${JSON.stringify(value)}::jsonb`
  return form === 'list' ? Prisma.sql`${column} = ${value}::text[]` : Prisma.sql`${column} = ${value}`
}

/** What a column holds, without the words. */
export function masked(value: unknown, form: Form, blackout: Blackout): unknown {
  if (typeof value === 'string') return form === 'html' ? blackout.html(value) : blackout.text(value)
  if (Array.isArray(value)) return value.map((item) => masked(item, 'text', blackout))
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([key, item]) => {
    return [key, names.has(key) ? item : masked(item, 'text', blackout)]
  })
  return Object.fromEntries(entries)
}

/** Of people, by which other rows know them: no words of theirs. */
const names = new Set(['email', 'address', 'joined'])
