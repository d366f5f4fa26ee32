/**
 * Random stories of letters, acts of staff and days that pass, told to the product and to a model of the rules that fits
 * on a page. Where the two disagree, the story is cut down to the shortest that shows it. TICKET_STORIES says how many.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newestTo, replyToOf, ticketOf } from '../case.ts'
import { companies, type Desk, letter, openDesk } from '../scenario.ts'

const { acme, globex, initech } = companies
const people = [
  { company: acme, ...acme.people[0]! },
  { company: acme, ...acme.people[1]! },
  { company: globex, ...globex.people[0]! },
  { company: initech, ...initech.people[0]! },
]
/** Whose letters are held when they are not signed. */
const giulia = people[3]!
const statuses = ['queued', 'in_progress', 'waiting', 'solved', 'closed'] as const
/** Rules §4, once more and by hand. */
const moves: Record<Status, readonly Status[]> = {
  queued: ['in_progress', 'waiting', 'scheduled', 'solved'],
  in_progress: ['queued', 'waiting', 'scheduled', 'solved'],
  waiting: ['queued', 'in_progress', 'scheduled', 'solved'],
  scheduled: ['queued', 'in_progress', 'waiting', 'scheduled', 'solved'],
  solved: ['queued', 'in_progress', 'closed'],
  closed: ['queued', 'in_progress'],
}

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

test('letters, held letters, merges, splits, removals, deletions, moves and days in any order end where the rules say', async () => {
  const numRuns = Number(process.env.TICKET_STORIES ?? 5)
  // A story that fails is cut down for as long as this, and then told as short as it is by then.
  const interruptAfterTimeLimit = 400_000
  await fc.assert(fc.asyncProperty(story, tell), { numRuns, interruptAfterTimeLimit })
}, 600_000)

const who = fc.integer({ min: 0, max: people.length - 1 })
const which = fc.nat({ max: 3 })
const days = fc.constantFrom(1, 7, 13, 14)
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ does: fc.constant('writes'), who }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('answers'), who, which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('names the number'), who, which }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('answers unsigned'), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('releases') }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('closes'), which }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('moves'), which, to: fc.constantFrom(...statuses) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('schedules'), which, days }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('waits'), days }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('merges'), which, into: which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('answers something else'), who, which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('removes'), who, which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('deletes'), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restores'), which }) },
)
const story = fc.array(step, { minLength: 1, maxLength: 30, size: 'max' })

async function tell(steps: Step[]): Promise<void> {
  const world: World = { tickets: [], begun: new Set(), held: [], today: 0 }
  for (const who of [0, 1, 3]) await take(world, { does: 'writes', who })
  for (const one of steps) await take(world, one)
  for (const ticket of world.tickets) {
    const { status } = await ticketOf(desk, ticket.number)
    expect(status, ticket.number).toBe(ticket.status)
  }
}

