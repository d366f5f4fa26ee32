/**
 * Random stories of letters and acts of staff, told to the product and to a model of the rules that fits on a page. Where
 * the two disagree, the story is cut down to the shortest that shows it. TICKET_STORIES says how many.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, openDesk, sentTo } from '../scenario.ts'

const { acme, globex } = companies
const people = [
  { company: acme, ...acme.people[0]! },
  { company: acme, ...acme.people[1]! },
  { company: globex, ...globex.people[0]! },
]
const statuses = ['queued', 'in_progress', 'waiting', 'solved', 'closed'] as const
/** Rules §4, once more and by hand. */
const moves: Record<Status, readonly Status[]> = {
  queued: ['in_progress', 'waiting', 'solved'],
  in_progress: ['queued', 'waiting', 'solved'],
  waiting: ['queued', 'in_progress', 'solved'],
  solved: ['queued', 'in_progress', 'closed'],
  closed: ['queued', 'in_progress'],
}

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

test('letters, merges, removals, deletions and moves in any order end where the rules say', async () => {
  const numRuns = Number(process.env.TICKET_STORIES ?? 5)
  await fc.assert(fc.asyncProperty(story, tell), { numRuns, endOnFailure: false })
}, 600_000)

const who = fc.integer({ min: 0, max: people.length - 1 })
const which = fc.nat({ max: 3 })
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ does: fc.constant('writes'), who }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('answers'), who, which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('names the number'), who, which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('closes'), which }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('moves'), which, to: fc.constantFrom(...statuses) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('merges'), which, into: which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('removes'), who, which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('deletes'), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restores'), which }) },
)
const story = fc.array(step, { minLength: 12, maxLength: 30 })

async function tell(steps: Step[]): Promise<void> {
  const tickets: Ticket[] = []
  for (const who of [0, 1, 0]) await take(tickets, { does: 'writes', who })
  for (const one of steps) await take(tickets, one)
  for (const ticket of tickets) {
    const { status } = await desk.api('GET', `/api/tickets/${ticket.number}`)
    expect(status, ticket.number).toBe(ticket.status)
  }
}

async function take(tickets: Ticket[], { does, ...step }: Step): Promise<void> {
  const person = people[step.who ?? 0]!
  const ticket = tickets[(step.which ?? 0) % Math.max(tickets.length, 1)]!
  const at = `/api/tickets/${ticket?.number}`
  if (does === 'writes') return hears(tickets, person, {}, undefined)
  if (does === 'answers') return hears(tickets, person, { to: ticket.replyTo }, ticket)
  if (does === 'names the number') return hears(tickets, person, { subject: `About ${ticket.number}` }, ticket)
  if (does === 'moves') {
    const allowed = isLive(ticket) && (ticket.status === step.to || moves[ticket.status].includes(step.to!))
    await desk.api('PATCH', at, { status: step.to }, allowed ? 200 : 409)
    if (allowed) ticket.status = step.to!
  }
  if (does === 'closes') {
    for (const to of ['solved', 'closed'] as const) await take(tickets, { ...step, does: 'moves', to })
  }
  if (does === 'merges') {
    const into = tickets[step.into! % tickets.length]!
    const allowed = into !== ticket && isLive(ticket) && isLive(into) && ticket.organization === into.organization
    await desk.api('POST', `${at}/merge`, { into: into.number }, allowed ? 200 : 409)
    if (!allowed) return
    ticket.mergedInto = into
    for (const email of ticket.active) if (!into.removed.has(email)) into.active.add(email)
  }
  if (does === 'removes') {
    const known = ticket.active.has(person.email) && ticket.requester !== person.email
    await desk.api('DELETE', `${at}/cc/${person.email}`, undefined, isLive(ticket) ? (known ? 204 : 404) : 409)
    if (!isLive(ticket) || !known) return
    ticket.active.delete(person.email)
    ticket.removed.add(person.email)
  }
  if (does === 'deletes') {
    await desk.api('DELETE', at, undefined, ticket.deleted ? 409 : 204)
    ticket.deleted = true
  }
  if (does === 'restores') {
    await desk.api('POST', `${at}/restore`, undefined, ticket.deleted ? 200 : 409)
    ticket.deleted = false
  }
}

/** A letter, and where the rules send it. */
async function hears(tickets: Ticket[], person: Person, draft: object, named: Ticket | undefined): Promise<void> {
  const { mail } = await desk.hearsFrom(person.company, person, { subject: `Case ${Math.random()}`, ...draft })
  const number = mail!.ticket_number!
  const found = named && mayWrite(named, person) ? endOfTrail(named) : undefined
  const taken = found && !found.deleted && !found.removed.has(person.email) ? found : undefined
  if (taken && taken.status !== 'closed') {
    expect(number).toBe(taken.number)
    taken.active.add(person.email)
    if (taken.status !== 'in_progress') taken.status = 'queued'
    return
  }
  expect(tickets.map((ticket) => ticket.number)).not.toContain(number)
  const opened = await openedTicket(number, person)
  tickets.push(opened)
  const { links } = await desk.api('GET', `/api/tickets/${number}`)
  expect(links).toEqual(taken ? [{ kind: 'follow_up_of', number: taken.number }] : [])
  if (taken) taken.successor = opened
}

async function openedTicket(number: string, person: Person): Promise<Ticket> {
  const notice = await sentTo(desk, person.email).at(-1)!.parsed
  return {
    ...{ number, status: 'queued', organization: person.company.name, requester: person.email },
    ...{ replyTo: notice.replyTo!.text, active: new Set([person.email]), removed: new Set(), deleted: false },
  }
}

function mayWrite(ticket: Ticket, { email, company }: Person): boolean {
  if (ticket.deleted) return false
  return ticket.active.has(email) || (ticket.organization === company.name && !ticket.removed.has(email))
}

/** What was merged, and what follows the closed. */
function endOfTrail(ticket: Ticket): Ticket {
  const next = ticket.mergedInto ?? (ticket.status === 'closed' ? ticket.successor : undefined)
  return next ? endOfTrail(next) : ticket
}

function isLive({ deleted, mergedInto }: Ticket): boolean {
  return !deleted && mergedInto === undefined
}

type Status = (typeof statuses)[number]
type Person = (typeof people)[number]
type Step = { does: string; who?: number; which?: number; into?: number; to?: Status }
type Ticket = {
  number: string
  status: Status
  organization: string
  requester: string
  replyTo: string
  active: Set<string>
  removed: Set<string>
  deleted: boolean
  mergedInto?: Ticket
  successor?: Ticket
}
