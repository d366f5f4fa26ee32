/** The life of invented tickets: a block of them with all that hangs on them. */

import { type Random, seeded } from '../../world/random.ts'
import { type Client, type Directory, mailboxShares, type Person } from './clients.ts'
import { arrived, attach, tell } from './post.ts'
import { put, type Rows } from './rows.ts'
import { type Language, sentence, title } from './words.ts'

export type Plan = { seed: number; tickets: number; end: number; directory: Directory }

export const firstNumber = 100_001
export const blockSize = 2_500
const day = 86_400_000
/** Of the newest tickets letters and deliveries are there, too; of older ones there are messages only. */
const withMail = 0.04

export type Ticket = {
  id: string
  number: number
  subject: string
  status: string
  priority: string
  mailbox: number
  client: Client
  agent: Person | undefined
  createdAt: number
  updatedAt: number
  successorId?: string
  mergedIntoId?: string
  legacyNumber?: string
  deletedAt?: number
}

/** One message; `told` are those on the ticket. */
export type Entry = {
  id: string
  ticket: Ticket
  kind: string
  author: Person
  at: number
  subject: string
  text: string
  told: Seat[]
  opening: boolean
}
type Seat = { id: string; person: Person }

/** The rows of one block; the same for the same plan, whichever blocks were made before. */
export function block(plan: Plan, index: number): Rows {
  const random = seeded(plan.seed * 1_000_003 + index)
  const rows: Rows = new Map()
  const newest = new Map<Client, Ticket>()
  const last = Math.min(plan.tickets, (index + 1) * blockSize)
  for (let i = index * blockSize; i < last; i++) {
    const ticket = opened(random, plan, i)
    follow(random, newest.get(ticket.client), ticket)
    newest.set(ticket.client, ticket)
    live(random, plan, ticket, i / plan.tickets > 1 - withMail, rows)
  }
  for (const table of rows.values()) table.sort((a, b) => a.at - b.at)
  return rows
}

/** More come every year: half of five years' tickets are of the last two. */
function opened(random: Random, { tickets, end, directory }: Plan, i: number): Ticket {
  const createdAt = Math.round(end - 5 * 365 * day * (1 - ((i + random.next()) / tickets) ** 0.6))
  const client = directory.clients[random.rank(directory.clients.length)]!
  const age = (end - createdAt) / day
  const status = random.weighted(age < 14 ? fresh : settled)
  const unassigned = random.chance(status === 'queued' ? 0.6 : 0.03)
  return {
    id: random.id(createdAt),
    number: firstNumber + i,
    subject: title(random, client.language),
    ...{ status, createdAt, updatedAt: createdAt, client },
    priority: random.weighted(priorities),
    mailbox: random.weighted(mailboxShares.map((share, mailbox) => [mailbox, share] as const)),
    agent: unassigned ? undefined : directory.agents[random.rank(directory.agents.length)],
    ...(random.chance(0.03) && { legacyNumber: String(1_000_000 + random.below(9_000_000)) }),
    ...(age < 30 && random.chance(0.005) && { deletedAt: Math.min(end, createdAt + day) }),
  }
}

const priorities = weights('normal 0.8 low 0.1 high 0.08 urgent 0.02')
const fresh = weights('queued 0.2 in_progress 0.15 waiting 0.2 scheduled 0.05 solved 0.2 closed 0.2')
const settled = weights('closed 0.994 waiting 0.003 in_progress 0.001 queued 0.001 scheduled 0.001')
const later = weights('inbound 0.42 reply 0.44 note 0.12 phone 0.02')
const copyStates = weights('active 0.93 proposed 0.04 removed 0.03')

/** Some closed tickets were answered late, and some were the same case twice. */
function follow(random: Random, before: Ticket | undefined, ticket: Ticket): void {
  if (!before || before.deletedAt) return
  if (before.status === 'closed' && random.chance(0.01)) before.successorId = ticket.id
  else if (random.chance(0.005)) before.mergedIntoId = ticket.id
}

function live(random: Random, plan: Plan, ticket: Ticket, mailed: boolean, rows: Rows): void {
  const [requester, ...others] = team(random, ticket.client)
  const copied = others.slice(0, Math.floor(random.about(0.5)))
  const told = [requester!, ...copied].map((person, i) => joined(random, ticket, person, i === 0, rows))
  const count = 1 + Math.min(400, Math.floor(random.about(random.chance(0.01) ? 60 : 3.9)))
  let at = ticket.createdAt
  for (let k = 0; k < count; k++) {
    if (k > 0) at = Math.min(plan.end, at + Math.round(random.about(0.3 * day)))
    const kind = k > 0 ? random.weighted(later) : random.chance(0.9) ? 'inbound' : 'phone'
    const staff = ticket.agent ?? plan.directory.agents[0]!
    const author = kind === 'inbound' ? random.one([requester!, requester!, ...copied]) : staff
    const subject = k > 0 ? `Re: ${ticket.subject}` : ticket.subject
    const text = letterText(random, ticket.client.language, author)
    const entry = { id: random.id(at), ticket, kind, author, at, subject, text, told, opening: k === 0 }
    wrote(random, plan, entry, mailed, rows)
  }
  ticket.updatedAt = at
  if (ticket.status === 'closed') ended(ticket, at, rows)
  put(rows, 'tickets', ticket.createdAt, () => ticketRow(plan, ticket))
}

