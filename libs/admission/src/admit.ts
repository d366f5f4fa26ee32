/**
 * The first room of a letter's life: everything that is decided between its last byte and our answer (rules §1). What
 * was answered 250 is committed; next, libs/ticketing files it.
 */
import type { Readable } from 'node:stream'
import { type Bus, envelope } from '@podatelna/bus'
import { api, mailAdmitted, mailSuppressed, type Verdict } from '@podatelna/contracts'
import {
  type Arrival,
  answeredIds,
  bounceTag,
  type Classification,
  classify,
  classifyWhole,
  type Header,
  headerMailboxes,
  headerText,
  normalizeAddress,
  oneLine,
  readToken,
  splitPlus,
  threadSerials,
} from '@podatelna/mail'
import { type LetterDraft, newId, Prisma, rowLimit, type Store } from '@podatelna/store'
import { mostCopies } from '@podatelna/ticketing'
import { LRUCache } from 'lru-cache'
import { type Answer, type Decision, decide } from './decide.ts'
import { hold, takeUnproved } from './hold.ts'
import { type Identity, identify } from './identify.ts'
import { recordAlone } from './record.ts'
import type { Resolver } from './resolver.ts'
import { type Judgement, judge, type Peer } from './verdict.ts'

export type Door = {
  store: Store
  bus: Bus
  resolver: Resolver
  keys: readonly string[]
  mailDomain: string
  arcSealers: readonly string[]
  /** Asked for once a second, not once a letter; a mailbox's policy is read with every letter (identify.ts). */
  mailboxes: LRUCache<string, true>
}

export function openDoor(parts: Omit<Door, 'mailboxes'>): Door {
  return { ...parts, mailboxes: new LRUCache({ max: 1_000, ttl: 1_000 }) }
}

/** One letter as it came through a door, its bytes in `draft`, not yet answered. */
export type ArrivedLetter = {
  arrival: Arrival
  draft: LetterDraft
  receivedAt: Date
  mailFrom: string
  rcptTo: string[]
  peer: Peer
  tls: string | undefined
  /** By whoever saw its peer, when that was not us (collected-verdict.ts). */
  judgement?: Judgement
}

/** What the door tells the sender's server, and for the log, what became of the letter. */
export type Admission = { mailId: string; disposition: Decision['disposition']; reason: string; answer: Answer }

/**
 * Decides about a letter and commits the decision. Rejects only when the database or the letter store is away; then
 * nothing was written and the sender keeps the letter.
 */
export async function admit(door: Door, letter: ArrivedLetter): Promise<Admission> {
  const serials = threadSerials(letter.arrival.header, letter.rcptTo, door.keys)
  const classification = classifyLetter(door, letter, serials)
  const judgement = letter.judgement ?? (await judgeLetter(door, letter))
  const identity = await identifyAuthor(door, letter, judgement, serials)
  const returned = letter.rcptTo.every((recipient) => bounceTag(recipient, door.mailDomain) !== undefined)
  const decision = decideAbout({ classification, judgement, identity, returned })
  const record = describe(letter, { classification, judgement, identity, decision, serials }, door.mailDomain)
  return commit(door, record, letter.draft)
}

/** True for addresses we receive for: mailboxes, with anything behind a plus, and the bounce addresses of deliveries. */
export async function isOurs(door: Door, recipient: string): Promise<boolean> {
  const bounce = bounceTag(recipient, door.mailDomain)
  if (bounce !== undefined) return readToken(door.keys, 'bounce', bounce) !== undefined
  const address = splitPlus(normalizeAddress(recipient)).base
  if (door.mailboxes.has(address)) return true
  const rows = await door.store.query(Prisma.sql`SELECT FROM mailboxes WHERE address = ${address}`)
  if (rows.length > 0) door.mailboxes.set(address, true)
  return rows.length > 0
}

/** The body of a small letter is at hand; a large one is classified by its header alone. */
function classifyLetter(
  door: Door,
  { arrival, draft, mailFrom, rcptTo }: ArrivedLetter,
  serials: bigint[],
): Classification {
  const bounceToken = rcptTo.map((to) => bounceTag(to, door.mailDomain)).find((tag) => tag !== undefined)
  const envelope = { mailFrom, bounceToken, answersUs: serials.length > 0 }
  const contents = draft.bytes > rowLimit ? undefined : draft.contents()
  return Buffer.isBuffer(contents)
    ? classifyWhole(contents, arrival.header, envelope, door)
    : classify(arrival.header, envelope, door.keys)
}

function judgeLetter(door: Door, letter: ArrivedLetter): Promise<Judgement> {
  const { draft, mailFrom, peer } = letter
  const source: Buffer | Readable = draft.contents()
  const how = { resolver: door.resolver, mta: door.mailDomain, arcSealers: door.arcSealers }
  return judge({ header: letter.arrival.header, source, mailFrom, peer }, how)
}

