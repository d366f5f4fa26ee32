import { startPodatelna } from '@podatelna/standalone'
import type { ParsedMail } from 'mailparser'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { heldLetter } from '../author.ts'
import { newestTo, openCase, replyToOf } from '../case.ts'
import { companies, type Desk, type Json, openDesk, sentTo, support, transports } from '../scenario.ts'

const { acme, initech } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

/** As an installation has them. */
const defaults = { BUDGET_TICKET_10_MINUTES: '', BUDGET_TICKET_HOUR: '', BUDGET_RECIPIENT_HOUR: '' }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

describe('one recipient', () => {
  test.each(transports)(
    '200 events about one ticket at once, on two workers: ten letters go, one digest tells of the rest, over %s',
    { timeout: 180_000 },
    async (transport) => {
      const desk = await open({ transport })
      await secondWorker(desk)
      const { number } = await openCase(desk)
      await Promise.all(numbers(8).map((lane) => answerMany(desk, number, lane, 200 / 8)))
      await desk.settled()
      expect(sentTo(desk, jana.email)).toHaveLength(10)

      await desk.later('9 minutes')
      expect(sentTo(desk, jana.email)).toHaveLength(10)
      await desk.later('1 minute')
      expect(sentTo(desk, jana.email)).toHaveLength(11)
      const told = await textOfNewest(desk)
      const direct = await Promise.all(sentTo(desk, jana.email).slice(0, 10).map(textOf))
      // What an answer quotes of the one before does not count.
      const own = direct.map((text) => text.replace(/^>.*/gm, ''))
      for (const n of numbers(200)) {
        expect([...own, told].filter((text) => new RegExp(`Answer ${n}$`, 'm').test(text))).toHaveLength(1)
      }
      expect(await counted(desk, number)).toEqual({ ticket_opened: 1, public_reply: 200, digest: 1 })
    },
  )

  test('gets no more than 60 letters an hour, whatever they are about, the digest among them', async () => {
    const desk = await open()
    await Promise.all(numbers(80).map((n) => desk.hearsFrom(acme, jana, { subject: `Case ${n}` })))
    expect(sentTo(desk, jana.email)).toHaveLength(60)
    await desk.later('50 minutes')
    expect(sentTo(desk, jana.email)).toHaveLength(60)
    await desk.later('10 minutes')
    expect(sentTo(desk, jana.email)).toHaveLength(61)
    const digest = await textOfNewest(desk)
    expect(digest.match(/P-\d+ Case \d+$/gm)).toHaveLength(20)
    expect(digest.match(/\/t\/[a-z2-7]+/g)).toHaveLength(20)
  })

  test('has the digest before anything new of the same ticket, and then letters as before', async () => {
    const desk = await open()
    const { number } = await openCase(desk)
    for (const n of numbers(12)) await answer(desk, number, `Answer ${n}`)
    await desk.later('10 minutes')
    await answer(desk, number, 'And then?')
    const letters = await Promise.all(sentTo(desk, jana.email).slice(-2).map(textOf))
    expect(letters[0]).toMatch(/Answer 10[\s\S]*Answer 11[\s\S]*Answer 12/)
    expect(letters[1]).toContain('And then?')
  })

  test('of one ticket has no more than 25 in an hour, while another ticket is heard', async () => {
    const desk = await open()
    const { number } = await openCase(desk)
    for (let minutes = 0; minutes < 50; minutes += 10) {
      for (const n of numbers(12)) await answer(desk, number, `Answer ${minutes}/${n}`)
      await desk.later('10 minutes')
    }
    const about = sentTo(desk, jana.email).length
    expect(about).toBeLessThanOrEqual(25)
    await openCase(desk)
    expect(sentTo(desk, jana.email)).toHaveLength(about + 1)
  })

  test('can answer a digest of one ticket, in their language, and reads all of it on their page', async () => {
    const desk = await open()
    const { number, page } = await openCase(desk)
    for (const n of numbers(11)) await answer(desk, number, `Answer ${n}`)
    await desk.later('10 minutes')
    const digest = await sentTo(desk, jana.email).at(-1)!.parsed
    expect(digest.subject).toContain(`[${number}]`)
    expect(digest.headers.get('auto-submitted')).toBe('auto-generated')
    expect(digest.text).toMatch(/^Dobrý den,/)
    expect(digest.text).toContain('Administrator\n> Answer 11')
    expect(digest.text).toContain(page)
    const answered = await desk.hearsFrom(acme, jana, { to: replyToOf(digest), text: 'Thanks' })
    expect(answered.mail!.ticket_number).toBe(number)
  })

  test('has a digest of one ticket among the other letters of it, and leaves by it as by them', async () => {
    const desk = await open()
    const { number } = await openCase(desk, { cc: petr.as })
    for (const n of numbers(12)) await answer(desk, number, `Answer ${n}`)
    const { mail } = await desk.hearsFrom(acme, jana, { to: replyToOf(await newest(desk)), text: 'And now?' })
    await desk.later('10 minutes')
    const digest = await newest(desk)
    expect(digest.inReplyTo).toBe(`<${mail!.message_id}>`)
    expect(digest.references).toContain((await sentTo(desk, jana.email)[0]!.parsed).messageId)
    for (const { email } of [jana, petr]) {
      const letters = await Promise.all(sentTo(desk, email).map(({ parsed }) => parsed))
      expect(new Set(letters.map(conversationOf)).size).toBe(1)
      const left = email === petr.email
      expect(letters.map(({ headers }) => headers.has('list'))).toEqual(letters.map(() => left))
    }
  })

  test('has a digest in the thread of its ticket even as the first letter they get of it', async () => {
    const desk = await open()
    const { items } = await desk.api('GET', '/api/organizations')
    const { id } = items.find(({ name }: Json) => name === acme.name)
    const nora = { name: 'Nora', emails: ['nora@acme.cz'], notify: 'digest_hourly' }
    await desk.api('POST', `/api/organizations/${id}/contacts`, nora)
    const { number, mail, notice } = await openCase(desk, { cc: 'nora@acme.cz' })
    await answer(desk, number, 'Try this')
    await desk.later('1 hour')
    const digest = await newestTo(desk, 'nora@acme.cz')
    expect(sentTo(desk, 'nora@acme.cz')).toHaveLength(1)
    expect(digest.inReplyTo).toBe(`<${mail.message_id}>`)
    expect(conversationOf(digest)).toBe(conversationOf(notice))
  })

  test('reads in a digest nothing that was hidden from them meanwhile, and the link that works now', async () => {
    const desk = await open()
    const { number, page } = await openCase(desk)
    for (const n of numbers(12)) await answer(desk, number, `Answer ${n}`)
    const { id } = (await desk.api('GET', `/api/tickets/${number}`)).messages.at(-1)
    await desk.api('PATCH', `/api/tickets/${number}/messages/${id}`, { audience: 'internal' })
    await desk.api('POST', `/api/tickets/${number}/participants/${jana.email}/renew-token`)
    await desk.later('10 minutes')
    const digest = await textOfNewest(desk)
    expect(digest).toContain('Answer 11')
    expect(digest).not.toContain('Answer 12')
    expect(digest).not.toContain(page)
    expect((await desk.http(/\/t\/[a-z2-7]+/.exec(digest)![0])).status).toBe(200)
  })

  test('who left the ticket meanwhile is told nothing more', async () => {
    const desk = await open()
    const { number } = await openCase(desk, { cc: petr.as })
    for (const n of numbers(12)) await answer(desk, number, `Answer ${n}`)
    await desk.api('DELETE', `/api/tickets/${number}/cc/${petr.email}`)
    await desk.later('10 minutes')
    expect(sentTo(desk, petr.email)).toHaveLength(10)
    expect(sentTo(desk, jana.email)).toHaveLength(11)
  })

  test('sees an authorization link even then: it has a budget of its own, and stands in no digest', async () => {
    const desk = await open({ env: { BUDGET_RECIPIENT_HOUR: '1' } })
    const first = await heldLetter(desk, { subject: 'First' })
    const second = await heldLetter(desk, { subject: 'Second' })
    expect(second.page).not.toBe(first.page)
  })
})

