import pg from 'pg'
import { onTestFinished } from 'vitest'

/** Rows or locks that others wait for, in the order in which they come. */
export type Queue = {
  /** Resolves when so many connections wait for a lock in this database. */
  waiting(count: number): Promise<void>
  /** Lets the first of them go on. */
  release(): Promise<void>
}

const patience = 10_000

/**
 * Holds what a statement locks, so that a test decides who comes first. PostgreSQL gives a row to those who wait for it one
 * after the other, whoever came first.
 *
 * @param sql for instance `SELECT … FOR UPDATE`, or `LOCK TABLE …` for a statement that has not begun
 */
export async function queueFor(databaseUrl: string, sql: string, values: unknown[] = []): Promise<Queue> {
  const [holder, watcher] = [await connected(databaseUrl), await connected(databaseUrl)]
  await holder.query('BEGIN')
  const { rowCount } = await holder.query(sql, values)
  if (rowCount === 0) throw new Error(`There is nothing to hold: ${sql}`)
  return {
    async waiting(count) {
      const deadline = Date.now() + patience
      while ((await waitingNow(watcher)) < count) {
        if (Date.now() > deadline) throw new Error(`${await waitingNow(watcher)} wait, not ${count}.`)
        await new Promise((again) => setTimeout(again, 10))
      }
    },
    async release() {
      await holder.query('COMMIT')
    },
  }
}

/** The same for one ticket, by its number such as `P-100042`. */
export function queueForTicket(databaseUrl: string, number: string): Promise<Queue> {
  return queueFor(databaseUrl, 'SELECT FROM tickets WHERE number = $1 FOR UPDATE', [number.replace('P-', '')])
}

async function waitingNow(watcher: pg.Client): Promise<number> {
  const { rows } = await watcher.query(`
    SELECT count(DISTINCT pid)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`)
  return rows[0].waiting
}

async function connected(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl })
  // A test that fails may drop its database first.
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
