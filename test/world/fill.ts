import type pg from 'pg'

/**
 * Puts rows into every table of a database, whatever its version: each allowed word of a closed list, every second
 * optional column, and references to rows that are there. What the tables mean is unknown here; that is the point.
 *
 * @param round a number that was not used for this database before
 */
export async function fillEveryTable(client: pg.Client, round: number): Promise<void> {
  const { rows: columns } = await client.query<Column>(columnsOfEveryTable)
  const { rows: references } = await client.query<Reference>(referencesOfEveryTable)
  const filled = new Map<string, Row[]>()
  for (const table of inOrder(columns, references)) {
    const own = columns.filter((column) => column.table === table)
    const outward = references.filter((reference) => reference.table === table)
    const rows = Array.from({ length: rowsPerTable }, (_, i) => {
      return { ...rowOf(own, round * rowsPerTable + i), ...referred(own, outward, filled, i) }
    })
    filled.set(table, await insertAsAllowed(client, table, rows, own))
  }
}

/** A row that a CHECK over several columns refuses goes in without those of them that may be left out. */
async function insertAsAllowed(client: pg.Client, table: string, rows: Row[], columns: Column[]): Promise<Row[]> {
  try {
    return await insert(client, table, rows)
  } catch (error) {
    if ((error as pg.DatabaseError).code !== checkViolation) throw error
  }
  const bound = columns.flatMap(({ name, nullable, bound }) => (nullable && bound ? [name] : []))
  const written: Row[] = []
  for (const row of rows) {
    const bare = Object.fromEntries(Object.entries(row).filter(([name]) => !bound.includes(name)))
    written.push(...(await insert(client, table, [row]).catch(() => insert(client, table, [bare]))))
  }
  return written
}

async function insert(client: pg.Client, table: string, rows: Row[]): Promise<Row[]> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => `"${name}"`)
  const written = await client.query<{ row: Row }>(
    `INSERT INTO "${table}" (${names}) SELECT ${names} FROM jsonb_populate_recordset(NULL::"${table}", $1)
     RETURNING to_jsonb("${table}") AS row`,
    [JSON.stringify(rows)],
  )
  return written.rows.map(({ row }) => row)
}

const checkViolation = '23514'

/** More than any closed list has words. */
const rowsPerTable = 16

function rowOf(columns: Column[], i: number): Row {
  const written = columns.filter(({ words, hasDefault, nullable }) => words || !(hasDefault || (nullable && i % 2)))
  return Object.fromEntries(written.map((column) => [column.name, wordFor(column, i)]))
}

function wordFor({ type, words }: Column, i: number): unknown {
  if (words) return words[i % words.length]
  if (type === 'uuid') return `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`
  if (type === 'timestamptz') return new Date(1_700_000_000_000 + i * 3_600_000)
  if (type === 'bytea') return `\\x${Buffer.from(`bytes ${i}`).toString('hex')}`
  if (type === 'jsonb') return { number: i }
  if (type === 'bool') return i % 2 === 0
  if (type.startsWith('int')) return i
  if (type.startsWith('_')) return []
  return `word ${i}`
}

/** To the row of the same place; what refers twice to one table, to the next one, too. Rows of its own are not there yet. */
function referred(columns: Column[], references: Reference[], filled: Map<string, Row[]>, i: number): Row {
  const values = references.flatMap(({ column, target, targetColumn }, place) => {
    const earlier = references.slice(0, place).filter((reference) => reference.target === target).length
    const row = filled.get(target)?.[(i + earlier) % rowsPerTable]
    const optional = columns.find(({ name }) => name === column)!.nullable
    if (optional && (i % 2 || !row)) return [[column, null]]
    return [[column, row?.[targetColumn]]]
  })
  return Object.fromEntries(values)
}

/** What is referred to comes before what refers to it; references that may be absent break circles. */
function inOrder(columns: Column[], references: Reference[]): string[] {
  const waiting = new Set(columns.map(({ table }) => table))
  const ordered: string[] = []
  while (waiting.size > 0) {
    const needs = (table: string, onlyRequired: boolean) =>
      references.some(({ table: from, column, target }) => {
        const optional = columns.some((one) => one.table === from && one.name === column && one.nullable)
        return from === table && target !== table && waiting.has(target) && !(onlyRequired && optional)
      })
    const next = [...waiting].find((table) => !needs(table, false)) ?? [...waiting].find((table) => !needs(table, true))
    if (!next) throw new Error(`Tables that need each other: ${[...waiting].join(', ')}`)
    waiting.delete(next)
    ordered.push(next)
  }
  return ordered
}

const columnsOfEveryTable = `
  SELECT c.table_name AS table, c.column_name AS name, c.udt_name AS type, c.is_nullable = 'YES' AS nullable,
    c.column_default IS NOT NULL AS "hasDefault",
    (SELECT array_agg(word[1]) FROM pg_constraint k, regexp_matches(pg_get_constraintdef(k.oid), '''([^'']+)''::text', 'g') word
     WHERE k.conrelid = format('%I', c.table_name)::regclass AND k.contype = 'c'
       AND pg_get_constraintdef(k.oid) LIKE 'CHECK ((' || c.column_name || ' = ANY (%') AS words,
    EXISTS (
      SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
      WHERE k.conrelid = format('%I', c.table_name)::regclass AND k.contype = 'c' AND cardinality(k.conkey) > 1
        AND a.attname = c.column_name) AS bound
  FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
  WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name NOT LIKE '\\_prisma%'
    AND c.is_generated = 'NEVER'
  ORDER BY c.table_name, c.ordinal_position`

const referencesOfEveryTable = `
  SELECT k.conrelid::regclass::text AS table, a.attname AS column, k.confrelid::regclass::text AS target,
    b.attname AS "targetColumn"
  FROM pg_constraint k
  CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS pair (near, far)
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.near
  JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.far
  WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace`

type Column = {
  table: string
  name: string
  type: string
  nullable: boolean
  hasDefault: boolean
  words: string[] | null
  /** A CHECK names it together with other columns. */
  bound: boolean
}
type Reference = { table: string; column: string; target: string; targetColumn: string }
type Row = Record<string, unknown>
