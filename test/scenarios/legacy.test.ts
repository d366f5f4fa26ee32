import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, transports } from '../scenario.ts'

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

describe('Patterns run in linear time and are tested when saved.', () => {
  test('when saved, every problem is told with its place', async () => {
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

  test('a catastrophic one costs no more than any other', async () => {
    const patterns = [{ field: 'subject', pattern: '(a+)+b(\\d+)' }]
    const { id } = await desk.api('POST', '/api/legacy-systems', { name: 'Slow', patterns })
    const { mail } = await desk.hearsFrom(acme, jana, { subject: `${'a'.repeat(900)}!` })
    expect((await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).links).toEqual([])
    await desk.api('DELETE', `/api/legacy-systems/${id}`)
  })
})

describe.each(transports)('letters about one old ticket at the same moment, over %s', (transport) => {
  let busy: Desk
  beforeAll(async () => {
    busy = await openDesk({ transport })
    const patterns = [{ field: 'subject', pattern: String.raw`\[Old#(\w+)\]` }]
    await busy.api('POST', '/api/legacy-systems', { name: 'OTRS', patterns })
  })
  afterAll(() => busy?.close())

  test.each([
    ['two, Jana first', [jana, petr]],
    ['two, Petr first', [petr, jana]],
    ['ten', [jana, petr, jana, petr, jana, petr, jana, petr, jana, petr]],
  ])('%s, end in one ticket, and nothing is lost or doubled', async (name, authors) => {
    const subject = `[Old#${name.replace(/\W/g, '')}] Server`
    const attachments = [{ filename: 'server.log', content: 'down' }]
    const letters = await Promise.all(
      authors.map((person, i) => busy.hearsFrom(acme, person, { subject, text: `Letter ${i}`, attachments })),
    )
    const numbers = [...new Set(letters.map(({ mail }) => mail!.ticket_number))]
    expect(numbers).toHaveLength(1)
    const ticket = await busy.api('GET', `/api/tickets/${numbers[0]}`)
    expect(ticket.messages.map(({ text }: Json) => text.trim()).sort()).toEqual(authors.map((_, i) => `Letter ${i}`))
    expect(ticket.messages.flatMap((message: Json) => message.attachments)).toHaveLength(authors.length)
    const addresses = ticket.participants.map(({ email }: Json) => email).sort()
    expect(addresses).toEqual([jana.email, petr.email])
  })

  test('of two organizations, end in two: neither may write into the other', async () => {
    const subject = '[Old#shared] Server'
    const [one, other] = await Promise.all([
      busy.hearsFrom(acme, jana, { subject }),
      busy.hearsFrom(globex, zuzana, { subject }),
    ])
    expect(one!.mail!.ticket_number).not.toBe(other!.mail!.ticket_number)
  })
})
