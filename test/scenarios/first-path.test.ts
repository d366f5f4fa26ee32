import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, openDesk, recipients, sentTo, support, transports } from '../scenario.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

describe.each(transports)('a letter in, a ticket out, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('a signed letter of a contact opens a ticket, and its author is told the number', async () => {
    const { code, mail } = await desk.hearsFrom(acme, jana, { subject: 'Nejde VPN', text: 'Od rána nejde VPN.' })
    expect(code).toBe(250)
    expect(mail).toMatchObject({ disposition: 'admitted', verdict: { verified: true } })
    const ticket = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(ticket).toMatchObject({ subject: 'Nejde VPN', status: 'queued', mailbox: { address: support } })
    expect(ticket.messages).toMatchObject([{ kind: 'inbound', text: expect.stringContaining('Od rána nejde VPN.') }])
    expect(ticket.participants).toMatchObject([{ email: jana.email, role: 'requester', state: 'active' }])
    const [notice] = sentTo(desk, jana.email)
    expect((await notice!.parsed).subject).toBe(`[${mail!.ticket_number}] Nejde VPN`)
    expect((await notice!.parsed).text).toContain(mail!.ticket_number)
  })

  test('a reply to our notice joins its ticket', async () => {
    const { ticket, notice } = await openedTicket(desk)
    const { mail } = await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, text: 'Ještě doplňuji.' })
    expect(mail!.ticket_number).toBe(ticket)
    const { messages } = await desk.api('GET', `/api/tickets/${ticket}`)
    expect(messages.map((m: { text: string }) => m.text.trim())).toEqual(['Hello', 'Ještě doplňuji.'])
  })

  test('a reply that lost our Reply-To joins its ticket by In-Reply-To', async () => {
    const { ticket, notice } = await openedTicket(desk)
    const { mail } = await desk.hearsFrom(acme, jana, { inReplyTo: notice.messageId!, text: 'By In-Reply-To' })
    expect(mail!.ticket_number).toBe(ticket)
  })

  test('a reply that kept only References joins its ticket', async () => {
    const { ticket, notice } = await openedTicket(desk)
    const references = ['<somebody@else.test>', notice.messageId!]
    const { mail } = await desk.hearsFrom(acme, jana, { references, text: 'By References' })
    expect(mail!.ticket_number).toBe(ticket)
  })

  test('a token that was tampered with is as if absent', async () => {
    const { ticket, notice } = await openedTicket(desk)
    const [token] = notice.replyTo!.text.match(/(?<=\+)[a-z2-7]+/)!
    const other = token!.at(-1) === 'q' ? 'a' : 'q'
    const { mail } = await desk.hearsFrom(acme, jana, { to: `support+${token!.slice(0, -1)}${other}@desk.test` })
    expect(mail!.ticket_number).not.toBe(ticket)
  })

  test('a public reply reaches the requester and the cc, each in a letter of their own', async () => {
    const { ticket } = await openedTicket(desk)
    await desk.api('POST', `/api/tickets/${ticket}/cc`, { email: petr.email, name: petr.name })
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${ticket}/replies`, { text: 'Restartujte router.', status: 'waiting' })
    for (const { email } of [jana, petr]) {
      const letters = sentTo(desk, email)
      expect(letters).toHaveLength(1)
      expect((await letters[0]!.parsed).text).toContain('Restartujte router.')
      expect(letters[0]!.to).toEqual([email])
    }
    expect((await desk.api('GET', `/api/tickets/${ticket}`)).status).toBe('waiting')
  })

  test('the client who answers is queued again, and an agent can answer back in the same thread', async () => {
    const { ticket, notice } = await openedTicket(desk)
    await desk.api('POST', `/api/tickets/${ticket}/replies`, { text: 'Vyřešeno?', status: 'solved' })
    const { mail } = await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, text: 'Ne.' })
    expect((await desk.api('GET', `/api/tickets/${ticket}`)).status).toBe('queued')
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${ticket}/replies`, { text: 'Podíváme se.' })
    const answer = await sentTo(desk, jana.email)[0]!.parsed
    expect(answer.inReplyTo).toBe(`<${mail!.message_id}>`)
  })

  test('an internal note is mailed to nobody', async () => {
    const { ticket } = await openedTicket(desk)
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${ticket}/notes`, { text: 'Only between us.' })
    expect(recipients(desk)).toEqual([])
  })

  test('somebody removed from cc gets no further mail, and their reply opens a ticket of its own', async () => {
    const { ticket } = await openedTicket(desk)
    await desk.api('POST', `/api/tickets/${ticket}/cc`, { email: petr.email })
    await desk.api('POST', `/api/tickets/${ticket}/replies`, { text: 'To both.' })
    const { replyTo } = await sentTo(desk, petr.email)[0]!.parsed
    await desk.api('DELETE', `/api/tickets/${ticket}/cc/${petr.email}`)
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${ticket}/replies`, { text: 'To Jana only.' })
    expect(recipients(desk)).toEqual([jana.email])
    const { mail } = await desk.hearsFrom(acme, petr, { to: replyTo!.text, text: 'I am still here.' })
    expect(mail!.ticket_number).not.toBe(ticket)
  })

  test('the token of a ticket of another organization does not let its finder in', async () => {
    const { ticket, notice } = await openedTicket(desk)
    const { mail } = await desk.hearsFrom(globex, zuzana, { to: notice.replyTo!.text, text: 'Forwarded to me.' })
    expect(mail!.disposition).toBe('admitted')
    expect(mail!.ticket_number).not.toBe(ticket)
  })

  test('fifty replies to one ticket at once are fifty messages in order of arrival', async () => {
    const { ticket, notice } = await openedTicket(desk)
    await desk.api('POST', `/api/tickets/${ticket}/replies`, { text: 'Solved.', status: 'solved' })
    const replies = Array.from({ length: 50 }, (_, i) => ({ to: notice.replyTo!.text, text: `Reply ${i}` }))
    await Promise.all(replies.map((draft) => desk.hearsFrom(acme, jana, draft)))
    const { messages, status } = await desk.api('GET', `/api/tickets/${ticket}`)
    const times = messages.map((m: { created_at: string }) => m.created_at)
    expect(messages).toHaveLength(52)
    expect(times).toEqual([...times].sort())
    expect(status).toBe('queued')
  })
})

async function openedTicket(desk: Desk) {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `Case ${Math.random()}` })
  const [letter] = sentTo(desk, jana.email).slice(-1)
  return { ticket: mail!.ticket_number!, notice: await letter!.parsed }
}
