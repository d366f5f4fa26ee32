import { randomBytes } from 'node:crypto'
import { languages } from '@podatelna/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  asJson,
  dispositionOf,
  heldLetter,
  linkIn,
  linksIn,
  press,
  read,
  sendUnproved,
  signedIn,
  timelineOf,
  unprovableContact,
} from '../author.ts'
import { type Desk, type Json, openDesk, recipients, sentTo } from '../scenario.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ env: { TRUSTED_PROXIES: '127.0.0.1/32' } })
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

describe('a link', () => {
  test('that was guessed opens nothing, whatever is asked of it', async () => {
    for (const token of ['x', 'x'.repeat(43), randomBytes(32).toString('base64url'), '%00', '../api/mail']) {
      const page = `/authorize/${encodeURIComponent(token)}`
      expect((await desk.http(page)).status).toBe(404)
      expect((await press(desk, page, 'confirm')).status).toBe(404)
    }
  })

  test('that a scanner fetches a hundred times, by GET and by HEAD, uses up nothing', async () => {
    const { mail, page } = await heldLetter(desk)
    const before = await desk.api('GET', `/api/mail/${mail.id}`)
    const visits = Array.from({ length: 100 }, (_, i) =>
      desk.http(page, { method: i % 2 ? 'HEAD' : 'GET', headers: visitor(i) }),
    )
    expect((await Promise.all(visits)).map(({ status }) => status)).toEqual(Array(100).fill(200))
    expect(await desk.api('GET', `/api/mail/${mail.id}`)).toEqual(before)
    await press(desk, page, 'confirm')
    expect(await dispositionOf(desk, mail)).toBe('admitted')
  })

  test('that is pressed by two at once opens one ticket, and one of them hears that it was decided', async () => {
    const { mail, page } = await heldLetter(desk, { subject: 'Pressed at once' })
    const decide = async () => (await desk.http(page, asJson({ decision: 'confirm' }))).json()
    const answers = (await Promise.all(Array.from({ length: 6 }, decide))) as Json[]
    expect(answers.filter(({ already }) => !already)).toHaveLength(1)
    expect(new Set(answers.map(({ state }) => state))).toEqual(new Set(['confirmed']))
    await desk.settled()
    expect((await desk.api('GET', '/api/tickets?q=Pressed%20at%20once')).items).toHaveLength(1)
    expect((await timelineOf(desk, mail)).filter((what) => what === 'confirmed')).toHaveLength(1)
  })

  test('decides once: who disowned a letter cannot confirm it, nor the other way round', async () => {
    const disowned = await heldLetter(desk)
    for (const word of ['not_me', 'confirm'] as const) await press(desk, disowned.page, word)
    expect(await dispositionOf(desk, disowned.mail)).toBe('refused')
    const confirmed = await heldLetter(desk)
    for (const word of ['confirm', 'not_me'] as const) await press(desk, confirmed.page, word)
    expect(await dispositionOf(desk, confirmed.mail)).toBe('admitted')
  })

  test.each<Record<string, string>>([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
    { origin: 'https://evil.test' },
  ])('posted from another site decides nothing: %o', async (headers) => {
    const { mail, page } = await heldLetter(desk)
    expect((await press(desk, page, 'confirm', { headers })).status).toBe(403)
    expect(await dispositionOf(desk, mail)).toBe('held')
  })

  test('takes no decision that it does not know', async () => {
    const { mail, page } = await heldLetter(desk)
    for (const decision of ['', 'CONFIRM', 'release']) {
      expect((await desk.http(page, asJson({ decision }))).status).toBe(400)
    }
    expect((await desk.http(page, asJson({ decision: 'confirm', mail: mail.id, also: 'this' }))).status).toBe(400)
    expect(await dispositionOf(desk, mail)).toBe('held')
  })

  test.each(languages)('is a page in the language of its reader, without scripts: %s', async (language) => {
    const { page } = await heldLetter(desk, { language, subject: '<script>alert(1)</script>' })
    const response = await desk.http(page, { headers: { accept: 'text/html' } })
    const html = await response.text()
    expect(html).toContain(`<html lang="${language}">`)
    expect(html).not.toMatch(/<script|javascript:|\son\w+=/i)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('content-security-policy')).toContain("form-action 'self'")
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(html.match(/<button name="decision"/g)).toHaveLength(2)
  })

  test('leaves a trail: who decided, when and from where', async () => {
    const { mail, page, email } = await heldLetter(desk)
    await press(desk, page, 'confirm', { headers: { 'x-forwarded-for': '203.0.113.7, 198.51.100.9' } })
    const { timeline } = await desk.api('GET', `/api/mail/${mail.id}`)
    const entry = timeline.find(({ what }: Json) => what === 'confirmed')
    expect(entry).toMatchObject({ service: 'admission', detail: expect.stringContaining(email) })
    expect(entry.detail).toContain('198.51.100.9')
    expect(entry.detail).not.toContain('203.0.113.7')
  })

  test('believes no X-Forwarded-For where no proxy is trusted', async () => {
    const open = await openDesk()
    try {
      const { mail, page } = await heldLetter(open)
      await press(open, page, 'confirm', { headers: visitor(7) })
      const { timeline } = await open.api('GET', `/api/mail/${mail.id}`)
      expect(timeline.find(({ what }: Json) => what === 'confirmed').detail).toContain('from 127.0.0.1')
    } finally {
      await open.close()
    }
  })
})

