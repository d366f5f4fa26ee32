import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { tmpdir } from 'node:os'
import { type Bus, envelope, openBus, outboxInsert } from '@podatelna/bus'
import { mailAdmitted, subscriptions } from '@podatelna/contracts'
import { createLogger, createMetrics } from '@podatelna/runtime'
import { newId, openStore, Prisma, type Store } from '@podatelna/store'
import amqp, { type Channel, type ChannelModel } from 'amqplib'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { cloneDatabase, type TestDatabase } from '../world/database.ts'

const namespace = `broker-${randomBytes(4).toString('hex')}`
const handled = new EventEmitter()
let database: TestDatabase
let store: Store
let bus: Bus
let administrator: { connection: ChannelModel; channel: Channel }

beforeAll(async () => {
  database = await cloneDatabase(inject('databaseUrl'))
  store = openStore({ databaseUrl: database.url, letterFolder: tmpdir() })
  const log = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' })
  bus = openBus({ store, log, metrics: createMetrics(), amqpUrl: inject('amqpUrl'), namespace })
  await bus.consume({
    subscription: subscriptions.ticketsLetters,
    handle: async ({ id }) => {
      handled.emit(id)
      return 'done'
    },
  })
  const connection = await amqp.connect(inject('amqpUrl'))
  administrator = { connection, channel: await connection.createChannel() }
})

afterAll(async () => {
  await bus?.close()
  await administrator?.connection.close()
  await store?.close()
  await database?.drop()
})

test('a queue that somebody deleted is declared again, and read again', async () => {
  await carries()
  await administrator.channel.deleteQueue(`${namespace}.tickets.letters`)
  await carries()
})

test('an exchange that somebody deleted is declared again, and published to again', async () => {
  await carries()
  await administrator.channel.deleteExchange(`${namespace}.events`)
  await carries()
})

test.each([
  ['is no event', { type: 'something' }, 'anything'],
  ['holds what no database takes', { type: 'some\0thing', messageId: newId() }, '{"mail_id": "\\u0000"}'],
])('a message of somebody else that %s is buried, with its bytes, and others pass', async (_what, properties, body) => {
  await store.query(Prisma.sql`DELETE FROM dead_events`)
  administrator.channel.sendToQueue(`${namespace}.tickets.letters`, Buffer.from(body), properties)
  const buried = await vi.waitUntil(
    () => store.query<{ payload: object }>(Prisma.sql`SELECT payload FROM dead_events`).then(([row]) => row),
    20_000,
  )
  expect(buried.payload).toEqual({ base64: Buffer.from(body).toString('base64') })
  await carries()
})

/** One event, from its commit to its consumer. */
async function carries(): Promise<void> {
  const event = envelope(mailAdmitted, { mail_id: newId() })
  const arrived = once(handled, event.id, { signal: AbortSignal.timeout(30_000) })
  await store.query(outboxInsert([event]))
  bus.publish([event])
  expect(await arrived).toEqual([])
}
