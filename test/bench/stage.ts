import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDatabase } from '@podatelna/store'
import pg from 'pg'
import { companiesZone } from '../world/companies.ts'
import { startDns } from '../world/dns.ts'

/** What both systems share: a database server as careful as in production, and DNS. */
export type Stage = { newDatabase(): Promise<string>; serverPid: number; dns: string; close(): Promise<void> }

export async function openStage(): Promise<Stage> {
  const folder = join(tmpdir(), `podatelna-bench-${process.pid}`)
  const [server, dns] = await Promise.all([startEmbeddedDatabase(folder), startDns(companiesZone())])
  dns.ttl = 3_600
  let databases = 0
  return {
    dns: dns.address,
    serverPid: server.pid,
    async newDatabase() {
      const name = `bench_${databases++}`
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      const url = new URL(server.url)
      url.pathname = name
      return url.href
    },
    async close() {
      await dns.close()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