describe('an agent', () => {
  const [karel, as] = ['karel@initech.it', 'Karel Dvořák <karel@initech.it>']
  const sent = (desk: Desk) => Promise.all(sentTo(desk, karel).map(({ parsed }) => parsed))
  const hired = async () => {
    const desk = await open({ env: { BUDGET_TICKET_10_MINUTES: '1' } })
    await desk.api('POST', '/api/agents', { name: 'Karel Dvořák', email: karel, language: 'cs', notify: 'all' })
    return desk
  }
  const writesBack = async (desk: Desk, text: string) => {
    const [{ replyTo }] = (await sent(desk)).slice(-1) as [Awaited<ReturnType<typeof sent>>[number]]
    await desk.hearsFrom(
      initech,
      { ...initech.people[0]!, email: karel, as },
      { to: replyTo!.value[0]!.address!, text },
    )
  }
  const newestMessage = async (desk: Desk, number: string) => {
    return (await desk.api('GET', `/api/tickets/${number}`)).messages.at(-1)
  }

  test('reads in a digest what clients wrote, in words for staff, and answers the client by it', async () => {
    const desk = await hired()
    const { number, replyTo } = await openCase(desk)
    for (const n of numbers(2)) await desk.hearsFrom(acme, jana, { to: replyTo, text: `Letter ${n}` })
    await desk.later('10 minutes')
    const letters = await sent(desk)
    expect(letters).toHaveLength(2)
    expect(new Set(letters.map(conversationOf)).size).toBe(1)
    const digest = letters[1]!
    expect(digest.inReplyTo).toBe(letters[0]!.messageId)
    expect(digest.subject).toContain(`[${number}]`)
    expect(digest.text).toMatch(/^##- Odpovídejte nad tento řádek -##/)
    expect(digest.text).toMatch(/Letter 1[\s\S]*Letter 2[\s\S]*dostane Vaši odpověď klient/)
    expect(digest.text).toMatch(new RegExp(`/tickets/${number}$`, 'm'))
    expect(digest.text).not.toMatch(/Váš|Vašem|Vašim|Vašich|\/t\//)
    expect(digest.headers.has('list')).toBe(false)
    await writesBack(desk, `Here you are.\n\n${digest.text}`)
    expect(await newestMessage(desk, number)).toMatchObject({ kind: 'reply', text: 'Here you are.' })
    await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Thanks' })
    await desk.later('10 minutes')
    expect((await sent(desk)).at(-1)!.references).toContain(digest.messageId)
  })

  test('answers among staff a digest that tells of anything else', async () => {
    const desk = await hired()
    const { number, replyTo } = await openCase(desk)
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: '@karel, this is secret.' })
    await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Well?' })
    await desk.later('10 minutes')
    const [digest] = (await sent(desk)).slice(-1)
    expect(digest!.text).toMatch(/this is secret[\s\S]*Well\?[\s\S]*Klient ji neuvidí/)
    await writesBack(desk, 'Between us.')
    expect(await newestMessage(desk, number)).toMatchObject({ kind: 'note', audience: 'internal' })
  })

  test('who is one no more gets none of the digests that still wait, not even of several tickets', async () => {
    const desk = await hired()
    const cases = [await openCase(desk), await openCase(desk)]
    for (const { replyTo } of cases) await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Well?' })
    desk.post.answer = ({ to }) => (to.includes(karel) ? '451 4.7.1 Later' : undefined)
    await desk.later('10 minutes')
    const digests = async () => {
      const { items } = await desk.api('GET', '/api/deliveries?limit=50')
      return items.filter(({ kind }: Json) => kind === 'staff_digest').map(({ state }: Json) => state)
    }
    expect(await digests()).toEqual(['deferred'])
    const agents = await desk.api('GET', '/api/agents')
    const { id } = agents.items.find(({ email }: Json) => email === karel)
    await desk.api('PATCH', `/api/agents/${id}`, { disabled: true })
    desk.post.answer = () => undefined
    await desk.later('10 minutes')
    expect(await digests()).toEqual(['suppressed'])
  })

  test('of several tickets has a link to the page of each in the console', async () => {
    const desk = await open({ env: { BUDGET_RECIPIENT_HOUR: '1' } })
    await desk.api('POST', '/api/agents', { name: 'Karel Dvořák', email: karel, language: 'de', notify: 'all' })
    const opened = []
    for (const _ of numbers(3)) opened.push((await desk.hearsFrom(acme, jana, {})).mail!.ticket_number)
    await desk.later('1 hour')
    const [digest] = (await sent(desk)).slice(-1)
    expect(digest!.subject).toBe('Neuigkeiten in den Tickets')
    for (const number of opened.slice(1)) expect(digest!.text).toMatch(new RegExp(`/tickets/${number}$`, 'm'))
    expect(digest!.text).not.toMatch(/Ihre[nr]? Ticket/)
    expect(digest!.replyTo).toBeUndefined()
  })
})

