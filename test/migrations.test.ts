import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate, schemaScript } from '@podatelna/store'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { fillEveryTable } from './world/fill.ts'

const folder = join(import.meta.dirname, '../prisma/migrations')

let server: pg.Client
const databases = ['migrated', 'as_written', 'filled'].map((name) => `${name}_${process.pid}`)

beforeAll(async () => {
  server = await connect('postgres')
  for (const name of databases) await server.query(`CREATE DATABASE ${name}`)
})
afterAll(async () => {
  for (const name of databases) await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await server.end()
})

test('the sum of the migrations is what schema.prisma says, and a second run finds nothing to do', async () => {
  const [migrated, asWritten] = databases as [string, string]
  expect(await migrate(urlOf(migrated))).not.toEqual([])
  expect(await migrate(urlOf(migrated))).toEqual([])
  const script = await schemaScript(urlOf(asWritten))
  await inDatabase(asWritten, (client) => client.query(script))
  expect(await shape(migrated)).toEqual(await shape(asWritten))
})

test('each migration finds a database full of rows, and loses and changes none that it does not say it changes', async () => {
  const filled = databases[2]!
  for (const [round, name] of (await migrations()).entries()) {
    const before = round === 0 ? {} : await inDatabase(filled, contents)
    expect(await migrate(urlOf(filled), { upTo: name })).toEqual([name])
    const changes = await changedTables(name)
    const after = await inDatabase(filled, (client) => contents(client, before))
    for (const [table, was] of Object.entries(before)) {
      const { rows, digest, columns } = after[table] ?? { rows: 0, digest: '', columns: [] }
      expect([name, table, rows]).toEqual([name, table, was.rows])
      if (!changes.has(table)) expect([name, table, columns, digest]).toEqual([name, table, was.columns, was.digest])
    }
    await inDatabase(filled, (client) => fillEveryTable(client, round))
  }
  expect(await migrate(urlOf(filled))).toEqual([])
})

/** Rows of every table, and a digest of what is in them; of those in `known`, in the columns that were there then. */
async function contents(client: pg.Client, known: Contents = {}): Promise<Contents> {
  const { rows: tables } = await client.query<{ table: string; columns: string[] }>(`
    SELECT table_name AS table, array_agg(column_name::text ORDER BY column_name) AS columns
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_prisma%'
    GROUP BY table_name`)
  const found: Contents = {}
  for (const { table, columns: all } of tables) {
    const columns = all.filter((column) => known[table]?.columns.includes(column) ?? true)
    const { rows } = await client.query(`
      SELECT count(*)::int AS rows, md5(string_agg(row::text, '|' ORDER BY row::text)) AS digest
      FROM (SELECT ${columns.map((column) => `"${column}"`)} FROM "${table}") row`)
    found[table] = { ...rows[0], columns }
  }
  return found
}

type Contents = Record<string, { rows: number; digest: string; columns: string[] }>

async function migrations(): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
}

/** Tables whose rows a migration says it changes. */
async function changedTables(name: string): Promise<Set<string>> {
  const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8')
  return new Set([...sql.matchAll(/^UPDATE "?(\w+)"?/gm)].map(([, table]) => table!))
}

/** Columns and indexes in words; what Prisma cannot say (CHECKs, indexes on part of a table) is left out. */
function shape(database: string): Promise<string[]> {
  return inDatabase(database, async (client) => {
    const columns = await client.query(`
      SELECT table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable || ' ' || coalesce(column_default, '')
        AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_prisma%'`)
    const indexes = await client.query(`
      SELECT indexdef AS line FROM pg_indexes
      WHERE schemaname = 'public' AND tablename NOT LIKE '\\_prisma%' AND indexdef NOT LIKE '% WHERE %'`)
    return [...columns.rows, ...indexes.rows].map((row) => row.line).sort()
  })
}

async function inDatabase<T>(name: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(name)
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function connect(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(name) })
  await client.connect()
  return client
}

function urlOf(database: string): string {
  const url = new URL(inject('databaseUrl'))
  url.pathname = database
  return url.href
}
