import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, sentTo } from '../scenario.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
/** A customer of Acme's, who is on Acme's list as such. */
const ema = { name: 'Ema Nová', email: 'ema@acme.cz', as: 'Ema Nová <ema@acme.cz>' }

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  await desk.api('POST', `/api/organizations/${await acmeId()}/contacts`, {
    ...{ name: ema.name, emails: [ema.email], role: 'end_customer' },
  })
})
afterAll(() => desk?.close())

describe('what a partner’s own customer sees', () => {
  test('Mail never is visible to them by default.', async () => {
    const number = await opened({ text: 'Our margin is 40 %.', cc: ema.as })
    await desk.hearsFrom(acme, jana, { to: await replyTo(number, jana.email), text: 'Say nothing of the margin.' })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'The margin stays between us.' })
    const letters = await lettersAbout(number, ema.email)
    expect(letters.map(({ text }) => text)).toEqual([expect.stringContaining('Vás přidal uživatel')])
    expect(letters[0]!.text).not.toContain('margin')
    const shown = await page(number, ema.email)
    expect(shown).toContain('Zatím tu není nic')
    expect(shown).not.toContain('margin')
    expect(shown).not.toContain(jana.email)
  })

  test('What an end customer answers always reaches partner and staff.', async () => {
    const number = await opened({ cc: ema.as })
    await desk.hearsFrom(acme, ema, { to: await replyTo(number, ema.email), text: 'It still does not work.' })
    const { messages } = await desk.api('GET', `/api/tickets/${number}`)
    expect(messages).toMatchObject([{}, { author: { email: ema.email }, audience: 'end_customer' }])
    expect(await page(number, jana.email)).toContain('It still does not work.')
    await changeAudience(number, messages[1].id, 'internal', 409)
  })

  test('is decided per message, by an act that is recorded and mails nobody', async () => {
    const number = await opened({ text: 'The plan.', cc: ema.as })
    const { id } = (await desk.api('GET', `/api/tickets/${number}`)).messages[0]
    const before = desk.post.letters.length
    for (const [audience, emas, janas] of [
      ['end_customer', true, true],
      ['client', false, true],
      ['internal', false, false],
    ] as const) {
      expect(await changeAudience(number, id, audience)).toMatchObject({ id, audience, text: 'The plan.\n' })
      expect((await page(number, ema.email)).includes('The plan.'), audience).toBe(emas)
      expect((await page(number, jana.email)).includes('The plan.'), audience).toBe(janas)
    }
    expect(desk.post.letters).toHaveLength(before)
    const { events } = await desk.api('GET', `/api/tickets/${number}`)
    expect(events.filter(({ type }: Json) => type === 'audience_changed')).toMatchObject([
      { message_id: id, from: 'client', to: 'end_customer', by: { kind: 'agent' } },
      { from: 'end_customer', to: 'client' },
      { from: 'client', to: 'internal' },
    ])
  })

  test('is decided per ticket: hidden, nothing of it is left to them but their own words', async () => {
    const number = await opened({ cc: ema.as })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'For all of you.', audience: 'end_customer' })
    await desk.hearsFrom(acme, ema, { to: await replyTo(number, ema.email), text: 'Thanks for all.' })
    expect(await page(number, ema.email)).toContain('For all of you.')
    const hidden = await desk.api('PATCH', `/api/tickets/${number}`, { end_customer_visible: false })
    expect(hidden.events.at(-1)).toMatchObject({ type: 'hidden_from_end_customer', by: { kind: 'agent' } })
    const shown = await page(number, ema.email)
    expect(shown).not.toContain('For all of you.')
    expect(shown).toContain('Thanks for all.')
    const before = (await lettersAbout(number, ema.email)).length
    await desk.api('GET', `/api/tickets/${number}/recipients?audience=end_customer`, undefined, 409)
    const refused = await desk.api(
      'POST',
      `/api/tickets/${number}/replies`,
      { text: 'x', audience: 'end_customer' },
      409,
    )
    expect(refused.detail).toContain('hidden from end customers')
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Between us.' })
    expect(await lettersAbout(number, ema.email)).toHaveLength(before)
    await desk.api('PATCH', `/api/tickets/${number}`, { end_customer_visible: true })
    expect(await page(number, ema.email)).toContain('For all of you.')
  })

  test('is decided before a letter is sent: what is hidden while it waits does not go', async () => {
    const number = await opened({ cc: ema.as })
    desk.post.answer = ({ to }) => (to.includes(ema.email) ? '451 4.2.0 Later' : undefined)
    const audience = 'end_customer'
    const { id } = await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'A slip of the hand.', audience })
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    const waiting = deliveries.find(({ to, kind }: Json) => to === ema.email && kind === 'public_reply')
    expect(waiting.state).toBe('deferred')
    await changeAudience(number, id, 'client')
    desk.post.answer = () => undefined
    await desk.later('2 minutes')
    const state = async () => (await desk.api('GET', `/api/deliveries/${waiting.id}`)).state
    await expect.poll(state, { timeout: 10_000 }).toBe('suppressed')
    expect((await lettersAbout(number, ema.email)).filter(({ text }) => text!.includes('slip'))).toEqual([])
    expect((await lettersAbout(number, jana.email)).filter(({ text }) => text!.includes('slip'))).toHaveLength(1)
  })

  test('of their own ticket: they are answered without anybody having to think of it', async () => {
    const { mail } = await desk.hearsFrom(acme, ema, { subject: 'My line is dead', text: 'No tone.' })
    const number = mail!.ticket_number!
    const told = await lettersAbout(number, ema.email)
    expect(told).toHaveLength(1)
    const reply = await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'We are on it.' })
    expect(reply).toMatchObject({ audience: 'end_customer', recipients: [{ email: ema.email }] })
    const page = { mailbox: 'support@desk.test', subject: 'Called', requester: { email: ema.email }, text: 'No tone.' }
    const byPhone = await desk.api('POST', '/api/tickets', page)
    expect(byPhone.messages[0].audience).toBe('end_customer')
  })

  test('of tickets they are not on: nothing, and what they write about one is a ticket of its own', async () => {
    const number = await opened({ text: 'Not for Ema.' })
    const { mail } = await desk.hearsFrom(acme, ema, { subject: `Re: [${number}] What is that?` })
    expect(mail!.ticket_number).not.toBe(number)
    expect((await desk.api('GET', `/api/tickets/${number}`)).participants).toHaveLength(1)
  })
})

