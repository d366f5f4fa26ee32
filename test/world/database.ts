import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, startEmbeddedDatabase } from '@podatelna/store'
import pg from 'pg'
import { endsWithUs } from './processes.ts'

export type DatabaseServer = { url: string; pid: number; stop(): Promise<void> }

/**
 * Waiting for the disk is the one thing tests do without. Commits still reach the operating system before they are
 * answered, so a test may `kill -9` the server and find everything again.
 */
const flags = ['fsync=off', 'full_page_writes=off']

const template = 'podatelna_template'

/** One server for a whole run, with a migrated database for `cloneDatabase` to copy. */
export async function startDatabase(): Promise<DatabaseServer> {
  const folder = join(tmpdir(), `podatelna-database-${process.pid}-${randomBytes(4).toString('hex')}`)
  const { url, pid, stop } = await startEmbeddedDatabase(folder, { flags })
  const stopped = endsWithUs(pid, folder)
  await onServer(url, (server) => server.query(`CREATE DATABASE ${template}`))
  await migrate(database(url, template))
  await onServer(url, sealTemplate)
  return {
    url,
    pid,
    async stop() {
      await stop()
      stopped()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type TestDatabase = { url: string; drop(): Promise<void> }

/** A database of its own for one test file, world or benchmark, in a few milliseconds. */
export async function cloneDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, (server) => server.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  return {
    url: database(serverUrl, name),
    drop: async () => void (await onServer(serverUrl, (server) => server.query(`DROP DATABASE ${name} WITH (FORCE)`))),
  }
}

/** A database that somebody is connected to cannot be copied, so nobody may connect, and who still is has to go. */
async function sealTemplate(server: pg.Client): Promise<void> {
  await server.query(`ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)
  await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [template])
}

async function onServer<T>(url: string, use: (server: pg.Client) => Promise<T>): Promise<T> {
  const server = new pg.Client({ connectionString: database(url, 'postgres') })
  await server.connect()
  try {
    return await use(server)
  } finally {
    await server.end()
  }
}

function database(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = name
  return other.href
}