describe('a page with several letters', () => {
  test('takes no decision that does not say which, and lists them', async () => {
    const { mails, page } = await heldLetters(5)
    const response = await desk.http(page, asJson({ decision: 'confirm' }))
    expect(response.status).toBe(422)
    const { errors } = (await response.json()) as Json
    const shown = (await read(desk, page)).letters.map(({ id }: Json) => id)
    expect(errors.map(({ message }: Json) => message.slice(0, 36))).toEqual(shown)
    const html = await press(desk, page, 'confirm')
    expect(html.status).toBe(422)
    for (const id of shown) expect(await html.clone().text()).toContain(id)
    for (const mail of mails) expect(await dispositionOf(desk, mail)).toBe('held')
  })

  test('confirms one, disowns another, and leaves the rest waiting', async () => {
    const { mails, page } = await heldLetters(6)
    const [first, second, ...rest] = (await read(desk, page)).letters
    await press(desk, page, 'confirm', { mail: first.id })
    await press(desk, page, 'not_me', { mail: second.id })
    const states = (await read(desk, page)).letters.map(({ state }: Json) => state)
    expect(states).toEqual(['confirmed', 'disowned', ...rest.map(() => 'waiting')])
    const still = await Promise.all(mails.map((mail) => dispositionOf(desk, mail)))
    expect(still.filter((disposition) => disposition === 'held')).toHaveLength(4)
  })

  test('holds fifty; what is written in the same name beyond that waits for staff', async () => {
    const { email, as } = await unprovableContact(desk)
    const thirty = () => Promise.all(Array.from({ length: 30 }, () => sendUnproved(desk, as)))
    const crowd = [...(await thirty()), ...(await thirty())]
    const pages = await Promise.all((await linksIn(desk, email)).map((page) => read(desk, page)))
    expect(pages.map(({ letters }) => letters.length).sort()).toEqual([1, 1, 50])
    const quarantined = crowd.filter(({ mail }) => mail!.disposition === 'quarantined')
    expect(quarantined).toHaveLength(8)
    for (const { mail } of quarantined) expect(mail!.reason).toContain('Its page is full.')
  })

  test('decides nothing about a letter of another page', async () => {
    const [mine, other] = [await heldLetter(desk), await heldLetter(desk)]
    expect((await press(desk, mine.page, 'confirm', { mail: other.mail.id })).status).toBe(422)
    expect(await dispositionOf(desk, other.mail)).toBe('held')
  })
})