function team(random: Random, { contacts }: Client): Person[] {
  const first = random.rank(contacts.length)
  return [...contacts.slice(first), ...contacts.slice(0, first)].slice(0, 4)
}

/** Serials are given in the order of the rows, when they are written. */
function joined(random: Random, ticket: Ticket, person: Person, requests: boolean, rows: Rows): Seat {
  const [id, at] = [random.id(ticket.createdAt), ticket.createdAt]
  const state = requests ? 'active' : random.weighted(copyStates)
  put(rows, 'participants', at, () => {
    const { name, email: address } = person
    const role = requests ? 'requester' : 'cc'
    return {
      id,
      ticket_id: ticket.id,
      address,
      name,
      role,
      state,
      added_by: actor('contact', person),
      added_at: new Date(at),
    }
  })
  return { id, person }
}

function wrote(random: Random, plan: Plan, entry: Entry, mailed: boolean, rows: Rows): void {
  const { id, ticket, kind, author, at, subject, text, opening } = entry
  const inbound = kind === 'inbound'
  const by = actor(inbound ? 'contact' : 'agent', author)
  const messageId = inbound ? `${id}@${ticket.client.domain}` : null
  const mailId = inbound && mailed ? random.id(at) : null
  const audience = kind === 'note' ? 'internal' : 'client'
  put(rows, 'messages', at, () => {
    // What was merged stands in the other ticket.
    const place = {
      ticket_id: ticket.mergedIntoId ?? ticket.id,
      home_ticket_id: ticket.mergedIntoId ? ticket.id : null,
    }
    const words = { subject, text, visible_text: text }
    return {
      id,
      ...place,
      kind,
      audience,
      author: by,
      ...words,
      message_id: messageId,
      mail_id: mailId,
      created_at: new Date(at),
    }
  })
  happened(ticket, at, opening ? 'opened' : (noted[kind] ?? 'message_added'), by, {}, rows)
  if (mailId) arrived(random, plan, { ...entry, id: mailId, messageId: messageId! }, rows)
  if (random.chance(0.08)) attach(random, id, at, rows)
  if (mailed && (opening || kind === 'reply')) tell(random, entry, rows)
}

const noted: Record<string, string> = { reply: 'replied', note: 'noted' }

function letterText(random: Random, language: Language, author: Person): string {
  const [hello, bye] = greetings[language]
  const length = () => 4 + Math.floor(random.about(9))
  const body = Array.from({ length: 1 + random.below(4) }, () => sentence(random, language, length()))
  const greeted = random.chance(0.85) ? `${hello},\n\n` : ''
  const signed = random.chance(0.7) ? `\n\n${bye}\n${author.name}\n` : '\n'
  return `${greeted}${body.join(random.chance(0.3) ? '\n\n' : ' ')}${signed}`
}

const greetings = {
  cs: ['Dobrý den', 'S pozdravem'],
  it: ['Buongiorno', 'Cordiali saluti'],
  en: ['Hello', 'Kind regards'],
} as const

function ended(ticket: Ticket, at: number, rows: Rows): void {
  const by = ticket.agent ? actor('agent', ticket.agent) : { kind: 'system', name: 'Podatelna' }
  happened(ticket, at, 'status_changed', by, { from: 'in_progress', to: 'solved' }, rows)
  happened(ticket, at + 14 * day, 'status_changed', by, { from: 'solved', to: 'closed' }, rows)
}

function happened({ id }: Ticket, at: number, type: string, by: object, detail: object, rows: Rows): void {
  put(rows, 'ticket_events', at, () => ({ ticket_id: id, at: new Date(at), type, by, detail }))
}

function ticketRow({ directory, end }: Plan, ticket: Ticket) {
  const { id, number, subject, status, priority, client, agent, createdAt, updatedAt, legacyNumber, deletedAt } = ticket
  return {
    ...{ id, number, subject, status, priority },
    mailbox_id: directory.mailboxes[ticket.mailbox]!.id,
    organization_id: client.id,
    assignee_id: agent?.id ?? null,
    solved_at: status === 'closed' || status === 'solved' ? new Date(updatedAt) : null,
    closed_at: status === 'closed' ? new Date(Math.min(end, updatedAt + 14 * day)) : null,
    scheduled_for: status === 'scheduled' ? new Date(end + 30 * day) : null,
    successor_id: ticket.successorId ?? null,
    merged_into_id: ticket.mergedIntoId ?? null,
    legacy_system_id: legacyNumber ? directory.legacySystemId : null,
    legacy_number: legacyNumber ?? null,
    deleted_at: deletedAt ? new Date(deletedAt) : null,
    created_at: new Date(createdAt),
    updated_at: new Date(updatedAt),
  }
}

function actor(kind: 'contact' | 'agent', { name, email }: Person) {
  return { kind, name, email }
}

/** `word 0.8 other 0.2` */
function weights(text: string): (readonly [string, number])[] {
  const words = text.split(' ')
  return words.flatMap((word, i) => (i % 2 === 0 ? [[word, Number(words[i + 1])] as const] : []))
}
