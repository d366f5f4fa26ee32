import { deliveryDeferredLong, deliveryFailed } from '@podatelna/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, recipients } from '../scenario.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

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

describe('a reply to many', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('of whom the relay refuses one and puts off another: all others have it, and each delivery says its own', async () => {
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'For many', cc: petr.as })
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/cc`, { email: 'full@client.test' })
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/cc`, { email: 'gone@client.test' })
    desk.post.clear()
    desk.post.answer = ({ stage, to }) => {
      if (stage === 'rcpt' && to[0] === 'gone@client.test') return '550 5.1.1 No such user'
      return stage === 'data' && to[0] === 'full@client.test' ? '452 4.2.2 Mailbox full' : undefined
    }
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/replies`, { text: 'To all of you.' })
    desk.post.answer = () => undefined
    expect(recipients(desk).sort()).toEqual([jana.email, petr.email])
    const { items } = await desk.api('GET', `/api/deliveries?ticket=${mail!.ticket_number}`)
    const states = (items as Json[]).filter(({ kind }) => kind === 'public_reply').map(({ to, state }) => [to, state])
    expect(states.sort()).toEqual([
      ['full@client.test', 'deferred'],
      ['gone@client.test', 'failed'],
      [jana.email, 'sent'],
      [petr.email, 'sent'],
    ])
  })

  test('500 participants have it once each, with a Message-ID and a way back of their own', {
    timeout: 120_000,
  }, async () => {
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'For 500' })
    await desk.podatelna.app.store.prisma.$executeRaw`
      INSERT INTO participants (id, ticket_id, address, name, role, added_by)
      SELECT gen_random_uuid(), t.id, 'person' || n || '@client.test', 'Person ' || n, 'cc', '{"name": "Agent"}'
      FROM tickets t, generate_series(1, 499) n WHERE t.number = ${BigInt(mail!.ticket_number!.slice(2))}`
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/replies`, { text: 'To all of you.' })
    await desk.settled()
    expect(new Set(recipients(desk)).size).toBe(500)
    expect(recipients(desk)).toHaveLength(500)
    for (const field of [/^message-id: (.*)/im, /^reply-to: (.*)/im]) {
      expect(new Set(desk.post.letters.map(({ raw }) => field.exec(raw.toString('latin1'))![1])).size).toBe(500)
    }
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
