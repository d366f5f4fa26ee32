import { type TicketStatus, ticketNumber } from '@podatelna/contracts'
import {
  isMessageId,
  mapInlineImages,
  normalizeAddress,
  numberedSubject,
  splitPlus,
  subjectToAnswer,
} from '@podatelna/mail'
import type { Reaction } from '@podatelna/notices'
import { asked, batched, Prisma, type Store } from '@podatelna/store'
import { maySee } from '@podatelna/ticketing'
import { earlierOf, type Said } from './earlier.ts'
import { divide, type ReplyFile } from './enclosures.ts'
import type { Letterhead, Notice } from './letterhead.ts'
import { type SendingMailbox, sendingMailbox } from './mailbox.ts'

/** A ticket as its notices need it: the message they are about, and who is on it. */
export type Ticket = {
  id: string
  number: bigint
  subject: string
  status: TicketStatus
  createdAt: Date
  /** When something was last redacted in it. */
  redactedAt: string | null
  scheduledFor: Date | null
  /** Of a solved one: until then an answer of its client reopens it. */
  reopenUntil: Date | null
  /** The closed ticket that it follows. */
  earlier: bigint | null
  mailbox: SendingMailbox
  message: {
    id: string
    mailId: string | null
    messageId: string | null
    audience: string
    author: { name: string; email?: string }
    text: string
    html: string | null
    files: ReplyFile[]
    /** Set when it came by mail. */
    letterKind: string | null
    /** Its author, whom nobody proved, may be told nothing by itself: the budget for such addresses is spent. */
    unanswered: boolean
    /** Staff removed it. */
    removed: boolean
  }
  participants: Participant[]
  mailboxes: string[]
}

/** What the notices of a ticket need of the letterhead. */
export type Head = Pick<Letterhead, 'mailDomain' | 'pageOf' | 'scanning'>

export type Participant = {
  id: string
  serial: bigint
  address: string
  name: string
  role: 'requester' | 'cc'
  /** They may see the message that the notices are about. */
  maySee: boolean
  /** The message is a reply, and was for them when it was written. */
  receives: boolean
  language: string
  /** Telephones of an urgent ticket's requester, as they were written. */
  phones: string[] | null
  /** Who put them on the ticket. */
  addedBy: { name: string }
  /** Before a reply, what they may see of it. */
  said: Said | null
  /** Before a reply, subjects of the client's letters that they may see. */
  written: { first: string; newest: string } | null
  /** Message-IDs of the ticket's letters they wrote or were sent, oldest first. */
  letters: { id: string; ours: boolean }[]
}

/**
 * Ticket opened: to the requester and cc; never an answer to a machine, nor one too many to a stranger. Whoever opened it
 * by answering a closed one is told both numbers (rules §1, §6); an end customer who is in copy of what is not for them, no
 * more than that they are.
 */
export function openedNotices(ticket: Ticket, head: Head, reaction: Reaction): Notice[] {
  const { message, earlier } = ticket
  return recipients(ticket, head)
    .filter((person) => !(isMute(message) && isAuthor(person, message.author)))
    .map((person) => {
      const wrote = message.mailId !== null && isAuthor(person, message.author)
      if (!person.maySee && person.role === 'cc') return copiedNotice(ticket, person, head)
      const page = head.pageOf(person.serial)
      const automatic = message.mailId === null ? 'auto-generated' : 'auto-replied'
      const how = { automatic, ...circumstances(ticket, person) } as const
      if (wrote && earlier !== null) {
        return { kind: 'late_reply', values: { ...titles(ticket), page, earlier: ticketNumber(earlier) }, ...how }
      }
      const values = { ...titles(ticket), page, wrote, copied: person.role === 'cc', ...reaction }
      return { kind: 'ticket_opened', values, ...how }
    })
}

function isMute({ letterKind, unanswered }: Ticket['message']): boolean {
  return letterKind === 'auto_generated' || unanswered
}

/**
 * Public reply: to those it was for when it was written (rules §5, §6), as far as they are on the ticket still and may
 * see it still.
 *
 * @param recorded false when it was written by a process that recorded nobody: then to all who may see it but its author
 */
