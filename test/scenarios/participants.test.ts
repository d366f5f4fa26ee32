import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, recipients, sentTo, support, transports } from '../scenario.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

describe.each(transports)('participants and cc, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('of those a verified contact puts in To and Cc, colleagues join at once, others are proposed, we never join', async () => {
    const cc = `${petr.as}, Eva <eva@elsewhere.example>, support+abc@desk.test, Jana <${jana.email}>`
    const { mail } = await desk.hearsFrom(acme, jana, { cc })
    const { participants, events } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(participants.map(({ email, role, state }: Json) => [email, role, state])).toEqual([
      [jana.email, 'requester', 'active'],
      [petr.email, 'cc', 'active'],
      ['eva@elsewhere.example', 'cc', 'proposed'],
    ])
    expect(participants[2].added_by).toMatchObject({ kind: 'contact', email: jana.email })
    expect(events.map(({ type }: Json) => type)).toEqual(expect.arrayContaining(['cc_added', 'cc_proposed']))
    expect(recipients(desk).sort()).toEqual([jana.email, petr.email].sort())
  })

  test('somebody proposed hears nothing and cannot write to the ticket until an agent confirms them', async () => {
    const { number } = await ticketWith(desk, 'eva@elsewhere.example')
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'First answer.' })
    expect(sentTo(desk, 'eva@elsewhere.example')).toEqual([])
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: 'eva@elsewhere.example' })
    const [told] = await Promise.all(sentTo(desk, 'eva@elsewhere.example').map(({ parsed }) => parsed))
    expect(told!.text).toContain('Vás přidal uživatel')
    expect(told!.text).toMatch(/\/t\/[a-z2-7]{20,}/)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Second answer.' })
    expect(sentTo(desk, 'eva@elsewhere.example')).toHaveLength(2)
  })

  test('somebody put in copy by a later letter is told why they get this', async () => {
    const { number, notice } = await ticketWith(desk)
    desk.post.clear()
    await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, cc: petr.as })
    expect(recipients(desk)).toEqual([petr.email])
    const told = await sentTo(desk, petr.email)[0]!.parsed
    expect(told.text).toContain(number)
    expect(told.headers.get('auto-submitted')).toBe('auto-generated')
  })

  test('whoever was removed stays removed when a client puts them in copy again', async () => {
    const { number, notice } = await ticketWith(desk, petr.as)
    await desk.api('DELETE', `/api/tickets/${number}/cc/${petr.email}`)
    desk.post.clear()
    await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, cc: petr.as })
    const { participants } = await desk.api('GET', `/api/tickets/${number}`)
    expect(participants.find(({ email }: Json) => email === petr.email)).toMatchObject({ state: 'removed' })
    expect(recipients(desk)).toEqual([])
  })

  test('a letter to a thousand people puts no more than fifty in copy', async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => `p${i}@elsewhere.example`)
    const { mail } = await desk.hearsFrom(acme, jana, { cc: many })
    const { participants } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(participants.length).toBeLessThanOrEqual(51)
    expect(recipients(desk)).toEqual([jana.email])
  })
})

