import { join } from 'node:path'
import { letterFolder, type Settings } from '@podatelna/runtime'
import { openStore, Prisma, pendingMigrations, runningEmbeddedDatabase, type Store } from '@podatelna/store'
import { type Finding, fault, ok, warning } from './finding.ts'

/** The database of this installation: the one of DATABASE_URL, or the embedded one while an instance runs it. */
export type Database = { url: string; store: Store; close(): Promise<void> } | undefined

/** Opens nothing that is not there: an embedded database that rests is left alone. */
export async function findDatabase(settings: Settings): Promise<Database> {
  const url = settings.DATABASE_URL ?? (await runningEmbeddedDatabase(join(settings.DATA_DIR, 'database')))
  if (!url) return undefined
  const store = openStore({ databaseUrl: url, letterFolder: letterFolder(settings), connections: 2 })
  return { url, store, close: () => store.close() }
}

export async function mailboxDomains(database: Database): Promise<string[]> {
  const rows = await database?.store.query<{ domain: string }>(
    Prisma.sql`SELECT DISTINCT lower(split_part(address, '@', 2)) AS domain FROM mailboxes ORDER BY 1`,
  )
  return rows?.map(({ domain }) => domain) ?? []
}

export async function checkDatabase(database: Database): Promise<Finding[]> {
  const subject = 'database'
  if (!database) {
    const says = 'the embedded one rests, as no instance runs on DATA_DIR; mailboxes are not known.'
    return [warning(subject, says, { change: 'Start Podatelna, and run the doctor again under the same account.' })]
  }
  const { url, store } = database
  const problem = await store.ping().then(
    () => undefined,
    (error: Error) => error.message,
  )
  if (problem !== undefined) {
    return [
      fault(subject, `${new URL(url).host} cannot be used: ${problem}.`, {
        why: 'Every letter is put off with 451.',
        change: 'Start it, or correct DATABASE_URL.',
      }),
    ]
  }
  const pending = await pendingMigrations(url)
  const schema = checkSchema(pending)
  const found = [await checkVersion(store), schema, await checkClock(store)]
  return schema.state === 'ok' ? [...found, await checkDeadEvents(store), await checkOutbox(store)] : found
}

async function checkVersion(store: Store): Promise<Finding> {
  const [row] = await store.query<{ version: string; number: number }>(
    Prisma.sql`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number`,
  )
  const { version, number } = row!
  if (number >= 150_000) return ok('database', `PostgreSQL ${version} answers.`)
  return fault('database', `PostgreSQL ${version} is too old.`, { change: 'Podatelna needs 15 or newer.' })
}

function checkSchema(pending: string[]): Finding {
  if (pending.length === 0) return ok('schema', 'all migrations are applied.')
  return warning('schema', `not applied yet: ${pending.join(', ')}.`, {
    change: 'The next start of any service does it.',
  })
}

/** Budgets and expiry are counted by the clocks of both. */
async function checkClock(store: Store): Promise<Finding> {
  const before = Date.now()
  const [row] = await store.query<{ ms: number }>(
    Prisma.sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  )
  const differenceMs = Math.abs(row!.ms - (before + Date.now()) / 2)
  const seconds = (differenceMs / 1000).toFixed(1)
  if (differenceMs < 2_000) return ok('clock', `differs by ${seconds} s from that of the database.`)
  return fault('clock', `differs by ${seconds} s from that of the database.`, {
    why: 'Links expire too early, letters are sent too late, signatures carry a wrong time.',
    change: 'Let both machines follow a time server.',
    paste: ['timedatectl set-ntp true'],
  })
}

async function checkDeadEvents(store: Store): Promise<Finding> {
  const count = await countOf(
    store,
    Prisma.sql`SELECT count(*)::int AS count FROM dead_events WHERE replayed_at IS NULL`,
  )
  if (count === 0) return ok('dead events', 'none.')
  return warning('dead events', `${count} were given up.`, {
    why: 'Their letters are in quarantine, or their notices were not written.',
    change: 'See "Events that were given up" in docs/operate.md.',
    paste: ['SELECT at, consumer, name, reason FROM dead_events WHERE replayed_at IS NULL ORDER BY at;'],
  })
}

async function checkOutbox(store: Store): Promise<Finding> {
  const count = await countOf(
    store,
    Prisma.sql`SELECT count(*)::int AS count FROM outbox WHERE sweep_at < now() - interval '1 minute' OR attempts > 5`,
  )
  if (count === 0) return ok('outbox', 'nothing is overdue.')
  return warning('outbox', `${count} events have waited for more than a minute.`, {
    why: 'Letters are taken, but nothing follows from them.',
    change: 'Look at the broker, and whether tickets and outbound run.',
  })
}

async function countOf(store: Store, sql: Prisma.Sql): Promise<number> {
  const [row] = await store.query<{ count: number }>(sql)
  return row!.count
}