describe('somebody who writes in another’s name', () => {
  test('causes them three letters an hour, however many arrive at once', async () => {
    const { email, as } = await unprovableContact(desk)
    const flood = Array.from({ length: 20 }, (_, i) => sendUnproved(desk, as, { subject: `Flood ${i}` }))
    const held = await Promise.all(flood)
    expect(held.map(({ mail }) => mail!.disposition)).toEqual(Array(20).fill('held'))
    expect(sentTo(desk, email)).toHaveLength(3)
    const pages = await Promise.all((await linksIn(desk, email)).map((page) => read(desk, page)))
    expect(pages.flatMap(({ letters }) => letters)).toHaveLength(20)
  })

  test('causes a stranger one letter an hour and three a day, and none from a mailbox that sent its share', async () => {
    await mailbox('confirm')
    const victim = `victim@${strangers}`
    const day = ['first', 'second', 'third', 'fourth']
    for (const [hour, subject] of day.entries()) {
      await Promise.all([1, 2, 3].map(() => sendUnproved(desk, victim, { subject, to: 'confirm@desk.test' })))
      expect(sentTo(desk, victim)).toHaveLength(Math.min(hour + 1, 3))
      await anHourLater()
    }
    await anHourLater()
    desk.post.clear()
    const crowd = Array.from({ length: 35 }, (_, i) =>
      sendUnproved(desk, `crowd-${i}@${strangers}`, { to: 'confirm@desk.test' }),
    )
    const taken = (await Promise.all(crowd)).map(({ mail }) => mail!.disposition)
    expect(taken.filter((disposition) => disposition === 'held')).toHaveLength(30)
    expect(taken.filter((disposition) => disposition === 'quarantined')).toHaveLength(5)
    expect(recipients(desk)).toHaveLength(30)
  })

  test('has an open mailbox tell the stranger once an hour, while every letter becomes a marked ticket', async () => {
    await mailbox('open')
    const victim = `told@${strangers}`
    const taken = await Promise.all(
      [1, 2, 3, 4].map(() => sendUnproved(desk, victim, { subject: 'Buy', to: 'open@desk.test' })),
    )
    expect(sentTo(desk, victim)).toHaveLength(1)
    for (const { mail } of taken) {
      expect(mail).toMatchObject({ disposition: 'admitted', flags: expect.arrayContaining(['unproved']) })
      const ticket = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
      expect(ticket.messages[0]).toMatchObject({ verified: false, author: { kind: 'unregistered', email: victim } })
    }
    expect(taken.filter(({ mail }) => mail!.flags.includes('unanswered'))).toHaveLength(3)
  })

  test('is told of by the person: staff see it, and no links go there for a day', async () => {
    const { mail, page, as, email } = await heldLetter(desk, { subject: 'Pay this invoice' })
    await press(desk, page, 'not_me')
    desk.post.clear()
    expect((await sendUnproved(desk, as)).mail).toMatchObject({ disposition: 'quarantined' })
    expect(recipients(desk)).toEqual([])
    expect(await desk.api('GET', `/api/mail/${mail.id}`)).toMatchObject({ disposition: 'refused', flags: ['disowned'] })
    const home = await (await signedIn(desk, '/')).text()
    expect(home).toContain(`${email} says that they did not write`)
    await desk.api('POST', `/api/mail/${mail.id}/reissue`, undefined, 409)
  })
})

const strangers = 'nowhere.test'

/** Three links of the hour are used, so that the last page has several letters. */
async function heldLetters(count: number) {
  const { email, as } = await unprovableContact(desk)
  for (const _ of [1, 2, 3]) await sendUnproved(desk, as)
  const page = await linkIn(desk, email)
  const mails = [(await read(desk, page)).letters[0]]
  for (let i = 1; i < count; i++) mails.push((await sendUnproved(desk, as, { subject: `Letter ${i}` })).mail!)
  return { page, mails }
}

async function mailbox(policy: string): Promise<void> {
  await desk.api('POST', '/api/mailboxes', { address: `${policy}@desk.test`, name: policy, policy })
}

function visitor(number: number): Record<string, string> {
  return { 'x-forwarded-for': `203.0.113.${number % 250}` }
}

/** For what strangers were sent. */
async function anHourLater(): Promise<void> {
  await desk.podatelna.app.store.prisma.$executeRaw`
    UPDATE unproved_mail SET at = at - interval '61 minutes'`
}
