/** Rules §4, sentence by sentence. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { move, openCase, ticketOf } from '../case.ts'
import { bounceOf } from '../returned.ts'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const states = ['queued', 'in_progress', 'waiting', 'scheduled', 'solved', 'closed'] as const

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

test('`queued` (in the queue), `in_progress`, `waiting` (for the client; SLA paused), `scheduled` (has a date; returns to `queued` on it), `solved`, `closed`.', async () => {
  const { number } = await openCase(desk)
  expect(await ticketOf(desk, number)).toMatchObject({ status: 'queued' })
  for (const status of ['in_progress', 'waiting', 'solved', 'closed']) {
    expect(await move(desk, number, status)).toMatchObject({ status })
  }
  const problem = await desk.api('PATCH', `/api/tickets/${number}`, { status: 'pending' }, 400)
  expect(problem.errors).toMatchObject([{ path: 'status' }])

  const scheduled = await openCase(desk)
  const at = `/api/tickets/${scheduled.number}`
  await desk.api('PATCH', at, { status: 'scheduled' }, 422)
  await desk.api('PATCH', at, { status: 'scheduled', scheduled_for: '2020-01-01T00:00:00Z' }, 422)
  const until = new Date(Date.now() + 3 * 86_400_000).toISOString()
  expect(await desk.api('PATCH', at, { status: 'scheduled', scheduled_for: until })).toMatchObject({
    ...{ status: 'scheduled', scheduled_for: until },
  })
  await desk.later('2 days 23 hours')
  expect(await ticketOf(desk, scheduled.number)).toMatchObject({ status: 'scheduled' })
  await desk.later('1 hour')
  const back = await ticketOf(desk, scheduled.number)
  expect(back).toMatchObject({ status: 'queued', scheduled_for: null })
  expect(back.events.at(-1)).toMatchObject({ from: 'scheduled', to: 'queued', by: { kind: 'system' } })
})

test('One function moves between them, writes who and when, and is the only place that knows which moves are allowed.', async () => {
  const date = { scheduled_for: new Date(Date.now() + 86_400_000).toISOString() }
  for (const from of states) {
    for (const to of states) {
      const { number } = await openCase(desk)
      await bring(number, from)
      const { moves, events } = await ticketOf(desk, number)
      const allowed = moves.includes(to)
      const stays = from === to && to !== 'scheduled'
      const asked = { status: to, ...(to === 'scheduled' && date) }
      const answer = await desk.api('PATCH', `/api/tickets/${number}`, asked, allowed || stays ? 200 : 409)
      const after = await ticketOf(desk, number)
      expect(after.status, `${from} to ${to}`).toBe(allowed ? to : from)
      if (!allowed && !stays) expect(answer.detail).toBe(`A ticket that is ${from} cannot become ${to}.`)
      // An answer that moves the ticket knows no other moves.
      const { number: other } = await openCase(desk)
      await bring(other, from)
      const reply = { text: 'So be it.', ...asked }
      await desk.api('POST', `/api/tickets/${other}/replies`, reply, allowed || stays ? 201 : 409)
      const written = after.events.slice(events.length)
      if (!allowed) expect(written).toEqual([])
      else expect(written).toMatchObject([{ type: 'status_changed', from, to, by: { kind: 'agent' } }])
      for (const { at } of written) expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000)
    }
  }
}, 120_000)

test('Auto-replies and bounces move nothing.', async () => {
  const { number, replyTo, notice } = await openCase(desk)
  const verp = desk.post.letters.at(-1)!.from
  expect(verp).toMatch(/^bounce\+/)
  await move(desk, number, 'solved')
  const before = await ticketOf(desk, number)
  desk.post.clear()

  const headers = { 'Auto-Submitted': 'auto-replied' }
  const absent = { to: replyTo, subject: 'Out of office', text: 'I am away.', inReplyTo: notice.messageId!, headers }
  expect((await desk.hearsFrom(acme, jana, absent)).mail).toMatchObject({ disposition: 'suppressed' })
  const bounce = await desk.receives(bounceOf({ messageId: notice.messageId!.slice(1, -1) }), { from: '', to: verp })
  expect(bounce).toMatchObject({ code: 250, mail: { disposition: 'suppressed' } })

  const after = await ticketOf(desk, number)
  expect(after).toMatchObject({ status: 'solved', solved_at: before.solved_at })
  expect(after.events.filter(({ type }: Json) => type === 'status_changed')).toHaveLength(1)
  expect(desk.post.letters).toEqual([])
})

/** From the queue, by moves that are allowed. */
async function bring(number: string, to: (typeof states)[number]): Promise<void> {
  if (to === 'queued') return
  if (to === 'closed') await move(desk, number, 'solved')
  const date = to === 'scheduled' && { scheduled_for: new Date(Date.now() + 3_600_000).toISOString() }
  await desk.api('PATCH', `/api/tickets/${number}`, { status: to, ...date })
}
