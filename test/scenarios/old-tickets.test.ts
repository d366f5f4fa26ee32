import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, openDesk, sentTo, support, transports } from '../scenario.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

describe.each(transports)('replies to old tickets, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('solved for as long as its mailbox says, a ticket is closed, counted from when it was solved', async () => {
    const { number } = await closedTicket(desk)
    const { solved_at, closed_at, events } = await desk.api('GET', `/api/tickets/${number}`)
    expect(Date.parse(closed_at) - Date.parse(solved_at)).toBe(1_000)
    expect(events.at(-1)).toMatchObject({
      type: 'status_changed',
      from: 'solved',
      to: 'closed',
      by: { kind: 'system' },
    })
  })

  test("a client's reply before that reopens it", async () => {
    const { number, notice } = await openedTicket(desk)
    await desk.api('PATCH', `/api/tickets/${number}`, { status: 'solved' })
    await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, text: 'Not yet.' })
    expect(await desk.api('GET', `/api/tickets/${number}`)).toMatchObject({ status: 'queued', solved_at: null })
  })

  test("a client's reply to a closed ticket opens a new one, linked both ways, and its author is told both numbers", async () => {
    const { number, notice } = await closedTicket(desk)
    desk.post.clear()
    const { mail } = await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, text: 'Again.' })
    const successor = mail!.ticket_number!
    expect(successor).not.toBe(number)
    expect((await desk.api('GET', `/api/tickets/${number}`)).links).toEqual([
      { kind: 'followed_up_by', number: successor },
    ])
    expect(await desk.api('GET', `/api/tickets/${successor}`)).toMatchObject({
      status: 'queued',
      links: [{ kind: 'follow_up_of', number }],
      organization: { name: acme.name },
    })
    expect((await desk.api('GET', `/api/tickets/${number}`)).status).toBe('closed')
    const letters = await Promise.all(sentTo(desk, jana.email).map(({ parsed }) => parsed))
    expect(letters).toHaveLength(1)
    expect(letters[0]!.text).toContain(number)
    expect(letters[0]!.text).toContain(successor)
  })

  test('late replies to one closed ticket, however many at once, join the same successor while that is open', async () => {
    const { number, notice } = await closedTicket(desk)
    const late = Array.from({ length: 8 }, (_, i) => {
      return desk.hearsFrom(acme, i % 2 ? jana : petr, { to: notice.replyTo!.text, text: `Late ${i}` })
    })
    const successors = new Set((await Promise.all(late)).map(({ mail }) => mail!.ticket_number))
    expect(successors.size).toBe(1)
    const [successor] = [...successors]
    expect(successor).not.toBe(number)
    expect((await desk.api('GET', `/api/tickets/${successor}`)).messages).toHaveLength(8)

    await solveAndClose(desk, successor!)
    const { mail } = await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, text: 'Much later.' })
    expect([number, successor]).not.toContain(mail!.ticket_number)
    const { links } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(links).toEqual([{ kind: 'follow_up_of', number: successor }])
  })

  test('a mailbox can ask for a new ticket instead; the letter is filed nowhere, and staff may release it all the same', async () => {
    const { number, notice } = await closedTicket(desk)
    await setMailbox(desk, { late_reply: 'notice' })
    try {
      desk.post.clear()
      const { mail, code } = await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, text: 'Again.' })
      expect(code).toBe(250)
      expect(mail).toMatchObject({ disposition: 'suppressed', reason: expect.stringContaining(number) })
      expect(mail!.ticket_number).toBeUndefined()
      const [told] = await Promise.all(sentTo(desk, jana.email).map(({ parsed }) => parsed))
      expect(told!.text).toContain(number)
      expect(told!.text).toContain(support)
      expect(told!.subject).not.toContain(number)

      await desk.api('POST', `/api/mail/${mail!.id}/release`, { reason: 'It matters.' })
      const released = await desk.api('GET', `/api/mail/${mail!.id}`)
      const { links } = await desk.api('GET', `/api/tickets/${released.ticket_number}`)
      expect(links).toEqual([{ kind: 'follow_up_of', number }])
    } finally {
      await setMailbox(desk, { late_reply: 'new_linked' })
    }
  })

  test('what a program writes to a closed ticket is never answered, and never lost: it opens a new one there, too', async () => {
    const { number, notice } = await closedTicket(desk)
    await setMailbox(desk, { late_reply: 'notice' })
    try {
      desk.post.clear()
      const headers = { 'Auto-Submitted': 'auto-generated' }
      const { mail } = await desk.hearsFrom(acme, jana, { to: notice.replyTo!.text, text: 'Disk full.', headers })
      expect(sentTo(desk, jana.email)).toEqual([])
      const { links } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
      expect(links).toEqual([{ kind: 'follow_up_of', number }])
    } finally {
      await setMailbox(desk, { late_reply: 'new_linked' })
    }
  })

  test('agents may always reopen', async () => {
    const { number } = await closedTicket(desk)
    expect(await desk.api('PATCH', `/api/tickets/${number}`, { status: 'in_progress' })).toMatchObject({
      ...{ status: 'in_progress', solved_at: null, closed_at: null },
    })
  })

  test('a scheduled ticket returns to the queue on its date, and needs one', async () => {
    const { number } = await openedTicket(desk)
    await desk.api('PATCH', `/api/tickets/${number}`, { status: 'scheduled' }, 422)
    await desk.api(
      'PATCH',
      `/api/tickets/${number}`,
      { status: 'scheduled', scheduled_for: '2020-01-01T00:00:00Z' },
      422,
    )
    const until = new Date(Date.now() + 1_500).toISOString()
    const scheduled = await desk.api('PATCH', `/api/tickets/${number}`, { status: 'scheduled', scheduled_for: until })
    expect(scheduled).toMatchObject({ status: 'scheduled', scheduled_for: until })
    await becomes(desk, number, 'queued')
  })

  test('a move that is not allowed is refused, with the states in words', async () => {
    const { number } = await openedTicket(desk)
    const problem = await desk.api('PATCH', `/api/tickets/${number}`, { status: 'closed' }, 409)
    expect(problem.detail).toBe('A ticket that is queued cannot become closed.')
    expect((await desk.api('GET', `/api/tickets/${number}`)).moves).not.toContain('closed')
  })
})

