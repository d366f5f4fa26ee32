import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { companies } from '../world/companies.ts'
import { freshFolder } from '../world/folder.ts'
import { freePorts } from '../world/ports.ts'
import { end, endsWithUs } from '../world/processes.ts'
import { startProcess } from '../world/service.ts'
import { authors } from './letters.ts'
import type { Stage } from './stage.ts'
import { familyTime, serverTime } from './tickets/processor.ts'

/** Something that takes letters at an SMTP port, and tells when each was dealt with. */
export type System = {
  port: number
  memory: { peak(): number; quarters(): number[]; mark(): void; stop(): void }
  /** Times by letter, in ms since the epoch; of the stages the system has. */
  ticketTimes(): Promise<Map<string, number>>
  acknowledgementTimes(): Promise<Map<string, number>>
  /** Milliseconds of processor time so far: its own, and the database's for it. */
  processor(): Processor
  /** How many letters are dealt with completely. */
  done(): Promise<number>
  close(): Promise<void>
}

export type Processor = { own: number; server: number }

/** The product: all services in one process, as `npm start` runs them, and a relay beside it. */
export async function ourSystem(stage: Stage): Promise<System> {
  const [smtp, http] = await freePorts(2)
  const relay = await startChild('relay.ts', {})
  const databaseUrl = await stage.newDatabase()
  const folder = await freshFolder('bench')
  const ours = startProcess('standalone', {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    DNS_SERVERS: stage.dns,
    SMTP_LISTEN: `127.0.0.1:${smtp}`,
    HTTP_LISTEN: `127.0.0.1:${http}`,
    MAIL_DOMAIN: 'desk.test',
    RELAY_URL: `smtp://127.0.0.1:${relay.port}`,
    ADMIN_TOKEN: token,
    LOG_LEVEL: 'warn',
    // Twice what a person may get by default, for long runs; no desk has so many letters an hour.
    ...{ BUDGET_RECIPIENT_HOUR: '120', BUDGET_MAILBOX_HOUR: '10000000', BUDGET_HOUR: '10000000' },
  })
  await ours.prints('Podatelna is ready.')
  await furnish(`http://127.0.0.1:${http}`)
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  const memory = watchMemory(ours.child.pid!)
  return {
    port: smtp!,
    memory,
    async ticketTimes() {
      const { rows } = await database.query(`
        SELECT t.subject, extract(epoch FROM e.at)::float8 * 1000 AS at
        FROM tickets t JOIN ticket_events e ON e.ticket_id = t.id AND e.type = 'opened'`)
      return new Map(rows.map((row) => [row.subject, row.at]))
    },
    processor: processorOf(ours.child.pid!, stage, databaseUrl),
    acknowledgementTimes: async () => new Map(await relay.ask<[string, number][]>('times')),
    done: () => relay.ask<number>('count'),
    async close() {
      memory.stop()
      await database.end()
      await ours.stop('SIGTERM')
      await relay.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What nobody can leave out: receive, verify, parse once, commit one row. */
export async function floorSystem(stage: Stage): Promise<System> {
  const databaseUrl = await stage.newDatabase()
  const floor = await startChild('floor.ts', { DATABASE_URL: databaseUrl, DNS_SERVERS: stage.dns })
  const memory = watchMemory(floor.pid)
  return {
    port: floor.port,
    memory,
    ticketTimes: async () => new Map(),
    acknowledgementTimes: async () => new Map(),
    processor: processorOf(floor.pid, stage, databaseUrl),
    done: () => floor.ask<number>('count'),
    close() {
      memory.stop()
      return floor.close()
    },
  }
}

function processorOf(pid: number, { serverPid }: Stage, databaseUrl: string): () => Processor {
  const database = new URL(databaseUrl).pathname.slice(1)
  return () => ({ own: familyTime(pid), server: serverTime(serverPid, database) })
}

export const token = 'bench-token-of-24-characters'

async function furnish(url: string): Promise<void> {
  const call = async (path: string, body: object) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as { id: string }
  }
  await call('/api/mailboxes', { address: 'support@desk.test', name: 'Support' })
  const { acme } = companies
  const { id } = await call('/api/organizations', { name: acme.name, language: acme.language })
  for (const { name, email } of authors) await call(`/api/organizations/${id}/contacts`, { name, emails: [email] })
}

/** A process beside this one; `port` is what it says first. */
export type Child = { port: number; pid: number; ask<T>(question: string | object): Promise<T>; close(): Promise<void> }

export async function startChild(file: string, env: Record<string, string>): Promise<Child> {
  const child = fork(join(import.meta.dirname, file), { env: { ...process.env, ...env } })
  child.once('exit', endsWithUs(child.pid!))
  const port = await reply<number>(child)
  return {
    port,
    pid: child.pid!,
    ask<T>(question: string | object) {
      child.send(question)
      return reply<T>(child)
    },
    close: () => end(child, 'SIGTERM'),
  }
}

function reply<T>(child: ChildProcess): Promise<T> {
  return new Promise((done) => child.once('message', (message) => done(message as T)))
}

/** Samples the resident memory of a process while it works. */
export function watchMemory(pid: number): System['memory'] {
  const marks: number[] = []
  let peak = 0
  const sample = () => {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    peak = Math.max(peak, Number(kib) * 1024)
    return Number(kib) * 1024
  }
  const sampling = setInterval(sample, 200).unref()
  return {
    peak: () => peak,
    quarters: () => marks,
    mark: () => void marks.push(sample()),
    stop: () => clearInterval(sampling),
  }
}