export function replyNotices(ticket: Ticket, head: Head, recorded: boolean): Notice[] {
  const { message } = ticket
  if (message.removed) return []
  const readers = recipients(ticket, head).filter(
    (person) => person.maySee && (recorded ? person.receives : !isAuthor(person, message.author)),
  )
  const { enclosed, linked } = divide(message.files, readers.length, head.scanning)
  const body = { text: message.text, html: message.html && withImages(message.html, enclosed) }
  return readers.map((person) => {
    const page = head.pageOf(person.serial)
    return {
      kind: 'public_reply',
      values: {
        ...titles({ ...ticket, subject: subjectToAnswer(ticket.subject, person.written) }),
        author: message.author.name,
        message: body,
        files: linked.map(({ id, filename, bytes }) => ({ filename, bytes, url: `${page}/files/${id}` })),
        earlier: earlierOf(person.said),
        ...{ status: ticket.status, scheduledFor: ticket.scheduledFor, reopenUntil: ticket.reopenUntil },
        page,
      },
      files: enclosed,
      ...circumstances(ticket, person),
    }
  })
}

/** Without those that do not go along: their place would be marked as broken. */
function withImages(html: string, enclosed: ReplyFile[]): string {
  const here = new Set(enclosed.map(({ contentId }) => contentId))
  return mapInlineImages(html, (contentId) => (here.has(contentId) ? `cid:${contentId}` : undefined))
}

/** Put in copy: why they get this, and how to leave (rules §6). */
export function copiedNotices(ticket: Ticket, head: Head, participantIds: string[]): Notice[] {
  return recipients(ticket, head)
    .filter(({ id }) => participantIds.includes(id))
    .map((person) => copiedNotice(ticket, person, head))
}

function copiedNotice(ticket: Ticket, person: Participant, head: Head): Notice {
  return {
    kind: 'cc_added',
    values: { ...titles(ticket), by: person.addedBy.name, page: head.pageOf(person.serial) },
    automatic: 'auto-generated',
    ...circumstances(ticket, person),
  }
}

/** The link to somebody's page was renewed: here is the new one, and what they had before leads nowhere. */
export function renewedNotices(ticket: Ticket, head: Head, participantIds: string[]): Notice[] {
  return recipients(ticket, head)
    .filter(({ id }) => participantIds.includes(id))
    .map((person) => ({
      kind: 'link_renewed',
      values: { ...titles(ticket), page: head.pageOf(person.serial) },
      automatic: 'auto-generated',
      ...circumstances(ticket, person),
    }))
}

/** We never mail our own mailboxes, with whatever behind the plus, nor our bounce addresses (rules §6). */
export function isOurs(address: string, mailboxes: readonly string[], mailDomain: string): boolean {
  const { base } = splitPlus(address)
  return [base, address].some((own) => mailboxes.includes(own) || own === `bounce@${mailDomain}`)
}

/** Everything about a message's ticket in one statement; undefined when there is no such message. */
export function ticketReader(store: Store): (messageId: string) => Promise<Ticket | undefined> {
  return batched((messageIds) => readTickets(store, messageIds))
}