describe('which ticket', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test("a colleague's answer to the client's own first letter joins its ticket, by the Message-ID of that letter", async () => {
    const { number, mail } = await openedTicket(desk)
    const answer = { inReplyTo: `<${mail.message_id}>`, text: 'I see it, too.' }
    expect((await desk.hearsFrom(acme, petr, answer)).mail!.ticket_number).toBe(number)
    expect((await desk.hearsFrom(globex, zuzana, answer)).mail!.ticket_number).not.toBe(number)
  })

  test("a number in the subject joins a ticket of the author's own organization only, open or closed", async () => {
    const { number } = await openedTicket(desk)
    const subject = `About ${number}, please`
    expect((await desk.hearsFrom(acme, petr, { subject })).mail!.ticket_number).toBe(number)
    const foreign = (await desk.hearsFrom(globex, zuzana, { subject })).mail!
    expect(foreign.ticket_number).not.toBe(number)
    await solveAndClose(desk, number)
    expect((await desk.api('GET', `/api/tickets/${number}`)).links).toEqual([])
    const another = (await desk.hearsFrom(globex, zuzana, { subject, text: 'Once more.' })).mail!
    expect(await desk.api('GET', `/api/tickets/${another.ticket_number}`)).toMatchObject({ links: [] })
    const late = (await desk.hearsFrom(acme, petr, { subject, text: 'Late.' })).mail!
    expect((await desk.api('GET', `/api/tickets/${late.ticket_number}`)).links).toEqual([
      { kind: 'follow_up_of', number },
    ])
  })

  test('a letter that names a foreign number is answered like one that names none there is', async () => {
    const { number } = await openedTicket(desk)
    const answers = []
    for (const subject of [`Re ${number}`, 'Re P-999999']) {
      desk.post.clear()
      const { mail, code, text } = await desk.hearsFrom(globex, zuzana, { subject })
      const { subject: told, text: words } = await sentTo(desk, zuzana.email)[0]!.parsed
      const own = new RegExp(`/t/[a-z2-7]+|${mail!.ticket_number}|${number}|P-999999|${mail!.id}`, 'g')
      answers.push({
        code,
        text: text.replace(own, '…'),
        told: told!.replace(own, '…'),
        words: words!.replace(own, '…'),
      })
    }
    expect(answers[0]).toEqual(answers[1])
  })
})

async function openedTicket(desk: Desk) {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `Case ${Math.random()}` })
  const [letter] = sentTo(desk, jana.email).slice(-1)
  return { number: mail!.ticket_number!, mail: mail!, notice: await letter!.parsed }
}

async function closedTicket(desk: Desk) {
  const opened = await openedTicket(desk)
  await solveAndClose(desk, opened.number)
  return opened
}

/** In a mailbox that closes after a second, for as long as it takes. */
async function solveAndClose(desk: Desk, number: string): Promise<void> {
  await desk.api('PATCH', `/api/tickets/${number}`, { status: 'solved' })
  await setMailbox(desk, { close_after: 'PT1S' })
  await becomes(desk, number, 'closed')
  await setMailbox(desk, { close_after: 'P14D' })
}

async function setMailbox(desk: Desk, changes: object): Promise<void> {
  const { items } = await desk.api('GET', '/api/mailboxes')
  await desk.api('PATCH', `/api/mailboxes/${items[0].id}`, changes)
}

async function becomes(desk: Desk, number: string, status: string): Promise<void> {
  await expect
    .poll(async () => (await desk.api('GET', `/api/tickets/${number}`)).status, { timeout: 15_000 })
    .toBe(status)
}
