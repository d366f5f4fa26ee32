/**
 * The second room of a letter's life: ingress stored it, here it is filed. An admitted letter joins its ticket or opens
 * one; next, outbound tells people about it.
 */
import { buffer } from 'node:stream/consumers'
import { envelope, inboxInsert, type Outcome, outboxInsert } from '@podatelna/bus'
import {
  type Actor,
  copied,
  type Envelope,
  mailTooLate,
  subscriptions,
  type TicketStatus,
  ticketNumber,
  ticketNumbersIn,
  ticketOpened,
} from '@podatelna/contracts'
import { notesOn, oneLine, type ParsedLetter, type Reader } from '@podatelna/mail'
import { batched, newId, Prisma } from '@podatelna/store'
import { type Desk, system } from './desk.ts'
import { filesInsert, type KeptFile, keepFiles } from './files.ts'
import { type LegacyClue, type LegacyMatcher, legacyMatcher } from './legacy/match.ts'
import { afterClientWrote, moveColumns, moveDetail } from './states.ts'
import {
  type Clues,
  hasClues,
  readThreadedTicket,
  type ThreadedTicket,
  type ThreadedTicketRow,
  threadedTicket,
} from './threading.ts'

const subscription = subscriptions.ticketsLetters

/** Letters are read where they can do no harm. */
type FilingDesk = Desk & { reader: Reader }
type Filer = FilingDesk & { matchLegacy: LegacyMatcher }

type Filing = Envelope<{ mail_id: string }>

/**
 * Files the letters that events speak of. Twice is harmless: everything hangs on the inbox row of an event and on the
 * unique `messages.mail_id`.
 */
export function letterFiler(desk: FilingDesk): (event: Filing) => Promise<Outcome> {
  const loadMail = batched((ids) => loadMails(desk, ids))
  const place = { ...desk, matchLegacy: legacyMatcher(desk.store) }
  return async (event) => fileLetter(place, event, await loadMail(event.payload.mail_id))
}

async function fileLetter(desk: Filer, event: Filing, mail: MailRow | undefined): Promise<Outcome> {
  if (!mail) return { reject: `there is no letter ${event.payload.mail_id}` }
  if (mail.disposition === 'admitted' && mail.cutOff) return { reject: 'its author is no longer a technical contact' }
  const clues = await cluesIn(desk, mail)
  const ticket = await threadLetter(desk, mail, clues)
  if (mail.disposition === 'suppressed' && !mayAttachSilently(mail, ticket)) return noteDone(desk, event)
  const late = ticket?.late === true && mail.disposition === 'admitted'
  if (late && ticket.lateReply === 'notice' && !mail.released) return answerTooLate(desk, event, mail, ticket)
  const letter = await readLetter(desk, mail)
  if (!letter) return { reject: `the bytes of letter ${mail.id} are not kept` }
  return ticket && !late
    ? addToTicket(desk, event, mail, letter, ticket)
    : openTicket(desk, event, mail, letter, { closed: ticket, legacy: clues.legacy })
}