async function readTickets(store: Store, messageIds: string[]): Promise<Map<string, Ticket>> {
  const rows = await store.query<{ ticket: TicketRow }>(Prisma.sql`
    SELECT json_build_object(
      'id', t.id, 'number', t.number, 'subject', t.subject, 'status', t.status, 'createdAt', t.created_at, 'redactedAt', t.redacted_at,
      'scheduledFor', t.scheduled_for,
      'reopenUntil', CASE t.status WHEN 'solved' THEN t.solved_at + mb.close_after::interval END,
      'earlier', (SELECT number FROM tickets WHERE successor_id = t.id ORDER BY number LIMIT 1),
      'mailbox', ${sendingMailbox},
      'message', json_build_object('id', m.id, 'mailId', m.mail_id, 'messageId', m.message_id, 'audience', m.audience,
        'author', m.author, 'text', m.text, 'html', m.html, 'letterKind', letter.kind, 'files', (${files}),
        'unanswered', coalesce(letter.unanswered, false), 'removed', m.redactions @> '[{"what": "message"}]'),
      'mailboxes', (SELECT json_agg(address) FROM mailboxes),
      'participants', (${participants})) AS ticket
    FROM ${asked(messageIds)}
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = asked.id OFFSET 0) m
    CROSS JOIN LATERAL (SELECT * FROM tickets WHERE id = m.ticket_id OFFSET 0) t
    JOIN mailboxes mb ON mb.id = t.mailbox_id
    LEFT JOIN organizations client ON client.id = t.organization_id
    LEFT JOIN LATERAL (SELECT kind, unanswered FROM inbound_mail WHERE id = m.mail_id OFFSET 0) letter ON true`)
  return new Map(
    rows.map(({ ticket }) => {
      const participants = ticket.participants.map(asParticipant)
      const earlier = ticket.earlier === null ? null : BigInt(ticket.earlier)
      const createdAt = new Date(ticket.createdAt)
      const times = { createdAt, scheduledFor: asDate(ticket.scheduledFor), reopenUntil: asDate(ticket.reopenUntil) }
      return [ticket.message.id, { ...ticket, ...times, number: BigInt(ticket.number), earlier, participants }]
    }),
  )
}

const files = Prisma.sql`
  SELECT coalesce(json_agg(json_build_object('id', f.id, 'sha256', encode(f.sha256, 'hex'), 'filename', f.filename,
    'type', f.type, 'bytes', f.bytes, 'inline', f.inline, 'contentId', f.content_id, 'scan', c.scan)
    ORDER BY f.inline DESC, f.position), '[]')
  FROM attachments f JOIN contents c USING (sha256) WHERE f.message_id = m.id`

/** The last thing said before a reply that its reader may see. Programs say nothing that is worth quoting. */
const said = Prisma.sql`
  SELECT json_build_object('author', s.author, 'at', s.created_at,
    'text', left(coalesce(s.visible_text, s.text), 20000))
  FROM messages s LEFT JOIN inbound_mail heard ON heard.id = s.mail_id
  WHERE m.kind = 'reply' AND s.ticket_id = t.id AND s.id <> m.id AND s.created_at <= m.created_at
    AND s.audience <> 'internal' AND heard.kind IS DISTINCT FROM 'auto_reply'
    AND (s.author->>'email' = p.address
      OR ${maySee({ ticket: Prisma.sql`t`, contact: Prisma.sql`contact` }, Prisma.sql`s.audience`)})
    AND coalesce(s.visible_text, s.text) ~ '\\S'
  ORDER BY s.created_at DESC, s.id DESC LIMIT 1`

