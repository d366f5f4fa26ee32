/** Rules §5, sentence by sentence; who receives a reply is in scenarios/recipients.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newestTo, openCase, pageIn, replyToOf, roster, submit, ticketOf } from '../case.ts'
import { companies, type Desk, type Json, openDesk, sentTo, support, transports } from '../scenario.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const eva = { email: 'eva@elsewhere.example', as: 'Eva <eva@elsewhere.example>' }

describe.each(transports)('participants and cc, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
  })
  afterAll(() => desk?.close())

  test('People a verified contact puts in `To`/`Cc` are proposed as participants: addresses of the same organization join at once; others join only after an agent (or a `manager`) confirms, and are shown as proposed until then.', async () => {
    const both = [eva.as, 'Ota <ota@elsewhere.example>']
    const { number } = await openCase(desk, { cc: [petr.as, ...both] })
    const proposed = { [eva.email]: 'proposed', 'ota@elsewhere.example': 'proposed' }
    expect(await roster(desk, number)).toEqual({ [jana.email]: 'active', [petr.email]: 'active', ...proposed })
    const page = pageIn(await newestTo(desk, petr.email))
    expect(await (await desk.http(page)).text()).toContain('čeká na schválení')
    expect((await submit(desk, page, { act: 'copy', email: eva.email })).status).toBe(303)
    expect(await roster(desk, number)).toMatchObject(proposed)
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: eva.email })
    await withRole(desk, petr.email, 'manager', () =>
      submit(desk, page, { act: 'copy', email: 'ota@elsewhere.example' }),
    )
    expect(await roster(desk, number)).toMatchObject({ [eva.email]: 'active', 'ota@elsewhere.example': 'active' })
    for (const email of [eva.email, 'ota@elsewhere.example']) expect(sentTo(desk, email)).toHaveLength(1)
  })

  test('Our own mailboxes, and Bcc, never join.', async () => {
    const headers = { Bcc: petr.as }
    const { number } = await openCase(desk, { to: [support, 'support+x@desk.test'], cc: 'Support@Desk.Test', headers })
    expect(await roster(desk, number)).toEqual({ [jana.email]: 'active' })
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: 'support+y@desk.test' }, 422)
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: `bounce+${'a'.repeat(42)}@desk.test` }, 422)
  })

  test('Staff add and remove in the console and API; a contact can remove themselves or someone they added, by the page linked in each mail.', async () => {
    const { number, page, replyTo } = await openCase(desk)
    for (const [add, remove] of [staffByConsole(desk, number), staffByApi(desk, number)]) {
      await add(eva.email)
      expect(await roster(desk, number)).toMatchObject({ [eva.email]: 'active' })
      await remove(eva.email)
      expect(await roster(desk, number)).toMatchObject({ [eva.email]: 'removed' })
    }
    await desk.hearsFrom(acme, jana, { to: replyTo, cc: petr.as })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'An answer.' })
    const mailed = await Promise.all(sentTo(desk, petr.email).map(({ parsed }) => parsed))
    const about = mailed.filter(({ subject }) => subject!.includes(number))
    expect(about).toHaveLength(2)
    const [own] = about.map(pageIn) as [string]
    expect(about.map(pageIn)).toEqual([own, own])
    expect((await submit(desk, own, { act: 'remove', email: jana.email })).status).toBe(422)
    expect((await submit(desk, page, { act: 'remove', email: petr.email })).status).toBe(303)
    expect(await roster(desk, number)).toMatchObject({ [petr.email]: 'removed' })
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: petr.email })
    expect((await submit(desk, pageIn(await newestTo(desk, petr.email)), { act: 'leave' })).status).toBe(200)
    expect(await roster(desk, number)).toMatchObject({ [petr.email]: 'removed' })
  })

  test('A removed participant gets no further mail and can no longer write to the ticket. History shows who, when, why.', async () => {
    const { number } = await openCase(desk, { cc: petr.as })
    const replyTo = replyToOf(await newestTo(desk, petr.email))
    await desk.api('DELETE', `/api/tickets/${number}/cc/${petr.email}`)
    const before = sentTo(desk, petr.email).length
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Without Petr.' })
    expect(sentTo(desk, petr.email)).toHaveLength(before)
    const { mail } = await desk.hearsFrom(acme, petr, { to: replyTo, subject: `Re: [${number}]`, text: 'Let me in.' })
    expect(mail!.ticket_number).not.toBe(number)
    const { participants, messages } = await ticketOf(desk, number)
    expect(messages).toHaveLength(2)
    expect(participants.find(({ email }: Json) => email === petr.email)).toMatchObject({
      ...{ removed_by: { kind: 'agent' }, removed_at: expect.any(String), removed_reason: 'removed by staff' },
    })
  })

  // Page, writing, a proposal, and a letter that waits to be sent.
  test("Removing a contact from the organization's list ends all of that at once, in open tickets too.", async () => {
    const { id } = await onTheList(desk, 'Dana', 'dana@acme.cz')
    const dana = { name: 'Dana', email: 'dana@acme.cz', as: 'Dana <dana@acme.cz>' }
    const { number, replyTo, page } = await openCase(desk, {}, acme, dana)
    const elsewhere = await openCase(desk, { to: support, cc: dana.as }, companies.globex, companies.globex.people[0])
    expect(await roster(desk, elsewhere.number)).toMatchObject({ 'dana@acme.cz': 'proposed' })
    const before = sentTo(desk, dana.email).length
    desk.post.answer = ({ to }) => (to.includes(dana.email) ? '451 4.2.0 Later' : undefined)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Too late for Dana.' })
    const waiting = (await ticketOf(desk, number)).deliveries.at(-1)
    await desk.api('DELETE', `/api/contacts/${id}`)
    desk.post.answer = () => undefined
    await desk.later('2 minutes')
    await expect
      .poll(() => desk.api('GET', `/api/deliveries/${waiting.id}`), { timeout: 10_000 })
      .toMatchObject({
        state: 'suppressed',
      })
    expect(sentTo(desk, dana.email)).toHaveLength(before)
    expect((await desk.http(page)).status).toBe(404)
    const { code } = await desk.hearsFrom(acme, dana, { to: replyTo, text: 'Am I still here?' })
    expect(code).toBe(550)
    for (const one of [number, elsewhere.number]) {
      const { participants, events } = await ticketOf(desk, one)
      expect(participants.find(({ email }: Json) => email === dana.email)).toMatchObject({
        ...{ state: 'removed', removed_reason: 'no longer a technical contact', removed_by: { kind: 'agent' } },
      })
      expect(events.at(-1)).toMatchObject({ email: dana.email, reason: 'no longer a technical contact' })
    }
    await desk.api('GET', `/api/tickets/${number}/recipients`).then(({ recipients }) => expect(recipients).toEqual([]))
  })

  test('A distribution list in copy that holds our address sends our mail back to us, and nothing follows from it.', async () => {
    const list = { name: 'All', email: 'all@acme.cz', as: 'All <all@acme.cz>' }
    await onTheList(desk, list.name, list.email)
    const { number } = await openCase(desk, { cc: list.as })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'To the list.' })
    const { raw } = sentTo(desk, list.email).at(-1)!
    const before = { letters: desk.post.letters.length, ticket: await ticketOf(desk, number) }
    const again = { from: 'all-bounces@acme.cz', to: support }
    expect((await desk.receives(raw, again)).mail).toMatchObject({ disposition: 'suppressed', kind: 'loop' })
    // Lists that put themselves in the place of the author take our own marks away, and leave theirs.
    const rewritten = await acme.post({
      ...{ from: list.as, to: support, subject: `Re: [${number}]`, text: 'To the list.' },
      headers: { 'List-Id': '<all.acme.cz>', Precedence: 'list' },
    })
    expect((await desk.receives(rewritten, again)).mail).toMatchObject({ disposition: 'suppressed', kind: 'list' })
    expect(desk.post.letters).toHaveLength(before.letters)
    const { status, messages } = await ticketOf(desk, number)
    expect({ status, messages }).toEqual({ status: before.ticket.status, messages: before.ticket.messages })
  })

  test('A letter to ten thousand people waits for its author’s word; then it puts no more than fifty in copy, says so, and keeps all of them.', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `p${i}@elsewhere.example`)
    const before = desk.post.letters.length
    const { mail: held } = await desk.hearsFrom(acme, jana, { cc: many })
    expect(held).toMatchObject({
      disposition: 'held',
      reason: expect.stringContaining('header of the letter is too long'),
    })
    const link = /\/authorize\/[\w-]+/.exec((await newestTo(desk, jana.email)).text!)![0]
    expect((await submit(desk, link, { decision: 'confirm' })).status).toBe(200)
    const mail = await desk.api('GET', `/api/mail/${held!.id}`)
    const { participants, messages } = await ticketOf(desk, mail.ticket_number)
    expect(participants).toHaveLength(1 + 49)
    expect(messages[0].warnings).toContainEqual(expect.stringMatching(/addressed to more than 50 people/))
    expect(desk.post.letters.slice(before).flatMap(({ to }) => to)).toEqual([jana.email, jana.email])
    const raw = await desk.http(`/api/mail/${mail.id}/raw`, { headers: { authorization: `Bearer ${desk.adminToken}` } })
    expect(await raw.text()).toContain('p9999@elsewhere.example')
  })
})

async function onTheList(desk: Desk, name: string, email: string): Promise<Json> {
  return desk.api('POST', `/api/organizations/${await acmeId(desk)}/contacts`, { name, emails: [email] })
}

async function withRole(desk: Desk, email: string, role: string, act: () => Promise<unknown>): Promise<void> {
  const { items } = await desk.api('GET', `/api/organizations/${await acmeId(desk)}/contacts`)
  const contact = items.find(({ emails }: Json) => emails.includes(email))
  await desk.api('PATCH', `/api/contacts/${contact.id}`, { role })
  await act()
  await desk.api('PATCH', `/api/contacts/${contact.id}`, { role: contact.role })
}

async function acmeId(desk: Desk): Promise<string> {
  const { items } = await desk.api('GET', '/api/organizations')
  return items.find(({ name }: Json) => name === acme.name).id
}

/** By the forms on the ticket's page. */
function staffByConsole(desk: Desk, number: string) {
  const press = (decision: string) => async (email: string) => {
    const shown = await (await desk.http(`/tickets/${number}`, asStaff(desk))).text()
    expect(shown).toContain(`name="decision" value="${decision}"`)
    const body = new URLSearchParams({ email, decision })
    const pressed = await desk.http(`/tickets/${number}/cc`, { method: 'POST', body, ...asStaff(desk) })
    expect(pressed.status).toBe(303)
    await desk.settled()
  }
  return [press('add'), press('remove')] as const
}

function staffByApi(desk: Desk, number: string) {
  return [
    async (email: string) => void (await desk.api('POST', `/api/tickets/${number}/cc`, { email })),
    async (email: string) => void (await desk.api('DELETE', `/api/tickets/${number}/cc/${email}`)),
  ] as const
}

function asStaff({ adminToken }: Desk) {
  return { headers: { authorization: `Bearer ${adminToken}` } }
}
