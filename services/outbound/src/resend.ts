/** A letter that staff send again: read as it was sent, put under its own Message-ID, and committed as any other (decision 0036). */
import { type NoticeKind, ticketNumber } from '@podatelna/contracts'
import { headerText, numberedSubject, oneLine, readHeader } from '@podatelna/mail'
import { Prisma, type Store } from '@podatelna/store'
import { circumstancesOfDelivery, recordByItself, whyKeptBack } from '@podatelna/ticketing'
import type { Gate } from './deliveries.ts'
import type { DigestLine } from './digest-line.ts'
import type { Letterhead } from './letterhead.ts'
import type { Planned } from './plan.ts'

/** When it may not go to them any more, because of what happened since somebody asked for it, its ticket says so. */
export async function planResent(
  { store, letterhead }: { store: Store; letterhead: Letterhead },
  about: { delivery_id: string; resent_as: string },
): Promise<Planned> {
  const sent = await readSent(store, about.delivery_id)
  if (!sent) return { notices: [] }
  const { kind, to, subject, ticketId, participantId, agentId, causedById, mailId, mailbox } = sent
  const note = { email: to, kind, ...about }
  const keptBack = (when: Prisma.Sql) => recordByItself(ticketId, 'letter_not_resent', note, when)
  if (!sent.allowed || !isCurrent(sent, letterhead)) return { notices: [], also: keptBack }
  const source = Buffer.from(sent.source)
  const letter = letterhead.again({
    ...{ id: about.resent_as, kind, to, subject, source, mailbox, seat: sent.seat },
    about: { ticketId, participantId, agentId, causedById, mailId },
    line: lineOf(sent, source, letterhead),
  })
  return {
    notices: [],
    letters: [letter],
    gate: mayStillGo(about.delivery_id, sent),
    also: (isNew) => keptBack(Prisma.sql`${isNew} WHERE NOT EXISTS (SELECT FROM gate)`),
    ticket: { id: ticketId, redactedAt: sent.redactedAt },
  }
}

/** What it says, in its links and its address, is so still. */
function isCurrent({ participantId, messageId, seat, to, recipient }: Sent, { seatIn }: Letterhead): boolean {
  const written = seatIn(messageId)
  return recipient === to && written !== undefined && (participantId === null || written === seat)
}

async function readSent(store: Store, id: string): Promise<Sent | undefined> {
  const [sent] = await store.query<Sent>(Prisma.sql`
    SELECT d.kind, d.to_address AS "to", d.subject, d.source, d.message_id AS "messageId",
      coalesce(p.address, a.email) AS recipient, ${still} AS allowed, d.participant_id AS "participantId",
      d.agent_id AS "agentId", d.caused_by_message_id AS "causedById", d.mail_id AS "mailId", mb.address AS mailbox,
      t.id AS "ticketId", t.number, t.subject AS title, to_jsonb(t.redacted_at) #>> '{}' AS "redactedAt",
      m.author->>'name' AS author, coalesce(m.visible_text, m.text) AS text,
      coalesce(p.serial, (SELECT serial FROM agent_seats WHERE ticket_id = t.id AND agent_id = a.id
        AND purpose = CASE d.kind WHEN 'client_wrote' THEN 'reply' ELSE 'note' END)) AS seat
    FROM deliveries d ${circumstancesOfDelivery}
    JOIN tickets t ON t.id = d.ticket_id
    JOIN mailboxes mb ON mb.id = t.mailbox_id
    LEFT JOIN messages m ON m.id = d.caused_by_message_id AND d.kind IN ('public_reply', 'client_wrote', 'mentioned')
    WHERE d.id = ${id}::uuid`)
  return sent
}

/** Looked at once more in the commit, and kept so until its end: the ticket, its reader's address and links, and what it says. */
function mayStillGo(id: string, { ticketId, participantId, agentId, to, seat }: Sent): Gate {
  const reader = participantId
    ? Prisma.sql`
      SELECT FROM participants WHERE id = ${participantId}::uuid AND address = ${to} AND serial = ${seat} FOR SHARE`
    : Prisma.sql`SELECT FROM agents WHERE id = ${agentId}::uuid AND email = ${to} FOR SHARE`
  return (inbox) => Prisma.sql`
    WITH reader AS (${reader}),
    live AS (SELECT FROM tickets t WHERE id = ${ticketId}::uuid AND ${isLive} FOR SHARE)
    SELECT d.id FROM deliveries d ${circumstancesOfDelivery}
    WHERE d.id = ${id}::uuid AND (${unredacted}) AND EXISTS (SELECT FROM live) AND EXISTS (SELECT FROM reader)
      AND EXISTS (${inbox}) FOR SHARE OF d`
}

const isLive = Prisma.sql`t.deleted_at IS NULL AND t.merged_into_id IS NULL`
const unredacted = Prisma.sql`d.redacted_at IS NULL AND ${whyKeptBack} IS NULL`
const still = Prisma.sql`${unredacted} AND ${isLive}`

function lineOf(sent: Sent, source: Buffer, { publicUrl, pageOf }: Letterhead): DigestLine {
  const number = ticketNumber(sent.number)
  return {
    ...{ language: headerText(readHeader(source), 'content-language'), mailbox: sent.mailbox, number },
    page: sent.agentId ? `${publicUrl}/tickets/${number}` : pageOf(sent.seat),
    ...(sent.author && { author: oneLine(sent.author, 200) }),
    title: oneLine(sent.title, 300),
    numberedTitle: oneLine(numberedSubject(number, sent.title), 300),
    text: oneLine(sent.text ?? sent.subject, 300),
  }
}

type Sent = {
  /** As far as the ticket goes, its reader's place on it, and what it says. */
  allowed: boolean
  messageId: string
  /** Where its reader is to be found now. */
  recipient: string | null
  kind: NoticeKind
  to: string
  subject: string
  source: Uint8Array
  mailbox: string
  participantId: string | null
  agentId: string | null
  causedById: string | null
  mailId: string | null
  ticketId: string
  number: bigint
  title: string
  redactedAt: string | null
  author: string | null
  text: string | null
  /** What its thread token carries. */
  seat: bigint
}
