/** The author's page: what a link speaks of, and what its holder decides (rules §1, "Authorization link"). */
import { createHash } from 'node:crypto'
import { envelope, outboxInsert } from '@podatelna/bus'
import { type Actor, type Envelope, mailAdmitted } from '@podatelna/contracts'
import type { Database, Store } from '@podatelna/store'
import type { Desk } from '@podatelna/ticketing'
import { keptFrom, moveLetter } from './mail-events.ts'
import { lockLetter, reconsider, recordIdentity, type WaitingLetter } from './waiting.ts'

/**
 * - `waiting`: for the holder of the link
 * - `confirmed`: taken, on the word of its author
 * - `with_staff`: confirmed too, but staff decide: its author may not write to the mailbox any more
 * - `released`: taken, on the word of staff
 * - `disowned`: refused, on the word of the person it was written in the name of
 * - `expired`: nobody confirmed it in time; staff decide
 */
export type LinkState = 'waiting' | 'confirmed' | 'with_staff' | 'released' | 'disowned' | 'expired'
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
export async function openLink(store: Store, token: string, now = new Date()): Promise<Link | undefined> {
  const link = await store.prisma.authorization.findUnique({
    where: { tokenHash: hash(token) },
    include: lettersOfLink,
  })
  if (!link) return undefined
  const expired = link.expiresAt <= now
  const letters = link.letters.map(({ id, subject, receivedAt, bytes, helo, peer, disposition, events }) => ({
    ...{ id, subject, receivedAt, bytes, server: `${helo} [${peer}]` },
    state: stateOf(disposition, events[0]?.type, expired),
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
  | { ok: true; state: Exclude<LinkState, 'waiting' | 'expired'>; already: boolean }
  | { ok: false; problem: 'no_link' | 'expired' | 'no_letter'; detail: string }

/** Confirms or disowns one letter. Idempotent: a letter that was decided stays as it was decided. */
export async function decideLetter(desk: Desk, input: LinkDecision, now = new Date()): Promise<Decided> {
  const { decided, events } = await desk.store.prisma.$transaction(async (database): Promise<Step> => {
    const found = await findLetter(database, input, now)
    if ('problem' in found) return { decided: found, events: [] }
    const { letter, state } = found
    if (state === 'expired') return { decided: expiredLink, events: [] }
    if (state !== 'waiting') return { decided: { ok: true, state, already: true }, events: [] }
    const holder = { by: holderOf(letter), from: input.from, now }
    return input.decision === 'confirm' ? confirm(database, letter, holder) : disown(database, letter, holder)
  })
  desk.bus.publish(events)
  return decided
}

/** What became of the letter, and the events that follow once it is committed. */
type Step = { decided: Decided; events: Envelope[] }

const decisions = {
  where: { type: { in: ['confirmed', 'disowned', 'released', 'expired'] } },
  orderBy: { id: 'desc' as const },
  take: 1,
}

/** Everything of the letters but their bytes. */
const lettersOfLink = {
  letters: {
    orderBy: { receivedAt: 'asc' as const },
    omit: { raw: true, header: true },
    include: { events: decisions },
  },
}

async function findLetter(database: Database, input: LinkDecision, now: Date): Promise<Found | Refused> {
  const link = await database.authorization.findUnique({
    where: { tokenHash: hash(input.token) },
    include: { letters: { select: { id: true } } },
  })
  if (!link) return { ok: false, problem: 'no_link', detail: 'This link is not one of ours.' }
  const meant = input.mailId ? link.letters.find(({ id }) => id === input.mailId) : onlyOne(link.letters)
  const letter = meant && (await lockLetter(database, meant.id))
  if (!letter) return { ok: false, problem: 'no_letter', detail: 'Say which of the letters you mean.' }
  // Only now, with the letter locked: somebody else may have decided while we waited for it.
  const decision = await database.mailEvent.findFirst({
    ...decisions,
    where: { ...decisions.where, mailId: letter.id },
  })
  return { letter, state: stateOf(letter.disposition, decision?.type, link.expiresAt <= now) }
}

type Found = { letter: WaitingLetter; state: LinkState }
type Refused = Extract<Decided, { ok: false }>

const expiredLink: Refused = { ok: false, problem: 'expired', detail: 'This link has expired.' }

async function confirm(database: Database, letter: WaitingLetter, { by, from, now }: Holder): Promise<Step> {
  const { decision, identity } = await reconsider(database, letter)
  const event = { type: 'confirmed' as const, by, detail: `from ${from}` }
  await recordIdentity(database, letter.id, identity)
  if (decision.disposition !== 'admitted') {
    const reason = `Confirmed, but its author may not write to this mailbox any more. ${decision.reason}`
    const quarantined = { disposition: 'quarantined' as const, reason, keepUntil: keptFrom(now) }
    await moveLetter(database, letter.id, quarantined, event)
    return { decided: { ok: true, state: 'with_staff', already: false }, events: [] }
  }
  const events = [envelope(mailAdmitted, { mail_id: letter.id })]
  await moveLetter(database, letter.id, { disposition: 'admitted', reason: decision.reason }, event)
  await database.$executeRaw(outboxInsert(events))
  return { decided: { ok: true, state: 'confirmed', already: false }, events }
}

async function disown(database: Database, letter: WaitingLetter, { by, from, now }: Holder): Promise<Step> {
  const reason = 'The person it was written in the name of says that they did not write it.'
  const refused = { disposition: 'refused' as const, reason, keepUntil: keptFrom(now) }
  await moveLetter(database, letter.id, refused, { type: 'disowned', by, detail: `from ${from}` })
  const address = letter.from_address!
  const until = new Date(now.getTime() + pauseMs)
  await database.linkPause.upsert({ where: { address }, create: { address, until }, update: { until } })
  return { decided: { ok: true, state: 'disowned', already: false }, events: [] }
}

type Holder = { by: Actor; from: string; now: Date }

/** Whoever holds the link reads the mail of the address it was sent to; more is not known of them. */
function holderOf({ from_address, contact_id, agent_id }: WaitingLetter): Actor {
  const email = from_address ?? ''
  return { kind: agent_id ? 'agent' : contact_id ? 'contact' : 'unregistered', name: email, email }
}

function stateOf(disposition: string, decision: string | undefined, expired: boolean): LinkState {
  if (disposition === 'held') return expired ? 'expired' : 'waiting'
  if (decision === 'confirmed') return disposition === 'admitted' ? 'confirmed' : 'with_staff'
  return decision === 'disowned' || decision === 'released' ? decision : 'expired'
}

function onlyOne<T>(items: T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined
}

function hash(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest())
}