function identifyAuthor(door: Door, letter: ArrivedLetter, judgement: Judgement, serials: bigint[]): Promise<Identity> {
  const mailboxes = letter.rcptTo
    .filter((recipient) => bounceTag(recipient, door.mailDomain) === undefined)
    .map((recipient) => splitPlus(normalizeAddress(recipient)).base)
  return identify(door.store, { author: judgement.verdict.author ?? '', mailboxes, serials })
}

function decideAbout(known: {
  classification: Classification
  judgement: Judgement
  identity: Identity
  returned: boolean
}): Decision {
  const { classification, judgement, identity, returned } = known
  return decide({
    ...classification,
    judgement,
    standing: identity.standing,
    policy: identity.mailbox?.policy ?? 'contacts',
    mailbox: identity.mailbox?.address,
    returned,
  })
}

/** Everything that is known of a letter when it is answered; record.ts writes it down. */
export type LetterRecord = ReturnType<typeof describe> & {
  /** Its author is told nothing by itself. */
  unanswered?: boolean
}

function describe(
  letter: ArrivedLetter,
  known: {
    classification: Classification
    judgement: Judgement
    identity: Identity
    decision: Decision
    serials: bigint[]
  },
  mailDomain: string,
) {
  const { arrival } = letter
  const { identity } = known
  const verdict: Verdict = known.judgement.verdict
  return {
    ...known.decision,
    id: newId(),
    arrival,
    receivedAt: letter.receivedAt,
    mailFrom: oneLine(letter.mailFrom, 512),
    rcptTo: letter.rcptTo.map((recipient) => oneLine(normalizeAddress(recipient), 512)),
    mailboxId: identity.mailbox?.id ?? null,
    peer: letter.peer.address,
    helo: oneLine(letter.peer.helo, 255),
    tls: letter.tls ?? null,
    fromAddress: verdict.author ?? null,
    fromName: oneLine(headerMailboxes(arrival.header, 'from')[0]?.name ?? '', 255),
    subject: oneLine(headerText(arrival.header, 'subject'), 998),
    kind: known.classification.kind,
    verdict,
    contactId: identity.contactId,
    organizationId: identity.organizationId,
    agentId: identity.agentId,
    standing: identity.standing,
    language: identity.language,
    threadSerials: known.serials,
    answered: answeredIds(arrival.header),
    addressees: addressees(arrival.header, verdict.author ?? '', mailDomain),
  }
}

/** Whom the author put in To and Cc, themselves and our bounce addresses aside; which mailboxes are ours, filing knows. */
function addressees(header: Header, author: string, mailDomain: string): Addressee[] {
  const people = new Map<string, Addressee>()
  for (const { address, name } of ['to', 'cc'].flatMap((field) => headerMailboxes(header, field)).slice(0, 500)) {
    const { data: email } = api.EmailAddress.safeParse(address)
    if (!email || email === author || bounceTag(email, mailDomain) !== undefined) continue
    if (people.size < addresseesKept && !people.has(email))
      people.set(email, { address: email, name: oneLine(name, 200) })
  }
  return [...people.values()]
}

/** One more than join its ticket tells filing that there were more. */
const addresseesKept = mostCopies + 1

type Addressee = { address: string; name: string }

async function commit(door: Door, record: LetterRecord, draft: LetterDraft): Promise<Admission> {
  const outcome = await wayOf(record)(door, record, draft)
  const { disposition, reason } = outcome
  const answer = outcome.answer ?? { code: 250, text: `2.0.0 Taken as ${outcome.mailId}` }
  return { mailId: outcome.mailId, disposition, reason, answer }
}

/** Letters that may cause mail to an address nobody proved take turns, so that its budget is exact; others do not wait. */
function wayOf({ disposition, verdict, kind }: LetterRecord) {
  if (disposition === 'held') return hold
  return disposition === 'admitted' && !verdict.verified && kind === 'letter' ? takeUnproved : store
}

async function store(door: Door, record: LetterRecord, draft: LetterDraft): Promise<Outcome> {
  const type = followsFrom[record.disposition]
  const events = type ? [envelope(type, { mail_id: record.id })] : []
  const { id, disposition, fresh } = await recordAlone(door.store, record, draft, events)
  if (fresh) door.bus.publish(events)
  const { reason, answer } = record
  // The same letter again: the first outcome stands, whatever has been decided since.
  return fresh
    ? { mailId: id, disposition, reason, answer }
    : { mailId: id, disposition, reason: 'The same letter again.' }
}

const followsFrom = {
  admitted: mailAdmitted,
  suppressed: mailSuppressed,
  held: undefined,
  quarantined: undefined,
  refused: undefined,
}

export type Outcome = {
  mailId: string
  disposition: Decision['disposition']
  reason: string
  answer?: Answer | undefined
}