test('staff see on a delivery why it was stopped, and which digest told of it', async () => {
  const desk = await open({ env: { BUDGET_TICKET_10_MINUTES: '1' } })
  const { number } = await openCase(desk)
  await answer(desk, number, 'Stopped')
  const stopped = async () => (await desk.api('GET', `/api/tickets/${number}`)).deliveries[1]
  expect(await stopped()).toMatchObject({
    state: 'suppressed',
    attempts: [{ smtp: expect.stringContaining('digest') }],
  })
  await desk.later('10 minutes')
  const { digest_id } = await stopped()
  expect(await desk.api('GET', `/api/deliveries/${digest_id}`)).toMatchObject({ kind: 'digest', state: 'sent' })
})

describe('what is redacted', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = await open({ env: { BUDGET_TICKET_10_MINUTES: '1' } })
  })
  const redact = async (number: string, which: (message: Json) => boolean, what: Json = {}) => {
    const { messages } = await desk.api('GET', `/api/tickets/${number}`)
    const { id } = messages.find(which)
    await desk.api('POST', `/api/tickets/${number}/messages/${id}/redact`, { reason: 'Not for mail', ...what })
  }

  test('in words, is told by no digest afterwards; that somebody wrote is, and what else they wrote', async () => {
    const { number } = await openCase(desk, { subject: 'Swordfish' })
    await answer(desk, number, 'The password is swordfish')
    await answer(desk, number, 'Change it soon')
    await answer(desk, number, `${'Long '.repeat(57)}, and a SWORDFISH in the end`)
    await redact(number, () => true, { text: 'swordfish' })
    await desk.later('10 minutes')
    const digest = await textOfNewest(desk)
    expect(digest).not.toMatch(/swordfi/i)
    expect(digest).toContain(`${number} █████`)
    expect(digest.match(/^> (?!\d).*$/gm)).toEqual(['> The password is █████', '> Change it soon', '> █████'])
    expect(sentTo(desk, jana.email).at(-1)!.raw.toString()).toContain(support)
  })

  test('as a whole message, is told by no digest; what others wrote under it is', async () => {
    const { number } = await openCase(desk)
    await answer(desk, number, 'The password is swordfish')
    await answer(desk, number, 'You wrote: The password is swordfish')
    await answer(desk, number, 'Change it soon')
    await redact(number, ({ text }) => text.startsWith('The password'))
    await desk.later('10 minutes')
    const digest = await textOfNewest(desk)
    expect(digest).not.toContain('swordfish')
    expect(digest.match(/^> (?!\d).*$/gm)).toEqual(['> █████', '> Change it soon'])
  })

  test('goes from a digest that waits for its relay; what else that told of is told by another one', async () => {
    const [first, second] = [await openCase(desk), await openCase(desk)]
    await answer(desk, first.number, 'The code is bluebird')
    await answer(desk, first.number, 'Change it soon')
    await answer(desk, second.number, 'Of the other ticket')
    desk.post.answer = () => '451 4.3.0 Later'
    await desk.later('10 minutes')
    const before = sentTo(desk, jana.email).length
    desk.post.answer = () => undefined
    await redact(first.number, () => true, { text: 'bluebird' })
    await desk.later('10 minutes')
    const digests = await Promise.all(sentTo(desk, jana.email).slice(before).map(textOf))
    expect(digests).toHaveLength(1)
    const told = digests[0]!.match(/^> (?!\d).*$/gm)
    expect(told).toEqual(['> The code is █████', '> Change it soon', '> Of the other ticket'])
    const { deliveries } = await desk.api('GET', `/api/tickets/${first.number}`)
    const [code] = deliveries.filter(({ kind }: Json) => kind === 'public_reply')
    expect(await desk.api('GET', `/api/deliveries/${code.digest_id}`)).toMatchObject({ kind: 'digest', state: 'sent' })
    await desk.later('1 day')
    expect(sentTo(desk, jana.email)).toHaveLength(before + 1)
  })

  test('as a whole message goes from a waiting digest, which tells of the others then', async () => {
    const { number } = await openCase(desk)
    await answer(desk, number, 'The password is swordfish')
    await answer(desk, number, 'Change it soon')
    desk.post.answer = () => '451 4.3.0 Later'
    await desk.later('10 minutes')
    desk.post.answer = () => undefined
    await redact(number, ({ text }) => text.startsWith('The password'))
    await desk.later('10 minutes')
    expect((await textOfNewest(desk)).match(/^> (?!\d).*$/gm)).toEqual(['> Change it soon'])
  })

  test('goes from the digest that told of it', async () => {
    const { number } = await openCase(desk)
    await answer(desk, number, 'The code is bluebird')
    await desk.later('10 minutes')
    expect(await textOfNewest(desk)).toContain('bluebird')
    await redact(number, () => true, { text: 'bluebird' })
    const { items } = await desk.api('GET', `/api/deliveries?ticket=${number}`)
    const { id } = items.find(({ kind }: Json) => kind === 'digest')
    expect((await desk.api('GET', `/api/deliveries/${id}`)).source).not.toContain('bluebird')
  })
})

