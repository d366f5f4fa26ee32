import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { acknowledged, bounceOf, delivery, liftAll } from '../returned.ts'
import { companies, type Desk, openDesk, recipients, support, transports } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

describe.each(transports)('what comes back of our letters, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
  })
  afterAll(() => desk?.close())
  beforeEach(async () => {
    await liftAll(desk)
    desk.post.clear()
  })

  test('a bounce at the address of its delivery marks it bounced, and tells why', async () => {
    const notice = await acknowledged(desk)
    desk.post.clear()
    const { code, mail } = await desk.receives(bounceOf(notice), { from: '', to: notice.bounceTo })
    expect(code).toBe(250)
    const { state, due_at, attempts } = await delivery(desk, notice)
    expect({ state, due_at }).toEqual({ state: 'bounced', due_at: null })
    expect(attempts).toMatchObject([
      { outcome: 'sent' },
      { outcome: 'bounced', smtp: '550 5.1.1 There is nobody of that name', mail_id: mail!.id },
    ])
    expect(mail).toMatchObject({ disposition: 'suppressed', kind: 'bounce', bounce_of: notice.id })
    expect(mail!.timeline.at(-1)).toMatchObject({ what: 'matched', detail: expect.stringContaining(notice.id) })
    expect(recipients(desk)).toEqual([])
  })

  test('the client’s letter shows in its timeline that our answer came back', async () => {
    const notice = await acknowledged(desk)
    await desk.receives(bounceOf(notice), { from: '', to: notice.bounceTo })
    const { timeline } = await desk.api('GET', `/api/mail/${notice.mail}`)
    expect(timeline.at(-1)).toMatchObject({ what: 'bounced', detail: expect.stringContaining('5.1.1') })
  })

  test('a bounce that went to the mailbox is known by the Message-ID of the letter it returns', async () => {
    const notice = await acknowledged(desk)
    const { mail } = await desk.receives(bounceOf(notice), { from: '', to: support })
    expect(mail).toMatchObject({ disposition: 'suppressed', bounce_of: notice.id })
    expect((await delivery(desk, notice)).state).toBe('bounced')
  })

  test('the same bounce twice, and another one after it, change nothing more', async () => {
    const notice = await acknowledged(desk)
    for (const raw of [bounceOf(notice), bounceOf(notice), bounceOf(notice, { date: later })]) {
      await desk.receives(raw, { from: '', to: notice.bounceTo })
    }
    const { state, attempts } = await delivery(desk, notice)
    expect(state).toBe('bounced')
    expect(outcomes(attempts)).toEqual(['sent', 'bounced', 'bounced'])
  })

  test('a letter that is only delayed is recorded so, and stays sent', async () => {
    const notice = await acknowledged(desk)
    const raw = bounceOf(notice, { action: 'delayed', status: '4.4.1', says: '451 Try later' })
    await desk.receives(raw, { from: '', to: notice.bounceTo })
    const { state, attempts } = await delivery(desk, notice)
    expect(state).toBe('sent')
    expect(attempts.at(-1)).toMatchObject({ outcome: 'delayed', smtp: '4.4.1 451 Try later' })
  })

  test('a bounce that is made up changes nothing', async () => {
    const notice = await acknowledged(desk)
    const forgedId = notice.messageId.replace(/^./, (first) => (first === 'a' ? 'b' : 'a'))
    const { mail } = await desk.receives(bounceOf({ ...notice, messageId: forgedId }), { from: '', to: support })
    expect(mail).toMatchObject({ disposition: 'suppressed', kind: 'bounce' })
    expect(mail).not.toHaveProperty('bounce_of')
    expect((await delivery(desk, notice)).state).toBe('sent')
  })

  test('an out-of-office to an acknowledgement changes nothing, wherever it goes', async () => {
    const notice = await acknowledged(desk)
    const absence = {
      subject: 'Automatic reply: Away',
      text: 'I am away. Write to petr@acme.cz; jana@acme.cz is not delivered.',
      inReplyTo: `<${notice.messageId}>`,
      headers: { 'Auto-Submitted': 'auto-replied' },
    }
    desk.post.clear()
    for (const to of [notice.bounceTo, notice.replyTo]) {
      const raw = await acme.post({ from: jana.as, to, ...absence })
      const { mail } = await desk.receives(raw, { from: '', to })
      expect(mail).toMatchObject({ disposition: 'suppressed', kind: 'auto_reply', ticket_number: notice.ticket })
    }
    const { state, attempts } = await delivery(desk, notice)
    expect({ state, outcomes: outcomes(attempts) }).toEqual({ state: 'sent', outcomes: ['sent'] })
    expect((await desk.api('GET', `/api/tickets/${notice.ticket}`)).status).toBe('queued')
    expect(recipients(desk)).toEqual([])
  })

  test('a server that knows no standard, and returns our letter under a person’s name, opens no ticket', async () => {
    const notice = await acknowledged(desk)
    desk.post.clear()
    const text = `The message to ${jana.email} could not be delivered: 550 5.1.1 user unknown`
    const returned = { content: notice.raw, contentType: 'message/rfc822', filename: 'returned.eml' }
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Undeliverable: Away', text, attachments: [returned] })
    expect(mail).toMatchObject({ disposition: 'suppressed', kind: 'bounce', bounce_of: notice.id })
    expect((await delivery(desk, notice)).state).toBe('bounced')
    expect(recipients(desk)).toEqual([])
  })

  test('an out-of-office without any sign in its header joins the ticket it answers, in silence', async () => {
    const notice = await acknowledged(desk)
    desk.post.clear()
    const text = 'Jsem mimo kancelář do 5. 5. V naléhavých případech kontaktujte kolegu.'
    const { mail } = await desk.hearsFrom(acme, jana, { inReplyTo: `<${notice.messageId}>`, text })
    expect(mail).toMatchObject({ disposition: 'suppressed', kind: 'auto_reply', ticket_number: notice.ticket })
    expect(mail!.reason).toBe('Automatic reply: says first “Jsem mimo kancelář”, in answer to a letter of ours')
    expect(recipients(desk)).toEqual([])
  })

  test('a client who is away and asks for something is heard', async () => {
    const notice = await acknowledged(desk)
    const text = 'Jsem na dovolené do 5. 5., ale nefunguje nám pošta. Můžete se na to podívat?'
    const { mail } = await desk.hearsFrom(acme, jana, { inReplyTo: `<${notice.messageId}>`, text })
    expect(mail).toMatchObject({ disposition: 'admitted', kind: 'letter', ticket_number: notice.ticket })
  })

  test('what a person writes to the bounce address is kept, and no bounce', async () => {
    const notice = await acknowledged(desk)
    const raw = Buffer.from(`From: ${jana.email}\r\nSubject: Hm\r\n\r\nPlease ask petr@acme.cz instead.\r\n`)
    const { mail } = await desk.receives(raw, { from: jana.email, to: notice.bounceTo })
    expect(mail).toMatchObject({ disposition: 'suppressed', bounce_of: notice.id })
    const { state, attempts } = await delivery(desk, notice)
    expect({ state, outcomes: outcomes(attempts) }).toEqual({ state: 'sent', outcomes: ['sent', 'unclear'] })
  })
})

const later = 'Tue, 06 Jan 2026 09:00:00 +0100'

function outcomes(attempts: { outcome: string }[]): string[] {
  return attempts.map(({ outcome }) => outcome)
}
