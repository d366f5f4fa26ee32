import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, recipients, sentTo } from '../scenario.ts'
import { queueForTicket } from '../world/queue.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

test('a message with a changed subject is split off into a ticket of its own, linked both ways, with its files and people', async () => {
  const { number, second } = await conversation({ cc: petr.as })
  desk.post.clear()
  const ticket = await split(number, second.id, { subject: 'The printer' })
  expect(ticket).toMatchObject({
    ...{ subject: 'The printer', status: 'queued', organization: { name: acme.name } },
    requester: { email: petr.email },
    messages: [{ ...second, subject: 'Printer is dead', attachments: [{ filename: 'printer.log' }] }],
    links: [{ kind: 'split_from', number }],
    events: [{ type: 'opened', split_from: number, by: { kind: 'agent' } }],
  })
  expect(ticket.participants.map(({ email, role, state }: Json) => [email, role, state])).toEqual([
    [petr.email, 'requester', 'active'],
    [jana.email, 'cc', 'active'],
    ['eva@elsewhere.example', 'cc', 'proposed'],
  ])
  const source = await read(number)
  expect(source.links).toEqual([{ kind: 'split_to', number: ticket.number }])
  expect(textsOf(source)).toEqual(['VPN is down.'])
  expect(source.events.at(-1)).toMatchObject({ type: 'split_to', number: ticket.number })
})

test('those who could read it are told the new number, its author in answer to their letter', async () => {
  const { number, second, letter } = await conversation({ cc: petr.as })
  desk.post.clear()
  const ticket = await split(number, second.id)
  expect(recipients(desk).sort()).toEqual([jana.email, petr.email])
  const told = await sentTo(desk, petr.email)[0]!.parsed
  expect(told.text).toContain(ticket.number)
  expect(told.inReplyTo).toBe(`<${letter.message_id}>`)
  expect(told.headers.get('auto-submitted')).toBe('auto-replied')
})

test('answers to the letter that was split off go to its new ticket, those to letters sent before to the old one', async () => {
  const { number, second, letter, replyTo } = await conversation({ cc: petr.as })
  const ticket = await split(number, second.id)
  const again = { inReplyTo: `<${letter.message_id}>`, subject: 'Re: Printer is dead' }
  expect((await desk.hearsFrom(acme, jana, { ...again, text: 'Mine, too.' })).mail!.ticket_number).toBe(ticket.number)
  expect((await desk.hearsFrom(acme, jana, { to: replyTo, text: 'VPN works.' })).mail!.ticket_number).toBe(number)
  const notice = await sentTo(desk, petr.email).at(-1)!.parsed
  const { mail } = await desk.hearsFrom(acme, petr, { to: notice.replyTo!.text, text: 'Still dead.' })
  expect(mail!.ticket_number).toBe(ticket.number)
})

test("the letter's own timeline says that it joined one ticket and was split off into another", async () => {
  const { number, second, letter } = await conversation({})
  const ticket = await split(number, second.id)
  const { timeline, ticket_number } = await desk.api('GET', `/api/mail/${letter.id}`)
  expect(ticket_number).toBe(ticket.number)
  const told = timeline.filter(({ service }: Json) => service === 'tickets')
  expect(told).toMatchObject([
    { what: 'filed', detail: `joined ${number}` },
    { what: 'split', detail: `by Administrator: to ${ticket.number}` },
  ])
})

test('an answer on the page is split off like a letter', async () => {
  const { number } = await conversation({})
  const page = await pageOf(jana.email)
  const shown = await (await desk.http(page)).text()
  const message = /name="message" value="([^"]+)"/.exec(shown)![1]!
  const answered = await form(page, { act: 'answer', message, text: 'By the way, the phone.' })
  expect(answered.status).toBe(303)
  const ticket = await split(number, message, { subject: 'Phone' })
  expect(ticket).toMatchObject({ requester: { email: jana.email }, messages: [{ kind: 'form' }] })
})

test('a ticket keeps the message it began with, also when it is the only one or was merged into another', async () => {
  const { number, first, second } = await conversation({})
  const refused = await split(number, first.id, {}, 409)
  expect(refused.detail).toBe(`${number} began with this message. Split the others off, or change the subject.`)
  const target = await conversation({})
  await desk.api('POST', `/api/tickets/${number}/merge`, { into: target.number })
  expect((await split(target.number, first.id, {}, 409)).detail).toContain('Undo the merge instead.')
  const ticket = await split(target.number, second.id)
  await split(ticket.number, second.id, {}, 409)
  await desk.api('POST', `/api/tickets/${number}/unmerge`)
  expect(textsOf(await read(number))).toEqual(['VPN is down.'])
  expect(textsOf(await read(ticket.number))).toEqual(['No ink.'])
})

