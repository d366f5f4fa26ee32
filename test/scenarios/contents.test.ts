import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { letterFolder } from '@podatelna/runtime'
import { startPodatelna } from '@podatelna/standalone'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'
import { send } from '../world/client.ts'
import { companiesZone } from '../world/companies.ts'
import { cloneDatabase } from '../world/database.ts'
import { startDns } from '../world/dns.ts'
import { freshFolder } from '../world/folder.ts'
import { freePorts } from '../world/ports.ts'
import { startProcess } from '../world/service.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const large = 300 * 1024

let desk: Desk
let database: pg.Pool
beforeAll(async () => {
  desk = await openDesk()
  database = new pg.Pool({ connectionString: desk.podatelna.databaseUrl, max: 2 })
})
afterAll(async () => {
  await database?.end()
  await desk?.close()
})

test('the same file in two letters, and twice in one of them, is stored once', async () => {
  const content = randomBytes(large)
  const files = [1, 2].map((n) => ({ filename: `${n}.bin`, content }))
  const messages = [await messageWith(files), await messageWith(files.slice(0, 1))]
  expect(messages.map(({ attachments }) => attachments.length)).toEqual([2, 1])
  expect(await countOf('SELECT FROM contents WHERE sha256 = $1', sha256(content))).toBe(1)
  expect(existsSync(fileOf(content))).toBe(true)
})

test('many small files of one letter go into the letter store together, and come back', async () => {
  const files = Array.from({ length: 30 }, (_, n) => ({ filename: `${n}.bin`, content: randomBytes(60 * 1024) }))
  const { attachments } = await messageWith(files)
  expect(attachments).toHaveLength(30)
  for (const at of [0, 29]) {
    const { id } = attachments.find(({ filename }: Json) => filename === `${at}.bin`)
    expect((await bytesOf(id)).equals(files[at]!.content)).toBe(true)
  }
})

test('a letter filed before its files were stored is read again, and has what a new one has', async () => {
  const text = 'It works.\n\nOn Mon, 2 Nov 2026 at 10:00, Support <support@desk.test> wrote:\n> Restart it.\n'
  const { mail } = await desk.hearsFrom(acme, jana, { text, attachments: [{ filename: 'a.txt', content: 'Hello' }] })
  const filed = (await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).messages[0]
  const listed = JSON.stringify(filed.attachments.map(({ id, ...file }: Json) => file))
  await database.query('DELETE FROM attachments WHERE message_id = $1', [filed.id])
  await database.query(`UPDATE messages SET visible_text = NULL, folded = '[]', attachments = $2 WHERE id = $1`, [
    filed.id,
    listed,
  ])
  await restarted(async () => {
    const again = async () => (await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).messages[0]
    await expect.poll(async () => (await again()).folded, { timeout: 30_000 }).toEqual(filed.folded)
    const { attachments, ...rest } = await again()
    expect(rest).toEqual({ ...filed, attachments: undefined })
    expect((await bytesOf(attachments[0].id)).toString()).toBe('Hello')
  })
})

test('a content that no message has is gone a day later, but never the letter that has the same bytes', async () => {
  const raw = await acme.post({ from: jana.as, to: 'support@desk.test', subject: 'Large', text: words(large) })
  const { mail } = await desk.receives(raw, { from: jana.email, to: 'support@desk.test' })
  const [alone, both] = [randomBytes(large), raw]
  const message = await messageWith([
    { filename: 'alone.bin', content: alone },
    { filename: 'both.bin', content: both },
  ])
  expect(message.attachments).toHaveLength(2)
  await erase(message)
  await age(alone, both)
  await restarted(async () => {
    await expect.poll(() => existsSync(fileOf(alone)), { timeout: 30_000 }).toBe(false)
  })
  expect(await countOf('SELECT FROM contents WHERE sha256 = ANY($1)', [sha256(alone), sha256(both)])).toBe(0)
  const kept = await desk.http(`/api/mail/${mail!.id}/raw`, asAdmin())
  expect(Buffer.from(await kept.arrayBuffer()).equals(raw)).toBe(true)
})