test('what is over the pace of its mailbox leaves later, each letter for itself', async () => {
  const desk = await open({ env: { BUDGET_MAILBOX_HOUR: '4' } })
  await Promise.all(numbers(5).map((n) => desk.hearsFrom(acme, jana, { subject: `Case ${n}` })))
  expect(desk.post.letters).toHaveLength(2)
  await desk.later('28 minutes')
  expect(desk.post.letters).toHaveLength(2)
  await desk.later('2 minutes')
  expect(desk.post.letters).toHaveLength(3)
  await desk.later('1 hour')
  expect(desk.post.letters).toHaveLength(5)
})

async function open(options: { transport?: (typeof transports)[number]; env?: Record<string, string> } = {}) {
  const desk = await openDesk({ ...options, env: { ...defaults, ...options.env } })
  closing.push(() => desk.close())
  return desk
}

/** Another process on the same database and broker; without a broker its events are its own. */
async function secondWorker({ podatelna }: Desk): Promise<void> {
  const listen = { host: '127.0.0.1', port: 0 }
  const other = await startPodatelna({ ...podatelna.app.settings, SMTP_LISTEN: listen, HTTP_LISTEN: listen })
  closing.push(() => other.close())
}

function answer(desk: Desk, number: string, text: string) {
  return desk.api('POST', `/api/tickets/${number}/replies`, { text })
}

