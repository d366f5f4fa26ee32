import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { heldLetter, linkIn, press, read, sendUnproved, signedIn, timelineOf, unprovableContact } from '../author.ts'
import { companies, type Desk, type Json, letter, openDesk, recipients, sentTo, support } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  await desk.api('POST', '/api/mailboxes', { address: 'sales@desk.test', name: 'Sales', policy: 'open' })
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

describe('what can be read about a letter', () => {
  test('refused: envelope, peer, verdict, reason and header, and no bytes', async () => {
    const from = 'somebody@nowhere.test'
    const raw = await letter({ from, to: support, subject: 'Refused', text: 'The text of it' })
    const { mail } = await desk.receives(raw, { from, to: support, helo: 'mx.nowhere.test' })
    expect(mail).toMatchObject({
      ...{ mail_from: from, rcpt_to: [support], peer: '127.0.0.1', helo: 'mx.nowhere.test', from, subject: 'Refused' },
      ...{ disposition: 'refused', kept: false, kept_until: null, verdict: { verified: false } },
      header: expect.stringContaining('Subject: Refused\r\n'),
    })
    expect(mail!.header).not.toContain('The text of it')
    expect((await signedIn(desk, `/api/mail/${mail!.id}/raw`)).status).toBe(410)
    const page = await (await signedIn(desk, `/mail/${mail!.id}`)).text()
    expect(page).toContain('Its bytes are not kept.')
    expect(page).toContain('Subject: Refused')
  })

  test('held and confirmed: every step, in order, with what it was before', async () => {
    const { mail, page, email } = await heldLetter(desk)
    expect(await (await signedIn(desk, `/mail/${mail.id}`)).text()).toContain('Send its author a new link')
    await press(desk, page, 'confirm')
    expect(await timelineOf(desk, mail)).toEqual([
      ...['received', 'judged', 'held', 'queued', 'sent'],
      ...['confirmed', 'filed', 'queued', 'sent'],
    ])
    const { timeline, disposition, kept_until } = await desk.api('GET', `/api/mail/${mail.id}`)
    expect({ disposition, kept_until }).toEqual({ disposition: 'admitted', kept_until: null })
    expect(timeline[2].detail).toContain('In the name of a technical contact, but not proved.')
    expect(timeline[3].detail).toBe(`letter_held to ${email}`)
  })

  test('that joined a page: the link its author was sent for an earlier one', async () => {
    const { as, email } = await unprovableContact(desk)
    for (const _ of [1, 2, 3]) await sendUnproved(desk, as)
    const { mail } = await sendUnproved(desk, as)
    expect(sentTo(desk, email)).toHaveLength(3)
    expect(mail!.timeline.map(({ detail }: Json) => detail)).toContain(`letter_held to ${email}`)
    const { letters } = await read(desk, await linkIn(desk, email))
    expect(letters.map(({ id }: Json) => id)).toContain(mail!.id)
  })

  test('with the Message-ID of an earlier letter and other content: kept, filed, and flagged', async () => {
    const messageId = '<used-twice@acme.cz>'
    const draft = { messageId, subject: 'Used twice' }
    const first = await desk.hearsFrom(acme, jana, { ...draft, text: 'One' })
    await desk.hearsFrom(acme, jana, { ...draft, text: 'Two' })
    const { items } = await desk.api('GET', '/api/mail?q=used-twice')
    expect(items.map(({ flags, disposition }: Json) => ({ flags, disposition }))).toEqual([
      { flags: ['message_id_reused'], disposition: 'admitted' },
      { flags: [], disposition: 'admitted' },
    ])
    expect(items[1].id).toBe(first.mail!.id)
    const page = await (await signedIn(desk, `/mail/${items[0].id}`)).text()
    expect(page).toContain('An earlier letter with other content has the same Message-ID.')
  })
})

