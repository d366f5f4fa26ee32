import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPodatelna } from '@podatelna/standalone'
import { migrate, startEmbeddedDatabase } from '@podatelna/store'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, type Json, letter, openDesk, sentTo, startDesk, support } from '../scenario.ts'
import { type ImapServer, startCutter, startImap } from '../world/imap.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const provider = 'mx.provider.test'
const passed = 'dmarc=pass header.from=acme.cz'
const proved = `Authentication-Results: ${provider}; ${passed}`
const patience = { timeout: 30_000, interval: 50 }

let imap: ImapServer
beforeAll(async () => {
  imap = await startImap()
}, 120_000)
afterAll(() => imap?.stop())

const leftBehind: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clear of leftBehind.splice(0).reverse()) await clear()
})

test('a letter that the believed server proved opens a ticket, is moved, and is kept as it was', async () => {
  const { desk, account } = await deskWithImap()
  const raw = await account.receives('Proved', proved)
  expect(await account.moved(1)).toEqual(['Proved'])
  expect(await account.left()).toEqual([])
  const mail = await mailCalled(desk, 'Proved')
  expect(mail).toMatchObject({ disposition: 'admitted', mail_from: jana.email, rcpt_to: [support] })
  expect(mail.verdict).toMatchObject({ verified: true, explanation: expect.stringContaining(provider) })
  expect(mail.ticket_number).toMatch(/^P-/)
  expect(sentTo(desk, jana.email)).toHaveLength(1)
  const kept = await asAdministrator(desk, `/api/mail/${mail.id}/raw`)
  expect(Buffer.from(await kept.arrayBuffer()).equals(raw)).toBe(true)
})

test.each([
  ['another server wrote them', `Authentication-Results: mx.evil.test; ${passed}`],
  ['they stand below another server’s', `Authentication-Results: mx.evil.test; none\r\n${proved}`],
  ['there are none', 'X-Nothing: at all'],
])('results prove nothing when %s: the letter is held', async (_, fields) => {
  const { desk, account } = await deskWithImap()
  await account.receives('Forged', fields)
  expect(await account.moved(1)).toEqual(['Forged'])
  expect(await mailCalled(desk, 'Forged')).toMatchObject({ disposition: 'held', verdict: { verified: false } })
})

test('no server is believed unless it is named', async () => {
  const { desk, account } = await deskWithImap({ IMAP_AUTHSERV_ID: '' })
  await account.receives('Unproved', proved)
  expect(await account.moved(1)).toEqual(['Unproved'])
  expect(await mailCalled(desk, 'Unproved')).toMatchObject({ disposition: 'held' })
})

test('a refused letter is recorded with its reason and moved, and nobody is told', async () => {
  const { desk, account } = await deskWithImap()
  await account.receives('Refused', `Authentication-Results: ${provider}; dmarc=fail (p=reject) header.from=acme.cz`)
  expect(await account.moved(1)).toEqual(['Refused'])
  const mail = await mailCalled(desk, 'Refused')
  expect(mail).toMatchObject({ disposition: 'refused', reason: expect.stringContaining('failed the DMARC policy') })
  expect(desk.post.letters).toEqual([])
})

test('a reply to our notice joins its ticket', async () => {
  const { desk, account } = await deskWithImap()
  await account.receives('First', proved)
  await account.moved(1)
  const { ticket_number } = await mailCalled(desk, 'First')
  const { replyTo } = await sentTo(desk, jana.email)[0]!.parsed
  await account.receives('Another subject', proved, { to: replyTo!.text })
  await account.moved(2)
  expect(await mailCalled(desk, 'Another subject')).toMatchObject({ ticket_number })
})

test('a letter by Bcc is for the mailbox whose account it came to', async () => {
  const { desk, account } = await deskWithImap({}, support)
  await account.receives('By Bcc', proved, { to: 'undisclosed@acme.cz' })
  await account.moved(1)
  expect(await mailCalled(desk, 'By Bcc')).toMatchObject({ disposition: 'admitted', rcpt_to: [support] })
})

