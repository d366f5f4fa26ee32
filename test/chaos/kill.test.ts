import { rm } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { openClient } from '../world/client.ts'
import { companies, companiesZone } from '../world/companies.ts'
import { cloneDatabase, type TestDatabase } from '../world/database.ts'
import { type Dns, startDns } from '../world/dns.ts'
import { type Drain, watchDrain } from '../world/drained.ts'
import { freshFolder } from '../world/folder.ts'
import { freePorts } from '../world/ports.ts'
import { type Process, startProcess } from '../world/service.ts'
import { type Sink, startSink } from '../world/sink.ts'
import { numbers } from './numbers.ts'

const services = ['ingress', 'tickets', 'outbound', 'web'] as const
const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const { letters } = numbers
/** Each service is killed so often. */
const rounds = Math.max(2, Math.floor(numbers.kills / services.length))

let database: TestDatabase
let dns: Dns
let post: Sink
let drain: Drain
let env: Record<string, string>
const running = new Map<string, Process>()

beforeAll(async () => {
  ;[database, dns, post] = await Promise.all([
    cloneDatabase(inject('databaseUrl')),
    startDns(companiesZone()),
    startSink(),
  ])
  const [smtp, http] = await freePorts(2)
  const broker = { url: inject('amqpUrl'), namespace: `chaos-${process.pid}` }
  env = {
    DATABASE_URL: database.url,
    AMQP_URL: broker.url,
    BUS_NAMESPACE: broker.namespace,
    DATA_DIR: await freshFolder('chaos'),
    DNS_SERVERS: dns.address,
    SMTP_LISTEN: `127.0.0.1:${smtp}`,
    HTTP_LISTEN: `127.0.0.1:${http}`,
    MAIL_DOMAIN: 'desk.test',
    RELAY_URL: post.url,
    ADMIN_TOKEN: 'chaos-token-of-24-characters',
    LOG_LEVEL: 'warn',
    // All of them are one person's.
    BUDGET_RECIPIENT_HOUR: '0',
  }
  drain = await watchDrain(database.url, broker)
  await Promise.all(services.map(start))
  await furnish()
}, 120_000)

afterAll(async () => {
  await Promise.all([...running.values()].map((service) => service.stop()))
  await drain?.close()
  await Promise.all([dns?.close(), post?.close(), rm(env.DATA_DIR!, { recursive: true, force: true })])
  await database?.drop()
}, 120_000)

test(
  `kill -9 of each service in turn while ${letters} letters arrive: ${letters} tickets, none twice, each told once`,
  async () => {
    let taken = 0
    const sending = Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (let i = lane; i < letters; i += 4) {
          await sendUntilTaken(
            await acme.post({ from: jana.as, to: 'support@desk.test', subject: `Letter ${i}`, text: `${i}` }),
          )
          taken++
        }
      }),
    )
    const turns = Array.from({ length: rounds }, () => services).flat()
    for (const [turn, service] of turns.entries()) {
      await expect
        .poll(() => taken, { timeout: 120_000 })
        .toBeGreaterThanOrEqual(Math.floor((letters / (turns.length + 1)) * (turn + 1)))
      await running.get(service)!.stop('SIGKILL')
      await start(service)
    }
    await sending
    await settle()

    const tickets = await subjects('SELECT subject FROM tickets ORDER BY number')
    expect(new Set(tickets).size).toBe(letters)
    expect(tickets).toHaveLength(letters)
    expect(await subjects('SELECT subject FROM messages')).toHaveLength(letters)
    // A relay that took a letter just before we died gets it again, under the same Message-ID: readers show it once.
    const ids = new Set(await Promise.all(post.letters.map(async ({ parsed }) => (await parsed).messageId)))
    expect(ids.size).toBe(letters)
  },
  600_000 + rounds * 60_000,
)

async function start(service: string): Promise<void> {
  const started = startProcess(service, service === 'web' ? env : { ...env, HTTP_LISTEN: '127.0.0.1:0' })
  running.set(service, started)
  if (service === 'web') await vi.waitUntil(ready, { timeout: 30_000 })
}

async function ready(): Promise<boolean> {
  return fetch(`http://${env.HTTP_LISTEN}/readyz`).then(
    (response) => response.ok,
    () => false,
  )
}

/** What every mail server does: anything but a yes, or a no for good, is tried again. */
async function sendUntilTaken(raw: Buffer): Promise<void> {
  for (;;) {
    const client = await openClient({ port: Number(env.SMTP_LISTEN!.split(':')[1]), helo: 'mx.acme.cz' })
    const { code, text } = await client.send(raw, { from: jana.email, to: 'support@desk.test' })
    client.close()
    if (code === 250) return
    if (code >= 500) throw new Error(`Refused for good: ${code} ${text}`)
    await new Promise((again) => setTimeout(again, 100))
  }
}

/** Deliveries of a killed process are sent by another once their lease has run out; the test lets them run out. */
async function settle(): Promise<void> {
  await withDatabase((client) => client.query(`UPDATE deliveries SET due_at = now() WHERE due_at IS NOT NULL`))
  await drain.settled()
}

async function furnish(): Promise<void> {
  const call = (path: string, body: object): Promise<Record<string, string>> =>
    fetch(`http://${env.HTTP_LISTEN}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${env.ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((response) => response.json() as Promise<Record<string, string>>)
  await call('/api/mailboxes', { address: 'support@desk.test', name: 'Support' })
  const { id } = await call('/api/organizations', { name: acme.name, language: acme.language })
  await call(`/api/organizations/${id}/contacts`, { name: jana.name, emails: [jana.email] })
}

async function subjects(sql: string): Promise<string[]> {
  return withDatabase(async (client) => (await client.query(sql)).rows.map((row) => row.subject))
}

async function withDatabase<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
