/**
 * The second room of a letter's life: ingress stored it, here it is filed. An admitted letter joins its ticket or opens
 * one; next, outbound tells people about it.
 */
import { buffer } from 'node:stream/consumers'
import { envelope, inboxInsert, type Outcome, outboxInsert } from '@podatelna/bus'
import {
  type Actor,
  type Audience,
  clientWrote,
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
import { batched, newId, Prisma, type Queryable, within } from '@podatelna/store'
import { authorOf, loadMails, type MailRow } from './admitted-mail.ts'
import { addAgentsLetter, isAgentsAnswer, isNote } from './agent-letter.ts'
import { copiesInsert, copiesOf, leftOut } from './copies.ts'
import { type Desk, system } from './desk.ts'
import { filesInsert, type KeptFile, keepFiles } from './files.ts'
import { historyInsert, partHistory } from './legacy/history.ts'
import { type LegacyClue, type LegacyMatcher, legacyMatcher } from './legacy/match.ts'
import { lockOldTicket, type OldTicket, oldTicketNamed, readOldTicket } from './legacy/old-ticket.ts'
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
  const loadMail = batched((ids) => loadMails(desk.store, ids))
  const place = { ...desk, matchLegacy: legacyMatcher(desk.store) }
  return async (event) => fileLetter(place, event, await loadMail(event.payload.mail_id))
}

async function fileLetter(desk: Filer, event: Filing, mail: MailRow | undefined): Promise<Outcome> {
  if (!mail) return { reject: `there is no letter ${event.payload.mail_id}` }
  if (mail.disposition === 'admitted' && mail.cutOff) return { reject: 'its author may not write to us any more' }
  const clues = await cluesIn(desk, mail)
  const ticket = await threadLetter(desk.store, mail, clues)
  if (mail.disposition === 'suppressed' && !mayAttachSilently(mail, ticket)) return noteDone(desk, event)
  const late = ticket?.late === true && mail.disposition === 'admitted'
  if (late && ticket.lateReply === 'notice' && mayBeAnswered(mail)) return answerTooLate(desk, event, mail, ticket)
  const letter = await readLetter(desk, mail)
  if (!letter) return { reject: `the bytes of letter ${mail.id} are not kept` }
  if (!ticket || late) return openByLetter(desk, event, mail, letter, { clues, closed: ticket })
  if (!isAgentsAnswer(mail, letter, ticket)) return addToTicket(desk, event, mail, letter, ticket)
  const added = await addAgentsLetter(desk, mail, letter, ticket)
  return added.ok ? noteDone(desk, event) : { retry: added.detail }
}

/** What an open mailbox took unproved may be anybody's, and joins nobody's ticket. */
async function cluesIn({ matchLegacy }: Filer, mail: MailRow): Promise<Clues> {
  if (!(mail.verified || mail.vouched)) return { serials: [], answered: [], numbers: [] }
  const { thread_serials: serials, answered, subject, rcpt_to: recipient } = mail
  const texts = { subject: [subject], recipient, references: answered }
  const legacy = await matchLegacy(texts, mail.legacy_version)
  return { serials, answered, numbers: ticketNumbersIn(subject).slice(0, 10), legacy }
}

async function threadLetter({ query }: Queryable, mail: MailRow, clues: Clues): Promise<ThreadedTicket | undefined> {
  if (!hasClues(clues)) return undefined
  const author = {
    address: mail.from_address ?? '',
    // An end customer writes to what they are on, not to all of an organization.
    organizationId: mail.endCustomer ? null : mail.organization_id,
    agentId: mail.agent_id,
  }
  const rows = await query<ThreadedTicketRow>(threadedTicket(clues, author, mail.received_at))
  return readThreadedTicket(rows[0])
}

/** An auto-reply of a proved client joins the ticket it answers, silently; bounces, lists and loops stay outside. */
function mayAttachSilently(mail: MailRow, ticket: ThreadedTicket | undefined): boolean {
  return ticket !== undefined && mail.kind === 'auto_reply' && mail.verified && !mail.agent_id
}

/** A program gets no automatic answer, and would be the only one to know; what staff released is filed. */
function mayBeAnswered({ kind, released }: MailRow): boolean {
  return kind === 'letter' && !released
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
  const warnings = [...letter.warnings, ...leftOut(mail)]
  return { ...letter, warnings, files: await keepFiles(store, attachments) }
}

export type ReadLetter = Omit<ParsedLetter, 'attachments'> & { files: KeptFile[] }

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