test('a connection that breaks between commit and move makes no second ticket', async () => {
  const cutter = await startCutter(imap.port, /UID MOVE/)
  leftBehind.push(async () => cutter.close())
  const { desk, account } = await deskWithImap({}, newUser(), cutter.port)
  await account.receives('Once', proved)
  await expect.poll(() => cutter.cuts, patience).toBeGreaterThan(1)
  expect(await account.left()).toEqual(['Once'])
  cutter.mended = true
  expect(await account.moved(1)).toEqual(['Once'])
  expect(await mailCalled(desk, 'Once')).toMatchObject({ disposition: 'admitted', repeats: cutter.cuts })
  expect((await desk.api('GET', '/api/tickets')).items).toHaveLength(1)
  expect(sentTo(desk, jana.email)).toHaveLength(1)
})

test('letters that came while the IMAP server restarted are collected', async () => {
  const { account } = await deskWithImap()
  await account.receives('Before', proved)
  await account.moved(1)
  await imap.restart()
  await account.receives('After', proved)
  expect(await account.moved(2)).toEqual(['Before', 'After'])
})

test('with IMAP_DONE=seen a letter stays, and only unseen ones are collected', async () => {
  const user = newUser()
  await imap.delivers(user, await written('Seen before', proved, {}), ['\\Seen'])
  const { desk, account } = await deskWithImap({ IMAP_DONE: 'seen' }, user)
  await account.receives('New', proved)
  const flags = () => account.flagsOf('New')
  await expect.poll(flags, patience).toContain('\\Seen')
  expect(await account.left()).toEqual(['Seen before', 'New'])
  expect((await desk.api('GET', '/api/mail')).items).toMatchObject([{ subject: 'New' }])
})

test('a letter that is too large stays where it is, flagged, and those behind it are collected', async () => {
  const { desk, account } = await deskWithImap({ MAX_LETTER_BYTES: '20000' })
  await account.receives('Too large', proved, { text: 'x\r\n'.repeat(10_000) })
  await account.receives('Behind it', proved)
  expect(await account.moved(1)).toEqual(['Behind it'])
  expect(await account.flagsOf('Too large')).toEqual(expect.arrayContaining(['\\Flagged', '$PodatelnaFailed']))
  expect(await metrics(desk)).toMatch(/podatelna_imap_letters_total{.*outcome="failed".*} 1/)
})

test('a letter that cannot be recorded is tried again, and those behind it do not wait', async () => {
  const { desk, account } = await deskWithImap()
  const poison = (change: string) => inDatabase(desk, `ALTER TABLE inbound_mail ${change}`)
  await poison(`ADD CONSTRAINT poison CHECK (subject <> 'Poison') NOT VALID`)
  await account.receives('Poison', proved)
  await account.receives('Behind it', proved)
  expect(await account.moved(1)).toEqual(['Behind it'])
  expect(await account.left()).toEqual(['Poison'])
  await poison('DROP CONSTRAINT poison')
  expect(await account.moved(2)).toEqual(['Behind it', 'Poison'])
})

test('a letter at which the server always hangs up does not stand in the way of others', async () => {
  const cutter = await startCutter(imap.port, /UID FETCH 1 /)
  leftBehind.push(async () => cutter.close())
  const user = newUser()
  await imap.delivers(user, await written('Broken', proved, {}))
  const { account } = await deskWithImap({}, user, cutter.port)
  await account.receives('Behind it', proved)
  expect(await account.moved(1)).toEqual(['Behind it'])
  expect(await account.left()).toEqual(['Broken'])
})

test('a letter whose checks met trouble with DNS stays where it is', async () => {
  const { desk, account } = await deskWithImap()
  await account.receives('Open', `Authentication-Results: ${provider}; dmarc=temperror header.from=acme.cz`)
  await expect.poll(() => metrics(desk), patience).toMatch(/podatelna_imap_letters_total{.*outcome="later".*} [1-9]/)
  expect(await account.left()).toEqual(['Open'])
  expect((await desk.api('GET', '/api/mail')).items).toEqual([])
})

