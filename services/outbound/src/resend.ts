/** A letter that staff send again: read as it was sent, put under its own Message-ID, and committed as any other (decision 0036). */
import { type NoticeKind, ticketNumber } from '@podatelna/contracts'
import { headerText, numberedSubject, oneLine, readHeader } from '@podatelna/mail'
import { Prisma, type Store } from '@podatelna/store'
import { circumstancesOfDelivery, whyKeptBack } from '@podatelna/ticketing'
import type { Gate } from './deliveries.ts'
import type { DigestLine } from './digest-line.ts'
import type { Letterhead } from './letterhead.ts'
import type { Planned } from './plan.ts'

/** Nothing when it may not go to them any more: that happened after somebody asked for it. */
export async function planResent(
  { store, letterhead }: { store: Store; letterhead: Letterhead },
  about: { delivery_id: string; resent_as: string },
): Promise<Planned> {
  const sent = await readSent(store, about.delivery_id)
  if (!sent) return { notices: [] }
  const { kind, to, subject, ticketId, participantId, agentId, causedById, mailId, mailbox } = sent
  const source = Buffer.from(sent.source)
  const letter = letterhead.again({
    ...{ id: about.resent_as, kind, to, subject, source, mailbox, seat: sent.seat },
    about: { ticketId, participantId, agentId, causedById, mailId },
    line: lineOf(sent, source, letterhead),
  })
  const ticket = { id: ticketId, redactedAt: sent.redactedAt }
  return { notices: [], letters: [letter], gate: mayStillGo(about.delivery_id), ticket }
}

async function readSent(store: Store, id: string): Promise<Sent | undefined> {
  const [sent] = await store.query<Sent>(Prisma.sql`
    SELECT d.kind, d.to_address AS "to", d.subject, d.source, d.participant_id AS "participantId",
      d.agent_id AS "agentId", d.caused_by_message_id AS "causedById", d.mail_id AS "mailId", mb.address AS mailbox,
      t.id AS "ticketId", t.number, t.subject AS title, to_jsonb(t.redacted_at) #>> '{}' AS "redactedAt",
      m.author->>'name' AS author, coalesce(m.visible_text, m.text) AS text,
      coalesce(p.serial, (SELECT serial FROM agent_seats WHERE ticket_id = t.id AND agent_id = a.id
        AND purpose = CASE d.kind WHEN 'client_wrote' THEN 'reply' ELSE 'note' END)) AS seat
    FROM deliveries d ${circumstancesOfDelivery}
    JOIN tickets t ON t.id = d.ticket_id
    JOIN mailboxes mb ON mb.id = t.mailbox_id
    LEFT JOIN messages m ON m.id = d.caused_by_message_id AND d.kind IN ('public_reply', 'client_wrote', 'mentioned')
    WHERE d.id = ${id}::uuid AND (${still})`)
  return sent
}

/** Looked at once more in the commit, and kept so until its end. */
function mayStillGo(id: string): Gate {
  return (inbox) => Prisma.sql`
    SELECT d.id FROM deliveries d ${circumstancesOfDelivery}
    WHERE d.id = ${id}::uuid AND (${still}) AND EXISTS (${inbox}) FOR SHARE OF d`
}

const still = Prisma.sql`d.redacted_at IS NULL AND ${whyKeptBack} IS NULL`

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