async function openByLetter(
  desk: Desk,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  { clues, closed }: { clues: Clues; closed: ThreadedTicket | undefined },
): Promise<Outcome> {
  const { legacy } = clues
  const { outcome, events } =
    legacy && !closed
      ? await continueOldTicket(desk, event, mail, letter, { ...clues, legacy })
      : await openTicket(desk.store, event, mail, letter, { closed })
  desk.bus.publish(events)
  return outcome
}

/** What opening a ticket came to, and what to publish once it is committed. */
type Opened = { outcome: Outcome; events: Envelope[] }

/**
 * The first letter about a ticket of an old system. One at a time for each old number: whoever waited finds the ticket that
 * another letter opened, and joins it with the next try.
 */
function continueOldTicket(
  { store }: Desk,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  clues: Clues & { legacy: LegacyClue },
): Promise<Opened> {
  const work = async (place: Queryable): Promise<Opened> => {
    await lockOldTicket(place, clues.legacy)
    if (await threadLetter(place, mail, clues)) {
      return { outcome: { retry: 'another letter about the same old ticket was filed meanwhile' }, events: [] }
    }
    const old = await readOldTicket(place, clues.legacy, mail)
    return openTicket(place, event, mail, letter, { old })
  }
  return store.prisma.$transaction((database) => work(within(database)), { maxWait: 10_000, timeout: 30_000 })
}

/**
 * One statement: inbox, ticket, requester, message, event, outbox. After a closed ticket the new one becomes its
 * successor, unless it has got one meanwhile: then nothing is written, and the next try finds that one.
 */
async function openTicket(
  { query }: Queryable,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  after: { closed?: ThreadedTicket | undefined; old?: OldTicket | undefined },
): Promise<Opened> {
  const { closed, old } = after
  const continued = old?.takenOver ? old : undefined
  const ticketId = newId()
  const messageId = newId()
  const opened = envelope(ticketOpened, { ticket_id: ticketId, message_id: messageId })
  const author = authorOf(mail, closed)
  const internal = isNote(mail, letter)
  const audience = internal ? 'internal' : clientAudience(mail)
  const parted = continued && partHistory(letter)
  const copies = internal ? [] : copiesOf(mail)
  const [before, inbox] = closed
    ? [stillClosed(closed), inboxInsert(subscription, event, Prisma.sql`SELECT FROM closed`)]
    : [Prisma.empty, inboxInsert(subscription, event)]
  const quoting = { messageId, audience, receivedAt: mail.received_at } as const
  const rows = await query<{ number: bigint | null }>(Prisma.sql`
    WITH ${before} inbox AS (${inbox}),
    ticket AS (
      INSERT INTO tickets (id, subject, mailbox_id, organization_id, legacy_system_id, legacy_number, created_at, updated_at)
      SELECT ${ticketId}::uuid, ${subjectOf(mail)}, ${mail.mailbox_id}::uuid,
        ${mail.organization_id ?? closed?.organizationId ?? continued?.organizationId ?? null}::uuid,
        ${continued?.systemId ?? null}::uuid, ${continued?.number ?? null}, ${mail.received_at}, now()
      FROM inbox WHERE NOT EXISTS (SELECT FROM messages WHERE mail_id = ${mail.id}::uuid)
      RETURNING id, number, organization_id),
    requester AS (
      INSERT INTO participants (id, ticket_id, address, name, role, added_by)
      SELECT ${newId()}::uuid, id, ${mail.from_address}, ${author.name}, 'requester', ${JSON.stringify(author)}::jsonb
      FROM ticket),
    ${parted ? historyInsert(parted.history, quoting, continued) : Prisma.empty}
    message AS (${messageInsert(messageId, mail, parted?.letter ?? letter, audience, author)}),
    ${filesInsert(messageId, letter.files)}
    event AS (
      INSERT INTO ticket_events (ticket_id, type, by) SELECT id, 'opened', ${JSON.stringify(author)}::jsonb FROM ticket),
    ${old ? oldTicketNamed(old) : Prisma.empty}
    ${copiesInsert(copies, messageId, author)}
    outbox AS (${outboxInsert([opened], Prisma.sql`SELECT FROM ticket`)})
    ${closed ? succession(closed, author) : Prisma.sql`SELECT number FROM ticket`}`)
  if (closed && rows.length === 0) {
    return { outcome: { retry: `something follows ${ticketNumber(closed.number)} meanwhile` }, events: [] }
  }
  return { outcome: 'done', events: rows[0]?.number != null ? [opened] : [] }
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
  const audible = mail.disposition === 'admitted'
  const heard = audible ? [envelope(clientWrote, { ticket_id: ticket.id, message_id: messageId })] : []
  const to = audible ? afterClientWrote(ticket.status) : ticket.status
  const rows = await desk.store.query<{ filed: boolean; told: boolean }>(Prisma.sql`
    WITH unchanged AS (
      SELECT id FROM tickets WHERE id = ${ticket.id}::uuid AND status = ${ticket.status} FOR UPDATE),
    inbox AS (${inboxInsert(subscription, event, Prisma.sql`SELECT FROM unchanged`)}),
    ticket AS (
      UPDATE tickets SET ${to === ticket.status ? Prisma.sql`updated_at = now()` : moveColumns({ to }, Prisma.sql`now()`)}
      FROM inbox WHERE tickets.id = ${ticket.id}::uuid
        AND NOT EXISTS (SELECT FROM messages WHERE mail_id = ${mail.id}::uuid)
      RETURNING tickets.id, tickets.organization_id),
    joined AS (${colleagueJoins(mail, ticket, author)}),
    message AS (${messageInsert(messageId, mail, letter, clientAudience(mail), author)}),
    ${filesInsert(messageId, letter.files)}
    ${copiesInsert(copies, messageId, author)}
    ${copies.length > 0 ? Prisma.sql`outbox AS (${outboxInsert([told], Prisma.sql`SELECT FROM copied WHERE state = 'active'`)}),` : Prisma.empty}
    ${audible ? Prisma.sql`heard AS (${outboxInsert(heard, Prisma.sql`SELECT FROM ticket`)}),` : Prisma.empty}
    events AS (${eventsInsert(author, ticket.status, to)})
    SELECT EXISTS (SELECT FROM ticket) AS filed, ${copies.length > 0 ? Prisma.sql`EXISTS (SELECT FROM copied WHERE state = 'active')` : Prisma.sql`false`} AS told
    FROM unchanged`)
  if (rows[0]?.filed) desk.bus.publish(rows[0].told ? [...heard, told] : heard)
  return rows.length > 0 ? 'done' : { retry: `ticket ${ticket.number} changed its status meanwhile` }
}

