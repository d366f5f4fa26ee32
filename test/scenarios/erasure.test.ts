import { randomBytes } from 'node:crypto'
import { resumeErasures } from '@podatelna/admission'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, letter, openDesk, sentTo, support } from '../scenario.ts'
import { whereStored } from '../stored.ts'

const { globex, initech } = companies
const [giulia, marco] = initech.people as [(typeof initech.people)[0], (typeof initech.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]
const home = 'g.rossi@home.example'
const phone = '+390212345678'
const reason = 'asked for it'
const secret = `segreto${randomBytes(6).toString('hex')}`

let desk: Desk
let database: pg.Pool
beforeAll(async () => {
  desk = await openDesk()
  database = new pg.Pool({ connectionString: desk.podatelna.databaseUrl, max: 1 })
})
afterAll(async () => {
  await database?.end()
  await desk?.close()
})

describe('the data of one person, erased on request', () => {
  let tickets: { own: string; mentioned: string; copied: string }
  let page: string
  let pseudonym: string
  beforeAll(async () => {
    tickets = await aLife()
    page = await pageOf(sentTo(desk, giulia.email)[0]!)
  }, 120_000)

  test('are counted first, and nothing changes by that', async () => {
    const { pseudonym, counts } = await erase({ email: home, reason, dry_run: true })
    expect(pseudonym).toBeNull()
    expect(counts).toMatchObject({ contacts: 1, tickets: 2, messages: 3, letters: 3, mentions: 1 })
    expect(counts.deliveries).toBeGreaterThan(2)
    expect((await desk.http(page)).status).toBe(200)
    expect(await whereStored(desk, giulia.email)).toEqual(
      expect.arrayContaining([
        ...['attachments.filename', 'contact_addresses.address', 'deliveries.source', 'deliveries.to_address'],
        ...['inbound_mail.addressees', 'inbound_mail.header', 'inbound_mail.raw', 'inbound_mail.verdict'],
        ...['link_pauses.address', 'messages.author', 'messages.html', 'messages.text', 'participants.address'],
        ...['ticket_events.by', 'ticket_events.detail', 'tickets.subject', 'authorizations.address'],
        expect.stringContaining('letters/'),
      ]),
    )
  })

  test('are in no column and no file any more: neither addresses nor name, nor what they wrote', async () => {
    const erased = await erase({ email: giulia.email, reason })
    pseudonym = erased.pseudonym
    expect(pseudonym).toMatch(/^[0-9a-f]{8}$/)
    for (const word of [giulia.email, home, giulia.name, phone, secret]) {
      expect([word, await whereStored(desk, word)]).toEqual([word, []])
    }
  })

  test('leave the tickets of the organization, with the words of others and a pseudonym in their place', async () => {
    const { messages, participants, organization, events } = await ticket(tickets.own)
    expect(organization.name).toBe(initech.name)
    const them = { name: `erased person ${pseudonym}`, email: `erased-${pseudonym}@erased.invalid` }
    expect(participants[0]).toMatchObject({ ...them, role: 'requester', state: 'removed', removed_reason: 'erased' })
    expect(messages.map(({ author, text }: Json) => [author.name, text.trim()])).toEqual([
      [them.name, ''],
      ['Administrator', `${them.name} <${them.email}> has a new password.`],
      [marco.name, `Thank you.\n> ${them.name} <${them.email}> has a new password.`],
      [them.name, ''],
      [them.name, ''],
    ])
    expect(messages[1].html).toBeNull()
    expect(messages[2].redactions).toMatchObject([{ what: 'text', reason }])
    expect(messages[0].redactions).toMatchObject([{ what: 'message', reason }])
    expect(events.find(({ type }: Json) => type === 'opened').by).toMatchObject(them)
    expect((await ticket(tickets.mentioned)).messages[0].text.trim()).toBe(`Please ask ${them.email}.`)
    expect((await ticket(tickets.copied)).participants.at(-1)).toMatchObject(them)
  })

  test('are told of afterwards: who had it done, when and why, not whose', async () => {
    const { items } = await desk.api('GET', '/api/people/acts')
    const erasure = { kind: 'erasure', pseudonym, reason, by: { kind: 'agent' }, counts: { messages: 3 } }
    const exported = { kind: 'export', address: `erased-${pseudonym}-2@erased.invalid` }
    expect(items).toMatchObject([erasure, exported])
    expect(items[0].finished_at).not.toBeNull()
  })

  test('can be asked for again, and there is nothing left to do', async () => {
    const before = await ticket(tickets.own)
    const { pseudonym, counts } = await erase({ email: giulia.email, reason })
    expect(pseudonym).toBeNull()
    expect(Object.values(counts)).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(await ticket(tickets.own)).toEqual(before)
  })

  test('are nobody’s: their link is dead, and a letter of theirs is a stranger’s', async () => {
    expect((await desk.http(page)).status).toBe(404)
    const refused = await desk.hearsFrom(initech, giulia, { subject: `Re: [${tickets.own}]` })
    expect(refused.code).toBe(550)
  })

  test('do not come back with them: added as a contact again, they start from nothing', async () => {
    const { items } = await desk.api('GET', '/api/organizations')
    const { id } = items.find(({ name }: Json) => name === initech.name)
    await desk.api('POST', `/api/organizations/${id}/contacts`, { name: giulia.name, emails: [giulia.email] })
    const { mail } = await desk.hearsFrom(initech, giulia, { subject: 'Anew' })
    expect((await ticket(mail!.ticket_number!)).participants).toHaveLength(1)
    expect((await ticket(tickets.own)).participants[0].email).toBe(`erased-${pseudonym}@erased.invalid`)
  })
})

test('bytes are in no column that redaction and erasure do not know: they are not swept as texts are', async () => {
  const { rows } = await database.query(`
    SELECT table_name || '.' || column_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type = 'bytea' AND column_name !~ '(sha256|hash|digest|dedupe_key)$' ORDER BY 1`)
  expect(rows.map(({ name }) => name)).toEqual([
    ...['contents.raw', 'deliveries.source', 'inbound_mail.header', 'inbound_mail.raw'],
  ])
})

test('an erasure that is broken off is finished by itself, under the same pseudonym', async () => {
  const opened = await desk.hearsFrom(globex, zuzana, { subject: 'Broken', text: `${zuzana.name} ${zuzana.email}` })
  await database.query(`
    CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken off''; END';
    CREATE TRIGGER break_off BEFORE UPDATE ON participants FOR EACH ROW WHEN (NEW.address LIKE 'erased-%') EXECUTE FUNCTION break_off()`)
  await desk.api('POST', '/api/people/erase', { email: zuzana.email, reason }, 500)
  expect(await whereStored(desk, zuzana.email)).toEqual(expect.arrayContaining(['participants.address']))
  await database.query('DROP TRIGGER break_off ON participants')
  await resumeErasures(desk.podatelna.app)
  for (const word of [zuzana.email, zuzana.name]) expect([word, await whereStored(desk, word)]).toEqual([word, []])
  const { items } = await desk.api('GET', '/api/people/acts')
  const { messages } = await ticket(opened.mail!.ticket_number!)
  expect(messages[0].author.name).toBe(`erased person ${items[0].pseudonym}`)
})

test('staff and mailboxes are not erased, and the reason names nobody', async () => {
  const agent = { name: 'Eva Stará', email: 'eva@desk.test', role: 'agent', password: 'a long enough password' }
  await desk.api('POST', '/api/agents', agent)
  await desk.api('POST', '/api/people/erase', { email: agent.email, reason }, 409)
  await desk.api('POST', '/api/people/erase', { email: support, reason }, 422)
  await desk.api('POST', '/api/people/erase', { email: marco.email, reason: `asked by ${marco.name}` }, 422)
  await desk.api('POST', '/api/people/erase', { email: marco.email }, 400)
  expect(await erase({ email: 'nobody@nowhere.example', reason })).toMatchObject({ pseudonym: null })
})

/** All the ways in which somebody leaves traces. */
async function aLife(): Promise<{ own: string; mentioned: string; copied: string }> {
  const { items } = await desk.api('GET', '/api/organizations')
  const { id } = items.find(({ name }: Json) => name === initech.name)
  const contacts = await desk.api('GET', `/api/organizations/${id}/contacts`)
  const contact = contacts.items.find(({ name }: Json) => name === giulia.name)
  await desk.api('PATCH', `/api/contacts/${contact.id}`, { emails: [giulia.email, home], phones: [phone] })

  const opened = await desk.hearsFrom(initech, giulia, {
    ...{ subject: secret, text: `${secret}\n-- \n${giulia.name}, ${phone}`, cc: marco.as },
    attachments: [{ filename: `${giulia.email}.txt`, content: secret }],
  })
  const own = opened.mail!.ticket_number!
  const written = `${giulia.name} <${giulia.email}> has a new password.`
  await desk.api('POST', `/api/tickets/${own}/replies`, { text: written })
  const { replyTo } = await sentTo(desk, marco.email).at(-1)!.parsed
  await desk.hearsFrom(initech, marco, {
    ...{ to: replyTo!.text, text: `Thank you.\n> ${written}` },
    html: `<p>Thank you.</p><blockquote>${giulia.name} &lt;<a href="mailto:${giulia.email}">${giulia.email}</a>&gt; has a new password.</blockquote>`,
  })
  await desk.api('PATCH', `/api/tickets/${own}`, { subject: `VPN of ${giulia.name} <${giulia.email}>` })
  const back = (await sentTo(desk, giulia.email).at(-1)!.parsed).replyTo!.text
  await desk.hearsFrom(initech, giulia, { to: back, text: `${secret} ${'x'.repeat(80)}\n`.repeat(3_000) })
  await answerOnPage()

  const mentioned = await desk.hearsFrom(globex, zuzana, { subject: 'Mention', text: `Please ask ${giulia.email}.` })
  const copied = await desk.hearsFrom(globex, zuzana, { subject: 'Copy', cc: giulia.as })
  await disowned()
  const stranger = await letter({
    from: 'x@elsewhere.example',
    to: support,
    cc: giulia.as,
    subject: 'Hello',
    text: 'Hi',
  })
  await desk.receives(stranger, { from: 'x@elsewhere.example', to: support })
  await bounced(own)
  await desk.http(`/api/people/export?email=${home}`, { headers: { authorization: `Bearer ${desk.adminToken}` } })
  return { own, mentioned: mentioned.mail!.ticket_number!, copied: copied.mail!.ticket_number! }
}

async function pageOf({ parsed }: { parsed: Promise<{ text?: string | undefined }> }): Promise<string> {
  return /http\S+(\/t\/[\w-]+)/.exec((await parsed).text ?? '')![1]!
}

async function answerOnPage(): Promise<void> {
  const path = await pageOf(sentTo(desk, giulia.email)[0]!)
  const message = '01890000-0000-7000-8000-000000000001'
  const body = new URLSearchParams({ act: 'answer', message, text: `${secret} from the page` })
  expect((await desk.http(path, { method: 'POST', body })).status).toBe(303)
}

/** A letter that she did not write, and says so. */
async function disowned(): Promise<void> {
  const forged = await letter({ from: giulia.as, to: support, subject: secret, text: secret })
  const { mail } = await desk.receives(forged, { from: giulia.email, to: support })
  expect(mail!.disposition).toBe('held')
  const page = /http\S+(\/authorize\/[\w-]+)/.exec((await sentTo(desk, giulia.email).at(-1)!.parsed).text!)![1]!
  const body = new URLSearchParams({ decision: 'not_me' })
  expect((await desk.http(page, { method: 'POST', body })).status).toBeLessThan(400)
}

async function bounced(number: string): Promise<void> {
  const { from } = sentTo(desk, giulia.email)[0]!
  const raw = `From: MAILER-DAEMON@mx.initech.it\r\nTo: ${from}\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n\r\n<${giulia.email}>: 550 5.1.1 unknown user, about ${number}\r\n`
  await desk.receives(Buffer.from(raw), { from: '', to: from })
}

function erase(body: object): Promise<Json> {
  return desk.api('POST', '/api/people/erase', body)
}

function ticket(number: string): Promise<Json> {
  return desk.api('GET', `/api/tickets/${number}`)
}
