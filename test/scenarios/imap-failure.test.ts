import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPodatelna } from '@podatelna/standalone'
import { migrate, startEmbeddedDatabase } from '@podatelna/store'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  accountOf,
  believed,
  collectingDesk,
  jana,
  mailCalled,
  metrics,
  newUser,
  patience,
  proved,
  provider,
  written,
} from '../collecting.ts'
import { type Desk, sentTo, startDesk } from '../scenario.ts'
import { type ImapServer, startCutter, startImap } from '../world/imap.ts'

let imap: ImapServer
beforeAll(async () => {
  imap = await startImap()
}, 120_000)
afterAll(() => imap?.stop())

const leftBehind: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clear of leftBehind.splice(0).reverse()) await clear()
})

async function deskWithImap(options: Parameters<typeof collectingDesk>[1] = {}) {
  const opened = await collectingDesk(imap, options)
  leftBehind.push(() => opened.desk.close())
  return opened
}

test('a connection that breaks between commit and move makes no second ticket', async () => {
  const cutter = await startCutter(imap.port, /UID MOVE/)
  leftBehind.push(async () => cutter.close())
  const user = newUser()
  const { desk, account } = await deskWithImap({ user, url: imap.url(user, { port: cutter.port }) })
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

test('a letter that is too large stays where it is, flagged, and those behind it are collected', async () => {
  const { desk, account } = await deskWithImap({ env: { MAX_LETTER_BYTES: '20000' } })
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
  await imap.delivers(user, await written('Broken', proved))
  const { account } = await deskWithImap({ user, url: imap.url(user, { port: cutter.port }) })
  await account.receives('Behind it', proved)
  expect(await account.moved(1)).toEqual(['Behind it'])
  expect(await account.left()).toEqual(['Broken'])
})

test('a letter whose checks met trouble with DNS is held: what was written into it will not change', async () => {
  const { desk, account } = await deskWithImap()
  await account.receives('Open', `Authentication-Results: ${provider}; dmarc=temperror header.from=acme.cz`)
  expect(await account.moved(1)).toEqual(['Open'])
  const { items } = await desk.api('GET', '/api/mail')
  expect(items).toMatchObject([{ disposition: 'held', verdict: { verified: false } }])
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
  const account = accountOf(imap, user)
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

test('a folder that is deleted and made anew, where UIDs begin again, is collected from as before', async () => {
  const user = newUser()
  await imap.renews(user, 'Desk')
  const { account } = await deskWithImap({ user, url: imap.url(user, { folder: 'Desk' }) })
  await imap.delivers(user, await written('First', proved), { folder: 'Desk' })
  await account.moved(1)
  await imap.renews(user, 'Desk')
  // Dovecot itself notices that a selected folder is gone at the next command only, minutes later.
  await imap.restart()
  await imap.delivers(user, await written('Second', proved), { folder: 'Desk' })
  expect(await account.moved(2)).toEqual(['First', 'Second'])
})

async function inDatabase(desk: Desk, statement: string): Promise<void> {
  const database = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await database.connect()
  await database.query(statement).finally(() => database.end())
}
