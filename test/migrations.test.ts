import { migrate, schemaScript } from '@podatelna/store'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

let server: pg.Client
const databases = ['migrated', 'as_written'].map((name) => `${name}_${process.pid}`)

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
