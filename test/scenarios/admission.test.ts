import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { linkIn, press } from '../author.ts'
import { companies, type Desk, letter, openDesk, recipients, sentTo, support, transports } from '../scenario.ts'

const { acme, globex, initech, proveless } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [karel, eva] = proveless.people as [(typeof proveless.people)[0], (typeof proveless.people)[0]]
const [giulia] = initech.people as [(typeof initech.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

describe.each(transports)('admission, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('a letter to an address that is no mailbox of ours is answered 550 5.1.1', async () => {
    const reply = await desk.receives(await letter(draft(jana.as)), { from: jana.email, to: 'nobody@desk.test' })
    expect(`${reply.code} ${reply.text}`).toMatch(/^550 5\.1\.1 /)
  })

  test('a contact proved by SPF alone is admitted where the domain has no DMARC record', async () => {
    const { mail } = await desk.hearsFrom(globex, zuzana, {})
    expect(mail).toMatchObject({ disposition: 'admitted', verdict: { verified: true, dmarc: { result: 'none' } } })
  })

  test('a forged letter of a domain with p=reject is answered 550 5.7.1, and its bytes are not kept', async () => {
    const { code, text, mail } = await desk.receives(await letter(draft(jana.as)), { from: jana.email, to: support })
    expect(`${code} ${text}`).toMatch(/^550 5\.7\.1 /)
    expect(mail).toMatchObject({ disposition: 'refused', verdict: { verified: false } })
    expect((await desk.http(`/api/mail/${mail!.id}/raw`)).status).toBe(401)
    await desk.api('GET', `/api/mail/${mail!.id}/raw`, undefined, 410)
    expect(recipients(desk)).toEqual([])
  })

  test('a forged letter of a domain with p=quarantine is held, and the link goes to the stored address', async () => {
    const { code, mail } = await desk.receives(await letter(draft(giulia.as)), { from: 'evil@evil.test', to: support })
    expect(code).toBe(250)
    expect(mail).toMatchObject({ disposition: 'held' })
    expect(recipients(desk)).toEqual([giulia.email])
  })

  test('a stranger is refused with the name of the mailbox and whom to ask', async () => {
    const from = 'somebody@nowhere.test'
    const { code, text, mail } = await desk.receives(await letter(draft(from)), { from, to: support })
    expect(`${code} ${text}`).toMatch(/^550 5\.7\.1 .*support@desk\.test.*contact/)
    expect(mail).toMatchObject({ disposition: 'refused' })
  })

  test('when DNS does not answer the letter is answered 451 4.4.3, never taken for unproved', async () => {
    const from = 'somebody@broken.cz'
    const { code, text } = await desk.receives(await letter(draft(from)), { from, to: support })
    expect(`${code} ${text}`).toMatch(/^451 4\.4\.3 /)
  })

  test.each([
    ['no From at all', 'Subject: x\r\n\r\nHello\r\n'],
    ['an empty letter', '\r\n'],
    ['two From headers', `From: ${jana.email}\r\nFrom: ${petr.email}\r\nSubject: x\r\n\r\nHello\r\n`],
    ['two mailboxes in From', `From: ${jana.email}, ${petr.email}\r\nSubject: x\r\n\r\nHello\r\n`],
    ['a group in From', `From: us: ${jana.email}, ${petr.email};\r\nSubject: x\r\n\r\nHello\r\n`],
  ])('%s is answered 550 5.6.0', async (_, raw) => {
    const { code, text } = await desk.receives(Buffer.from(raw), { from: jana.email, to: support })
    expect(`${code} ${text}`).toMatch(/^550 5\.6\.0 /)
  })

  test('a display name that carries a contact’s address is not its author', async () => {
    const from = `"${jana.email}" <somebody@nowhere.test>`
    const { code } = await desk.receives(await letter(draft(from)), { from: 'somebody@nowhere.test', to: support })
    expect(code).toBe(550)
  })

  test('a held letter becomes a ticket when its author confirms it, once, however often they press', async () => {
    const { mail } = await desk.hearsFrom(proveless, karel, { subject: 'Nová pobočka' })
    expect(mail).toMatchObject({ disposition: 'held' })
    expect(mail!.ticket_number).toBeUndefined()
    const page = await linkIn(desk, karel.email)
    const seen = await (await desk.http(page)).text()
    expect(seen).toContain('Nová pobočka')
    expect((await desk.api('GET', `/api/mail/${mail!.id}`)).disposition).toBe('held')
    for (const _ of [1, 2]) expect((await press(desk, page, 'confirm')).status).toBeLessThan(400)
    await desk.settled()
    const confirmed = await desk.api('GET', `/api/mail/${mail!.id}`)
    expect(confirmed).toMatchObject({ disposition: 'admitted', ticket_number: expect.stringMatching(/^P-/) })
    const { items } = await desk.api('GET', `/api/tickets?q=${encodeURIComponent('Nová pobočka')}`)
    expect(items).toHaveLength(1)
  })

  test('“this was not me” refuses the letter, and pauses links to that address', async () => {
    const { mail } = await desk.hearsFrom(proveless, eva, { subject: 'Pay this invoice' })
    const page = await linkIn(desk, eva.email)
    await press(desk, page, 'not_me')
    await press(desk, page, 'confirm')
    expect(await desk.api('GET', `/api/mail/${mail!.id}`)).toMatchObject({ disposition: 'refused' })
    desk.post.clear()
    const next = await desk.hearsFrom(proveless, eva, { subject: 'Pay that invoice' })
    expect(next.mail).toMatchObject({ disposition: 'quarantined' })
    expect(recipients(desk)).toEqual([])
  })

  test('a link nobody gave out opens nothing', async () => {
    expect((await desk.http(`/authorize/${'x'.repeat(43)}`)).status).toBe(404)
    expect((await press(desk, `/authorize/${'x'.repeat(43)}`, 'confirm')).status).toBe(404)
  })

  test('more than three held letters in an hour join the open page instead of causing mail', async () => {
    const burst = await Promise.all(
      ['1', '2', '3', '4', '5'].map((subject) => desk.hearsFrom(proveless, karel, { subject: `Burst ${subject}` })),
    )
    expect(burst.map(({ mail }) => mail!.disposition)).toEqual(Array(5).fill('held'))
    // One link of the hour was used by the letter that was confirmed above.
    expect(sentTo(desk, karel.email)).toHaveLength(2)
  })

  test('the mail with the link carries nothing of the letter but its shortened subject, and asks for no answer', async () => {
    await desk.receives(await letter({ ...draft(giulia.as), subject: 'S'.repeat(200), text: 'SECRET' }), {
      from: giulia.email,
      to: support,
    })
    const [sent] = sentTo(desk, giulia.email)
    const parsed = await sent!.parsed
    expect(sent!.from).toBe('')
    expect(parsed.headers.get('auto-submitted')).toBe('auto-replied')
    expect(`${parsed.text}${parsed.html}`).not.toContain('SECRET')
    expect(`${parsed.text}${parsed.html}`).not.toContain('S'.repeat(61))
  })

  test('the same letter delivered twice opens one ticket', async () => {
    const raw = await acme.post({ ...draft(jana.as), subject: 'Delivered twice' })
    const replies = await Promise.all([1, 2, 3].map(() => desk.receives(raw, { from: jana.email, to: support })))
    expect(replies.map(({ code }) => code)).toEqual([250, 250, 250])
    expect((await desk.api('GET', '/api/tickets?q=Delivered%20twice')).items).toHaveLength(1)
    expect(sentTo(desk, jana.email)).toHaveLength(1)
  })

  test('one letter to two of our mailboxes opens one ticket, and both are recorded', async () => {
    await desk.api('POST', '/api/mailboxes', { address: `sales-${transport}@desk.test`, name: 'Sales' })
    const to = [support, `sales-${transport}@desk.test`]
    const raw = await acme.post({ ...draft(jana.as), to, subject: 'To both of you' })
    await desk.receives(raw, { from: jana.email, to: to[0]! })
    const { mail } = await desk.receives(raw, { from: jana.email, to: to[1]! })
    expect((await desk.api('GET', '/api/tickets?q=To%20both%20of%20you')).items).toHaveLength(1)
    expect([...mail!.rcpt_to].sort()).toEqual([...to].sort())
  })

  test('a reused Message-ID with other content is another letter', async () => {
    const messageId = '<reused@acme.cz>'
    for (const text of ['One', 'Two']) await desk.hearsFrom(acme, jana, { messageId, subject: 'Reused', text })
    expect((await desk.api('GET', '/api/tickets?q=Reused')).items).toHaveLength(2)
  })

  test('a letter without Message-ID is taken, and taken once', async () => {
    const raw = Buffer.from(`From: ${zuzana.as}\r\nTo: ${support}\r\nSubject: No id\r\n\r\nHello\r\n`)
    for (const _ of [1, 2]) expect((await desk.receives(raw, { from: zuzana.email, to: support })).code).toBe(250)
    expect((await desk.api('GET', '/api/tickets?q=No%20id')).items).toHaveLength(1)
  })

  test('an out-of-office reply is kept on its ticket in silence: no status, no mail', async () => {
    const opened = await desk.hearsFrom(acme, jana, { subject: 'Before my holiday' })
    const { replyTo } = await sentTo(desk, jana.email).at(-1)!.parsed
    await desk.api('POST', `/api/tickets/${opened.mail!.ticket_number}/replies`, { text: 'Well?', status: 'waiting' })
    desk.post.clear()
    const { mail } = await desk.hearsFrom(acme, jana, {
      to: replyTo!.text,
      subject: 'Automatic reply: Before my holiday',
      headers: { 'Auto-Submitted': 'auto-replied' },
    })
    expect(mail).toMatchObject({ disposition: 'suppressed', ticket_number: opened.mail!.ticket_number })
    expect((await desk.api('GET', `/api/tickets/${opened.mail!.ticket_number}`)).status).toBe('waiting')
    expect(recipients(desk)).toEqual([])
  })

  test('a returned letter is taken and recorded, although its server wrote no author into it', async () => {
    await desk.hearsFrom(acme, jana, { subject: 'To be returned' })
    const { from: bounceTo } = sentTo(desk, jana.email).at(-1)!
    desk.post.clear()
    const raw = Buffer.from('From: MAILER-DAEMON <>\r\nSubject: Undelivered\r\n\r\nNobody here.\r\n')
    const { code, mail } = await desk.receives(raw, { from: '', to: bounceTo })
    expect(code).toBe(250)
    expect(mail).toMatchObject({ disposition: 'suppressed', kind: 'bounce' })
    expect(recipients(desk)).toEqual([])
    expect((await desk.receives(raw, { from: '', to: bounceTo.replace(/.@/, '7@') })).text).toMatch(/^5\.1\.1 /)
  })

  test('monitoring mail of a contact opens a ticket and gets no automatic answer', async () => {
    const { mail } = await desk.hearsFrom(acme, jana, { headers: { 'Auto-Submitted': 'auto-generated' } })
    expect(mail!.ticket_number).toMatch(/^P-/)
    expect(recipients(desk)).toEqual([])
  })

  test('our own letter that comes back is recorded and goes nowhere', async () => {
    await desk.hearsFrom(acme, jana, { subject: 'Loop' })
    const { raw } = sentTo(desk, jana.email).at(-1)!
    desk.post.clear()
    const own = await acme.post({
      ...draft(jana.as),
      headers: { 'X-Podatelna-Loop': headerOf(raw, 'X-Podatelna-Loop') },
    })
    const { mail } = await desk.receives(own, { from: jana.email, to: support })
    expect(mail).toMatchObject({ disposition: 'suppressed' })
    expect(recipients(desk)).toEqual([])
  })

  test('NUL bytes, lone surrogates and broken MIME in a letter are no reason to lose it', async () => {
    const raw = Buffer.concat([
      Buffer.from(`From: ${zuzana.as}\r\nSubject: =?utf-8?Q?odd=00_=ED=A0=80?=\r\nMIME-Version: 1.0\r\n`),
      Buffer.from(
        'Content-Type: multipart/mixed; boundary="never\r\n\r\n--never\r\nContent-Type: text/plain; charset=x-none',
      ),
      Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0xff, 0xfe, 0x80, 0x0d, 0x0a]),
    ])
    const { code, mail } = await desk.receives(raw, { from: zuzana.email, to: support })
    expect(code).toBe(250)
    expect(mail!.ticket_number).toMatch(/^P-/)
  })

  test('a contact removed from the list is cut off at once, in open tickets too', async () => {
    const { id } = await desk.api('POST', '/api/organizations', { name: 'Short-lived' })
    const email = `short-lived-${transport}@globex.sk`
    const contact = await desk.api('POST', `/api/organizations/${id}/contacts`, { name: 'Short', emails: [email] })
    const { mail } = await desk.receives(await letter(draft(email)), { from: email, to: support })
    await desk.api('DELETE', `/api/contacts/${contact.id}`)
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/replies`, { text: 'Are you there?' })
    expect(recipients(desk)).toEqual([])
    expect((await desk.receives(await letter(draft(email)), { from: email, to: support })).code).toBe(550)
  })

  test('staff release a held letter with a reason, and the reason stays', async () => {
    const { mail } = await desk.receives(await letter(draft(giulia.as)), { from: giulia.email, to: support })
    await desk.api('POST', `/api/mail/${mail!.id}/release`, { reason: 'She called us' })
    const released = await desk.api('GET', `/api/mail/${mail!.id}`)
    expect(released).toMatchObject({ disposition: 'admitted', reason: expect.stringContaining('She called us') })
    expect(released.ticket_number).toMatch(/^P-/)
  })
})

function draft(from: string) {
  return { from, to: support, subject: 'Hello', text: 'Hello' }
}

function headerOf(raw: Buffer, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(raw.toString())![1]!.trim()
}
