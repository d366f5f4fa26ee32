import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let desk: Desk
let system: Json
beforeAll(async () => {
  desk = await openDesk()
  system = await desk.api('POST', '/api/legacy-systems', {
    name: 'OTRS',
    patterns: [
      { field: 'subject', pattern: String.raw`\[Ticket#(?<number>\d{6,})\]` },
      { field: 'references', pattern: String.raw`^OTRS-(\d+)@old\.example$` },
    ],
    samples: { match: ['Re: [Ticket#2019001] Printer'], no_match: ['Ticket 2019001'] },
  })
})
afterAll(() => desk?.close())

test('a reply that matches a legacy pattern opens a new ticket with the legacy number, and further ones join it', async () => {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Re: [ticket#2019123] Printer' })
  const ticket = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
  expect(ticket.links).toEqual([{ kind: 'legacy', number: '2019123' }])
  const again = await desk.hearsFrom(acme, petr, { subject: 'AW: [Ticket#2019123] Printer' })
  expect(again.mail!.ticket_number).toBe(mail!.ticket_number)
  const byReferences = await desk.hearsFrom(acme, petr, { references: ['<OTRS-2019123@old.example>'] })
  expect(byReferences.mail!.ticket_number).toBe(mail!.ticket_number)
})

test('it is found by its legacy number afterwards', async () => {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Re: [Ticket#7654321] Router' })
  const { items } = await desk.api('GET', '/api/tickets?q=7654321')
  expect(items.map(({ number }: Json) => number)).toEqual([mail!.ticket_number])
})

test('the legacy number of one organization does not let another in', async () => {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: '[Ticket#5550001] VPN' })
  const foreign = await desk.hearsFrom(globex, zuzana, { subject: '[Ticket#5550001] VPN' })
  expect(foreign.mail!.ticket_number).not.toBe(mail!.ticket_number)
})

test('a pattern is tried when it is saved, and every problem is told with its place', async () => {
  const bad = (patterns: string[], samples: object) =>
    desk.api(
      'POST',
      '/api/legacy-systems',
      { name: 'Bad', patterns: patterns.map((pattern) => ({ field: 'subject', pattern })), samples },
      422,
    )
  const none = { match: [], no_match: [] }
  expect((await bad(['(unclosed', '(?=lookahead)x', 'x*'], none)).errors).toMatchObject([
    { path: 'patterns.0.pattern', message: expect.stringContaining('missing closing') },
    { path: 'patterns.1.pattern', message: expect.stringContaining('cannot be used') },
    { path: 'patterns.2.pattern', message: expect.stringContaining('matches everything') },
  ])
  expect((await bad([String.raw`#(\d+)`], { match: ['no number'], no_match: ['#12'] })).errors).toEqual([
    { path: 'samples.match.0', message: 'is matched by none of the patterns.' },
    { path: 'samples.no_match.0', message: 'is matched by one of the patterns.' },
  ])
  await desk.api('PATCH', `/api/legacy-systems/${system.id}`, { samples: { match: ['nothing'], no_match: [] } }, 422)
})

test('a catastrophic pattern costs no more than any other', async () => {
  const patterns = [{ field: 'subject', pattern: '(a+)+b(\\d+)' }]
  const { id } = await desk.api('POST', '/api/legacy-systems', { name: 'Slow', patterns })
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `${'a'.repeat(900)}!` })
  expect((await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).links).toEqual([])
  await desk.api('DELETE', `/api/legacy-systems/${id}`)
})
