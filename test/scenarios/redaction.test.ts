import { randomBytes } from 'node:crypto'
import { deriveAgain } from '@podatelna/ticketing'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, sentTo, support } from '../scenario.ts'
import { whereStored } from '../stored.ts'
import { queueFor, queueForTicket } from '../world/queue.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const reason = 'personal data'
const agent = 'eva@desk-staff.test'

let desk: Desk
let database: pg.Pool
beforeAll(async () => {
  desk = await openDesk()
  database = new pg.Pool({ connectionString: desk.podatelna.databaseUrl, max: 1 })
  // Who is told of what clients write.
  await desk.api('POST', '/api/agents', { name: 'Eva Stará', email: agent, password: 'a long enough password' })
})
afterEach(() => {
  desk.post.answer = () => undefined
})
afterAll(async () => {
  await database?.end()
  await desk?.close()
})

describe('a redaction removes the content from letter, message and search alike:', () => {
  test('words go from the whole ticket, wherever they stand, and nothing else does', async () => {
    const secret = word()
    const number = await opened({ subject: `Heslo ${secret}`, text: `Heslo je ${secret}.`, html: html(secret) })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: `Thank you.\n> Heslo je ${secret}.` })
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: `It is ${secret}`, html: `<b>${secret}</b>` })
    await answered(number, { subject: `Re: Heslo ${secret}`, text: `Also ${secret}, please.`, html: html(secret) })
    await desk.api('PATCH', `/api/tickets/${number}`, { subject: `Now ${secret}` })
    const before = await desk.api('GET', `/api/tickets/${number}`)
    expect((await letters(agent)).join()).toContain(secret)
    expect(await whereStored(desk, secret)).toEqual(
      expect.arrayContaining(['deliveries.source', 'inbound_mail.raw', 'messages.html', 'ticket_events.detail']),
    )

    await redact(number, before.messages[0].id, { reason, text: secret.toUpperCase() })

    expect(await whereStored(desk, secret)).toEqual([])
    expect(await found(secret)).toEqual([])
    const { messages, events, subject } = await desk.api('GET', `/api/tickets/${number}`)
    expect(subject).toBe('Now █████')
    expect(messages.map(({ text }: Json) => text.trim())).toEqual([
      'Heslo je █████.',
      'Thank you.\n> Heslo je █████.',
      'It is █████',
      'Also █████, please.',
    ])
    expect(messages[2].html).toBe('<b>█████</b>')
    const mark = { what: 'text', reason, by: { kind: 'agent' }, at: expect.any(String) }
    expect(messages.map(({ redactions }: Json) => redactions)).toMatchObject(messages.map(() => [mark]))
    expect(events.at(-1)).toMatchObject({ type: 'redacted', reason, what: 'text', message_id: messages[0].id })
  })

  test('a reply goes, and with it neither the title that it bears nor what others of that title say', async () => {
    const [secret, plain] = [word(), word()]
    const number = await opened({ subject: 'Printer on fire' })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: `Use ${plain}.` })
    await answered(number, { subject: 'Printer on fire', text: 'It still burns.' })
    const reply = await desk.api('POST', `/api/tickets/${number}/replies`, { text: `Use ${secret}.` })
    await redact(number, reply.id, { reason })
    expect(await whereStored(desk, secret)).toEqual([])
    const { subject, messages } = await desk.api('GET', `/api/tickets/${number}`)
    expect(subject).toBe('Printer on fire')
    expect(messages.map((message: Json) => message.subject)).toEqual([subject, subject, subject, ''])
    expect(await whereStored(desk, plain)).toEqual(expect.arrayContaining(['deliveries.source', 'messages.text']))
  })

  test('a message goes with its subject and its files, small and large, and the large letter they came in', async () => {
    const secret = word()
    const number = await opened({
      subject: secret,
      text: `Look: ${secret}`,
      attachments: [
        { filename: `${secret}.txt`, content: `small ${secret}` },
        { filename: 'large.bin', content: Buffer.concat([randomBytes(300 * 1024), Buffer.from(secret)]) },
      ],
    })
    const { messages } = await desk.api('GET', `/api/tickets/${number}`)
    const mail = await desk.api('GET', `/api/mail/${messages[0].mail_id}`)
    expect(await whereStored(desk, secret)).toContainEqual(expect.stringContaining('letters/'))

    const message = await redact(number, messages[0].id, { reason })

    expect(await whereStored(desk, secret)).toEqual([])
    expect(message).toMatchObject({ subject: '', text: '', html: null, folded: [], attachments: [] })
    expect(message.author.email).toBe(jana.email)
    expect(await desk.api('GET', `/api/mail/${mail.id}`)).toMatchObject({
      ...{ message_id: mail.message_id, from: jana.email, disposition: 'admitted', kept: false },
      header: expect.stringContaining(`Message-ID: <${mail.message_id}>`),
      timeline: expect.arrayContaining([expect.objectContaining({ what: 'redacted' })]),
    })
    await desk.api('GET', `/api/mail/${mail.id}/raw`, undefined, 410)
    expect(await desk.api('GET', `/api/tickets/${number}`)).toMatchObject({ subject: '█████' })
  })

  test('a file goes by itself, and stays where another message has it', async () => {
    const secret = word()
    const attachments = [{ filename: 'plan.txt', content: `plan ${secret}` }]
    const [here, there] = [
      await opened({ text: 'See the plan.', attachments }),
      await opened({ text: 'The same.', attachments }),
    ]
    const [message, other] = [await first(here), await first(there)]
    await redact(here, other.id, { reason }, 404)
    await redact(here, message.id, { reason, attachment: other.attachments[0].id }, 404)
    const redacted = await redact(here, message.id, { reason, attachment: message.attachments[0].id })
    expect(redacted).toMatchObject({ text: message.text, attachments: [], redactions: [{ what: 'attachment' }] })
    expect((await first(there)).attachments).toHaveLength(1)
    await redact(there, other.id, { reason, attachment: other.attachments[0].id })
    expect(await whereStored(desk, secret)).toEqual([])
  })
})