test('a letter whose time has passed goes, but never the file that has the same bytes', async () => {
  const raw = await acme.post({
    from: jana.as,
    to: 'support@desk.test',
    subject: 'Away',
    text: words(large),
    headers: { 'auto-submitted': 'auto-replied' },
  })
  const { mail } = await desk.receives(raw, { from: jana.email, to: 'support@desk.test' })
  expect(mail!.disposition).toBe('suppressed')
  const { attachments } = await messageWith([{ filename: 'same.bin', content: raw }])
  await database.query(`UPDATE inbound_mail SET keep_until = now() WHERE id = $1`, [mail!.id])
  await age(raw)
  await restarted(async () => {
    const kept = async () => (await desk.api('GET', `/api/mail/${mail!.id}`)).kept
    await expect.poll(kept, { timeout: 30_000 }).toBe(false)
  })
  expect((await bytesOf(attachments[0].id)).equals(raw)).toBe(true)
})

test('a file that the letter store has lost is told as gone', async () => {
  const content = randomBytes(large)
  const { attachments } = await messageWith([{ filename: 'lost.bin', content }])
  await rm(fileOf(content))
  for (const query of ['', '?inline=1']) {
    const answer = await desk.http(`/api/attachments/${attachments[0].id}${query}`, asAdmin())
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      410,
      'application/problem+json; charset=utf-8',
    ])
  }
})

test('a letter that is held has no files to be asked for', async () => {
  const { mail } = await desk.hearsFrom(companies.proveless, companies.proveless.people[0]!, {
    attachments: [{ filename: 'held.bin', content: 'held back' }],
  })
  expect(mail!.disposition).toBe('held')
  expect(await countOf('SELECT FROM contents WHERE sha256 = $1', sha256(Buffer.from('held back')))).toBe(0)
})

test('killed after a file was kept and before the ticket was written, nothing is lost and nothing is twice', async () => {
  const place = await freshInstallation()
  try {
    const first = place.start()
    await first.prints('Podatelna is ready.')
    await place.furnish()
    const content = randomBytes(large)
    const raw = await acme.post({
      ...{ from: jana.as, to: 'support@desk.test', subject: 'Killed', text: 'See the file.' },
      attachments: [{ filename: 'kept.bin', content }],
    })
    const unlock = await place.hold('LOCK TABLE tickets IN EXCLUSIVE MODE')
    await send(raw, { port: place.smtpPort, helo: 'mx.acme.cz', from: jana.email, to: 'support@desk.test' })
    await expect.poll(() => place.filesNamed(sha256(content)), { timeout: 30_000 }).toBe(1)
    await first.stop('SIGKILL')
    await unlock()
    const second = place.start()
    await second.prints('Podatelna is ready.')
    await expect.poll(() => place.tickets().then((items) => items.length), { timeout: 30_000 }).toBe(1)
    const [ticket] = await place.tickets()
    const { messages } = await place.api(`/api/tickets/${ticket!.number}`)
    expect(messages).toHaveLength(1)
    expect(messages[0].attachments).toHaveLength(1)
    const got = await place.http(`/api/attachments/${messages[0].attachments[0].id}`)
    expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true)
    await second.stop()
  } finally {
    await place.close()
  }
})

test.runIf(existsSync('/proc/self/status'))(
  'a file of 30 MiB is given out with flat memory',
  async () => {
    const place = await freshInstallation({ MAX_LETTER_BYTES: String(64 * 1024 * 1024) })
    try {
      const [all, web] = [place.start(), place.start('web')]
      await Promise.all([all.prints('Podatelna is ready.'), web.prints('web is listening')])
      await place.furnish()
      const content = randomBytes(30 * 1024 * 1024)
      const raw = await acme.post({
        ...{ from: jana.as, to: 'support@desk.test', subject: 'Large', text: 'See the file.' },
        attachments: [{ filename: 'large.bin', content }],
      })
      await send(raw, { port: place.smtpPort, helo: 'mx.acme.cz', from: jana.email, to: 'support@desk.test' })
      await expect.poll(() => place.tickets().then((items) => items.length), { timeout: 60_000 }).toBe(1)
      const [ticket] = await place.tickets()
      const { messages } = await place.api(`/api/tickets/${ticket!.number}`)
      const [{ id }] = messages[0].attachments
      const port = Number(/"port":(\d+)/.exec(web.output())![1])
      const download = async () => {
        const answer = await place.http(`/api/attachments/${id}`, port)
        expect(sha256(Buffer.from(await answer.arrayBuffer())).equals(sha256(content))).toBe(true)
      }
      // Several at once fill the buffers that are used again and again.
      const several = () => Promise.all([1, 2, 3, 4].map(download))
      await several()
      const before = await peakMiB(web.child.pid!)
      for (let i = 0; i < 3; i++) await several()
      expect((await peakMiB(web.child.pid!)) - before).toBeLessThan(30)
      await Promise.all([all.stop(), web.stop()])
    } finally {
      await place.close()
    }
  },
  180_000,
)

