import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

test('whoever listens is told what happens, and resumes where they stopped without missing anything', async () => {
  const first = await listen()
  const number = await openTicket()
  await first.told(number, 'opened')
  first.socket.close()
  await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'While nobody listens.' })
  const second = await listen(first.events.at(-1)!.after)
  await second.told(number, 'noted')
  expect(second.events.map(({ type }) => type)).not.toContain('opened')
  second.socket.close()
})

test('events can be asked for, page by page, each once and in order, however many are written at once', async () => {
  const { next: start } = await allAfter()
  const numbers = await Promise.all(Array.from({ length: 10 }, openTicket))
  await Promise.all(numbers.map((number) => desk.api('POST', `/api/tickets/${number}/notes`, { text: 'x' })))
  await expect.poll(async () => (await allAfter(start)).events.length).toBe(20)
  const { events } = await allAfter(start, 3)
  expect(new Set(events.map(({ after }) => after)).size).toBe(20)
  for (const number of numbers) {
    expect(events.filter((event) => event.number === number).map(({ type }) => type)).toEqual(['opened', 'noted'])
  }
})

test('a place that is none of ours is refused in words, and strangers hear nothing', async () => {
  expect((await desk.api('GET', '/api/events?after=nonsense', undefined, 422)).detail).toContain('not a place of ours')
  expect((await desk.http('/api/events')).status).toBe(401)
  await expect(listen('nonsense').then(({ closed }) => closed)).resolves.toBe(1008)
  await expect(connect('/api/live', {})).rejects.toThrow()
  const foreign = { authorization: `Bearer ${desk.adminToken}`, origin: 'https://evil.example' }
  await expect(connect('/api/live', foreign)).rejects.toThrow()
})

async function openTicket(): Promise<string> {
  return (await desk.hearsFrom(acme, jana, { subject: `Case ${Math.random()}` })).mail!.ticket_number!
}

async function allAfter(after?: string, limit = 100) {
  const events: Json[] = []
  let next = after
  for (;;) {
    const query = new URLSearchParams({ limit: String(limit), ...(next && { after: next }) })
    const page = await desk.api('GET', `/api/events?${query}`)
    if (page.items.length === 0) return { events, next: page.next as string }
    events.push(...page.items)
    next = page.next
  }
}

async function listen(after?: string) {
  const headers = { authorization: `Bearer ${desk.adminToken}` }
  const socket = await connect(`/api/live${after ? `?after=${after}` : ''}`, headers)
  const events: Json[] = []
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  socket.addEventListener('message', ({ data }) => events.push(JSON.parse(String(data))))
  const told = (number: string, type: string) =>
    expect
      .poll(() => events.some((event) => event.number === number && event.type === type), { timeout: 10_000 })
      .toBe(true)
  return { socket, events, closed, told }
}

function connect(path: string, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${desk.podatelna.httpPort}${path}`, { headers } as unknown as string[])
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket))
    socket.addEventListener('error', () => reject(new Error('the connection was refused')))
  })
}
