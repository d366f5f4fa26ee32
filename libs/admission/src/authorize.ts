/** The author's page: what a link speaks of, and what its holder decides (rules §1, "Authorization link"). */
import { createHash } from 'node:crypto'
import { envelope, outboxInsert } from '@podatelna/bus'
import { type Actor, type Envelope, mailAdmitted } from '@podatelna/contracts'
import type { Database, Store } from '@podatelna/store'
import type { Desk } from '@podatelna/ticketing'
import { recordMailEvent } from './mail-events.ts'

export type LinkState = 'waiting' | 'confirmed' | 'disowned' | 'expired'
export type Link = {
  address: string
  language: string
  expiresAt: Date
  expired: boolean
  letters: { id: string; subject: string; receivedAt: Date; bytes: number; server: string; state: LinkState }[]
}

/** After "this was not me", no links go to that address for this long. */
const pauseMs = 24 * 3_600_000

/** What the page of a link shows; reading it changes nothing, so a link scanner uses up nothing. */
export async function openLink(store: Store, token: string): Promise<Link | undefined> {
  const link = await store.prisma.authorization.findUnique({
    where: { tokenHash: hash(token) },
    include: lettersOfLink,
  })
  if (!link) return undefined
  const expired = link.expiresAt < new Date()
  const letters = link.letters.map(({ id, subject, receivedAt, bytes, helo, peer, disposition, reason }) => ({
    ...{ id, subject, receivedAt, bytes, server: `${helo} [${peer}]` },
    state: stateOf(disposition, reason, expired),
  }))
  return { address: link.address, language: link.language, expiresAt: link.expiresAt, expired, letters }
}

export type LinkDecision = {
  token: string
  /** Which letter; may be left out when the link speaks of one only. */
  mailId?: string | undefined
  decision: 'confirm' | 'not_me'
  /** Where the decision came from, for the audit trail. */
  from: string
}
export type Decided =
  | { ok: true; state: 'confirmed' | 'disowned'; already: boolean }
  | { ok: false; problem: 'no_link' | 'expired' | 'no_letter'; detail: string }

/** Confirms or disowns one letter. Idempotent: a letter that was decided stays as it was decided. */
export async function decideLetter(desk: Desk, input: LinkDecision): Promise<Decided> {
  const { decided, events } = await desk.store.prisma.$transaction(async (database): Promise<Step> => {
    const found = await findLetter(database, input)
    if (!found.ok) return { decided: found, events: [] }
    const already = stateOf(found.disposition, found.reason, false)
    if (already === 'confirmed' || already === 'disowned') {
      return { decided: { ok: true, state: already, already: true }, events: [] }
    }
    const by: Actor = { kind: 'contact', name: found.address, email: found.address }
    const act = input.decision === 'confirm' ? confirm : disown
    return act(database, found, by, input.from)
  })
  desk.bus.publish(events)
  return decided
}

/** What became of the letter, and the events that follow once it is committed. */
type Step = { decided: Decided; events: Envelope[] }

/** Everything of the letters but their bytes. */
const lettersOfLink = {
  letters: {
    orderBy: { receivedAt: 'asc' as const },
    omit: { raw: true, header: true },
  },
}

async function findLetter(database: Database, input: LinkDecision): Promise<Found> {
  const link = await database.authorization.findUnique({
    where: { tokenHash: hash(input.token) },
    include: lettersOfLink,
  })
  if (!link) return { ok: false, problem: 'no_link', detail: 'This link is not one of ours.' }
  const letter = input.mailId ? link.letters.find(({ id }) => id === input.mailId) : onlyOne(link.letters)
  if (!letter) return { ok: false, problem: 'no_letter', detail: 'Say which of the letters you mean.' }
  const [locked] = await database.$queryRaw<{ disposition: string; reason: string }[]>`
    SELECT disposition, reason FROM inbound_mail WHERE id = ${letter.id}::uuid FOR UPDATE`
  const waiting = locked!.disposition === 'held'
  if (waiting && link.expiresAt < new Date()) return { ok: false, problem: 'expired', detail: 'This link has expired.' }
  return { ok: true, id: letter.id, address: link.address, ...locked! }
}

type Found =
  | { ok: true; id: string; address: string; disposition: string; reason: string }
  | Extract<Decided, { ok: false }>

async function confirm(database: Database, letter: { id: string }, by: Actor, from: string): Promise<Step> {
  const events = [envelope(mailAdmitted, { mail_id: letter.id })]
  await settle(database, letter.id, 'admitted', 'Confirmed by its author through the link sent to their address.')
  await recordMailEvent(database, letter.id, 'confirmed', by, `from ${from}`)
  await database.$executeRaw(outboxInsert(events))
  return { decided: { ok: true, state: 'confirmed', already: false }, events }
}

async function disown(
  database: Database,
  letter: { id: string; address: string },
  by: Actor,
  from: string,
): Promise<Step> {
  const until = new Date(Date.now() + pauseMs)
  await settle(database, letter.id, 'refused', disowned)
  await recordMailEvent(database, letter.id, 'disowned', by, `from ${from}`)
  const { address } = letter
  await database.linkPause.upsert({ where: { address }, create: { address, until }, update: { until } })
  return { decided: { ok: true, state: 'disowned', already: false }, events: [] }
}

const disowned = 'The person it was written in the name of says that they did not write it.'

async function settle(database: Database, id: string, disposition: string, reason: string): Promise<void> {
  await database.inboundMail.update({ where: { id }, data: { disposition, reason } })
}

function stateOf(disposition: string, reason: string, expired: boolean): LinkState {
  if (disposition === 'held') return expired ? 'expired' : 'waiting'
  if (disposition === 'admitted') return 'confirmed'
  return reason === disowned ? 'disowned' : 'expired'
}

function onlyOne<T>(items: T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined
}

function hash(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest())
}
