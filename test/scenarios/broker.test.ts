import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { tmpdir } from 'node:os'
import { type Bus, envelope, openBus, outboxInsert } from '@podatelna/bus'
import { mailAdmitted, subscriptions } from '@podatelna/contracts'
import { createLogger, createMetrics } from '@podatelna/runtime'
import { newId, openStore, type Store } from '@podatelna/store'
import amqp, { type Channel, type ChannelModel } from 'amqplib'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
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

/** One event, from its commit to its consumer. */
async function carries(): Promise<void> {
  const event = envelope(mailAdmitted, { mail_id: newId() })
  const arrived = once(handled, event.id, { signal: AbortSignal.timeout(30_000) })
  await store.query(outboxInsert([event]))
  bus.publish([event])
  expect(await arrived).toEqual([])
}
