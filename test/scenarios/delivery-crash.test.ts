import { rm } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { companies, startDesk } from '../scenario.ts'
import { cloneDatabase } from '../world/database.ts'
import { freshFolder } from '../world/folder.ts'
import { type Process, startProcess } from '../world/service.ts'
import { startSink } from '../world/sink.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

test('a process that is killed between the relay’s 250 and the note of it: the same bytes go once more, and are noted once', async () => {
  const database = await cloneDatabase(inject('databaseUrl'))
  closing.push(() => database.drop())
  const relay = await startSink({ answer: () => '451 4.3.2 Not yet' })
  closing.push(() => relay.close())
  const desk = await startDesk({ databaseUrl: database.url, env: { RELAY_URL: relay.url } })
  await desk.hearsFrom(acme, jana, { subject: 'Once' })
  await desk.close()

  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  closing.push(() => client.end())
  // The note of what was sent takes longer than the process lives.
  await client.query(`
    CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
    CREATE TRIGGER stall BEFORE INSERT ON delivery_attempts FOR EACH ROW WHEN (NEW.outcome = 'sent') EXECUTE FUNCTION stall()`)
  relay.answer = () => undefined
  const first = await startOutbound(database.url, relay.url)
  await client.query('UPDATE deliveries SET due_at = now()')
  const sent = await relay.next()
  await first.stop('SIGKILL')
  await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)
  await client.query('DROP FUNCTION stall CASCADE')
  expect(await attempts(client)).toEqual(['deferred'])

  relay.clear()
  await client.query('UPDATE deliveries SET due_at = now()')
  await startOutbound(database.url, relay.url)
  const again = await relay.next()
  expect(again.raw.equals(sent.raw)).toBe(true)
  expect((await again.parsed).messageId).toBe((await sent.parsed).messageId)
  await expect.poll(() => attempts(client)).toEqual(['deferred', 'sent'])
})

async function startOutbound(databaseUrl: string, relayUrl: string): Promise<Process> {
  const folder = await freshFolder('outbound')
  const outbound = startProcess('outbound', {
    DATABASE_URL: databaseUrl,
    AMQP_URL: inject('amqpUrl'),
    BUS_NAMESPACE: `crash-${process.pid}`,
    DATA_DIR: folder,
    MAIL_DOMAIN: 'desk.test',
    RELAY_URL: relayUrl,
  })
  closing.push(
    () => rm(folder, { recursive: true, force: true }),
    () => outbound.stop(),
  )
  return outbound
}

async function attempts(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query('SELECT outcome FROM delivery_attempts ORDER BY id')
  return rows.map(({ outcome }) => outcome)
}