test('what staff wrote, automatic replies, and messages of merged, deleted or other tickets stay, and the answer says why', async () => {
  const { number, second, replyTo } = await conversation({})
  const { id: note } = await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'Between us.' })
  const { id: reply } = await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'On our way.' })
  for (const id of [note, reply]) {
    expect((await split(number, id, {}, 409)).detail).toContain('Only what a client wrote can be split off.')
  }
  await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Away.', headers: { 'Auto-Submitted': 'auto-replied' } })
  const absence = (await read(number)).messages.at(-1)
  expect(absence.text.trim()).toBe('Away.')
  expect((await split(number, absence.id, {}, 409)).detail).toBe('An automatic reply never opens a ticket.')

  const other = await conversation({})
  expect((await split(other.number, second.id, {}, 409)).detail).toBe(
    `The message is not in ${other.number} but in ${number}.`,
  )
  await split(number, '0192f0c1-7c5a-7d7e-8a55-000000000001', {}, 404)
  await split('P-999999', second.id, {}, 404)
  await desk.api('POST', `/api/tickets/${other.number}/merge`, { into: number })
  expect((await split(other.number, other.second.id, {}, 409)).detail).toBe(`${other.number} is merged into ${number}.`)
  await desk.api('DELETE', `/api/tickets/${number}`)
  expect((await split(number, second.id, {}, 409)).detail).toContain('is deleted')
})

