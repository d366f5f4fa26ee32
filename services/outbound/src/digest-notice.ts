import { isMessageId } from '@podatelna/mail'
import { Prisma, type Store } from '@podatelna/store'
import { circumstancesOfDelivery, whyNotForThem } from '@podatelna/ticketing'
import type { DigestLine } from './digest-line.ts'
import type { Letterhead, Notice } from './letterhead.ts'
import { type SendingMailbox, sendingMailbox } from './mailbox.ts'

/** What waits for one recipient about some tickets, oldest first. */
export type Stopped = {
  letters: StoppedLetter[]
  /** There is more than one digest tells of. */
  more: boolean
  /** Of the newest letter, if it is still there. */
  mailbox: SendingMailbox | undefined
  /** Message-IDs of what they were sent before about the ticket of the newest letter, oldest first. */
  thread: string[]
}

export type StoppedLetter = {
  id: string
  ticketId: string | null
  /** Absent for those who are no participants, for instance agents. */
  participant: Notice['participant']
  /** What their reader prefers now: a digest each hour or day. */
  asked: 'hourly' | 'daily' | ''
  /** The recipient is still to be told. */
  allowed: boolean
  at: Date
  line: DigestLine
}

const longest = 200

export async function readStopped(store: Store, address: string, tickets: string[]): Promise<Stopped> {
  const rows = await store.query<Row>(Prisma.sql`
    SELECT d.id, d.ticket_id AS "ticketId", d.created_at AS at, d.digest_line AS line, p.id AS "participantId", p.serial,
      p.role = 'cc' AS "mayLeave", ${whyNotForThem} IS NULL AS allowed,
      CASE contact.notify WHEN 'digest_hourly' THEN 'hourly' WHEN 'digest_daily' THEN 'daily' ELSE '' END AS asked,
      (SELECT ${sendingMailbox} FROM mailboxes mb WHERE mb.address = d.digest_line->>'mailbox') AS mailbox,
      (SELECT array_agg(message_id ORDER BY created_at) FROM deliveries
        WHERE participant_id = p.id AND state <> 'suppressed') AS thread
    FROM deliveries d ${circumstancesOfDelivery}
    WHERE d.to_address = ${address} AND d.digest_line IS NOT NULL
      AND coalesce(d.ticket_id, '00000000-0000-0000-0000-000000000000') = ANY(${tickets}::uuid[])
    ORDER BY d.id LIMIT ${longest + 1}`)
  const shown = rows.slice(0, longest)
  const newest = shown.at(-1)
  return {
    letters: shown.map(({ id, ticketId, at, allowed, asked, line, ...row }) => {
      return { id, ticketId, at, allowed, asked, participant: participantOf(row), line }
    }),
    more: rows.length > longest,
    mailbox: newest?.mailbox ?? undefined,
    thread: newest?.thread?.filter(isMessageId) ?? [],
  }
}

/** One letter that tells of them, by ticket; when they are all about one, an answer joins it. @param told not empty */
export function digestNotice(
  address: string,
  { mailbox, thread }: Stopped,
  told: StoppedLetter[],
  { pageOf }: Pick<Letterhead, 'pageOf'>,
): Notice {
  const newest = told.at(-1)!
  const tickets = [...Map.groupBy(told, ({ line }) => line.number ?? '').values()].map((letters) =>
    ticketOf(letters, pageOf),
  )
  const only = tickets.length === 1 ? newest : undefined
  return {
    kind: 'digest',
    values: {
      numberedTitle: only?.line.numberedTitle ?? '',
      answerable: only?.participant !== undefined,
      asked: newest.asked,
      choice: newest.asked && newest.participant ? `${pageOf(newest.participant.serial)}#notify` : '',
      tickets,
    },
    language: newest.line.language,
    mailbox: mailbox ?? { address: newest.line.mailbox, name: '', signature: '' },
    to: { address, name: '' },
    participant: only?.participant,
    thread: only ? thread : [],
    automatic: 'auto-generated',
    about: { ticketId: only?.ticketId ?? undefined },
  }
}

/** A participant's link may have been renewed since the letter was stopped. */
function ticketOf(letters: StoppedLetter[], pageOf: Letterhead['pageOf']) {
  const { line, participant } = letters.at(-1)!
  const { number = '', title } = line
  const page = participant ? pageOf(participant.serial) : (line.page ?? '')
  return {
    ...{ number, title, page },
    letters: letters.map(({ at, line: { author = '', text } }) => ({ at, author, text })),
  }
}

function participantOf({ participantId, serial, mayLeave }: Pick<Row, 'participantId' | 'serial' | 'mayLeave'>) {
  return participantId && serial !== null ? { id: participantId, serial, mayLeave: mayLeave === true } : undefined
}

type Row = {
  id: string
  ticketId: string | null
  at: Date
  line: DigestLine
  participantId: string | null
  serial: bigint | null
  mayLeave: boolean | null
  allowed: boolean
  asked: StoppedLetter['asked']
  mailbox: Stopped['mailbox'] | null
  thread: string[] | null
}
