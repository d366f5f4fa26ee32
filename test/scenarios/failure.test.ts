import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, startEmbeddedDatabase } from '@podatelna/store'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { companies, type Desk, openDesk, startDesk, support, transports } from '../scenario.ts'
import { send } from '../world/client.ts'
import { startRabbit } from '../world/rabbitmq.ts'

const { acme, globex } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

const leftBehind: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clear of leftBehind.splice(0).reverse()) await clear()
})

test('a database that dies while a letter is judged costs a 451 4.3.0; sent again when it is back, the letter is filed', async () => {
  const folder = join(tmpdir(), `podatelna-dying-${process.pid}`)
  const database = await startEmbeddedDatabase(folder)
  leftBehind.push(() => rm(folder, { recursive: true, force: true }))
  await migrate(database.url)
  const desk = await startDesk({ databaseUrl: database.url })
  leftBehind.push(() => desk.close())
  // The verdict asks DNS after RCPT and before the letter is stored: the moment that matters.
  Object.defineProperty(desk.dns.zone, '_dmarc.globex.sk', {
    configurable: true,
    enumerable: true,
    get: () => void process.kill(database.pid, 'SIGKILL'),
  })
  const raw = await globex.post({ from: zuzana.as, to: support, subject: 'Keep me', messageId: '<keep-me@globex.sk>' })
  const letter = { from: zuzana.email, to: support, port: desk.podatelna.smtpPort, helo: 'mx.globex.sk' }
  const refused = await send(raw, letter)
  expect(`${refused.code} ${refused.text}`).toMatch(/^451 4\.3\.0 /)

  delete desk.dns.zone['_dmarc.globex.sk']
  const again = await startEmbeddedDatabase(folder)
  leftBehind.push(() => again.stop())
  await backAgain(desk)
  expect((await send(raw, letter)).code).toBe(250)
  await expect.poll(() => ticketsCalled(desk, 'Keep me'), { timeout: 20_000 }).toHaveLength(1)
})

test('while the broker is away letters are taken and answers are written; when it is back the letters are filed, and the answers go out once', {
  timeout: 120_000,
}, async () => {
  const rabbit = await startRabbit()
  leftBehind.push(() => rabbit.stop())
  const desk = await openDesk({ env: { AMQP_URL: rabbit.url } })
  leftBehind.push(() => desk.close())
  expect((await desk.hearsFrom(acme, jana, { subject: 'Before' })).code).toBe(250)
  await expect.poll(() => ticketsCalled(desk, 'Before'), { timeout: 20_000 }).toHaveLength(1)
  const [before] = await ticketsCalled(desk, 'Before')
  // RabbitMQ 3.10 forgets a quorum queue that was declared a second before kill -9; an orderly stop settles it.
  await rabbit.restart()
  await backAgain(desk)
  await rabbit.kill()
  const { code, mail } = await sendWithoutWaiting(desk, 'While it was away')
  expect(code).toBe(250)
  expect(mail).toBe(0)
  desk.post.clear()
  expect(await answerWithoutWaiting(desk, `P-${before!.number}`)).toBe(201)
  expect((await desk.http('/readyz')).status).toBe(503)
  await rabbit.restart()
  await expect.poll(() => ticketsCalled(desk, 'While it was away'), { timeout: 40_000 }).toHaveLength(1)
  await backAgain(desk)
  await desk.post.next(async ({ parsed }) => Boolean((await parsed).text?.includes('Written meanwhile.')))
  await desk.settled()
  const texts = await Promise.all(desk.post.letters.map(async ({ parsed }) => (await parsed).text))
  expect(texts.filter((text) => text?.includes('Written meanwhile.'))).toHaveLength(1)
})

test.each(transports)(
  'a letter that cannot be filed is quarantined with the reason, and replay files it, over %s',
  async (transport) => {
    const desk = await openDesk({ transport })
    leftBehind.push(() => desk.close())
    await withDatabase(desk, (database) =>
      database.query(`ALTER TABLE messages ADD CONSTRAINT poison CHECK (subject <> 'Poison') NOT VALID`),
    )
    const { code, mail } = await desk.hearsFrom(acme, jana, { subject: 'Poison' })
    expect(code).toBe(250)
    expect(mail).toMatchObject({ disposition: 'quarantined', reason: expect.stringContaining('could not be filed') })
    expect(mail!.ticket_number).toBeUndefined()
    expect(await (await desk.http('/metrics')).text()).toMatch(/podatelna_events_total{.*outcome="dead".*} 1/)

    await withDatabase(desk, (database) => database.query('ALTER TABLE messages DROP CONSTRAINT poison'))
    await desk.api('POST', `/api/mail/${mail!.id}/replay`)
    expect(await desk.api('GET', `/api/mail/${mail!.id}`)).toMatchObject({
      disposition: 'admitted',
      ticket_number: expect.stringMatching(/^P-/),
    })
  },
)

test('a relay that is away defers a notice, one that refuses ends it, and both are seen', async () => {
  const desk = await openDesk()
  leftBehind.push(() => desk.close())
  desk.post.answer = ({ stage }) => (stage === 'rcpt' ? '451 4.2.1 Later' : undefined)
  const first = await desk.hearsFrom(acme, jana, { subject: 'Deferred' })
  expect(await deliveryOf(desk, first.mail!.ticket_number!)).toMatchObject({
    state: 'deferred',
    attempts: [{ smtp: expect.stringContaining('4.2.1') }],
  })
  desk.post.answer = ({ stage }) => (stage === 'rcpt' ? '550 5.1.1 Nobody here' : undefined)
  const second = await desk.hearsFrom(acme, jana, { subject: 'Failed' })
  expect(await deliveryOf(desk, second.mail!.ticket_number!)).toMatchObject({
    state: 'failed',
    attempts: [{ smtp: expect.stringContaining('5.1.1') }],
  })
})

async function deliveryOf(desk: Desk, ticket: string) {
  const { deliveries } = await desk.api('GET', `/api/tickets/${ticket}`)
  return desk.api('GET', `/api/deliveries/${deliveries[0].id}`)
}

async function sendWithoutWaiting(desk: Desk, subject: string) {
  const raw = await acme.post({ from: jana.as, to: support, subject, text: 'Hello' })
  const { code } = await send(raw, { port: desk.podatelna.smtpPort, from: jana.email, to: support })
  return { code, mail: (await ticketsCalled(desk, subject)).length }
}

async function answerWithoutWaiting(desk: Desk, number: string): Promise<number> {
  const headers = { authorization: `Bearer ${desk.adminToken}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ text: 'Written meanwhile.' })
  return (await desk.http(`/api/tickets/${number}/replies`, { method: 'POST', headers, body })).status
}

/** Read without waiting for queues: they cannot drain while something is away. */
async function ticketsCalled(desk: Desk, subject: string): Promise<{ number: string }[]> {
  return withDatabase(desk, async (database) => {
    const { rows } = await database.query('SELECT number FROM tickets WHERE subject = $1', [subject])
    return rows
  })
}

async function backAgain(desk: Desk): Promise<void> {
  await expect.poll(async () => (await desk.http('/readyz')).status, { timeout: 20_000 }).toBe(200)
}

async function withDatabase<T>(desk: Desk, use: (database: pg.Client) => Promise<T>): Promise<T> {
  const database = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await database.connect()
  try {
    return await use(database)
  } finally {
    await database.end()
  }
}