describe('the same letter, many times at once', () => {
  const times = Array.from({ length: 8 }, (_, i) => i)

  test('by two mailboxes, proved: one ticket, and both are recorded', async () => {
    const raw = await acme.post({ from: jana.as, to: [support, 'sales@desk.test'], subject: 'Once', text: 'Hello' })
    const to = (i: number) => (i % 2 ? support : 'sales@desk.test')
    await Promise.all(times.map((i) => desk.receives(raw, { from: jana.email, to: to(i) })))
    const { items } = await desk.api('GET', '/api/mail?q=Once')
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ repeats: 7, rcpt_to: expect.arrayContaining([support, 'sales@desk.test']) })
    expect((await desk.api('GET', '/api/tickets?q=Once')).items).toHaveLength(1)
    expect(sentTo(desk, jana.email)).toHaveLength(1)
  })

  test('held: one letter, one link, and one of the three of the hour', async () => {
    const { as, email } = await unprovableContact(desk)
    const raw = await letter({ from: as, to: support, subject: 'Held once', text: 'Hello' })
    await Promise.all(times.map(() => desk.receives(raw, { from: email, to: support })))
    expect((await desk.api('GET', '/api/mail?q=Held%20once')).items).toMatchObject([{ repeats: 7 }])
    for (const _ of [1, 2, 3]) await sendUnproved(desk, as)
    expect(sentTo(desk, email)).toHaveLength(3)
  })

  test('taken unproved by an open mailbox: one ticket, one answer', async () => {
    const from = 'somebody@nowhere.test'
    const raw = await letter({ from, to: 'sales@desk.test', subject: 'Taken once', text: 'Hello' })
    await Promise.all(times.map(() => desk.receives(raw, { from, to: 'sales@desk.test' })))
    expect((await desk.api('GET', '/api/mail?q=Taken%20once')).items).toMatchObject([{ repeats: 7 }])
    expect((await desk.api('GET', '/api/tickets?q=Taken%20once')).items).toHaveLength(1)
    expect(recipients(desk)).toEqual([from])
  })
})

describe('a letter of a program', () => {
  test.each([
    ['the null sender', '', {}],
    ['Auto-Submitted: auto-generated', 'karel@proveless.cz', { 'Auto-Submitted': 'auto-generated' }],
    ['Auto-Submitted: auto-replied', 'karel@proveless.cz', { 'Auto-Submitted': 'auto-replied' }],
    [
      'another installation’s loop header',
      'karel@proveless.cz',
      { 'Auto-Submitted': 'auto-replied', 'X-Podatelna-Loop': 'b.test x' },
    ],
  ])('with %s, in the name of a contact, causes no mail and opens nothing', async (_, from, headers) => {
    const raw = await letter({ from: 'karel@proveless.cz', to: support, subject: 'Program', text: 'x', headers })
    const { code, mail } = await desk.receives(raw, { from, to: support })
    expect(code).toBe(250)
    expect(['suppressed', 'quarantined']).toContain(mail!.disposition)
    expect(mail!.ticket_number).toBeUndefined()
    await desk.api('POST', `/api/mail/${mail!.id}/reissue`, undefined, 409)
    expect(recipients(desk)).toEqual([])
  })

  test('of another installation of Podatelna is answered by neither of the two', async () => {
    const other = await openDesk({ env: { MAIL_DOMAIN: 'other.test' } })
    try {
      await other.api('POST', '/api/mailboxes', { address: 'help@other.test', name: 'Help', policy: 'open' })
      await sendUnproved(desk, 'help@other.test', { to: 'sales@desk.test' })
      const { raw } = sentTo(desk, 'help@other.test').at(-1)!
      const { mail } = await other.receives(raw, { from: 'sales@desk.test', to: 'help@other.test' })
      expect(mail).toMatchObject({ kind: 'auto_reply', disposition: 'suppressed' })
      expect(recipients(other)).toEqual([])
    } finally {
      await other.close()
    }
  })

  test('that nobody proved is not slipped into a ticket as an automatic reply, token or not', async () => {
    const opened = await desk.hearsFrom(acme, jana, { subject: 'A conversation' })
    const { replyTo } = await sentTo(desk, jana.email).at(-1)!.parsed
    const { domain } = companies.initech
    const [giulia] = companies.initech.people as [(typeof companies.initech.people)[0]]
    await desk.api('POST', `/api/tickets/${opened.mail!.ticket_number}/cc`, { email: giulia.email })
    const forged = { from: giulia.as, subject: 'Automatic reply', headers: { 'Auto-Submitted': 'auto-replied' } }
    const { mail } = await sendUnproved(desk, giulia.as, { ...forged, to: replyTo!.text })
    expect(mail).toMatchObject({ disposition: 'suppressed', from: `giulia@${domain}` })
    expect(mail!.ticket_number).toBeUndefined()
    const ticket = await desk.api('GET', `/api/tickets/${opened.mail!.ticket_number}`)
    expect(ticket.messages).toHaveLength(1)
  })
})

test('a stranger’s letter to two mailboxes goes to the one that takes it', async () => {
  const from = 'both@nowhere.test'
  const raw = await letter({ from, to: [support, 'sales@desk.test'], subject: 'To both', text: 'Hello' })
  const { mail } = await desk.receives(raw, { from, to: [support, 'sales@desk.test'] })
  expect(mail).toMatchObject({ disposition: 'admitted', rcpt_to: [support, 'sales@desk.test'] })
  const ticket = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
  expect(ticket.mailbox.address).toBe('sales@desk.test')
})
