import { rm } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { companies, startDesk } from '../scenario.ts'
import { cloneDatabase } from '../world/database.ts'
import { freshFolder } from '../world/folder.ts'
import { startReceiver } from '../world/receiver.ts'
import { type Process, startProcess } from '../world/service.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

test('processes that are killed while a webhook thinks: it is told again, under the same id, and misses nothing', async () => {
  const database = await cloneDatabase(inject('databaseUrl'))
  closing.push(() => database.drop())
  const receiver = await startReceiver()
  closing.push(() => receiver.close())
  const desk = await startDesk({ databaseUrl: database.url, env: { WEBHOOK_NETWORKS: '127.0.0.0/8' } })
  await desk.api('POST', '/api/webhooks', { url: receiver.url, events: ['ticket.opened'] })
  await desk.close()

  // Letters come while nobody tells of them.
  const deaf = await startDesk({
    databaseUrl: database.url,
    furnished: true,
    env: { WEBHOOK_NETWORKS: '203.0.113.0/24' },
  })
  for (const subject of ['One', 'Two', 'Three']) await deaf.hearsFrom(acme, jana, { subject })
  await deaf.close()

  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  closing.push(() => client.end())
  receiver.answer = () => undefined
  for (const times of [1, 2]) {
    await dueNow(client)
    const outbound = await startOutbound(database.url)
    await receiver.until(3 * times)
    await outbound.stop('SIGKILL')
  }
  receiver.answer = () => 204
  await dueNow(client)
  await startOutbound(database.url)
  await receiver.until(9)
  await expect.poll(() => states(client), { timeout: 15_000 }).toEqual(['delivered', 'delivered', 'delivered'])
  const subjects = Map.groupBy(receiver.told, ({ headers }) => headers['webhook-id'])
  expect([...subjects.values()].map((told) => told.map(({ json }) => json.data.ticket.subject).join()).sort()).toEqual([
    ...['One,One,One', 'Three,Three,Three', 'Two,Two,Two'],
  ])
})

async function startOutbound(databaseUrl: string): Promise<Process> {
  const folder = await freshFolder('outbound')
  const outbound = startProcess('outbound', {
    ...{ DATABASE_URL: databaseUrl, AMQP_URL: inject('amqpUrl'), BUS_NAMESPACE: `hooks-${process.pid}` },
    ...{ DATA_DIR: folder, MAIL_DOMAIN: 'desk.test', WEBHOOK_NETWORKS: '127.0.0.0/8' },
  })
  closing.push(
    () => rm(folder, { recursive: true, force: true }),
    () => outbound.stop(),
  )
  return outbound
}

/** The lease of whoever was killed has run out, and so has every rest. */
async function dueNow(client: pg.Client): Promise<void> {
  await client.query('UPDATE webhook_deliveries SET due_at = now() WHERE due_at IS NOT NULL')
  await client.query('UPDATE webhooks SET rest_until = NULL, failures = 0')
}

async function states(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query('SELECT state FROM webhook_deliveries')
  return rows.map(({ state }) => state)
}
