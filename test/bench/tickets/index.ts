/**
 * `npm run bench -- tickets`: what a desk costs that has been used for years. A database is filled with invented tickets
 * (`--tickets`, a million by default, five messages each) in `--folder`, or found there from the last time; then the same
 * is done in it and in an empty one, and every plan of the hot path is looked at.
 */
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedDatabase, migrate, startEmbeddedDatabase } from '@podatelna/store'
import pg from 'pg'
import { startDns, type Zone } from '../../world/dns.ts'
import { freshFolder } from '../../world/folder.ts'
import type { Directory } from './clients.ts'
import { adminToken } from './desk.ts'
import { databaseFolder, filled, writeDirectory } from './fill.ts'
import { bigTables } from './plans.ts'
import { reading } from './read.ts'
import { planReport, timingReport } from './report.ts'
import { writing } from './write.ts'

type Options = { tickets: number; folder?: string | undefined; repetitions: number }
type Say = (text: string) => void

/** @returns false when a plan reads a big table from end to end */
export async function benchTickets({ tickets, folder, repetitions }: Options, say: Say): Promise<boolean> {
  const place = folder ?? join(tmpdir(), 'podatelna-bench', String(tickets))
  say(`${tickets.toLocaleString('en')} tickets in ${place}`)
  const filling = await filled(place, { seed: 1, tickets }, say)
  const server = await startEmbeddedDatabase(databaseFolder(place))
  const dns = await startDns(zoneOf(filling.directory))
  dns.ttl = 3_600
  const data = await freshFolder('bench')
  try {
    const applied = await migrate(server.url)
    if (applied.length > 0) say(`Migrations applied to it: ${applied.join(', ')}`)
    const env = { DATA_DIR: data, DNS_SERVERS: dns.address, ...settings }
    const full = { ...env, DATABASE_URL: server.url }
    const empty = { ...env, DATABASE_URL: await emptyDatabase(server, filling.directory), DATA_DIR: `${data}/empty` }
    const pairs = await writing({ full, empty }, server.pid, filling.directory, repetitions)
    const { timings, plans } = await reading(full, server.pid, filling, repetitions)
    say(timingReport(pairs, timings))
    const { text, scans } = planReport(plans, await bigTables(server.url))
    say(text)
    return scans === 0
  } finally {
    await dns.close()
    await server.stop()
    await rm(data, { recursive: true, force: true })
  }
}

const settings = {
  ...{
    MAIL_DOMAIN: 'desk.test',
    ADMIN_TOKEN: adminToken,
    LOG_LEVEL: 'silent',
    SECRET_KEYS: 'a-key-of-the-bench-of-32-characters',
  },
  ...{ SMTP_LISTEN: '127.0.0.1:0', HTTP_LISTEN: '127.0.0.1:0' },
}

/** Everybody's server is at 127.0.0.1, and proves them. */
function zoneOf({ clients }: Directory): Zone {
  const records = { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
  return Object.fromEntries(clients.map(({ domain }) => [domain, { ...records, MX: [`10 ${domain}`] }]))
}

async function emptyDatabase(server: EmbeddedDatabase, directory: Directory): Promise<string> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query('DROP DATABASE IF EXISTS bench_empty WITH (FORCE)')
  await client.query('CREATE DATABASE bench_empty')
  await client.end()
  const url = new URL(server.url)
  url.pathname = 'bench_empty'
  await migrate(url.href)
  const fresh = new pg.Client({ connectionString: url.href })
  await fresh.connect()
  await writeDirectory(fresh, directory)
  await fresh.query('ANALYZE')
  await fresh.end()
  return url.href
}