async function take(world: World, { does, ...step }: Step): Promise<void> {
  const { tickets } = world
  // What is done on one day is done one after the other.
  world.today += 1e-6
  const person = people[step.who ?? 0]!
  const ticket = tickets[(step.which ?? 0) % Math.max(tickets.length, 1)]!
  const at = `/api/tickets/${ticket?.number}`
  if (does === 'writes') return hears(world, person, {}, undefined)
  if (does === 'answers') return hears(world, person, { to: ticket.replyTo }, ticket)
  if (does === 'names the number') return hears(world, person, { subject: `About ${ticket.number}` }, ticket)
  if (does === 'answers unsigned') return holds(world, step.which!)
  if (does === 'releases') return releases(world)
  if (does === 'waits') return waits(world, step.days!)
  if (does === 'moves') {
    const allowed = isLive(ticket) && (ticket.status === step.to || moves[ticket.status].includes(step.to!))
    await desk.api('PATCH', at, { status: step.to }, allowed ? 200 : 409)
    if (allowed && ticket.status !== step.to) move(ticket, step.to!, world.today)
  }
  if (does === 'schedules') {
    const allowed = isLive(ticket) && moves[ticket.status].includes('scheduled')
    const date = new Date(Date.now() + step.days! * 86_400_000)
    await desk.api('PATCH', at, { status: 'scheduled', scheduled_for: date.toISOString() }, allowed ? 200 : 409)
    if (!allowed) return
    move(ticket, 'scheduled', world.today)
    ticket.dueAt = world.today + step.days!
  }
  if (does === 'closes') {
    for (const to of ['solved', 'closed'] as const) await take(world, { ...step, does: 'moves', to })
  }
  if (does === 'merges') {
    const into = tickets[step.into! % tickets.length]!
    const allowed = into !== ticket && isLive(ticket) && isLive(into) && ticket.organization === into.organization
    await desk.api('POST', `${at}/merge`, { into: into.number }, allowed ? 200 : 409)
    if (!allowed) return
    ticket.mergedInto = into
    for (const email of ticket.active) if (!into.removed.has(email)) into.active.add(email)
  }
  if (does === 'answers something else') {
    await hears(world, person, { to: ticket.replyTo }, ticket)
    return splits(world, ticket.mergedInto ?? ticket)
  }
  if (does === 'removes') {
    const known = ticket.active.has(person.email) && ticket.requester !== person.email
    await desk.api('DELETE', `${at}/cc/${person.email}`, undefined, isLive(ticket) ? (known ? 204 : 404) : 409)
    if (!isLive(ticket) || !known) return
    ticket.active.delete(person.email)
    ticket.removed.add(person.email)
  }
  if (does === 'deletes') {
    await desk.api('DELETE', at, undefined, ticket.deletedAt === undefined ? 204 : 409)
    ticket.deletedAt ??= world.today
  }
  if (does === 'restores') {
    await desk.api('POST', `${at}/restore`, undefined, ticket.deletedAt === undefined ? 409 : 200)
    ticket.deletedAt = undefined
  }
}

/** A letter, and where the rules send it. */
async function hears(world: World, person: Person, draft: object, named: Ticket | undefined): Promise<void> {
  const { mail } = await desk.hearsFrom(person.company, person, { subject: `Case ${Math.random()}`, ...draft })
  await filed(world, person, mail!.ticket_number!, named, world.today)
}

async function holds({ tickets, held, today }: World, which: number): Promise<void> {
  const hers = tickets.filter((ticket) => mayWrite(ticket, giulia))
  const ticket = hers[which % Math.max(hers.length, 1)]
  if (!ticket) return
  const raw = await letter({ from: giulia.as, to: ticket.replyTo, subject: `Held ${Math.random()}`, text: 'Please.' })
  const { mail } = await desk.receives(raw, { from: giulia.email, to: ticket.replyTo })
  expect(mail!.disposition).toBe('held')
  held.push({ id: mail!.id, named: ticket, arrived: today })
}

/** The time of arrival decides, not the time of processing. */
async function releases(world: World): Promise<void> {
  const letter = world.held.shift()
  if (!letter) return
  await desk.api('POST', `/api/mail/${letter.id}/release`, { reason: 'They rang.' })
  const { ticket_number } = await desk.api('GET', `/api/mail/${letter.id}`)
  await filed(world, giulia, ticket_number, letter.named, letter.arrived)
}

async function filed(world: World, person: Person, number: string, named: Ticket | undefined, arrived: number) {
  const { tickets, today } = world
  const found = named && mayWrite(named, person) ? endOfTrail(named, arrived) : undefined
  const taken = found && found.deletedAt === undefined && !found.removed.has(person.email) ? found : undefined
  if (taken && !isClosed(taken, arrived)) {
    expect(number).toBe(taken.number)
    taken.active.add(person.email)
    if (taken.status !== 'in_progress') move(taken, 'queued', today)
    return
  }
  expect(tickets.map((ticket) => ticket.number)).not.toContain(number)
  const opened = await openedTicket(number, person)
  tickets.push(opened)
  const { links, messages } = await ticketOf(desk, number)
  world.begun.add(messages[0].id)
  expect(links).toEqual(taken ? [{ kind: 'follow_up_of', number: taken.number }] : [])
  if (taken) taken.successor = opened
}