test('two who split the same message at once open one ticket; the same key is answered the same', async () => {
  const { number, second } = await conversation({ cc: petr.as })
  desk.post.clear()
  const answers = await Promise.all([ask(number, second.id), ask(number, second.id)])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  const { messages } = await read(number)
  expect(messages).toHaveLength(1)
  await desk.settled()
  expect(recipients(desk).sort()).toEqual([jana.email, petr.email])

  const again = await conversation({})
  const keyed = await Promise.all([1, 2, 3].map(() => ask(again.number, again.second.id, { 'idempotency-key': 'k' })))
  expect(keyed.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(new Set(keyed.map(({ body }) => body.number)).size).toBe(1)
})

test('a reply that is under way while the letter it answers is split off joins the new ticket', async () => {
  const { number, second, letter } = await conversation({ cc: petr.as })
  const queue = await queueForTicket(desk.podatelna.databaseUrl, number)
  const splitting = ask(number, second.id)
  await queue.waiting(1)
  const answering = answerTo(letter)
  await queue.waiting(2)
  await queue.release()
  const { body } = await splitting
  expect((await answering).mail!.ticket_number).toBe(body.number)
  expect(textsOf(await read(number))).toEqual(['VPN is down.'])
})

test('of a closed ticket, too: nothing follows that for a letter that is in another ticket by then', async () => {
  const { number, second, letter } = await conversation({ cc: petr.as })
  for (const status of ['solved', 'closed']) await desk.api('PATCH', `/api/tickets/${number}`, { status })
  const queue = await queueForTicket(desk.podatelna.databaseUrl, number)
  const splitting = ask(number, second.id)
  await queue.waiting(1)
  const answering = answerTo(letter)
  await queue.waiting(2)
  await queue.release()
  const { body } = await splitting
  expect((await answering).mail!.ticket_number).toBe(body.number)
  expect((await read(number)).links).toEqual([{ kind: 'split_to', number: body.number }])
})

test('a split is undone by merging back: the message and all that was written since', async () => {
  const { number, second } = await conversation({ cc: petr.as })
  const ticket = await split(number, second.id)
  const notice = await sentTo(desk, petr.email).at(-1)!.parsed
  await desk.api('POST', `/api/tickets/${ticket.number}/replies`, { text: 'Ink is coming.' })
  await desk.api('POST', `/api/tickets/${ticket.number}/merge`, { into: number })
  expect(textsOf(await read(number))).toEqual(['VPN is down.', 'No ink.', 'Ink is coming.'])
  const { mail } = await desk.hearsFrom(acme, petr, { to: notice.replyTo!.text, text: 'It came.' })
  expect(mail!.ticket_number).toBe(number)
})

test('whoever was removed stays removed, and cannot become the requester of a new ticket', async () => {
  const { number, second } = await conversation({ cc: petr.as })
  const third = await desk.hearsFrom(acme, jana, { subject: `Phone, not ${number}`, text: 'No tone.' })
  await desk.api('DELETE', `/api/tickets/${number}/cc/${petr.email}`)
  expect((await split(number, second.id, {}, 409)).detail).toContain(`${petr.email} is not on ${number} any more`)
  desk.post.clear()
  const { messages } = await read(number)
  const phone = messages.find(({ mail_id }: Json) => mail_id === third.mail!.id)
  const ticket = await split(number, phone.id)
  expect(recipients(desk)).toEqual([jana.email])
  const { mail } = await desk.hearsFrom(acme, petr, { subject: `About ${ticket.number}` })
  expect(mail!.ticket_number).not.toBe(ticket.number)
})

test("a partner's own customer comes along only when they could read the message", async () => {
  const customer = { email: 'zakaznik@acme.cz', name: 'Zákazník' }
  const { items } = await desk.api('GET', '/api/organizations?limit=100')
  const { id } = items.find(({ name }: Json) => name === acme.name)
  const { id: contact } = await desk.api('POST', `/api/organizations/${id}/contacts`, {
    ...{ name: customer.name, emails: [customer.email], role: 'end_customer' },
  })
  const { number, second } = await conversation({})
  await desk.api('POST', `/api/tickets/${number}/cc`, customer)
  desk.post.clear()
  const ticket = await split(number, second.id)
  expect(ticket.participants.map(({ email }: Json) => email)).not.toContain(customer.email)
  expect(recipients(desk)).not.toContain(customer.email)
  await desk.api('DELETE', `/api/contacts/${contact}`)
})

test('of what staff hid from clients, only its author hears', async () => {
  const { number, second } = await conversation({ cc: petr.as })
  await desk.api('PATCH', `/api/tickets/${number}/messages/${second.id}`, { audience: 'internal' })
  desk.post.clear()
  const ticket = await split(number, second.id)
  expect(ticket.participants.map(({ email }: Json) => email)).toEqual([petr.email])
  expect(recipients(desk)).toEqual([petr.email])
})

test("the console's ticket page offers to split a message off where its subject was changed", async () => {
  const { number, first, second } = await conversation({})
  const page = await (await form(`/tickets/${number}`)).text()
  expect(page).toContain('Its subject is another: Printer is dead.')
  expect(page).not.toContain(`/messages/${first.id}/split`)
  const done = await form(`/tickets/${number}/messages/${second.id}/split`, { subject: 'Printer' })
  expect(done.headers.get('location')).toMatch(/^\/tickets\/P-\d+$/)
  expect((await form(`/tickets/${number}/messages/${second.id}/split`, { subject: 'Printer' })).status).toBe(409)
})

/** Jana opens a ticket; somebody of it, Petr when he is in copy, answers under another subject, with a file. */
async function conversation({ cc }: { cc?: string }) {
  const { mail } = await desk.hearsFrom(acme, jana, {
    subject: `VPN ${Math.random()}`,
    text: 'VPN is down.',
    ...(cc && { cc }),
  })
  const number = mail!.ticket_number!
  const person = cc ? petr : jana
  const { replyTo } = await sentTo(desk, person.email).at(-1)!.parsed
  const { mail: letter } = await desk.hearsFrom(acme, person, {
    ...{ to: replyTo!.text, subject: 'Printer is dead', text: 'No ink.' },
    ...(cc && { cc: 'Eva <eva@elsewhere.example>' }),
    attachments: [{ filename: 'printer.log', content: 'ink 0 %' }],
  })
  expect(letter!.ticket_number).toBe(number)
  const { messages } = await read(number)
  const [first, second] = messages
  return { number, first, second, letter: letter!, replyTo: replyTo!.text }
}

/** By its Message-ID alone, as those answer who were no recipients of ours. */
function answerTo({ message_id }: Json) {
  return desk.hearsFrom(acme, jana, { inReplyTo: `<${message_id}>`, subject: 'Re: Printer', text: 'Mine, too.' })
}

function split(number: string, message: string, body: object = {}, expected = 201): Promise<Json> {
  return desk.api('POST', `/api/tickets/${number}/messages/${message}/split`, body, expected)
}

async function ask(number: string, message: string, headers: Record<string, string> = {}) {
  const response = await desk.http(`/api/tickets/${number}/messages/${message}/split`, {
    method: 'POST',
    headers: { ...bearer(), 'content-type': 'application/json', ...headers },
    body: '{}',
  })
  return { status: response.status, body: (await response.json()) as Json }
}

function read(number: string): Promise<Json> {
  return desk.api('GET', `/api/tickets/${number}`)
}

function textsOf(ticket: Json): string[] {
  return ticket.messages.map(({ text }: Json) => text.trim())
}

/** A page, or what its form sends. */
function form(path: string, fields?: Record<string, string>): Promise<Response> {
  return desk.http(path, {
    headers: { ...bearer(), accept: 'text/html', origin: 'http://localhost:8080' },
    ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
  })
}

async function pageOf(email: string): Promise<string> {
  return /\/t\/[a-z2-7]+/.exec((await sentTo(desk, email).at(-1)!.parsed).text!)![0]
}

function bearer(): Record<string, string> {
  return { authorization: `Bearer ${desk.adminToken}` }
}
