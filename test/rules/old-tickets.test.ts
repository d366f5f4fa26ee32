/** Rules §3, sentence by sentence; what they say of old systems is in test/scenarios/legacy*.test.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { closeByTime, move, newestTo, openCase, setMailbox, ticketOf } from '../case.ts'
import { companies, type Desk, openDesk, recipients, sentTo, support, transports } from '../scenario.ts'

const { acme, proveless } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [karel] = proveless.people as [(typeof proveless.people)[0]]

describe.each(transports)('replies to old tickets, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('`solved` for 14 days → `closed` (a timer, counted from when it was solved).', async () => {
    const { number } = await openCase(desk)
    await desk.later('1 day')
    await move(desk, number, 'solved')
    await desk.later('7 days')
    // What is written meanwhile by staff does not begin it anew.
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'Still well.' })
    await desk.later('6 days 23 hours 59 minutes')
    expect(await ticketOf(desk, number)).toMatchObject({ status: 'solved', closed_at: null })
    await desk.later('1 minute')
    const { status, solved_at, closed_at, events } = await ticketOf(desk, number)
    expect(status).toBe('closed')
    expect(Date.parse(closed_at) - Date.parse(solved_at)).toBe(14 * 86_400_000)
    expect(events.at(-1)).toMatchObject({
      type: 'status_changed',
      from: 'solved',
      to: 'closed',
      by: { kind: 'system' },
    })
  })

  test('after any duration that its mailbox is set to, down to seconds, a solved ticket is closed', async () => {
    for (const [duration, interval] of [
      ['PT1S', '1 second'],
      ['P1M', '32 days'],
    ]) {
      await setMailbox(desk, { close_after: duration })
      const { number } = await openCase(desk)
      await move(desk, number, 'solved')
      await desk.later(interval!)
      expect(await ticketOf(desk, number)).toMatchObject({ status: 'closed' })
    }
    await setMailbox(desk, { close_after: 'P14D' })
  })

  test("A client's reply before that reopens it to `queued`.", async () => {
    const { number, replyTo } = await openCase(desk)
    await move(desk, number, 'solved')
    await desk.later('13 days')
    await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Not yet.' })
    expect(await ticketOf(desk, number)).toMatchObject({ status: 'queued', solved_at: null })
    // The timer begins anew when it is solved again.
    await move(desk, number, 'solved')
    await desk.later('13 days')
    expect(await ticketOf(desk, number)).toMatchObject({ status: 'solved' })
  })

  test("A client's reply to a `closed` ticket opens a **new ticket linked both ways** and the sender is told its number.", async () => {
    const { number, replyTo } = await openCase(desk)
    await closeByTime(desk, number)
    desk.post.clear()
    const { mail } = await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Again.' })
    const successor = mail!.ticket_number!
    expect(successor).not.toBe(number)
    expect(await ticketOf(desk, number)).toMatchObject({
      status: 'closed',
      links: [{ kind: 'followed_up_by', number: successor }],
    })
    expect(await ticketOf(desk, successor)).toMatchObject({
      status: 'queued',
      links: [{ kind: 'follow_up_of', number }],
      organization: { name: acme.name },
    })
    expect(recipients(desk)).toEqual([jana.email])
    const told = await newestTo(desk, jana.email)
    expect(told.text).toContain(number)
    expect(told.text).toContain(successor)
  })

  test('A mailbox can be set to answer "please write a new ticket" instead (`late_reply: "new_linked" | "notice"`).', async () => {
    const { number, replyTo } = await openCase(desk)
    await closeByTime(desk, number)
    await setMailbox(desk, { late_reply: 'notice' })
    try {
      desk.post.clear()
      const { mail, code } = await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Again.' })
      expect(code).toBe(250)
      expect(mail).toMatchObject({ disposition: 'suppressed', reason: expect.stringContaining(number) })
      expect(mail!.ticket_number).toBeUndefined()
      const told = await newestTo(desk, jana.email)
      expect(told.text).toContain(number)
      expect(told.text).toContain(support)
      expect(told.subject).not.toContain(number)

      // It is not lost: staff may file it all the same.
      await desk.api('POST', `/api/mail/${mail!.id}/release`, { reason: 'It matters.' })
      const released = await desk.api('GET', `/api/mail/${mail!.id}`)
      expect((await ticketOf(desk, released.ticket_number)).links).toEqual([{ kind: 'follow_up_of', number }])
    } finally {
      await setMailbox(desk, { late_reply: 'new_linked' })
    }
  })

  test('what a program writes to a closed ticket is never answered, and never lost: it opens a new one there, too', async () => {
    const { number, replyTo } = await openCase(desk)
    await closeByTime(desk, number)
    await setMailbox(desk, { late_reply: 'notice' })
    try {
      desk.post.clear()
      const headers = { 'Auto-Submitted': 'auto-generated' }
      const { mail } = await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Disk full.', headers })
      expect(sentTo(desk, jana.email)).toEqual([])
      expect((await ticketOf(desk, mail!.ticket_number!)).links).toEqual([{ kind: 'follow_up_of', number }])
    } finally {
      await setMailbox(desk, { late_reply: 'new_linked' })
    }
  })

  test('The time of arrival decides, not the time of processing.', async () => {
    // Karel's letters wait until he confirms them: they arrive at one time and are filed at another.
    const { number, replyTo } = await openCase(desk, {}, acme, jana)
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: karel.email })
    const to = await newestTo(desk, karel.email).then((notice) => notice.replyTo!.value[0]!.address!)
    expect(to).not.toBe(replyTo)
    await move(desk, number, 'solved')
    await desk.later('13 days')
    const early = await desk.hearsFrom(proveless, karel, { to, text: 'A day before.' })
    expect(early.mail).toMatchObject({ disposition: 'held' })
    await desk.later('1 day')
    expect(await ticketOf(desk, number)).toMatchObject({ status: 'closed' })
    const late = await desk.hearsFrom(proveless, karel, { to, text: 'A moment after.' })

    await desk.api('POST', `/api/mail/${late.mail!.id}/release`, { reason: 'He rang.' })
    const { ticket_number: successor } = await desk.api('GET', `/api/mail/${late.mail!.id}`)
    expect((await ticketOf(desk, successor)).links).toEqual([{ kind: 'follow_up_of', number }])
    await desk.api('POST', `/api/mail/${early.mail!.id}/release`, { reason: 'He rang.' })
    expect(await desk.api('GET', `/api/mail/${early.mail!.id}`)).toMatchObject({ ticket_number: number })
    expect(await ticketOf(desk, number)).toMatchObject({ status: 'queued' })
  })

  test('Agents may always reopen.', async () => {
    const { number } = await openCase(desk)
    await closeByTime(desk, number)
    await desk.later('1 year')
    expect(await move(desk, number, 'in_progress')).toMatchObject({ solved_at: null, closed_at: null })
  })

  test('Two late replies to the same closed ticket join the same successor while that is open: threads never fork.', async () => {
    const { number, replyTo: to } = await openCase(desk)
    await closeByTime(desk, number)
    // However many come at once.
    const late = Array.from({ length: 8 }, (_, i) =>
      desk.hearsFrom(acme, i % 2 ? jana : petr, { to, text: `Late ${i}` }),
    )
    const successors = new Set((await Promise.all(late)).map(({ mail }) => mail!.ticket_number))
    expect(successors.size).toBe(1)
    const [successor] = [...successors]
    expect(successor).not.toBe(number)
    expect((await ticketOf(desk, successor!)).messages).toHaveLength(8)

    // Once that is closed, the next is its successor, not a second one of the first.
    await closeByTime(desk, successor!)
    const { mail } = await desk.hearsFrom(acme, jana, { to, text: 'Much later.' })
    expect([number, successor]).not.toContain(mail!.ticket_number)
    expect((await ticketOf(desk, mail!.ticket_number!)).links).toEqual([{ kind: 'follow_up_of', number: successor }])
    expect((await ticketOf(desk, number)).links).toEqual([{ kind: 'followed_up_by', number: successor }])
  })

  test('a clock that is set back closes nothing twice, and reopens nothing', async () => {
    const { number } = await openCase(desk)
    await closeByTime(desk, number)
    const { events, version } = await ticketOf(desk, number)
    await desk.later('-3 days')
    await desk.later('4 days')
    const again = await ticketOf(desk, number)
    expect(again).toMatchObject({ status: 'closed', version })
    expect(again.events).toHaveLength(events.length)
  })
})