test('while the database is away letters stay where they are, and are collected when it is back', async () => {
  const folder = join(tmpdir(), `podatelna-imap-away-${process.pid}`)
  const database = await startEmbeddedDatabase(folder)
  leftBehind.push(() => rm(folder, { recursive: true, force: true }))
  await migrate(database.url)
  const user = newUser()
  const desk = await startDesk({ databaseUrl: database.url, env: { IMAP_URL: imap.url(user), ...believed } })
  leftBehind.push(() => desk.close())
  await database.stop()
  const account = accountOf(user)
  await account.receives('Meanwhile', proved)
  await expect.poll(() => metrics(desk), patience).toMatch(/podatelna_imap_connected{.*} 0/)
  expect(await account.left()).toEqual(['Meanwhile'])
  const again = await startEmbeddedDatabase(folder)
  leftBehind.push(() => again.stop())
  expect(await account.moved(1)).toEqual(['Meanwhile'])
})

test('of two installations on one database one collects, and the other once that one has ended', async () => {
  const { desk, account } = await deskWithImap()
  await expect.poll(() => metrics(desk), patience).toMatch(/podatelna_imap_connected{.*} 1/)
  const other = await startPodatelna(desk.podatelna.app.settings)
  leftBehind.push(() => other.close())
  await account.receives('For the first', proved)
  await account.moved(1)
  expect(await other.app.metrics.registry.metrics()).not.toMatch(/podatelna_imap_letters_total{.*} 1/)
  await desk.podatelna.close()
  await account.receives('For the other', proved)
  expect(await account.moved(2)).toEqual(['For the first', 'For the other'])
})

const believed = { IMAP_AUTHSERV_ID: provider }

async function deskWithImap(env: Record<string, string> = {}, user = newUser(), port = imap.port) {
  const desk = await openDesk({ env: { IMAP_URL: imap.url(user, port), ...believed, ...env } })
  leftBehind.push(() => desk.close())
  return { desk, account: accountOf(user) }
}

function accountOf(user: string) {
  const subjects = async (folder: string) => (await imap.folder(user, folder)).map(({ subject }) => subject)
  return {
    async receives(subject: string, fields: string, draft: Json = {}): Promise<Buffer> {
      const raw = await written(subject, fields, draft)
      await imap.delivers(user, raw)
      return raw
    },
    left: () => subjects('INBOX'),
    async moved(count: number): Promise<string[]> {
      await expect.poll(() => subjects('Podatelna'), patience).toHaveLength(count)
      return subjects('Podatelna')
    },
    flagsOf: async (subject: string) => (await imap.folder(user, 'INBOX')).find((l) => l.subject === subject)?.flags,
  }
}

/** With the fields that the provider put on top of it. */
async function written(subject: string, fields: string, draft: Json): Promise<Buffer> {
  const raw = await letter({ from: jana.as, to: support, subject, text: 'Hello', ...draft })
  return Buffer.concat([Buffer.from(`Return-Path: <${jana.email}>\r\n${fields}\r\n`), raw])
}

let users = 0
function newUser(): string {
  return `team-${++users}`
}

/** Read after all that follows from it has happened. */
async function mailCalled(desk: Desk, subject: string): Promise<Json> {
  await desk.settled()
  const { items } = await desk.api('GET', '/api/mail')
  const { id } = items.find((mail: Json) => mail.subject === subject)
  return desk.api('GET', `/api/mail/${id}`)
}

function asAdministrator(desk: Desk, path: string): Promise<Response> {
  return desk.http(path, { headers: { authorization: `Bearer ${desk.podatelna.app.settings.ADMIN_TOKEN}` } })
}

async function metrics(desk: Desk): Promise<string> {
  return (await desk.http('/metrics')).text()
}

async function inDatabase(desk: Desk, statement: string): Promise<void> {
  const database = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await database.connect()
  await database.query(statement).finally(() => database.end())
}
