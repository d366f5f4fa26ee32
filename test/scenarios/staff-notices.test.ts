import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { hire } from '../agents.ts'
import { companies, type Desk, type Json, openDesk, recipients, sentTo } from '../scenario.ts'

const { acme, initech } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const karel = { name: 'Karel Dvořák', email: 'karel@initech.it', as: 'Karel Dvořák <karel@initech.it>' }
const olga = { name: 'Olga Malá', email: 'olga@initech.it', as: 'Olga Malá <olga@initech.it>' }

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  const language = { [karel.email]: 'cs', [olga.email]: 'de' }
  for (const { name, email } of [karel, olga]) {
    await desk.api('POST', '/api/agents', { name, email, language: language[email], notify: 'mine' })
  }
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

test('whoever is given a ticket by somebody else is told by whom, and once', async () => {
  const { number } = await openedTicket()
  for (const _ of [1, 2]) await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  const [told, ...more] = await parsed(karel.email)
  expect(more).toEqual([])
  expect(told!.subject).toContain(number)
  expect(told!.text).toContain(`Požadavek ${number} Vám přidělil uživatel Administrator`)
  expect(told!.text).toContain('Broken')
})

test('whoever takes it themselves is not', async () => {
  const ivana = await hire(desk, 'Ivana Nová')
  expect(await ivana.api('PATCH', '/api/agents/me', { notify: 'mine' })).toMatchObject({ notify: 'mine' })
  const { number } = await openedTicket()
  await ivana.api('PATCH', `/api/tickets/${number}`, { assignee: ivana.email })
  expect(sentTo(desk, ivana.email)).toEqual([])
})

test('whoever is mentioned in a note is told, in their language, and answers among staff', async () => {
  const { number } = await openedTicket()
  await desk.api('POST', `/api/tickets/${number}/notes`, { text: '@olga, zavolej jim prosím. Heslo je 1234.' })
  expect(recipients(desk)).toEqual([olga.email])
  const [told] = await parsed(olga.email)
  expect(told!.subject).toContain(number)
  expect(told!.text).toContain('erwähnt Sie in einer Notiz')
  expect(told!.text).toContain('Heslo je 1234.')
  expect(told!.headers.get('auto-submitted')).toBe('auto-generated')
  desk.post.clear()
  await desk.hearsFrom(initech, olga, { to: told!.replyTo!.text, text: `Mache ich.\n\n${told!.text}` })
  expect((await messages(number)).at(-1)).toMatchObject({ kind: 'note', audience: 'internal', text: 'Mache ich.' })
  expect(recipients(desk)).toEqual([])
})

test('so is whoever is mentioned in a note by mail, but not its author', async () => {
  const { number } = await openedTicket()
  await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  const told = await whatClientWrites(number)
  await desk.hearsFrom(initech, karel, { to: told.replyTo!.text, text: '#note\n@Olga Mala a @karel: pozor.' })
  expect(recipients(desk)).toEqual([olga.email])
})

test('somebody proposed for copy in a letter is told to staff with the letter', async () => {
  const { number } = await openedTicket()
  await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  const told = await whatClientWrites(number, { cc: 'eva@elsewhere.example' })
  expect(told.text).toContain('Do kopie navrhuje: eva@elsewhere.example.')
})

test('on the page of the ticket, in a notice of its own', async () => {
  const { number, page } = await openedTicket()
  await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  desk.post.clear()
  const form = new URLSearchParams({ act: 'copy', email: 'eva@elsewhere.example' })
  await desk.http(page, { method: 'POST', body: form })
  await desk.settled()
  expect(recipients(desk)).toEqual([karel.email])
  const [told] = await parsed(karel.email)
  expect(told!.text).toContain('eva@elsewhere.example')
  expect(told!.text).toContain(`/tickets/${number}`)
})

test('a reply that cannot be delivered is told to the assignee, once, with the words of the server', async () => {
  const { number } = await openedTicket()
  await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  desk.post.clear()
  desk.post.answer = ({ stage, to }) => (stage === 'rcpt' && to.includes(jana.email) ? '554 5.7.1 Go away' : undefined)
  try {
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Restart it.' })
    const told = await (await desk.post.next(({ to }) => to.includes(karel.email))).parsed
    await desk.settled()
    expect(recipients(desk)).toEqual([karel.email])
    expect(told.text).toContain('nepodařilo doručit a už to zkoušet nebudeme')
    expect(told.text).toContain('Go away')
    expect(told.text).toContain(jana.email)
  } finally {
    desk.post.answer = () => undefined
  }
})

