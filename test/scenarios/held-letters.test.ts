import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { expireLetters } from '@podatelna/admission'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asJson,
  dispositionOf,
  heldLetter,
  linkIn,
  press,
  read,
  sendUnproved,
  signedIn,
  timelineOf,
  unprovableContact,
} from '../author.ts'
import { type Desk, letter, openDesk, sentTo, support } from '../scenario.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

describe('who may not write any more', () => {
  test('a contact removed between RCPT and DATA is refused like any stranger', async () => {
    const { email, contactId } = await unprovableContact(desk)
    const session = await upToData(email, support)
    await desk.api('DELETE', `/api/contacts/${contactId}`)
    expect(await session.send(`From: ${email}\r\n\r\nHello\r\n.`)).toMatch(/^550 5\.7\.1 You are not registered/)
  })

  test('nobody writes to a mailbox that was removed between RCPT and DATA', async () => {
    const { email } = await unprovableContact(desk)
    const { id } = await desk.api('POST', '/api/mailboxes', { address: 'closing@desk.test', name: 'Closing' })
    const session = await upToData(email, 'closing@desk.test')
    await desk.api('DELETE', `/api/mailboxes/${id}`)
    expect(await session.send(`From: ${email}\r\n\r\nHello\r\n.`)).toMatch(/^550 5\.1\.1 /)
  })

  test('a contact removed while the letter waited: confirming gives it to staff, and opens nothing', async () => {
    const { mail, page, contactId } = await heldLetter(desk, { subject: 'Removed meanwhile' })
    await desk.api('DELETE', `/api/contacts/${contactId}`)
    const response = await desk.http(page, asJson({ decision: 'confirm' }))
    expect(await response.json()).toEqual({ state: 'with_staff', already: false })
    await desk.settled()
    expect(await desk.api('GET', `/api/mail/${mail.id}`)).toMatchObject({
      disposition: 'quarantined',
      reason: expect.stringContaining('may not write to this mailbox any more'),
    })
    expect((await desk.api('GET', '/api/tickets?q=Removed%20meanwhile')).items).toEqual([])
    await desk.api('POST', `/api/mail/${mail.id}/reissue`, undefined, 409)
  })

  test('a participant taken off the ticket while the letter waited', async () => {
    const opened = await heldLetter(desk, { subject: 'With a guest' })
    await press(desk, opened.page, 'confirm')
    await desk.settled()
    const { ticket_number: number } = await desk.api('GET', `/api/mail/${opened.mail.id}`)
    const guest = `guest-${opened.email}`
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: guest })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Here is our guest.' })
    const { replyTo } = await sentTo(desk, guest).at(-1)!.parsed
    const { mail } = await sendUnproved(desk, guest, { to: replyTo!.text, subject: 'Me too' })
    expect(mail).toMatchObject({ disposition: 'held' })
    const page = await linkIn(desk, guest)
    await desk.api('DELETE', `/api/tickets/${number}/cc/${guest}`)
    await press(desk, page, 'confirm')
    expect(await dispositionOf(desk, mail!)).toBe('quarantined')
  })

  test('a contact removed before the letter could be filed', async () => {
    const { mail, page, contactId } = await heldLetter(desk, { subject: 'Filed too late' })
    await press(desk, page, 'confirm')
    await desk.settled()
    // As if filing had been away until now.
    await desk.podatelna.app.store.prisma.ticket.deleteMany({ where: { subject: 'Filed too late' } })
    await desk.api('DELETE', `/api/contacts/${contactId}`)
    await desk.api('POST', `/api/mail/${mail.id}/replay`)
    expect(await desk.api('GET', `/api/mail/${mail.id}`)).toMatchObject({
      disposition: 'quarantined',
      reason: expect.stringContaining('may not write to us any more'),
    })
  })
})

