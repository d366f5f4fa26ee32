import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { companies, type Desk, openDesk } from '../scenario.ts'
import { contactOf, giveNumbers, openUrgent, publicUrl, textsOf, tryTextNow } from '../texting.ts'
import { type MessageCentre, startMessageCentre } from '../world/smpp.ts'

const [jana] = companies.acme.people as [(typeof companies.acme.people)[0]]
/** Its clocks are never those of UTC, and never changed. */
const timeZone = 'Asia/Kathmandu'
const hour = 3_600_000

let centre: MessageCentre
let desk: Desk
beforeAll(async () => {
  centre = await startMessageCentre()
  desk = await openDesk({
    env: { SMS_URL: centre.url, PUBLIC_URL: publicUrl, TIME_ZONE: timeZone, SMS_BUDGET_RECIPIENT_HOUR: '100' },
  })
  await giveNumbers(desk, jana, ['+420601000000'])
})
afterAll(async () => {
  await desk?.close()
  await centre?.close()
})
beforeEach(() => centre.clear())

test.each([
  ['for two hours', -1, 1, 1],
  ['for all but an hour of the day, over midnight', -1, -2, 22],
  ['for all but an hour of the day, from a while ago', -20, 3, 3],
])('in quiet hours, %s, a text waits for their end, by the clocks of the time zone', async (_, from, to, ends) => {
  await quiet(from, to)
  const number = await openUrgent(desk, jana)
  await expect
    .poll(async () => Date.parse((await textsOf(desk, number))[0]!.due_at) - Date.now())
    .toBeGreaterThan(hour / 2)
  const [text] = await textsOf(desk, number)
  expect(text).toMatchObject({ state: 'queued', attempts: [] })
  expect(Math.abs(Date.parse(text!.due_at) - (Date.now() + ends * hour))).toBeLessThan(2 * 60_000)
  expect(centre.submitted).toEqual([])
  await quiet(null)
  await tryTextNow(desk, text!.id)
  expect((await textsOf(desk, number))[0]).toMatchObject({ state: 'sent' })
})

test.each([
  ['before', 1, 2],
  ['after', -2, -1],
  ['before, over midnight', 1, -1],
])('outside of quiet hours it goes at once: %s', async (_, from, to) => {
  await quiet(from, to)
  expect((await textsOf(desk, await openUrgent(desk, jana)))[0]).toMatchObject({ state: 'sent' })
})

test('a text that waited is of use for six hours from then on', async () => {
  await quiet(-1, -2)
  const number = await openUrgent(desk, jana)
  await expect.poll(async () => Date.parse((await textsOf(desk, number))[0]!.due_at) - Date.now()).toBeGreaterThan(hour)
  const [{ left }] = await desk.podatelna.app.store.prisma.$queryRaw<[{ left: number }]>`
    SELECT extract(epoch FROM expires_at - due_at)::int AS left FROM texts ORDER BY created_at DESC LIMIT 1`
  expect(left).toBe(6 * 3_600)
})

/** From so many hours from now to so many, as clocks show it there. */
async function quiet(from: number | null, to = from): Promise<void> {
  const { id } = await contactOf(desk, jana)
  const hours = from === null || to === null ? null : { from: clock(from), to: clock(to) }
  await desk.api('PATCH', `/api/contacts/${id}`, { quiet_hours: hours })
}

function clock(hours: number): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return format.format(new Date(Date.now() + hours * hour))
}
