/**
 * `npm run bench -- outbound`: letters rendered, signed, committed, brought to a relay and noted as sent, beside
 * nodemailer's pool that is given the same bytes. In turn, a batch at a time: what the machine does meanwhile hits both alike.
 */
import { generateKeyPairSync } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Envelope } from '@podatelna/contracts'
import { type Answers, writeAnswers } from '../../world/answers.ts'
import { freshFolder } from '../../world/folder.ts'
import { openStage, type Stage } from '../stage.ts'
import { type Child, startChild, token, watchMemory } from '../systems.ts'
import { processTime, serverTime } from '../tickets/processor.ts'
import { type Batch, type Cost, report } from './report.ts'

/** What is told of the first ones is how long it takes a process to warm up. */
const warmUp = 1_000
const batch = 1_000
/** Letters to one address: fewer than anybody may get in an hour. */
const lettersEach = 20

export async function benchOutbound(options: { letters: number; key: string }, say: (text: string) => void) {
  const count = batch * Math.ceil(options.letters / batch)
  const stage = await openStage()
  const folder = await freshFolder('bench-outbound')
  const children: Child[] = []
  const open = async (file: string, env: Record<string, string>) => {
    const child = await startChild(file, env)
    children.push(child)
    return child
  }
  try {
    const databaseUrl = await stage.newDatabase()
    const relay = await open('relay.ts', {})
    const shared = { DATABASE_URL: databaseUrl, RELAY_URL: `smtp://127.0.0.1:${relay.port}` }
    const ours = await open('outbound/ours.ts', { ...shared, ...(await settings(stage, folder, options.key)) })
    const bare = await open('outbound/bare.ts', shared)
    const hasty = await open('outbound/bare.ts', { ...shared, NO_DELAY: '1' })
    say(`Writing ${count + warmUp} answers…`)
    const answers = await writeAnswers(databaseUrl, count + warmUp, lettersEach)
    const memory = watchMemory(ours.pid)
    say(`Sending ${count} letters…`)
    const first = await answers.next(warmUp, 'kept')
    await sendOurs(ours, relay, answers, first)
    for (const child of [bare, hasty]) await sendBare(child, first)
    const batches: Batch[] = []
    for (let sent = 0; sent < count; sent += batch) {
      const events = await answers.next(batch, 'kept')
      batches.push({
        letters: batch,
        ours: await timed(ours.pid, answers.serverPid, () => sendOurs(ours, relay, answers, events)),
        bare: await sendBare(bare, events),
        hasty: await sendBare(hasty, events),
      })
      if ((sent + batch) % (count / 5) === 0) memory.mark()
    }
    memory.stop()
    await answers.close()
    return report(batches, memory.quarters(), memory.peak(), say)
  } finally {
    for (const child of children.reverse()) await child.close()
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function sendOurs(ours: Child, relay: Child, answers: Answers, events: Envelope[]): Promise<void> {
  const taken = (await relay.ask<number>('count')) + events.length
  await ours.ask(events)
  // The relay is asked first: asking the database all the time would be a load of its own.
  while ((await relay.ask<number>('count')) < taken) await delay(20)
  for (;;) {
    const { sent, otherwise } = await answers.progress(events)
    if (otherwise > 0) throw new Error(`${otherwise} letters were not sent at once`)
    if (sent === events.length) return
    await delay(20)
  }
}

async function sendBare(bare: Child, events: Envelope[]): Promise<Cost> {
  await bare.ask(events.map((event) => event.id))
  return timed(bare.pid, undefined, () => bare.ask('send'))
}

/** Without what the relay costs, which all need alike. */
async function timed(pid: number, serverPid: number | undefined, work: () => Promise<unknown>): Promise<Cost> {
  const processors = () => ({
    own: processTime(pid),
    server: serverPid === undefined ? 0 : serverTime(serverPid),
  })
  const [began, before] = [performance.now(), processors()]
  await work()
  const after = processors()
  return { ms: performance.now() - began, own: after.own - before.own, server: after.server - before.server }
}

async function settings({ dns }: Stage, folder: string, key: string): Promise<Record<string, string>> {
  const { privateKey } =
    key === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2_048 }) : generateKeyPairSync('ed25519')
  const keyFile = join(folder, 'dkim.pem')
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return {
    DATA_DIR: folder,
    DNS_SERVERS: dns,
    SMTP_LISTEN: '127.0.0.1:0',
    HTTP_LISTEN: '127.0.0.1:0',
    MAIL_DOMAIN: 'desk.test',
    DKIM_SELECTOR: 's1',
    DKIM_KEY_FILE: keyFile,
    ADMIN_TOKEN: token,
    LOG_LEVEL: 'warn',
    // The budgets of people as they are; no desk has so many letters an hour.
    BUDGET_MAILBOX_HOUR: '10000000',
    BUDGET_HOUR: '10000000',
  }
}