describe('Internal never leaves staff', () => {
  const secret = 'Kolibri'
  let number: string
  let ids: { message: string; file: string }
  beforeAll(async () => {
    number = await opened({ cc: `${petr.as}, ${ema.as}` })
    const raw = { to: await replyTo(number, jana.email), text: `Secret ${secret}.`, attachments: [file] }
    await desk.hearsFrom(acme, jana, raw)
    const { messages } = await desk.api('GET', `/api/tickets/${number}`)
    const { id, attachments } = messages.at(-1)
    ids = { message: id, file: attachments[0].id }
    await changeAudience(number, id, 'internal')
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: `Note ${secret}.` })
  })

  test('by mail: neither in replies, nor to whoever is put in copy, nor with a new link', async () => {
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Fine.', audience: 'end_customer' })
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: 'eva@elsewhere.example' })
    await desk.api('POST', `/api/tickets/${number}/participants/${petr.email}/renew-token`)
    const letters = desk.post.letters.map(({ raw }) => raw.toString('latin1'))
    expect(letters.filter((letter) => letter.includes(secret))).toEqual([])
    expect(await lettersAbout(number, 'eva@elsewhere.example')).toHaveLength(1)
  })

  test('on anybody’s page, a manager’s included', async () => {
    await setRole(petr.email, 'manager')
    for (const email of [jana.email, petr.email, ema.email]) {
      expect(await page(number, email), email).not.toContain(secret)
    }
    await setRole(petr.email, 'member')
  })

  test.each([
    ['the ticket', () => `/api/tickets/${number}`],
    ['the search', () => `/api/tickets?q=${secret}`],
    ['a file of it', () => `/api/attachments/${ids.file}`],
    ['its HTML', () => `/messages/${ids.message}/html`],
    ['its whole text', () => `/messages/${ids.message}/text`],
    ['who would receive a reply', () => `/api/tickets/${number}/recipients`],
    ['the events', () => '/api/events'],
    ['the live feed', () => '/api/live'],
    ['the letters', () => `/api/mail?q=${secret}`],
    ['the deliveries', () => '/api/deliveries'],
    ['the console', () => `/tickets/${number}`],
  ])('through %s: whoever has only a link is sent away', async (_, path) => {
    const token = (await lastLink(number, jana.email)).slice('/t/'.length)
    for (const headers of [{}, { authorization: `Bearer ${token}` }] as Record<string, string>[]) {
      const answer = await desk.http(path(), { headers })
      expect([401, 303]).toContain(answer.status)
      expect(await answer.text()).not.toContain(secret)
    }
  })

  test('by the files of anybody’s page: they go with their message', async () => {
    const statuses = async () => {
      const links = await Promise.all([jana.email, petr.email, ema.email].map((email) => lastLink(number, email)))
      return Promise.all(links.map(async (link) => (await desk.http(`${link}/files/${ids.file}`)).status))
    }
    expect(await statuses()).toEqual([404, 404, 404])
    await changeAudience(number, ids.message, 'client')
    expect(await statuses()).toEqual([200, 200, 404])
    await changeAudience(number, ids.message, 'end_customer')
    expect(await statuses()).toEqual([200, 200, 200])
    await changeAudience(number, ids.message, 'internal')
  })

  test('because a note cannot be shown to anybody else', async () => {
    const { messages } = await desk.api('GET', `/api/tickets/${number}`)
    const note = messages.find(({ kind }: Json) => kind === 'note')
    for (const audience of ['client', 'end_customer']) await changeAudience(number, note.id, audience, 409)
    await changeAudience(number, note.id, 'internal')
    await changeAudience(number, '0192f0c1-7c5a-7d7e-8a55-000000000001', 'client', 404)
  })
})