async function loadMails(desk: Desk, ids: string[]): Promise<Map<string, MailRow>> {
  const rows = await desk.store.query<MailRow>(Prisma.sql`
    SELECT id, message_id, received_at, mailbox_id, from_address, from_name, subject, kind, disposition, raw, raw_sha256,
      contact_id, organization_id, agent_id, thread_serials, answered, addressees, rcpt_to,
      (SELECT count(*) || coalesce(max(updated_at)::text, '') FROM legacy_systems) AS legacy_version, (verdict->>'verified')::boolean AS verified,
      EXISTS (SELECT FROM mail_events e WHERE e.mail_id = inbound_mail.id AND e.type IN ('confirmed', 'released')) AS vouched,
      EXISTS (SELECT FROM mail_events e WHERE e.mail_id = inbound_mail.id AND e.type = 'released') AS released,
      contact_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM contact_addresses a WHERE a.address = from_address) AS "cutOff"
    FROM inbound_mail WHERE id = ANY(${ids}::uuid[])`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** What an open mailbox took unproved may be anybody's, and joins nobody's ticket. */
async function cluesIn({ matchLegacy }: Filer, mail: MailRow): Promise<Clues> {
  if (!(mail.verified || mail.vouched)) return { serials: [], answered: [], numbers: [] }
  const { thread_serials: serials, answered, subject, rcpt_to: recipient } = mail
  const texts = { subject: [subject], recipient, references: answered }
  const legacy = await matchLegacy(texts, mail.legacy_version)
  return { serials, answered, numbers: ticketNumbersIn(subject).slice(0, 10), legacy }
}

async function threadLetter(desk: Desk, mail: MailRow, clues: Clues): Promise<ThreadedTicket | undefined> {
  if (!hasClues(clues)) return undefined
  const author = {
    address: mail.from_address ?? '',
    organizationId: mail.organization_id,
    agentId: mail.agent_id,
  }
  const rows = await desk.store.query<ThreadedTicketRow>(threadedTicket(clues, author, mail.received_at))
  return readThreadedTicket(rows[0])
}

/** An auto-reply of somebody proved joins the ticket it answers, silently; bounces, lists and loops stay outside. */
function mayAttachSilently(mail: MailRow, ticket: ThreadedTicket | undefined): boolean {
  return ticket !== undefined && mail.kind === 'auto_reply' && mail.verified
}

async function noteDone(desk: Desk, event: Envelope): Promise<Outcome> {
  await desk.store.query(inboxInsert(subscription, event))
  return 'done'
}

/** Its files are in the store, as far as rows do not take them; undefined when its bytes are not kept any more. */
async function readLetter({ store, reader }: FilingDesk, mail: MailRow): Promise<ReadLetter | undefined> {
  const raw = mail.raw
    ? Buffer.from(mail.raw)
    : mail.raw_sha256 && (await buffer(store.letters.read(Buffer.from(mail.raw_sha256))))
  if (!raw) return undefined
  const { attachments, ...letter } = await reader.read(raw)
  return { ...letter, files: await keepFiles(store, attachments) }
}

type ReadLetter = Omit<ParsedLetter, 'attachments'> & { files: KeptFile[] }

/**
 * Its mailbox takes no late replies: the letter is filed nowhere, and its author is told to write a new one. Staff see it
 * among the suppressed ones, and may release it all the same.
 */
async function answerTooLate(desk: Desk, event: Filing, mail: MailRow, ticket: ThreadedTicket): Promise<Outcome> {
  const late = envelope(mailTooLate, { mail_id: mail.id, ticket_id: ticket.id })
  const reason = `It answers ${ticketNumber(ticket.number)}, which is closed; its author was asked to write a new letter.`
  const written = await desk.store.query(Prisma.sql`
    WITH inbox AS (${inboxInsert(subscription, event)}),
    event AS (
      INSERT INTO mail_events (mail_id, type, by, was)
      SELECT id, 'too_late', ${JSON.stringify(system)}::jsonb, jsonb_build_object('disposition', disposition, 'reason', reason)
      FROM inbox, inbound_mail WHERE id = ${mail.id}::uuid),
    outbox AS (${outboxInsert([late], Prisma.sql`SELECT FROM inbox`)})
    UPDATE inbound_mail SET disposition = 'suppressed', reason = ${reason}, keep_until = now() + interval '30 days'
    FROM inbox WHERE id = ${mail.id}::uuid RETURNING id`)
  if (written.length > 0) desk.bus.publish([late])
  return 'done'
}

/**
 * One statement, one commit: inbox, ticket, requester, message, event, outbox. After a closed ticket the new one becomes
 * its successor, unless it has got one meanwhile: then nothing is written, and the next try finds that one.
 */
async function openTicket(
  desk: Desk,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  after: { closed: ThreadedTicket | undefined; legacy: LegacyClue | undefined },
): Promise<Outcome> {
  const { closed, legacy } = after
  const ticketId = newId()
  const messageId = newId()
  const opened = envelope(ticketOpened, { ticket_id: ticketId, message_id: messageId })
  const author = authorOf(mail, closed)
  const copies = copiesOf(mail)
  const [before, inbox] = closed
    ? [stillClosed(closed), inboxInsert(subscription, event, Prisma.sql`SELECT FROM closed`)]
    : [Prisma.empty, inboxInsert(subscription, event)]
  const rows = await desk.store.query<{ number: bigint | null }>(Prisma.sql`
    WITH ${before} inbox AS (${inbox}),
    ticket AS (
      INSERT INTO tickets (id, subject, mailbox_id, organization_id, legacy_system_id, legacy_number, created_at, updated_at)
      SELECT ${ticketId}::uuid, ${subjectOf(mail)}, ${mail.mailbox_id}::uuid,
        ${mail.organization_id ?? closed?.organizationId ?? null}::uuid, own.system_id, own.number, ${mail.received_at}, now()
      FROM inbox LEFT JOIN (${ownLegacy(closed ? undefined : legacy, mail)}) AS own ON true WHERE NOT EXISTS (SELECT FROM messages WHERE mail_id = ${mail.id}::uuid)
      RETURNING id, number, organization_id),
    requester AS (
      INSERT INTO participants (id, ticket_id, address, name, role, added_by)
      SELECT ${newId()}::uuid, id, ${mail.from_address}, ${author.name}, 'requester', ${JSON.stringify(author)}::jsonb
      FROM ticket),
    message AS (${messageInsert(messageId, mail, letter, 'client', author)}),
    ${filesInsert(messageId, letter.files)}
    event AS (
      INSERT INTO ticket_events (ticket_id, type, by) SELECT id, 'opened', ${JSON.stringify(author)}::jsonb FROM ticket),
    ${copiesInsert(copies, messageId, author)}
    outbox AS (${outboxInsert([opened], Prisma.sql`SELECT FROM ticket`)})
    ${closed ? succession(closed, author) : Prisma.sql`SELECT number FROM ticket`}`)
  if (closed && rows.length === 0) return { retry: `something follows ${ticketNumber(closed.number)} meanwhile` }
  if (rows[0]?.number != null) desk.bus.publish([opened])
  return 'done'
}

/** The legacy ticket it speaks of, unless that is known to be another organization's. */
function ownLegacy(legacy: LegacyClue | undefined, mail: MailRow): Prisma.Sql {
  const [systemId, number] = [legacy?.systemId ?? null, legacy?.number ?? null]
  return Prisma.sql`
    SELECT id AS system_id, ${number}::text AS number FROM legacy_systems WHERE id = ${systemId}::uuid
      AND NOT EXISTS (
        SELECT FROM legacy_tickets WHERE system_id = ${systemId}::uuid AND number = ${number}
          AND organization_id IS DISTINCT FROM ${mail.organization_id}::uuid)`
}

/** Holds the ticket that is to get a successor, while it still may. */
function stillClosed({ id, status }: ThreadedTicket): Prisma.Sql {
  return Prisma.sql`
    closed AS (
      SELECT id FROM tickets WHERE id = ${id}::uuid AND status = ${status} AND successor_id IS NULL FOR UPDATE),`
}

function succession({ id }: ThreadedTicket, author: Actor): Prisma.Sql {
  return Prisma.sql`,
    followed AS (UPDATE tickets SET successor_id = ticket.id FROM ticket WHERE tickets.id = ${id}::uuid),
    followed_event AS (
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT ${id}::uuid, 'followed_up', ${JSON.stringify(author)}::jsonb, jsonb_build_object('number', 'P-' || number)
      FROM ticket)
    SELECT ticket.number FROM closed LEFT JOIN ticket ON true`
}

/** The status was read before; should it have changed meanwhile, nothing is written and the step is tried again. */
async function addToTicket(
  desk: Desk,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  ticket: ThreadedTicket,
): Promise<Outcome> {
  const messageId = newId()
  const author = authorOf(mail, ticket)
  const copies = copiesOf(mail)
  const told = envelope(copied, {
    ticket_id: ticket.id,
    message_id: messageId,
    participant_ids: copies.map(({ id }) => id),
  })
  const audible = mail.disposition === 'admitted' && !mail.agent_id
  const to = audible ? afterClientWrote(ticket.status) : ticket.status
  const rows = await desk.store.query<{ told: boolean }>(Prisma.sql`
    WITH unchanged AS (
      SELECT id FROM tickets WHERE id = ${ticket.id}::uuid AND status = ${ticket.status} FOR UPDATE),
    inbox AS (${inboxInsert(subscription, event, Prisma.sql`SELECT FROM unchanged`)}),
    ticket AS (
      UPDATE tickets SET ${to === ticket.status ? Prisma.sql`updated_at = now()` : moveColumns({ to }, Prisma.sql`now()`)}
      FROM inbox WHERE tickets.id = ${ticket.id}::uuid
        AND NOT EXISTS (SELECT FROM messages WHERE mail_id = ${mail.id}::uuid)
      RETURNING tickets.id, tickets.organization_id),
    joined AS (${colleagueJoins(mail, ticket, author)}),
    message AS (${messageInsert(messageId, mail, letter, mail.agent_id ? 'internal' : 'client', author)}),
    ${filesInsert(messageId, letter.files)}
    ${copiesInsert(copies, messageId, author)}
    ${copies.length > 0 ? Prisma.sql`outbox AS (${outboxInsert([told], Prisma.sql`SELECT FROM copied WHERE state = 'active'`)}),` : Prisma.empty}
    events AS (${eventsInsert(author, ticket.status, to)})
    SELECT ${copies.length > 0 ? Prisma.sql`EXISTS (SELECT FROM copied WHERE state = 'active')` : Prisma.sql`false`} AS told
    FROM unchanged`)
  if (rows[0]?.told) desk.bus.publish([told])
  return rows.length > 0 ? 'done' : { retry: `ticket ${ticket.number} changed its status meanwhile` }
}

function messageInsert(
  id: string,
  mail: MailRow,
  letter: ReadLetter,
  audience: 'client' | 'internal',
  author: Actor,
): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO messages (id, ticket_id, kind, audience, author, subject, text, html, visible_text, folded, warnings,
      message_id, mail_id, created_at)
    SELECT ${id}::uuid, id, 'inbound', ${audience}, ${JSON.stringify(author)}::jsonb, ${mail.subject}, ${letter.text},
      ${letter.html ?? null}, ${letter.visible_text}, ${JSON.stringify(letter.folded)}::jsonb, ${notesOn(letter)}::text[],
      ${mail.message_id}, ${mail.id}::uuid, ${mail.received_at}
    FROM ticket RETURNING id, ticket_id`
}

/** A contact who writes into a ticket of their own organization is on it from then on (rules §5); an auto-reply joins nobody. */
function colleagueJoins(mail: MailRow, ticket: ThreadedTicket, author: Actor): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO participants (id, ticket_id, address, name, role, added_by)
    SELECT ${newId()}::uuid, id, ${mail.from_address}, ${author.name}, 'cc', ${JSON.stringify(author)}::jsonb
    FROM ticket WHERE ${!ticket.onIt && !mail.agent_id && mail.disposition === 'admitted'}
    ON CONFLICT (ticket_id, address) DO NOTHING`
}

/** Only a proved contact puts others in copy; whoever is a removed participant stays removed (rules §5). */
function copiesOf(mail: MailRow): Copy[] {
  if (!mail.contact_id || mail.disposition !== 'admitted' || mail.kind !== 'letter') return []
  return mail.addressees.map((person) => ({ ...person, id: newId() }))
}

/**
 * Whom the author put in To and Cc: contacts of the ticket's organization join at once, others are proposed until an
 * agent or a manager confirms them; our own mailboxes and agents never join (rules §5).
 */
function copiesInsert(copies: Copy[], messageId: string, author: Actor): Prisma.Sql {
  if (copies.length === 0) return Prisma.empty
  const by = JSON.stringify(author)
  return Prisma.sql`
    copied AS (
      INSERT INTO participants (id, ticket_id, address, name, role, state, added_by, added_from_message_id)
      SELECT person.id, ticket.id, person.address, coalesce(nullif(person.name, ''), contact.name, person.address), 'cc',
        CASE WHEN contact.organization_id = ticket.organization_id THEN 'active' ELSE 'proposed' END, ${by}::jsonb,
        ${messageId}::uuid
      FROM ticket CROSS JOIN jsonb_to_recordset(${JSON.stringify(copies)}::jsonb) AS person (id uuid, address text, name text)
      LEFT JOIN contact_addresses a ON a.address = person.address
      LEFT JOIN contacts contact ON contact.id = a.contact_id
      WHERE NOT EXISTS (
          SELECT FROM mailboxes WHERE address IN (person.address, regexp_replace(person.address, '\\+.*@', '@')))
        AND NOT EXISTS (SELECT FROM agents WHERE email = person.address)
      ON CONFLICT (ticket_id, address) DO NOTHING
      RETURNING ticket_id, address, state),
    copied_events AS (
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT ticket_id, CASE state WHEN 'active' THEN 'cc_added' ELSE 'cc_proposed' END, ${by}::jsonb,
        jsonb_build_object('email', address)
      FROM copied),`
}

type Copy = { id: string; address: string; name: string }

function eventsInsert(author: Actor, before: TicketStatus, after: TicketStatus): Prisma.Sql {
  const by = JSON.stringify(author)
  const moved = JSON.stringify(moveDetail(before, { to: after }))
  return Prisma.sql`
    INSERT INTO ticket_events (ticket_id, type, by, detail)
    SELECT ticket.id, e.type, ${by}::jsonb, e.detail
    FROM ticket, (VALUES ('message_added', '{}'::jsonb), ('status_changed', ${moved}::jsonb)) AS e (type, detail)
    WHERE e.type <> 'status_changed' OR ${before !== after}`
}

function authorOf(mail: MailRow, ticket?: ThreadedTicket): Actor {
  const email = mail.from_address ?? ''
  const name = oneLine(mail.from_name ?? '', 200) || email
  const stranger = ticket?.participant ? 'participant' : 'unregistered'
  return { kind: mail.agent_id ? 'agent' : mail.contact_id ? 'contact' : stranger, name, email }
}

function subjectOf(mail: MailRow): string {
  return oneLine(mail.subject, 500) || '(no subject)'
}

type MailRow = {
  id: string
  message_id: string
  received_at: Date
  mailbox_id: string | null
  from_address: string | null
  from_name: string | null
  subject: string
  kind: string
  disposition: string
  raw: Uint8Array | null
  raw_sha256: Uint8Array | null
  contact_id: string | null
  organization_id: string | null
  agent_id: string | null
  thread_serials: bigint[]
  answered: string[]
  rcpt_to: string[]
  /** Changes with the list of old ticket systems: see `legacyMatcher`. */
  legacy_version: string
  addressees: { address: string; name: string }[]
  verified: boolean
  /** Its author confirmed it, or staff released it. */
  vouched: boolean
  released: boolean
  /** Its author was a contact when it arrived, and is none any more. */
  cutOff: boolean
}