/** `Participant.letters`, in SQL, of participant `p` of ticket `t`. */
export function lettersUntil(moment: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    SELECT coalesce(json_agg(json_build_object('id', known.id, 'ours', known.ours) ORDER BY known.at), '[]')
    FROM (
      SELECT said.message_id AS id, false AS ours, said.created_at AS at
      FROM messages said JOIN inbound_mail heard ON heard.id = said.mail_id
      WHERE said.ticket_id = t.id AND said.audience <> 'internal' AND said.created_at <= ${moment}
        AND said.message_id IS NOT NULL
        AND (heard.from_address = p.address
          OR heard.addressees @> jsonb_build_array(jsonb_build_object('address', p.address)))
      UNION ALL
      SELECT message_id, true, created_at FROM deliveries
      WHERE participant_id = p.id AND state <> 'suppressed') known)`
}

/** Programs choose no subject, and of a message that staff removed none is left. */
const written = Prisma.sql`
  SELECT CASE WHEN count(*) > 0 THEN json_build_object(
    'first', (array_agg(s.subject ORDER BY s.created_at, s.id))[1],
    'newest', (array_agg(s.subject ORDER BY s.created_at DESC, s.id DESC))[1]) END
  FROM messages s LEFT JOIN inbound_mail heard ON heard.id = s.mail_id
  WHERE m.kind = 'reply' AND s.ticket_id = t.id AND s.kind = 'inbound' AND s.created_at <= m.created_at
    AND s.audience <> 'internal' AND heard.kind IS DISTINCT FROM 'auto_reply'
    AND NOT s.redactions @> '[{"what": "message"}]'
    AND (s.author->>'email' = p.address
      OR ${maySee({ ticket: Prisma.sql`t`, contact: Prisma.sql`contact` }, Prisma.sql`s.audience`)})`

const participants = Prisma.sql`
  SELECT coalesce(json_agg(json_build_object(
    'id', p.id, 'serial', p.serial, 'address', p.address, 'name', p.name, 'role', p.role,
    'maySee', ${maySee({ ticket: Prisma.sql`t`, contact: Prisma.sql`contact` }, Prisma.sql`m.audience`)},
    'receives', EXISTS (SELECT FROM message_recipients r WHERE r.message_id = m.id AND r.participant_id = p.id),
    'phones', CASE WHEN t.priority = 'urgent' AND p.role = 'requester' THEN contact.phones END,
    'addedBy', p.added_by, 'said', (${said}), 'written', (${written}),
    'language', coalesce(contact.language, employer.language, client.language, mb.language),
    'letters', ${lettersUntil(Prisma.sql`m.created_at`)})), '[]')
  -- Of a reply to a ticket that was merged meanwhile, those it was for are on the ticket it was written to.
  FROM (SELECT id FROM participants WHERE ticket_id = t.id
    UNION SELECT participant_id FROM message_recipients WHERE message_id = m.id) AS named
  CROSS JOIN LATERAL (SELECT * FROM participants WHERE id = named.id OFFSET 0) p
  LEFT JOIN LATERAL (
    SELECT c.* FROM contact_addresses a JOIN contacts c ON c.id = a.contact_id
    WHERE a.address = p.address OFFSET 0) contact ON true
  LEFT JOIN organizations employer ON employer.id = contact.organization_id
  WHERE p.state = 'active' AND (t.end_customer_visible OR contact.role IS DISTINCT FROM 'end_customer')`

function asDate(at: string | null): Date | null {
  return at === null ? null : new Date(at)
}

function asParticipant(row: TicketRow['participants'][number]): Participant {
  return { ...row, serial: BigInt(row.serial) }
}

export function recipients(ticket: Ticket, { mailDomain }: Head): Participant[] {
  return ticket.participants.filter(({ address }) => !isOurs(address, ticket.mailboxes, mailDomain))
}

function isAuthor(person: Participant, author: { email?: string }): boolean {
  return author.email !== undefined && normalizeAddress(author.email) === person.address
}

export function titles({ number, subject }: Ticket) {
  const name = ticketNumber(number)
  return { number: name, title: subject, numberedTitle: numberedSubject(name, subject) }
}

export function circumstances(ticket: Ticket, person: Participant) {
  const { mailbox, message } = ticket
  return {
    language: person.language,
    mailbox,
    to: { address: person.address, name: person.name },
    participant: { id: person.id, serial: person.serial, mayLeave: person.role === 'cc' },
    conversation: { id: ticket.id, begun: ticket.createdAt, name: ticketNumber(ticket.number) },
    thread: threadOf(person),
    about: { ticketId: ticket.id, causedById: message.id, mailId: message.mailId },
  }
}

/** Answered is the newest letter of a client, else our own last one; References tell the way up to it. */
export function threadOf({ letters }: Pick<Participant, 'letters'>): string[] {
  const usable = letters.filter(({ id }) => isMessageId(id))
  const answered = usable.findLastIndex(({ ours }) => !ours)
  return usable.slice(0, answered < 0 ? undefined : answered + 1).map(({ id }) => id)
}

type Changed = 'number' | 'createdAt' | 'scheduledFor' | 'reopenUntil' | 'earlier' | 'participants'
type TicketRow = Omit<Ticket, Changed> & {
  createdAt: string
  scheduledFor: string | null
  reopenUntil: string | null
  number: number
  earlier: number | null
  participants: (Omit<Participant, 'serial'> & { serial: number })[]
}
