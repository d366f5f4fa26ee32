/** What the requester hears when an agent takes their ticket (rules §6, "taken by an agent"). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Colleague, hire } from '../agents.ts'
import { openCase } from '../case.ts'
import { companies, type Desk, type Json, letter, openDesk, recipients, sentTo, transports } from '../scenario.ts'

const { acme, initech } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [giulia] = initech.people as [(typeof initech.people)[0]]

describe.each(transports)('a ticket that an agent takes, over %s', (transport) => {
  let desk: Desk
  let karel: Colleague
  let alena: Colleague
  beforeAll(async () => {
    desk = await openDesk({ transport })
    karel = await hire(desk, 'Karel Dvořák')
    alena = await hire(desk, 'Alena Malá')
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('its requester hears who took it, in their language, in the thread of the ticket; those in copy do not', async () => {
    const number = await opened(desk, petr.as)
    await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
    expect(recipients(desk)).toEqual([jana.email])
    const told = await sentTo(desk, jana.email)[0]!.parsed
    expect(told.subject).toContain(`[${number}]`)
    expect(told.text).toContain(`Vašeho požadavku ${number} se ujímá Karel Dvořák`)
    expect(told.text).toMatch(/\/t\/[a-z2-7]{20,}/)
    expect(told.text).not.toContain('Odmítnout')
    expect(told.html).toContain('<strong>Karel Dvořák</strong>')
    expect(told.headers.get('auto-submitted')).toBe('auto-generated')
    const { mail } = await desk.hearsFrom(acme, jana, { to: told.replyTo!.text, text: 'Thanks.' })
    expect(mail!.ticket_number).toBe(number)
  })

  test('they hear it once a day for each agent, however often it is given to and fro', async () => {
    const number = await opened(desk)
    for (const assignee of [karel.email, null, karel.email, karel.id, alena.email, karel.email, alena.email]) {
      await desk.api('PATCH', `/api/tickets/${number}`, { assignee })
    }
    expect(await takers(desk)).toEqual(['Karel Dvořák', 'Alena Malá'])
    const { events } = await desk.api('GET', `/api/tickets/${number}`)
    expect(events.filter(({ type }: Json) => type === 'taken')).toMatchObject([
      { agent: karel.name },
      { agent: alena.name },
    ])
    expect(events.filter(({ type }: Json) => type === 'assigned')).toHaveLength(6)
  })

  test('an agent who begins to work on it takes it when nobody has it, and takes it from nobody', async () => {
    const number = await opened(desk)
    await karel.api('PATCH', `/api/tickets/${number}`, { status: 'in_progress' })
    expect(await desk.api('GET', `/api/tickets/${number}`)).toMatchObject({ assignee: { email: karel.email } })
    expect(await takers(desk)).toEqual(['Karel Dvořák'])
    await alena.api('PATCH', `/api/tickets/${number}`, { status: 'queued' })
    await alena.api('PATCH', `/api/tickets/${number}`, { status: 'in_progress' })
    expect(await desk.api('GET', `/api/tickets/${number}`)).toMatchObject({ assignee: { email: karel.email } })
    expect(recipients(desk)).toHaveLength(1)
  })

  test('taken and answered by one act, it is told by the answer alone', async () => {
    const number = await opened(desk)
    await karel.api('POST', `/api/tickets/${number}/replies`, { text: 'On my way.', status: 'in_progress' })
    expect(await desk.api('GET', `/api/tickets/${number}`)).toMatchObject({ assignee: { email: karel.email } })
    expect(recipients(desk)).toEqual([jana.email])
    expect((await sentTo(desk, jana.email)[0]!.parsed).text).toContain('On my way.')
    await karel.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
    expect(recipients(desk)).toHaveLength(1)
  })

  test('taken and moved by one act, both are in one letter', async () => {
    const number = await opened(desk)
    await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email, status: 'waiting' })
    const letters = await Promise.all(sentTo(desk, jana.email).map(({ parsed }) => parsed))
    expect(letters.map(({ text }) => text)).toEqual([
      expect.stringMatching(/Čeká na Vás[\s\S]*Ujímá se ho Karel Dvořák/),
    ])
  })

  test('eight changes at once by eight hands make one letter', async () => {
    const number = await opened(desk)
    await Promise.all(
      Array.from({ length: 8 }, () => desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })),
    )
    expect(recipients(desk)).toEqual([jana.email])
  })

  // The last one: sessions do not last so long.
  test('a day later they hear it again', async () => {
    const number = await opened(desk)
    const give = (assignee: string | null) => desk.api('PATCH', `/api/tickets/${number}`, { assignee })
    await give(karel.email)
    await give(null)
    await desk.later('25 hours')
    await give(karel.email)
    expect(await takers(desk)).toEqual(['Karel Dvořák', 'Karel Dvořák'])
  })
})

describe('nobody hears of a ticket that is taken', () => {
  let desk: Desk
  let karel: Colleague
  beforeAll(async () => {
    desk = await openDesk()
    karel = await hire(desk, 'Karel Dvořák')
    await desk.api('POST', '/api/mailboxes', { address: 'open@desk.test', name: 'Open', policy: 'open' })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('when it is solved already', async () => {
    const number = await opened(desk)
    await desk.api('PATCH', `/api/tickets/${number}`, { status: 'solved' })
    desk.post.clear()
    await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
    expect(recipients(desk)).toEqual([])
  })

  test('when a program wrote it', async () => {
    const headers = { 'Auto-Submitted': 'auto-generated' }
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Disk full', headers })
    await desk.api('PATCH', `/api/tickets/${mail!.ticket_number}`, { assignee: karel.email, status: 'in_progress' })
    await desk.api('PATCH', `/api/tickets/${mail!.ticket_number}`, { status: 'solved' })
    expect(sentTo(desk, jana.email)).toEqual([])
  })

  test('when nobody proved who wrote it: only what an agent writes goes there', async () => {
    const raw = await letter({ from: 'x@nowhere.test', to: 'open@desk.test', subject: 'Hello', text: 'Hello' })
    const { mail } = await desk.receives(raw, { from: 'x@nowhere.test', to: 'open@desk.test' })
    desk.post.clear()
    const at = `/api/tickets/${mail!.ticket_number}`
    await desk.api('PATCH', at, { assignee: karel.email })
    await desk.api('PATCH', at, { status: 'waiting' })
    await desk.api('PATCH', at, { status: 'solved' })
    expect(recipients(desk)).toEqual([])
    await desk.api('POST', `${at}/replies`, { text: 'Who are you?' })
    expect(recipients(desk)).toEqual(['x@nowhere.test'])
  })

  test('when the requester is an end customer from whom it is hidden; shown, they hear what replies to others leave out', async () => {
    const number = await opened(desk, undefined, giulia, initech)
    const at = `/api/tickets/${number}`
    await makeEndCustomer(desk, giulia.email)
    await desk.api('PATCH', at, { end_customer_visible: false })
    await desk.api('PATCH', at, { assignee: karel.email })
    expect(recipients(desk)).toEqual([])
    await desk.api('PATCH', at, { end_customer_visible: true })
    await desk.api('POST', `${at}/replies`, { text: 'For the partner.', audience: 'client', status: 'waiting' })
    const letters = await Promise.all(sentTo(desk, giulia.email).map(({ parsed }) => parsed))
    expect(letters.map(({ text }) => text)).toEqual([expect.stringContaining('Siamo in attesa di una sua risposta')])
    await desk.api('POST', `${at}/replies`, { text: 'For both.', audience: 'end_customer', status: 'solved' })
    expect(recipients(desk)).toEqual([giulia.email, giulia.email])
  })

  test('by an agent there is not', async () => {
    const number = await opened(desk)
    await desk.api('PATCH', `/api/tickets/${number}`, { assignee: 'nobody@desk.test' }, 422)
    expect((await desk.api('GET', `/api/tickets/${number}`)).assignee).toBeNull()
  })
})

/** A ticket whose first notice is read and done with. */
async function opened(desk: Desk, cc?: string, person = jana, company = acme): Promise<string> {
  const { number } = await openCase(desk, cc ? { cc } : {}, company, person)
  desk.post.clear()
  return number
}

/** Who took it, in the letters to Jana. */
async function takers(desk: Desk): Promise<(string | undefined)[]> {
  const letters = await Promise.all(sentTo(desk, jana.email).map(({ parsed }) => parsed))
  return letters.map(({ text }) => /se ujímá ([^:]+):/.exec(text!)?.[1])
}

async function makeEndCustomer(desk: Desk, email: string): Promise<void> {
  const { items } = await desk.api('GET', '/api/organizations')
  for (const { id } of items) {
    const { items: contacts } = await desk.api('GET', `/api/organizations/${id}/contacts`)
    const contact = contacts.find(({ emails }: Json) => emails.includes(email))
    if (contact) await desk.api('PATCH', `/api/contacts/${contact.id}`, { role: 'end_customer' })
  }
}