/** One after the other, not waiting for what follows from them: a letter is written about each while others come. */
async function answerMany(desk: Desk, number: string, lane: number, count: number): Promise<void> {
  const headers = { authorization: `Bearer ${desk.adminToken}`, 'content-type': 'application/json' }
  for (const n of numbers(count)) {
    const body = JSON.stringify({ text: `Answer ${(lane - 1) * count + n}` })
    const { status } = await desk.http(`/api/tickets/${number}/replies`, { method: 'POST', headers, body })
    expect(status).toBe(201)
  }
}

/** How many deliveries of a ticket were sent or told of in a digest, by kind. */
async function counted(desk: Desk, number: string): Promise<Record<string, number>> {
  const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
  const told = deliveries.filter(({ state, digest_id }: Json) => state === 'sent' || digest_id)
  const kinds: string[] = told.map(({ kind }: Json) => kind)
  return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]))
}

async function textOfNewest(desk: Desk): Promise<string> {
  return textOf(sentTo(desk, jana.email).at(-1)!)
}

function newest(desk: Desk): Promise<ParsedMail> {
  return newestTo(desk, jana.email)
}

/** What stands for it in Thread-Index. The time that is in front of it moves on with `later`. */
function conversationOf({ headers }: ParsedMail): string {
  return Buffer.from(String(headers.get('thread-index') ?? ''), 'base64').toString('hex', 6, 22)
}

async function textOf({ parsed }: Desk['post']['letters'][number]): Promise<string> {
  return (await parsed).text!
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