describe('what was redacted does not come back', () => {
  test('by the same letter, delivered again', async () => {
    const secret = word()
    const content = Buffer.concat([randomBytes(200 * 1024), Buffer.from(secret)])
    for (const attachments of [[], [{ filename: 'large.bin', content }]]) {
      const raw = await acme.post({ from: jana.as, to: support, subject: 'S', text: `Heslo ${secret}`, attachments })
      const { mail } = await desk.receives(raw, { from: jana.email, to: support })
      await redact(mail!.ticket_number!, (await first(mail!.ticket_number!)).id, { reason })
      const again = await desk.receives(Buffer.concat([Buffer.from('Received: by mx2\r\n'), raw]), {
        ...{ from: jana.email, to: support },
      })
      expect(again.mail).toMatchObject({ id: mail!.id, repeats: 1, kept: false })
      expect(await whereStored(desk, secret)).toEqual([])
    }
  })

  test('by being derived again, nor by a merge or its end', async () => {
    const secret = word()
    const [number, into] = [await opened({ text: `Heslo ${secret}` }), await opened({ text: 'Other' })]
    const { id } = await first(number)
    await desk.api('POST', `/api/tickets/${number}/merge`, { into })
    const event = { filename: `${secret}.exe`, reason: 'virus' }
    await database.query(
      `INSERT INTO ticket_events (ticket_id, type, by, detail) SELECT id, 'attachment_quarantined', '{"kind":"system","name":""}', $2
       FROM tickets WHERE number = $1`,
      [number.slice(2), event],
    )
    await redact(number, id, { reason, text: secret })
    expect(await whereStored(desk, secret)).toEqual([])
    await desk.api('POST', `/api/tickets/${number}/unmerge`)
    await redact(number, id, { reason })
    await database.query('UPDATE messages SET visible_text = NULL WHERE id = $1', [id])
    await deriveAgain(desk.podatelna.app)
    expect(await first(number)).toMatchObject({ id, text: '', visible_text: '', redactions: [{}, { what: 'message' }] })
  })

  test('by a notice that was being written meanwhile: it is written again, from what is left', async () => {
    const secret = word()
    const number = await opened({ text: `Heslo je ${secret}.` })
    const { id } = await first(number)
    const ticket = await queueForTicket(desk.podatelna.databaseUrl, number)
    const answering = desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Thank you.' })
    await ticket.waiting(1)
    const redacting = redact(number, id, { reason, text: secret })
    await ticket.waiting(2)
    // The lock of files, which redacting takes in the middle.
    const files = await queueFor(desk.podatelna.databaseUrl, 'SELECT pg_advisory_xact_lock(7210043)')
    await ticket.release()
    await files.waiting(2)
    await files.release()
    await Promise.all([answering, redacting])
    const [notice] = (await letters(jana.email)).slice(-1)
    expect(notice).toContain('Thank you.')
    expect(notice).toContain('Heslo je █████')
    expect(await whereStored(desk, secret)).toEqual([])
  })

  test('by a notice that was written just before: the redaction waits until it is there', async () => {
    const secret = word()
    const number = await opened({ text: `Heslo je ${secret}.` })
    const { id } = await first(number)
    const budget = 'SELECT FROM mail_budgets WHERE address = $1 FOR UPDATE'
    const counting = await queueFor(desk.podatelna.databaseUrl, budget, [jana.email])
    const answering = desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Thank you.' })
    await counting.waiting(1)
    const redacting = redact(number, id, { reason, text: secret })
    await counting.waiting(2)
    await counting.release()
    await Promise.all([answering, redacting])
    expect(await whereStored(desk, secret)).toEqual([])
  })

  test('by a notice that was not sent yet', async () => {
    const secret = word()
    const number = await opened({ text: 'Please help.' })
    desk.post.answer = () => '451 4.3.0 Later'
    const reply = await desk.api('POST', `/api/tickets/${number}/replies`, { text: `Your password is ${secret}.` })
    desk.post.answer = () => undefined
    await redact(number, reply.id, { reason, text: secret })
    await database.query(`UPDATE deliveries SET due_at = now() WHERE due_at IS NOT NULL`)
    await desk.settled()
    expect((await letters(petr.email, jana.email)).join('\n')).not.toContain(secret)
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    expect(deliveries.at(-1)).toMatchObject({ kind: 'public_reply', state: 'suppressed', due_at: null })
    expect(deliveries.at(-1).attempts.map(({ outcome }: Json) => outcome)).toEqual(['deferred', 'suppressed'])
  })
})