/** The last message becomes a ticket of its own, with all who are on the old one. */
async function splits(world: World, ticket: Ticket): Promise<void> {
  const message = (await ticketOf(desk, ticket.number)).messages.at(-1)
  if (!message) return
  const person = people.find(({ email }) => email === message.author.email)!
  const allowed = isLive(ticket) && !world.begun.has(message.id) && ticket.active.has(person.email)
  const path = `/api/tickets/${ticket.number}/messages/${message.id}/split`
  const { number } = await desk.api('POST', path, {}, allowed ? 201 : 409)
  if (!allowed) return
  world.begun.add(message.id)
  const opened = await openedTicket(number, person)
  const { organization, active, removed } = ticket
  world.tickets.push({ ...opened, organization, active: new Set(active), removed: new Set(removed) })
}

/** As long as nothing is erased by it: what was deleted or held thirty days ago is gone, which other tests tell of. */
async function waits(world: World, days: number): Promise<void> {
  const oldest = [...world.tickets.map(({ deletedAt }) => deletedAt), ...world.held.map(({ arrived }) => arrived)]
  if (oldest.some((since) => since !== undefined && world.today + days - since > 29)) return
  await desk.later(`${days} days`)
  world.today += days
  for (const ticket of world.tickets) {
    if (ticket.dueAt === undefined || ticket.dueAt > world.today) continue
    move(ticket, ticket.status === 'solved' ? 'closed' : 'queued', ticket.dueAt)
  }
}

function move(ticket: Ticket, to: Status, at: number): void {
  ticket.status = to
  ticket.closedAt = to === 'closed' ? at : undefined
  ticket.dueAt = to === 'solved' ? at + 14 : undefined
}

async function openedTicket(number: string, person: Person): Promise<Ticket> {
  const notice = await newestTo(desk, person.email)
  expect(notice.text).toContain(number)
  return {
    ...{ number, status: 'queued', organization: person.company.name, requester: person.email },
    ...{ replyTo: replyToOf(notice), active: new Set([person.email]), removed: new Set() },
  }
}

function mayWrite(ticket: Ticket, { email, company }: Person): boolean {
  if (ticket.deletedAt !== undefined) return false
  return ticket.active.has(email) || (ticket.organization === company.name && !ticket.removed.has(email))
}

/** What was merged, and what follows the closed. */
function endOfTrail(ticket: Ticket, arrived: number): Ticket {
  const next = ticket.mergedInto ?? (isClosed(ticket, arrived) ? ticket.successor : undefined)
  return next ? endOfTrail(next, arrived) : ticket
}

function isClosed({ status, closedAt }: Ticket, arrived: number): boolean {
  return status === 'closed' && closedAt! <= arrived
}

function isLive({ deletedAt, mergedInto }: Ticket): boolean {
  return deletedAt === undefined && mergedInto === undefined
}

type Status = (typeof statuses)[number] | 'scheduled'
type Person = (typeof people)[number]
type Step = { does: string; who?: number; which?: number; into?: number; to?: Status; days?: number }
/** `begun`: messages that tickets began with. `today` is in days, with what happened within a day as fractions. */
type World = {
  tickets: Ticket[]
  begun: Set<string>
  held: { id: string; named: Ticket; arrived: number }[]
  today: number
}
type Ticket = {
  number: string
  status: Status
  organization: string
  requester: string
  replyTo: string
  active: Set<string>
  removed: Set<string>
  /** Of a closed one. */
  closedAt?: number | undefined
  /** When time moves it: a solved one to closed, a scheduled one to the queue. */
  dueAt?: number | undefined
  deletedAt?: number | undefined
  mergedInto?: Ticket
  successor?: Ticket
}