function messageInsert(id: string, mail: MailRow, letter: ReadLetter, audience: Audience, author: Actor): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO messages (id, ticket_id, kind, audience, author, subject, text, html, visible_text, folded, warnings,
      message_id, mail_id, created_at)
    SELECT ${id}::uuid, id, 'inbound', ${audience}, ${JSON.stringify(author)}::jsonb, ${mail.subject}, ${letter.text},
      ${letter.html ?? null}, ${letter.visible_text}, ${JSON.stringify(letter.folded)}::jsonb, ${notesOn(letter)}::text[],
      ${mail.message_id}, ${mail.id}::uuid, ${mail.received_at}
    FROM ticket RETURNING id, ticket_id`
}

/** Mail never is visible to end customers by default, and what they write reaches everybody (product.md, partner desk). */
function clientAudience({ endCustomer }: MailRow): Audience {
  return endCustomer ? 'end_customer' : 'client'
}

/** A contact who writes into a ticket of their own organization is on it from then on (rules §5); an auto-reply joins nobody. */
function colleagueJoins(mail: MailRow, ticket: ThreadedTicket, author: Actor): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO participants (id, ticket_id, address, name, role, added_by)
    SELECT ${newId()}::uuid, id, ${mail.from_address}, ${author.name}, 'cc', ${JSON.stringify(author)}::jsonb
    FROM ticket WHERE ${!ticket.onIt && mail.disposition === 'admitted'}
    ON CONFLICT (ticket_id, address) DO NOTHING`
}

function eventsInsert(author: Actor, before: TicketStatus, after: TicketStatus): Prisma.Sql {
  const by = JSON.stringify(author)
  const moved = JSON.stringify(moveDetail(before, { to: after }))
  return Prisma.sql`
    INSERT INTO ticket_events (ticket_id, type, by, detail)
    SELECT ticket.id, e.type, ${by}::jsonb, e.detail
    FROM ticket, (VALUES ('message_added', '{}'::jsonb), ('status_changed', ${moved}::jsonb)) AS e (type, detail)
    WHERE e.type <> 'status_changed' OR ${before !== after}`
}

function subjectOf(mail: MailRow): string {
  return oneLine(mail.subject, 500) || '(no subject)'
}
