import { Actor, type api, ticketNumber } from '@podatelna/contracts'
import type { Prisma, Store } from '@podatelna/store'
import { z } from 'zod'

/** Everything that happened to one letter, across all services, in order. Nothing is written for it; it is derived. */
export async function readTimeline(store: Store, id: string): Promise<api.TimelineEntry[]> {
  const row = await store.prisma.inboundMail.findUniqueOrThrow({ where: { id }, select: columns })
  const entries = [
    ...atTheDoor(row),
    ...row.events.map(decision),
    ...row.messages.flatMap((message) => [filed(message), ...splitOff(message), ...message.deliveries.flatMap(sent)]),
    ...aboutIt(row).flatMap(sent),
    ...(row.bounceOf ? [matched(row.bounceOf)] : []),
  ]
  return entries
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ at, ...entry }) => ({ at: at.toISOString(), ...entry }))
}

function atTheDoor(row: Row): Entry[] {
  const at = row.receivedAt
  const route = `${row.helo} [${row.peer}]${row.tls ? ` over ${row.tls}` : ''}`
  const detail = `${row.bytes} bytes from ${route}, <${row.mailFrom}> to ${row.rcptTo.join(', ')}`
  const again = row.repeats > 0 ? `; it came ${row.repeats} more time(s), without effect` : ''
  const received = { at, service: 'ingress', what: 'received', detail: detail + again }
  const judged = { at, service: 'ingress', what: 'judged', detail: explanationOf(row.verdict) }
  const { disposition, reason } = atFirst(row)
  return [received, judged, { at, service: 'ingress', what: disposition, detail: reason }]
}

/** The row says what became of the letter in the end; what it was before, the first event that changed it knows. */
function atFirst(row: Row): { disposition: string; reason: string } {
  const changed = row.events.find(({ was }) => was !== null)
  return Was.parse(changed?.was ?? row)
}

const Was = z.object({ disposition: z.string(), reason: z.string() })

/** The link that several letters share is in the timeline of each of them. */
function aboutIt(row: Row): DeliveryRow[] {
  const shared = row.authorization?.letters.flatMap((letter) => letter.deliveries) ?? []
  const own = new Set(row.deliveries.map(({ id }) => id))
  return [...row.deliveries, ...shared.filter(({ id }) => !own.has(id))]
}

function decision({ at, type, by, detail }: Row['events'][number]): Entry {
  const who = Actor.parse(by)
  return { at, service: 'admission', what: type, detail: [`by ${who.name}`, detail].filter(Boolean).join(': ') }
}

function filed({ id, ticket }: Row['messages'][number]): Entry {
  const opened = ticket.messages[0]?.id === id
  const before = opened ? splitFrom(ticket) : undefined
  const detail = before ? `joined ${before}` : `${opened ? 'opened' : 'joined'} ${ticketNumber(ticket.number)}`
  return { at: madeAt(id), service: 'tickets', what: 'filed', detail }
}

/** Staff took it out of the ticket that it joined, into one of its own. */
function splitOff({ id, ticket }: Row['messages'][number]): Entry[] {
  const [opening] = ticket.events
  if (!opening || ticket.messages[0]?.id !== id || !splitFrom(ticket)) return []
  const detail = `by ${Actor.parse(opening.by).name}: to ${ticketNumber(ticket.number)}`
  return [{ at: opening.at, service: 'tickets', what: 'split', detail }]
}

function splitFrom({ events }: Row['messages'][number]['ticket']): string | undefined {
  const { split_from } = Object(events[0]?.detail)
  return typeof split_from === 'string' ? split_from : undefined
}

function sent(delivery: DeliveryRow): Entry[] {
  const { kind, toAddress, createdAt, attempts } = delivery
  const planned = { at: createdAt, service: 'outbound', what: 'queued', detail: `${kind} to ${toAddress}` }
  const tried = attempts.map(({ at, outcome, smtp }): Entry => {
    return { at, service: 'outbound', what: outcome, detail: `${kind} to ${toAddress}: ${smtp}` }
  })
  return [planned, ...tried]
}

/** The letter is a bounce, of something that we sent. */
function matched({ at, outcome, delivery }: NonNullable<Row['bounceOf']>): Entry {
  const detail = `bounce of delivery ${delivery.id}, ${delivery.kind} to ${delivery.toAddress}: ${outcome}`
  return { at, service: 'outbound', what: 'matched', detail }
}

/** A message carries the time of its letter's arrival; when it was filed, its time-ordered id knows (RFC 9562 §5.7). */
function madeAt(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16))
}

function explanationOf(verdict: Prisma.JsonValue): string {
  const { explanation } = Object(verdict)
  return typeof explanation === 'string' ? explanation : ''
}

const deliveries = {
  select: { id: true, kind: true, toAddress: true, createdAt: true, attempts: { orderBy: { id: 'asc' } } },
} as const
const columns = {
  receivedAt: true,
  bytes: true,
  repeats: true,
  helo: true,
  peer: true,
  tls: true,
  mailFrom: true,
  rcptTo: true,
  verdict: true,
  disposition: true,
  reason: true,
  authorization: { select: { letters: { select: { deliveries: { ...deliveries, where: { kind: 'letter_held' } } } } } },
  events: { orderBy: { id: 'asc' } },
  bounceOf: { select: { at: true, outcome: true, delivery: { select: { id: true, kind: true, toAddress: true } } } },
  deliveries: { ...deliveries, where: { causedById: null } },
  messages: {
    select: {
      id: true,
      deliveries,
      ticket: {
        select: {
          number: true,
          messages: { where: { quotedInId: null }, orderBy: { createdAt: 'asc' }, take: 1, select: { id: true } },
          events: { where: { type: 'opened' }, take: 1, select: { at: true, by: true, detail: true } },
        },
      },
    },
  },
} as const satisfies Prisma.InboundMailSelect
type Row = Prisma.InboundMailGetPayload<{ select: typeof columns }>
type DeliveryRow = Prisma.DeliveryGetPayload<typeof deliveries>
type Entry = { at: Date; service: string; what: string; detail: string }