/** The first message of a new ticket, whose letter has these files. */
async function messageWith(attachments: { filename: string; content: Buffer }[]): Promise<Json> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: randomBytes(4).toString('hex'), attachments })
  return (await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).messages[0]
}

async function bytesOf(id: string): Promise<Buffer> {
  const answer = await desk.http(`/api/attachments/${id}`, asAdmin())
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

function asAdmin(): RequestInit {
  return { headers: { authorization: `Bearer ${desk.adminToken}` } }
}

/** Another process on the same data: its timers begin with what is due. */
async function restarted(check: () => Promise<void>): Promise<void> {
  const another = await startPodatelna(desk.podatelna.app.settings)
  try {
    await check()
  } finally {
    await another.close()
  }
}

/** What erasing its ticket does after thirty days. */
async function erase({ id }: Json): Promise<void> {
  await database.query('DELETE FROM tickets WHERE id = (SELECT ticket_id FROM messages WHERE id = $1)', [id])
}

/** As if they had been kept two days ago. */
async function age(...contents: Buffer[]): Promise<void> {
  const then = new Date(Date.now() - 48 * 3_600_000)
  await database.query('UPDATE contents SET created_at = $2 WHERE sha256 = ANY($1)', [contents.map(sha256), then])
  for (const content of contents) await utimes(fileOf(content), then, then)
}

async function countOf(sql: string, value: unknown): Promise<number> {
  return (await database.query(sql, [value])).rows.length
}

function fileOf(content: Buffer): string {
  const name = sha256(content).toString('hex')
  return join(letterFolder(desk.podatelna.app.settings), name.slice(0, 2), name.slice(2))
}

function sha256(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest()
}

function words(length: number): string {
  return 'So much to say. '.repeat(length / 16)
}

/** Most memory that a process ever held. */
async function peakMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) / 1024
}

/** An installation whose processes can be killed. */
async function freshInstallation(more: Record<string, string> = {}) {
  const [database, dns, folder, ports] = await Promise.all([
    cloneDatabase(inject('databaseUrl')),
    startDns(companiesZone()),
    freshFolder('contents'),
    freePorts(2),
  ])
  const [smtpPort, httpPort] = ports as [number, number]
  const env = {
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    DNS_SERVERS: dns.address,
    SMTP_LISTEN: `127.0.0.1:${smtpPort}`,
    HTTP_LISTEN: `127.0.0.1:${httpPort}`,
    MAIL_DOMAIN: 'desk.test',
    ADMIN_TOKEN: 'a-token-of-24-characters',
    LOG_LEVEL: 'info',
    ...more,
  }
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}` }
  const http = (path: string, port = httpPort) => fetch(`http://127.0.0.1:${port}${path}`, { headers })
  const api = async (path: string): Promise<Json> => (await (await http(path)).json()) as Json
  const post = async (path: string, body: object): Promise<Json> => {
    const init = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    return (await (await fetch(`http://127.0.0.1:${httpPort}${path}`, init)).json()) as Json
  }
  return {
    ...{ smtpPort, http, api },
    /** A second service beside it listens elsewhere, and finds the letters where the first one keeps them. */
    start: (service = 'standalone') =>
      startProcess(
        service,
        service === 'standalone'
          ? env
          : {
              ...env,
              HTTP_LISTEN: '127.0.0.1:0',
              AMQP_URL: inject('amqpUrl'),
              BUS_NAMESPACE: `contents-${process.pid}`,
            },
      ),
    async furnish() {
      await post('/api/mailboxes', { address: 'support@desk.test', name: 'Support' })
      const { id } = await post('/api/organizations', { name: acme.name })
      await post(`/api/organizations/${id}/contacts`, { name: jana.name, emails: [jana.email] })
    },
    tickets: async (): Promise<Json[]> => (await api('/api/tickets')).items,
    async filesNamed(digest: Buffer) {
      const [first, rest] = [digest.toString('hex').slice(0, 2), digest.toString('hex').slice(2)]
      return (await readdir(join(folder, 'letters', first)).catch(() => [])).filter((name) => name === rest).length
    },
    /** Keeps a lock until the function it gives is called. */
    async hold(lock: string) {
      await client.query('BEGIN')
      await client.query(lock)
      return () => client.query('ROLLBACK')
    },
    async close() {
      await client.end()
      await dns.close()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
