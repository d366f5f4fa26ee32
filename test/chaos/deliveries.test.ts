import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { writeAnswers } from '../world/answers.ts'
import { letTimePass } from '../world/clock.ts'
import { cloneDatabase } from '../world/database.ts'
import { freshFolder } from '../world/folder.ts'
import { seeded } from '../world/random.ts'
import { type Process, startProcess } from '../world/service.ts'
import { numbers } from './numbers.ts'
import { type BadRelay, startBadRelay, type Take } from './relay.ts'

const { seed, kills, deliveries } = numbers

// What waits is due again an hour later, and after a hundred of them the five days of a delivery are not over.
const pause = '61 minutes'
const longestLifeMs = 2_000

test.each(['outbound over RabbitMQ', 'one process'] as const)(
  `${kills} kill -9 of %s, ${deliveries} letters and a relay that does what it likes: each recipient has each letter once, but for those nobody could know of`,
  { timeout: 60_000 + kills * 12_000 + deliveries * 200 },
  async (which) => {
    const random = seeded(seed)
    const relay = await startBadRelay(random)
    onTestFinished(() => relay.close())
    const database = await cloneDatabase(inject('databaseUrl'))
    onTestFinished(() => database.drop())
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    onTestFinished(() => client.end())
    const answers = await writeAnswers(database.url, deliveries, 1)
    onTestFinished(() => answers.close())
    const start = await starter(which, database.url, relay)

    /** What was answered while we died, so that nothing was noted: those letters may come once more. */
    const atKill = new Set<Take>()
    const perLife = Math.ceil(deliveries / (kills * 0.8))
    for (let kill = 0; kill < kills; kill++) {
      const born = performance.now()
      const life = start()
      await answers.next(perLife, 'left')
      const early = random.chance(0.1)
      if (!early) await life.prints(/ready/)
      await delay(random.next() * longestLifeMs)
      await life.stop('SIGKILL')
      await sessionsEnd(client)
      for (const take of await unnoted(client, relay, born)) atKill.add(take)
      await letTimePass(database.url, pause)
    }

    relay.mend()
    const last = start()
    await last.prints(/ready/)
    await expect.poll(() => ended(client), { timeout: 60_000, interval: 500 }).toBe(deliveries)
    await last.stop()

    const all = await outcomes(client)
    const again = relay.takes.filter((take) => lastTake(relay, take.messageId) !== take)
    say(figures(which, all, relay, again))
    expect(all.filter(({ ended, reason }) => !ended || !reason)).toEqual([])
    expect(relay.overlapping, 'one at a time').toEqual([])
    const ours = new Map(all.map((delivery) => [delivery.message_id, delivery]))
    expect(relay.takes.filter(({ messageId, to }) => ours.get(messageId)?.to_address !== to)).toEqual([])
    expect(new Set(relay.takes.map(({ messageId, sha256 }) => messageId + sha256)).size).toBe(idsOf(relay).size)
    expect(all.filter(({ state, message_id }) => state === 'sent' && !idsOf(relay).has(message_id))).toEqual([])
    expect(
      again.filter((take) => take.answered && !atKill.has(take)),
      `seed ${seed}: these came again although they were answered`,
    ).toEqual([])
  },
)

/** What a database session was told before its process died, it still does. */
async function sessionsEnd(client: pg.Client): Promise<void> {
  const working = async () => {
    const { rows } = await client.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()`,
    )
    return rows[0].n
  }
  await expect.poll(working, { timeout: 30_000 }).toBe(0)
}

/** Letters the relay took in that life of which nothing was noted: the last take of each, as only one can be under way. */
async function unnoted(client: pg.Client, { takes }: BadRelay, born: number): Promise<Take[]> {
  const last = new Map(takes.filter(({ at }) => at >= born).map((take) => [take.messageId, take]))
  const { rows } = await client.query(
    'SELECT message_id FROM deliveries WHERE due_at IS NOT NULL AND message_id = ANY($1)',
    [[...last.keys()]],
  )
  return rows.map((row) => last.get(row.message_id)!)
}

function lastTake({ takes }: BadRelay, id: string): Take | undefined {
  return takes.findLast(({ messageId }) => messageId === id)
}

function idsOf({ takes }: BadRelay): Set<string> {
  return new Set(takes.map(({ messageId }) => messageId))
}

/** Who alone sends may be told at any time that what waits is due. */
async function ended(client: pg.Client): Promise<number> {
  await client.query(`UPDATE deliveries SET due_at = now() WHERE state = 'deferred'`)
  const { rows } = await client.query(`SELECT count(*)::int AS n FROM deliveries WHERE state IN ('sent', 'failed')`)
  return rows[0].n
}

type Delivery = { message_id: string; to_address: string; state: string; ended: boolean; reason: string; tries: number }

async function outcomes(client: pg.Client): Promise<Delivery[]> {
  const { rows } = await client.query(`
    SELECT message_id, to_address, state, due_at IS NULL AS ended, attempt_count AS tries,
      (SELECT smtp FROM delivery_attempts a WHERE a.delivery_id = d.id AND a.outcome = d.state ORDER BY id DESC LIMIT 1) AS reason
    FROM deliveries d`)
  return rows
}

async function starter(which: Which, databaseUrl: string, relay: BadRelay): Promise<() => Process> {
  const folder = await freshFolder('chaos')
  let latest: Process | undefined
  onTestFinished(async () => {
    await latest?.stop('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  const env = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    MAIL_DOMAIN: 'desk.test',
    RELAY_URL: relay.url,
    LOG_LEVEL: 'info',
    ...{ SMTP_LISTEN: '127.0.0.1:0', HTTP_LISTEN: '127.0.0.1:0' },
    ...{ BUDGET_MAILBOX_HOUR: '0', BUDGET_HOUR: '0', BUDGET_RECIPIENT_HOUR: '0' },
    ...(which === 'outbound over RabbitMQ' && {
      AMQP_URL: inject('amqpUrl'),
      BUS_NAMESPACE: `chaos-${process.pid}-${Date.now()}`,
    }),
  }
  return () => {
    latest = startProcess(which === 'one process' ? 'standalone' : 'outbound', env)
    return latest
  }
}

function figures(which: Which, all: Delivery[], { takes, did }: BadRelay, again: Take[]): string {
  const count = (state: string) => all.filter((delivery) => delivery.state === state).length
  const unanswered = again.filter(({ answered }) => !answered).length
  const tries = all.reduce((sum, delivery) => sum + delivery.tries, 0)
  return `${which}, seed ${seed}: ${kills} kills, ${all.length} deliveries: ${count('sent')} sent, ${count('failed')} failed, ${tries} \
tries noted. The relay took ${takes.length}: ${again.length - unanswered} came again after a kill, ${unanswered} after a lost connection.
  It did: ${[...did].map(([what, times]) => `${what} ${times}`).join(', ')}`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

type Which = 'outbound over RabbitMQ' | 'one process'