test('a reply that is put off worries its owner after four hours, once; after five days it has failed, and the ticket says so', async () => {
  const { number } = await openedTicket()
  await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  desk.post.clear()
  const busy = '451 4.7.1 Greylisted, come back later'
  desk.post.answer = ({ stage, to }) => (stage === 'rcpt' && to.includes(jana.email) ? busy : undefined)
  try {
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Restart it.' })
    await desk.later('3 hours')
    expect(await reply(number)).toMatchObject({ state: 'deferred' })
    expect(recipients(desk)).toEqual([])

    await desk.later('5 hours')
    expect(recipients(desk)).toEqual([karel.email])
    const [worried] = await parsed(karel.email)
    expect(worried!.text).toContain(`E-mail k požadavku ${number} se na adresu ${jana.email} ještě nepodařilo doručit`)
    expect(worried!.text).toContain(busy)
    expect(worried!.text).toContain(`/tickets/${number}`)
    for (const more of ['5 hours', '1 day', '3 days']) await desk.later(more)
    expect(recipients(desk)).toEqual([karel.email])
    expect(await reply(number)).toMatchObject({ state: 'deferred' })
    expect(await failures(number)).toEqual([])

    await desk.later('1 day')
    const failed = await reply(number)
    expect(failed).toMatchObject({ state: 'failed', due_at: null })
    expect(failed.attempts.at(-1)).toMatchObject({ outcome: 'failed', smtp: busy })
    expect(await failures(number)).toMatchObject([
      { email: jana.email, kind: 'public_reply', delivery_id: failed.id, reason: busy, by: { kind: 'system' } },
    ])
    expect(recipients(desk)).toEqual([karel.email, karel.email])
    const [, gaveUp] = await parsed(karel.email)
    expect(gaveUp!.text).toContain('nepodařilo doručit a už to zkoušet nebudeme')
    expect(gaveUp!.text).toContain(busy)

    desk.post.answer = () => undefined
    await desk.later('1 day')
    expect(recipients(desk)).toEqual([karel.email, karel.email])
    expect(await failures(number)).toHaveLength(1)
  } finally {
    desk.post.answer = () => undefined
  }
})

test('of a notice to staff that cannot be delivered nobody is told', async () => {
  const { number } = await openedTicket()
  await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  desk.post.clear()
  desk.post.answer = ({ to }) => (to.includes(karel.email) ? '554 5.7.1 Go away' : undefined)
  try {
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: '@karel?' })
    await failed(number, karel.email)
    expect(recipients(desk)).toEqual([])
  } finally {
    desk.post.answer = () => undefined
  }
})

async function openedTicket() {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Broken', text: 'It is broken.' })
  const [client] = await parsed(jana.email)
  const [page] = client!.text!.match(/\/t\/[a-z2-7]+/)!
  desk.post.clear()
  return { number: mail!.ticket_number!, page: page! }
}

/** What Karel is told of the next letter of the client. */
async function whatClientWrites(number: string, draft: Json = {}) {
  desk.post.clear()
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Does it work?' })
  const [asked] = await parsed(jana.email)
  await desk.hearsFrom(acme, jana, { to: asked!.replyTo!.text, text: 'It does not.', ...draft })
  const [told] = await parsed(karel.email)
  desk.post.clear()
  return told!
}

async function failed(number: string, email: string): Promise<void> {
  await expect
    .poll(async () => {
      const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
      return deliveries.filter(({ to }: Json) => to === email).map(({ state }: Json) => state)
    })
    .toContain('failed')
  await desk.settled()
}

/** The delivery of the one reply. */
async function reply(number: string): Promise<Json> {
  const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
  return deliveries.find(({ kind }: Json) => kind === 'public_reply')
}

async function failures(number: string): Promise<Json[]> {
  const { events } = await desk.api('GET', `/api/tickets/${number}`)
  return events.filter(({ type }: Json) => type === 'delivery_failed')
}

async function messages(number: string): Promise<Json[]> {
  return (await desk.api('GET', `/api/tickets/${number}`)).messages
}

function parsed(email: string) {
  return Promise.all(sentTo(desk, email).map((sent) => sent.parsed))
}