test('everybody sees that staff removed something, staff alone why', async () => {
  const secret = word()
  const number = await opened({ text: `Heslo ${secret}` })
  const { id } = await first(number)
  await redact(number, id, { reason: 'a password', text: secret })
  const page = /http\S+(\/t\/[\w-]+)/.exec((await letters(jana.email)).at(-1)!)![1]!
  const seen = async () => (await desk.http(page)).text()
  expect(await seen()).toContain('Část zprávy odstranili naši pracovníci')
  expect(await seen()).not.toContain('a password')
  await redact(number, id, { reason: 'a password' })
  expect(await seen()).toContain('Zprávu odstranili naši pracovníci')
  const console = await desk.http(`/tickets/${number}`, { headers: { authorization: `Bearer ${desk.adminToken}` } })
  const shown = await console.text()
  expect(shown).toContain('Words in it were removed by staff, by Administrator')
  expect(shown).toContain('Removed by staff, by Administrator')
  expect(shown).toContain(': a password')
})

test('an agent may, on the page of the ticket; nobody but an administrator exports or erases', async () => {
  const number = await opened({ text: 'Heslo je kocour.' })
  const { id } = await first(number)
  const body = new URLSearchParams({ email: agent, password: 'a long enough password' })
  const login = await desk.http('/login', { method: 'POST', body })
  const headers = { cookie: login.headers.get('set-cookie')!.split(';')[0]!, 'sec-fetch-site': 'same-origin' }
  expect(await (await desk.http(`/tickets/${number}`, { headers })).text()).toContain(`/messages/${id}/redact`)
  const form = new URLSearchParams({ reason, text: 'kocour', attachment: '' })
  const done = await desk.http(`/tickets/${number}/messages/${id}/redact`, { method: 'POST', headers, body: form })
  expect([done.status, done.headers.get('location')]).toEqual([303, `/tickets/${number}#message-${id}`])
  expect(await first(number)).toMatchObject({ text: 'Heslo je █████.\n', redactions: [{ by: { email: agent } }] })
  expect((await desk.http(`/api/people/export?email=${jana.email}`, { headers })).status).toBe(403)
  const erasing = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
  const asked = JSON.stringify({ email: jana.email, reason })
  expect((await desk.http('/api/people/erase', { ...erasing, body: asked })).status).toBe(403)
})

test('what cannot be redacted is said: no such message, no such words, a reason that holds them', async () => {
  const number = await opened({ text: 'Heslo je kocour.' })
  const { id } = await first(number)
  await redact(number, '00000000-0000-4000-8000-000000000000', { reason }, 404)
  await redact('P-1', id, { reason }, 404)
  await redact(number, id, { reason, text: 'pes a kůň' }, 422)
  await redact(number, id, { reason: 'it was kocour', text: 'kocour' }, 422)
  await redact(number, id, { text: 'kocour' }, 400)
  await redact(number, id, { reason, text: 'k' }, 400)
  await redact(number, id, { reason, text: 'kocour', attachment: id }, 400)
  expect((await first(number)).redactions).toEqual([])
})

test('words of another ticket stay', async () => {
  const secret = word()
  const [here, there] = [await opened({ text: secret }), await opened({ text: secret })]
  await redact(here, (await first(here)).id, { reason, text: secret })
  expect(await found(secret)).toEqual([there])
  await redact(there, (await first(there)).id, { reason })
})

function word(): string {
  return `tajne${randomBytes(8).toString('hex')}`
}

function html(secret: string): string {
  return `<p>Heslo je <b>${secret.slice(0, 7)}</b>${secret.slice(7)}.</p><a href="https://a.cz/?p=${secret}">x</a>`
}

async function opened(draft: Parameters<Desk['hearsFrom']>[2]): Promise<string> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: word(), ...draft })
  return mail!.ticket_number!
}

async function answered(number: string, draft: Parameters<Desk['hearsFrom']>[2]): Promise<void> {
  const { replyTo } = await sentTo(desk, jana.email).at(-1)!.parsed
  const { mail } = await desk.hearsFrom(acme, jana, { to: replyTo!.text, ...draft })
  expect(mail!.ticket_number).toBe(number)
}

async function first(number: string): Promise<Json> {
  return (await desk.api('GET', `/api/tickets/${number}`)).messages[0]
}

function redact(number: string, id: string, body: object, expected = 200): Promise<Json> {
  return desk.api('POST', `/api/tickets/${number}/messages/${id}/redact`, body, expected)
}

async function found(q: string): Promise<string[]> {
  return (await desk.api('GET', `/api/tickets?q=${q}`)).items.map(({ number }: Json) => number)
}

async function letters(...to: string[]): Promise<string[]> {
  return Promise.all(to.flatMap((email) => sentTo(desk, email)).map(async ({ parsed }) => (await parsed).text ?? ''))
}
