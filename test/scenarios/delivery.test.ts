import { deliveryDeferredLong, deliveryFailed } from '@podatelna/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, openDesk } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

describe('bringing letters out', () => {
  let desk: Desk
  /** What was told about deliveries, `name delivery` each, in order. */
  const told: string[] = []
  beforeAll(async () => {
    desk = await openDesk()
    await desk.podatelna.app.bus.consume({
      subscription: { consumer: 'test.listener', events: [deliveryFailed, deliveryDeferredLong] },
      async handle({ name, payload }) {
        told.push(`${name} ${(payload as { delivery_id: string }).delivery_id}`)
        return 'done'
      },
    })
  })
  afterAll(() => desk?.close())
  beforeEach(() => {
    desk.post.clear()
    desk.post.answer = () => undefined
    told.length = 0
  })

  test('a letter that is deferred for four hours is told of once, and tried on until it arrives', async () => {
    desk.post.answer = () => '451 4.7.1 Greylisted'
    const id = await acknowledgement(desk)
    expect(told).toEqual([])
    await tryAgain(desk, id, '239 minutes')
    expect(told).toEqual([])
    await tryAgain(desk, id, '1 minute')
    await tryAgain(desk, id, '1 hour')
    expect(told).toEqual([`delivery.deferred_long.v1 ${id}`])
    desk.post.answer = () => undefined
    await tryAgain(desk, id, '1 hour')
    expect(await outcomes(desk, id)).toEqual(['deferred', 'deferred', 'deferred', 'deferred', 'sent'])
    expect(told).toHaveLength(1)
  })

  test('after five days it has failed, with the last words of the server, and that is told', async () => {
    desk.post.answer = () => '452 4.2.2 Mailbox full'
    const id = await acknowledgement(desk)
    await tryAgain(desk, id, '5 days')
    expect(await desk.api('GET', `/api/deliveries/${id}`)).toMatchObject({
      state: 'failed',
      due_at: null,
      attempts: [{ outcome: 'deferred' }, { outcome: 'failed', smtp: '452 4.2.2 Mailbox full' }],
    })
    expect(told).toEqual([`delivery.failed.v1 ${id}`])
  })

  test('what is refused for good is told at once, and never tried again', async () => {
    desk.post.answer = () => '552 5.3.4 Too large'
    const id = await acknowledgement(desk)
    expect(told).toEqual([`delivery.failed.v1 ${id}`])
    expect(await desk.api('GET', `/api/deliveries/${id}`)).toMatchObject({ state: 'failed', due_at: null })
  })
})

/** Writes as Jana; the id of the acknowledgement, which was tried once. */
async function acknowledgement(desk: Desk): Promise<string> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Printer on fire' })
  const { items } = await desk.api('GET', `/api/deliveries?ticket=${mail!.ticket_number}`)
  return items[0].id
}

/** Lets that time pass for a delivery, and its next try come. */
async function tryAgain(desk: Desk, id: string, later: string): Promise<void> {
  const before = (await outcomes(desk, id)).length
  await desk.podatelna.app.store.prisma.$executeRaw`
    UPDATE deliveries SET created_at = created_at - ${later}::interval, due_at = now() WHERE id = ${id}::uuid`
  await desk.podatelna.app.store.prisma.$executeRaw`
    UPDATE delivery_attempts SET at = at - ${later}::interval WHERE delivery_id = ${id}::uuid`
  await expect.poll(async () => (await outcomes(desk, id)).length, { timeout: 10_000 }).toBe(before + 1)
  await desk.settled()
}

async function outcomes(desk: Desk, id: string): Promise<string[]> {
  const { attempts } = await desk.api('GET', `/api/deliveries/${id}`)
  return attempts.map(({ outcome }: { outcome: string }) => outcome)
}
