/** Many at once, for the same ticket, on two workers (rules §8: nothing is lost, nothing is applied twice). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { move, openCase, ticketOf } from '../case.ts'
import { companies, type Desk, type Json, openDesk, transports } from '../scenario.ts'
import { send } from '../world/client.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

describe.each(transports)('two workers, over %s', (transport) => {
  let desk: Desk
  let ports: number[]
  beforeAll(async () => {
    desk = await openDesk({ transport })
    ports = [desk.podatelna.smtpPort, (await desk.colleague()).smtpPort]
  })
  afterAll(() => desk?.close())

  test('50 replies to one ticket at once: 50 messages, order by arrival, one state', async () => {
    const { number, replyTo } = await openCase(desk, { cc: petr.as })
    await move(desk, number, 'solved')
    const replies = Array.from({ length: 50 }, (_, i) => writes(i % 2 ? jana : petr, replyTo, i, ports[i % 3 ? 0 : 1]!))
    expect(new Set(await Promise.all(replies))).toEqual(new Set([250]))
    await desk.settled()

    const { status, messages, events } = await ticketOf(desk, number)
    expect(status).toBe('queued')
    const texts = messages.slice(1).map(({ text }: Json) => text.trim())
    expect([...texts].sort()).toEqual(Array.from({ length: 50 }, (_, i) => `Reply ${i}`).sort())
    const arrivals = await Promise.all(messages.map(({ mail_id }: Json) => arrivalOf(mail_id)))
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b))
    const moves = events.filter(({ type }: Json) => type === 'status_changed')
    expect(moves.map(({ from, to }: Json) => [from, to])).toEqual([
      ['queued', 'solved'],
      ['solved', 'queued'],
    ])
  })

  test('the same letter to both, 20 times at once, is filed once', async () => {
    const { number, replyTo } = await openCase(desk)
    const raw = await acme.post({ from: jana.as, to: replyTo, subject: 'Once', text: 'Once.' })
    const codes = await Promise.all(Array.from({ length: 20 }, (_, i) => post(raw, jana.email, replyTo, ports[i % 2]!)))
    expect(new Set(codes)).toEqual(new Set([250]))
    await desk.settled()
    expect((await ticketOf(desk, number)).messages).toHaveLength(2)
  })

  test('answers of agents and of the client at once are all kept, and the last word decides the state', async () => {
    const { number, replyTo } = await openCase(desk)
    const [answers, letters] = [
      Array.from({ length: 10 }, (_, i) => {
        return desk.api('POST', `/api/tickets/${number}/replies`, { text: `Answer ${i}`, status: 'waiting' })
      }),
      Array.from({ length: 10 }, (_, i) => writes(jana, replyTo, i, ports[i % 2]!)),
    ]
    await Promise.all([...answers, ...letters])
    await desk.settled()
    const { status, messages, events } = await ticketOf(desk, number)
    expect(messages).toHaveLength(21)
    const moves = events.filter(({ type }: Json) => type === 'status_changed')
    expect(status).toBe(moves.at(-1).to)
    for (const [i, { from }] of moves.entries()) expect(from).toBe(moves[i - 1]?.to ?? 'queued')
  })

  async function writes(person: typeof jana, to: string, i: number, port: number): Promise<number> {
    const raw = await acme.post({ from: person.as, to, subject: 'Re: Case', text: `Reply ${i}` })
    return post(raw, person.email, to, port)
  }

  async function post(raw: Buffer, from: string, to: string, port: number): Promise<number> {
    return (await send(raw, { from, to, port, helo: 'mx.acme.cz' })).code
  }

  async function arrivalOf(mailId: string): Promise<number> {
    return Date.parse((await desk.api('GET', `/api/mail/${mailId}`)).received_at)
  }
})
