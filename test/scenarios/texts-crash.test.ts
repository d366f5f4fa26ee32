import { rm } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { companies, startDesk } from '../scenario.ts'
import { giveNumbers, openUrgent, publicUrl } from '../texting.ts'
import { cloneDatabase } from '../world/database.ts'
import { freshFolder } from '../world/folder.ts'
import { type Process, startProcess } from '../world/service.ts'
import { startMessageCentre } from '../world/smpp.ts'

const [giulia] = companies.initech.people as [(typeof companies.initech.people)[0]]
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

test('processes that are killed while they hand a text over: it goes once more, and no third time', async () => {
  const database = await cloneDatabase(inject('databaseUrl'))
  closing.push(() => database.drop())
  const centre = await startMessageCentre()
  closing.push(() => centre.close())
  centre.answer = () => 0x58
  const desk = await startDesk({ databaseUrl: database.url, env: { SMS_URL: centre.url, PUBLIC_URL: publicUrl } })
  await giveNumbers(desk, giulia, ['+390212345678'])
  await openUrgent(desk, giulia)
  await desk.close()

  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  closing.push(() => client.end())
  centre.clear()
  centre.answer = () => 'hang'
  for (const submitted of [1, 2]) {
    const outbound = await startOutbound(database.url, centre.url)
    await dueNow(client)
    await expect.poll(() => centre.submitted.length, { timeout: 15_000 }).toBe(submitted)
    await outbound.stop('SIGKILL')
    expect(await textOf(client)).toEqual({ state: 'queued', unclear: submitted, outcomes: ['deferred'] })
  }
  expect(centre.submitted[1]!.pdu.short_message).toEqual(centre.submitted[0]!.pdu.short_message)
  await startOutbound(database.url, centre.url)
  await dueNow(client)
  const ended = { state: 'failed', unclear: 2, outcomes: ['deferred', 'failed'] }
  await expect.poll(() => textOf(client), { timeout: 15_000 }).toEqual(ended)
  expect(centre.submitted).toHaveLength(2)
})

async function startOutbound(databaseUrl: string, smsUrl: string): Promise<Process> {
  const folder = await freshFolder('outbound')
  const outbound = startProcess('outbound', {
    ...{ DATABASE_URL: databaseUrl, AMQP_URL: inject('amqpUrl'), BUS_NAMESPACE: `texts-${process.pid}` },
    ...{ DATA_DIR: folder, MAIL_DOMAIN: 'desk.test', SMS_URL: smsUrl, PUBLIC_URL: publicUrl },
  })
  closing.push(
    () => rm(folder, { recursive: true, force: true }),
    () => outbound.stop(),
  )
  await outbound.prints('bound to the message centre')
  return outbound
}

/** The lease of whoever was killed has run out, and so has every wait. */
async function dueNow(client: pg.Client): Promise<void> {
  await client.query('UPDATE texts SET due_at = now()')
}

async function textOf(client: pg.Client): Promise<object> {
  const { rows } = await client.query(`
    SELECT state, unclear, (SELECT array_agg(outcome ORDER BY id) FROM text_attempts) AS outcomes FROM texts`)
  return rows[0]
}
