import { subscriptions } from '@podatelna/contracts'
import amqp from 'amqplib'
import pg from 'pg'

/** Watches one installation from outside, through its database and its broker. */
export type Drain = {
  /** Resolves when nothing is under way: every event was dealt with, every letter and digest that is due was tried, every ticket moved
   *  that time moves. */
  settled(): Promise<void>
  close(): Promise<void>
}

const patience = 30_000

/** @param broker absent when events stay within the process; there the outbox alone tells what is under way */
export async function watchDrain(databaseUrl: string, broker?: { url: string; namespace: string }): Promise<Drain> {
  // Several may wait at once, and are asked for in turn.
  const database = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  // The database may be killed by the test; the next question then fails by itself.
  database.on('error', () => {})
  const published = broker ? await overhear(broker) : undefined
  return {
    async settled() {
      const deadline = Date.now() + patience
      while (!(await isSettled(database, published))) {
        if (Date.now() > deadline)
          throw new Error(`Not settled within ${patience / 1000} s: ${await whatIsLeft(database)}`)
        await new Promise((again) => setTimeout(again, 10))
      }
    },
    async close() {
      await published?.close()
      await database.end()
    },
  }
}

async function isSettled(database: pg.Pool, published: Published | undefined): Promise<boolean> {
  if (!published) return nothingWaits(database)
  const seen = await published.ids()
  // In this order: what a step causes is committed together with its being done.
  if (!(await allDone(database, seen)) || !(await nothingWaits(database))) return false
  // What followed from the last step may have been published since we looked.
  return (await published.ids()).size === seen.size
}

async function nothingWaits(database: pg.Pool): Promise<boolean> {
  const { rows } = await database.query(`
    SELECT NOT EXISTS (SELECT FROM outbox)
      AND NOT EXISTS (SELECT FROM deliveries WHERE due_at <= now() OR state = 'queued' AND due_at <= now() + interval '30 seconds'
        -- Being tried again: under a lease that has just begun.
        OR state = 'deferred' AND due_at BETWEEN now() + interval '20 seconds' AND now() + interval '30 seconds')
      AND NOT EXISTS (SELECT FROM texts WHERE due_at <= now() OR unclear > 0 AND attempt_count = 0 AND state = 'queued')
      AND NOT EXISTS (SELECT FROM mail_budgets WHERE digest_at <= now())
      AND NOT EXISTS (
        SELECT FROM tickets t JOIN mailboxes m ON m.id = t.mailbox_id
        WHERE t.status = 'solved' AND t.solved_at + m.close_after::interval <= now()
          OR t.status = 'scheduled' AND t.scheduled_for <= now()) AS nothing`)
  return rows[0].nothing
}

async function allDone(database: pg.Pool, seen: Map<string, string>): Promise<boolean> {
  const expected = [...seen].flatMap(([id, name]) => consumersOf(name).map((consumer) => ({ id, consumer })))
  const { rows } = await database.query(
    `SELECT count(*)::int AS missing FROM unnest($1::uuid[], $2::text[]) AS e (id, consumer)
     WHERE NOT EXISTS (SELECT FROM inbox WHERE event_id = e.id AND consumer = e.consumer)
       AND NOT EXISTS (SELECT FROM dead_events d WHERE d.id = e.id)`,
    [expected.map((e) => e.id), expected.map((e) => e.consumer)],
  )
  return rows[0].missing === 0
}

function consumersOf(name: string): string[] {
  return Object.values(subscriptions)
    .filter(({ events }) => events.some((event) => event.name === name))
    .map(({ consumer }) => consumer)
}

async function whatIsLeft(database: pg.Pool): Promise<string> {
  const { rows } = await database.query(`
    SELECT (SELECT array_agg(name) FROM outbox) AS outbox,
      (SELECT array_agg(reason) FROM dead_events) AS dead,
      (SELECT array_agg(state || ' ' || kind) FROM deliveries WHERE due_at IS NOT NULL) AS deliveries`)
  return JSON.stringify(rows[0])
}

type Published = {
  /** Id and name of every event published so far. */
  ids(): Promise<Map<string, string>>
  close(): Promise<void>
}

/** A queue of our own on the exchange. A mark sent through it arrives after everything published before. */
async function overhear({ url, namespace }: { url: string; namespace: string }): Promise<Published> {
  const connection = await amqp.connect(url, { noDelay: true })
  connection.on('error', () => {})
  const channel = await connection.createConfirmChannel()
  channel.on('error', () => {})
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.assertExchange(`${namespace}.events`, 'topic', { durable: true })
  await channel.bindQueue(queue, `${namespace}.events`, '#')
  const seen = new Map<string, string>()
  const marks = new Map<string, () => void>()
  await channel.consume(
    queue,
    (message) => {
      const { messageId, type } = message!.properties
      if (type === 'mark') marks.get(messageId)?.()
      else seen.set(messageId, type)
    },
    { noAck: true },
  )
  let count = 0
  return {
    async ids() {
      const messageId = String(count++)
      await new Promise<void>((done) => {
        marks.set(messageId, done)
        channel.sendToQueue(queue, Buffer.from(''), { messageId, type: 'mark' })
      })
      marks.delete(messageId)
      return new Map(seen)
    },
    close: () => connection.close().catch(() => {}),
  }
}