describe('the page of a participant', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('shows what they may see, and takes their answer once, however often it is sent', async () => {
    const { number, page } = await ticketWith(desk, undefined, 'Nejde VPN.')
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'Only for us.' })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Restart it.', status: 'waiting' })
    const shown = await (await desk.http(page)).text()
    expect(shown).toContain('Nejde VPN.')
    expect(shown).toContain('Restart it.')
    expect(shown).not.toContain('Only for us.')
    const message = /name="message" value="([^"]+)"/.exec(shown)![1]!
    for (const _ of [1, 2]) {
      const sent = await submit(desk, page, { act: 'answer', message, text: 'Done, thanks.' })
      expect(sent.status).toBe(303)
    }
    const { messages, status } = await desk.api('GET', `/api/tickets/${number}`)
    expect(messages.filter(({ text }: Json) => text === 'Done, thanks.')).toMatchObject([
      { kind: 'form', author: { kind: 'contact', email: jana.email } },
    ])
    expect(status).toBe('queued')
    // Made over to pass for another's message, it is not said to be sent.
    const { id: reply } = messages.find(({ kind }: Json) => kind === 'reply')
    expect((await submit(desk, page, { act: 'answer', message: reply, text: 'Never mind.' })).status).toBe(422)
  })

  test('shows nobody the link of another, whom a quoted notice was sent to', async () => {
    const { notice, page } = await ticketWith(desk, petr.as)
    const quoted = `> http://localhost:8080${page}\n> <a href=3D"x${page}">`
    await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, text: `Thanks.\n${quoted}` })
    const shown = await (await desk.http(await pageOf(desk, petr.email))).text()
    expect(shown).toContain('Thanks.')
    expect(shown).not.toContain(page.slice('/t/'.length))
  })

  test('is in their language, with nothing untranslated to read', async () => {
    const { page } = await ticketWith(desk)
    const shown = await (await desk.http(page)).text()
    expect(shown).toContain('<html lang="cs">')
    expect(shown).toContain('Vaše odpověď')
  })

  test('lets them leave, which ends the page and the mail at once; the one who asked stays', async () => {
    const { number, page } = await ticketWith(desk, petr.as)
    const own = await pageOf(desk, petr.email)
    expect((await submit(desk, page, { act: 'leave' })).status).toBe(422)
    expect((await submit(desk, own, { act: 'leave' })).status).toBe(200)
    expect((await desk.http(own)).status).toBe(404)
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'To Jana only.' })
    expect(recipients(desk)).toEqual([jana.email])
    const { participants } = await desk.api('GET', `/api/tickets/${number}`)
    expect(participants.find(({ email }: Json) => email === petr.email)).toMatchObject({
      ...{ state: 'removed', removed_reason: 'left', removed_by: { email: petr.email } },
    })
  })

  test('lets them put others in copy and remove whom they added, but nobody else', async () => {
    const { number, page } = await ticketWith(desk)
    await submit(desk, page, { act: 'copy', email: petr.email })
    await submit(desk, page, { act: 'copy', email: 'eva@elsewhere.example' })
    const states = async () => {
      const { participants } = await desk.api('GET', `/api/tickets/${number}`)
      return Object.fromEntries(participants.map(({ email, state }: Json) => [email, state]))
    }
    expect(await states()).toMatchObject({ [petr.email]: 'active', 'eva@elsewhere.example': 'proposed' })
    const petrs = await pageOf(desk, petr.email)
    expect((await submit(desk, petrs, { act: 'remove', email: 'eva@elsewhere.example' })).status).toBe(422)
    expect((await submit(desk, petrs, { act: 'remove', email: jana.email })).status).toBe(422)
    expect((await submit(desk, page, { act: 'remove', email: petr.email })).status).toBe(303)
    expect(await states()).toMatchObject({ [petr.email]: 'removed' })
    expect((await submit(desk, page, { act: 'copy', email: support })).status).toBe(422)
    expect((await submit(desk, page, { act: 'copy', email: 'nonsense' })).status).toBe(422)
  })

  test('lets a manager of the organization confirm whom others proposed', async () => {
    const { number } = await ticketWith(desk, `${petr.as}, eva@elsewhere.example`)
    const petrs = await pageOf(desk, petr.email)
    await setRole(desk, petr.email, 'manager')
    expect(await (await desk.http(petrs)).text()).toContain('Schválit: eva@elsewhere.example')
    await submit(desk, petrs, { act: 'copy', email: 'eva@elsewhere.example' })
    await setRole(desk, petr.email, 'member')
    const { participants } = await desk.api('GET', `/api/tickets/${number}`)
    expect(participants.at(-1)).toMatchObject({ email: 'eva@elsewhere.example', state: 'active' })
  })

  test('is nobody else’s: a wrong token, a thread token and a request from another site change nothing', async () => {
    const { page, notice } = await ticketWith(desk)
    const other = page.slice(0, -1) + (page.endsWith('q') ? 'a' : 'q')
    expect((await desk.http(other)).status).toBe(404)
    const thread = /\+([a-z2-7]+)@/.exec(notice.replyTo!.text)![1]
    expect((await desk.http(`/t/${thread}`)).status).toBe(404)
    const foreign = await desk.http(page, {
      ...{ method: 'POST', body: new URLSearchParams({ act: 'copy', email: zuzana.email }) },
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(foreign.status).toBe(403)
  })

  test('of a closed ticket says where to write instead', async () => {
    const { number, page } = await ticketWith(desk)
    await desk.api('PATCH', `/api/tickets/${number}`, { status: 'solved' })
    await desk.api('PATCH', `/api/tickets/${number}`, { status: 'closed' })
    const shown = await (await desk.http(page)).text()
    expect(shown).toContain(support)
    expect(shown).not.toContain('<textarea')
    const late = { act: 'answer', message: '0192f0c1-7c5a-7d7e-8a55-000000000001', text: 'Late.' }
    expect((await submit(desk, page, late)).status).toBe(422)
  })
})

async function ticketWith(desk: Desk, cc?: string, text = 'Hello') {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `Case ${Math.random()}`, text, ...(cc && { cc }) })
  const notice = await sentTo(desk, jana.email).at(-1)!.parsed
  return { number: mail!.ticket_number!, notice, page: pageIn(notice.text!) }
}

async function pageOf(desk: Desk, email: string): Promise<string> {
  return pageIn((await sentTo(desk, email).at(-1)!.parsed).text!)
}

function pageIn(text: string): string {
  return /\/t\/[a-z2-7]+/.exec(text)![0]
}

async function submit(desk: Desk, page: string, fields: Record<string, string>): Promise<Response> {
  const response = await desk.http(page, { method: 'POST', body: new URLSearchParams(fields) })
  await desk.settled()
  return response
}

async function setRole(desk: Desk, email: string, role: string): Promise<void> {
  const { items } = await desk.api('GET', '/api/organizations')
  for (const { id } of items) {
    const { items: contacts } = await desk.api('GET', `/api/organizations/${id}/contacts`)
    const contact = contacts.find(({ emails }: Json) => emails.includes(email))
    if (contact) await desk.api('PATCH', `/api/contacts/${contact.id}`, { role })
  }
}