describe('a letter nobody confirmed in time', () => {
  test('waits for staff, once, whichever process notices; its link says so and lets nothing in', async () => {
    const { mail, page } = await heldLetter(desk, { language: 'it' })
    await linksRunOut()
    await Promise.all([1, 2, 3].map(() => expireLetters(desk.podatelna.app.store)))
    expect(await desk.api('GET', `/api/mail/${mail.id}`)).toMatchObject({
      disposition: 'quarantined',
      reason: expect.stringContaining('Nobody confirmed it in time'),
    })
    expect((await timelineOf(desk, mail)).filter((what) => what === 'expired')).toHaveLength(1)
    const shown = await desk.http(page, { headers: { accept: 'text/html' } })
    expect(shown.status).toBe(410)
    expect(await shown.text()).toContain('<html lang="it">')
    expect((await press(desk, page, 'confirm')).status).toBe(410)
    expect(await dispositionOf(desk, mail)).toBe('quarantined')
  })

  test('lets nothing in before the timer has noticed, either', async () => {
    const { mail, page } = await heldLetter(desk)
    await linksRunOut()
    expect((await press(desk, page, 'confirm')).status).toBe(410)
    expect(await dispositionOf(desk, mail)).toBe('held')
  })

  test('can be confirmed by a new link that staff have sent; the old one no longer speaks of it', async () => {
    const { mail, page, email } = await heldLetter(desk)
    await linksRunOut()
    await expireLetters(desk.podatelna.app.store)
    await desk.api('POST', `/api/mail/${mail.id}/reissue`)
    const again = await linkIn(desk, email)
    expect(again).not.toBe(page)
    expect((await press(desk, page, 'confirm')).status).toBe(410)
    expect((await press(desk, again, 'confirm')).status).toBe(200)
    expect(await dispositionOf(desk, mail)).toBe('admitted')
    expect(await timelineOf(desk, mail)).toEqual(
      expect.arrayContaining(['held', 'expired', 'reissued', 'confirmed', 'filed']),
    )
  })

  test('is on the page of its newest link; an older one that still runs says so', async () => {
    const { mail, page, email } = await heldLetter(desk)
    await desk.api('POST', `/api/mail/${mail.id}/reissue`)
    expect(await (await desk.http(page)).text()).toContain('We have sent you a newer link since.')
    expect((await press(desk, page, 'not_me')).status).toBe(422)
    expect((await read(desk, await linkIn(desk, email))).letters).toMatchObject([{ id: mail.id, state: 'waiting' }])
  })

  test('is asked about three times an hour by staff, too', async () => {
    const { mail, email } = await heldLetter(desk)
    for (const expected of [200, 200, 409]) await desk.api('POST', `/api/mail/${mail.id}/reissue`, undefined, expected)
    expect(sentTo(desk, email)).toHaveLength(3)
  })

  test('that staff released says so on its page', async () => {
    const { mail, page } = await heldLetter(desk)
    await desk.api('POST', `/api/mail/${mail.id}/release`, { reason: 'They called' })
    expect((await read(desk, page)).letters[0].state).toBe('released')
    expect(await (await press(desk, page, 'not_me')).text()).toContain('Our staff have taken this letter over')
    expect(await dispositionOf(desk, mail)).toBe('admitted')
  })
})

describe('bytes', () => {
  const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000)

  test('of a letter in no ticket are deleted after thirty days, small or large; the record stays', async () => {
    const { as } = await unprovableContact(desk)
    const small = await sendUnproved(desk, as, { subject: 'Small' })
    const large = await sendUnproved(desk, as, { subject: 'Large', text: 'x'.repeat(200_000) })
    await expireLetters(desk.podatelna.app.store, inDays(4))
    await expireLetters(desk.podatelna.app.store, inDays(29))
    for (const { mail } of [small, large]) expect((await signedIn(desk, `/api/mail/${mail!.id}/raw`)).status).toBe(200)
    await expireLetters(desk.podatelna.app.store, inDays(35))
    for (const { mail } of [small, large]) {
      expect((await signedIn(desk, `/api/mail/${mail!.id}/raw`)).status).toBe(410)
      expect(await timelineOf(desk, mail!)).toContain('bytes_deleted')
      await desk.api('POST', `/api/mail/${mail!.id}/release`, { reason: 'Too late' }, 409)
    }
  })

  test('of a letter in a ticket stay, also when a letter with the same content goes', async () => {
    const { as, email } = await unprovableContact(desk)
    const bytes = await letter({ from: as, to: support, subject: 'Kept', text: 'y'.repeat(200_000) })
    const { mail } = await desk.receives(bytes, { from: email, to: support })
    await press(desk, await linkIn(desk, email), 'confirm')
    await desk.podatelna.app.store.prisma.$executeRaw`
      INSERT INTO inbound_mail (id, message_id, digest, received_at, mail_from, rcpt_to, peer, helo, subject, kind, bytes,
        raw_sha256, verdict, disposition, reason, keep_until)
      SELECT gen_random_uuid(), message_id, digest, received_at, mail_from, rcpt_to, peer, helo, subject, kind, bytes,
        raw_sha256, verdict, 'quarantined', 'The same content by another way.', now()
      FROM inbound_mail WHERE id = ${mail!.id}::uuid`
    await expireLetters(desk.podatelna.app.store, inDays(400))
    expect((await signedIn(desk, `/api/mail/${mail!.id}/raw`)).status).toBe(200)
  })
})

/** A session that stands before the first byte of its letter. */
async function upToData(from: string, to: string) {
  const socket = connect(desk.podatelna.smtpPort, '127.0.0.1')
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const answer = async (): Promise<string> => {
    const { value = '' } = await lines.next()
    return value[3] === '-' ? answer() : value
  }
  const send = (line: string) => {
    socket.write(`${line}\r\n`)
    return answer()
  }
  await answer()
  for (const line of ['EHLO mx.test', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`])
    expect(await send(line)).toMatch(/^250 /)
  expect(await send('DATA')).toMatch(/^354 /)
  return { send: (line: string) => send(line).finally(() => socket.destroy()) }
}

/** Time passes for the links that are out. */
async function linksRunOut(): Promise<void> {
  await desk.podatelna.app.store.prisma.authorization.updateMany({ data: { expiresAt: new Date() } })
}
