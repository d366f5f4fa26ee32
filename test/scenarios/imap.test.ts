import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  asAdministrator,
  collectingDesk,
  jana,
  mailCalled,
  newUser,
  passed,
  patience,
  proved,
  provider,
  written,
} from '../collecting.ts'
import { sentTo, support } from '../scenario.ts'
import { type ImapServer, startImap } from '../world/imap.ts'

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
  const { desk, account } = await deskWithImap({ env: { IMAP_AUTHSERV_ID: '' } })
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
  const { desk, account } = await deskWithImap({ user: support })
  await account.receives('By Bcc', proved, { to: 'undisclosed@acme.cz' })
  await account.moved(1)
  expect(await mailCalled(desk, 'By Bcc')).toMatchObject({ disposition: 'admitted', rcpt_to: [support] })
})

test('with IMAP_DONE=seen a letter stays, and only unseen ones are collected', async () => {
  const user = newUser()
  await imap.delivers(user, await written('Seen before', proved), { flags: ['\\Seen'] })
  const { desk, account } = await deskWithImap({ user, env: { IMAP_DONE: 'seen' } })
  await account.receives('New', proved)
  const flags = () => account.flagsOf('New')
  await expect.poll(flags, patience).toContain('\\Seen')
  expect(await account.left()).toEqual(['Seen before', 'New'])
  expect((await desk.api('GET', '/api/mail')).items).toMatchObject([{ subject: 'New' }])
})