describe('the ticket’s page of staff', () => {
  test('shows who would receive a reply for each audience, sends it to exactly these, and says whom it went to', async () => {
    const number = await opened({ cc: `${petr.as}, ${ema.as}` })
    const shown = await asStaff(`/tickets/${number}`)
    expect(shown).toMatch(/value="client" checked> the client: jana@acme\.cz, petr@acme\.cz</)
    expect(shown).toMatch(
      /value="end_customer"> the client and the end customer: jana@acme\.cz, petr@acme\.cz, ema@acme\.cz</,
    )
    await asStaff(`/tickets/${number}/messages`, { text: 'For all.', audience: 'end_customer' })
    expect((await lettersAbout(number, ema.email)).at(-1)!.text).toContain('For all.')
    expect(await asStaff(`/tickets/${number}`)).toContain('To: jana@acme.cz, petr@acme.cz, ema@acme.cz')
  })

  test('hides a ticket from end customers, shows a message to others, and renews a link', async () => {
    const number = await opened({ cc: ema.as, text: 'For one day.' })
    const { id } = (await desk.api('GET', `/api/tickets/${number}`)).messages[0]
    await asStaff(`/tickets/${number}/messages/${id}/audience`, { audience: 'end_customer' })
    expect(await page(number, ema.email)).toContain('For one day.')
    await asStaff(`/tickets/${number}/end-customers`, { visible: 'no' })
    expect(await page(number, ema.email)).not.toContain('For one day.')
    expect(await asStaff(`/tickets/${number}`)).toContain('A reply goes to: jana@acme.cz')
    const before = await lastLink(number, jana.email)
    await asStaff(`/tickets/${number}/renew-link`, { email: jana.email })
    expect(await lastLink(number, jana.email)).not.toBe(before)
  })
})

/** A page, or what a form of it sends. */
async function asStaff(path: string, form?: Record<string, string>): Promise<string> {
  const headers = { authorization: `Bearer ${desk.adminToken}`, accept: 'text/html' }
  const answer = await desk.http(path, { headers, ...(form && { method: 'POST', body: new URLSearchParams(form) }) })
  expect(answer.status).toBe(form ? 303 : 200)
  await desk.settled()
  return answer.text()
}

const file = { filename: 'Kolibri.txt', content: 'Kolibri' }

async function opened(draft: object): Promise<string> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'About a line', ...draft })
  return mail!.ticket_number!
}

function changeAudience(number: string, id: string, audience: string, expected?: number) {
  return desk.api('PATCH', `/api/tickets/${number}/messages/${id}`, { audience }, expected)
}

async function lettersAbout(number: string, email: string) {
  const letters = await Promise.all(sentTo(desk, email).map(({ parsed }) => parsed))
  return letters.filter(({ subject }) => subject!.includes(number))
}

async function replyTo(number: string, email: string): Promise<string> {
  return (await lettersAbout(number, email)).at(-1)!.replyTo!.text
}

async function lastLink(number: string, email: string): Promise<string> {
  return /\/t\/[a-z2-7]+/.exec((await lettersAbout(number, email)).at(-1)!.text!)![0]
}

async function page(number: string, email: string): Promise<string> {
  return (await desk.http(await lastLink(number, email))).text()
}

async function acmeId(): Promise<string> {
  const { items } = await desk.api('GET', '/api/organizations')
  return items.find(({ name }: Json) => name === acme.name).id
}

async function setRole(email: string, role: string): Promise<void> {
  const { items } = await desk.api('GET', `/api/organizations/${await acmeId()}/contacts`)
  const { id } = items.find(({ emails }: Json) => emails.includes(email))
  await desk.api('PATCH', `/api/contacts/${id}`, { role })
}
