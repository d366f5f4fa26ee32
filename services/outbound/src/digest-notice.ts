import type { SeatPurpose } from '@podatelna/contracts'
import { isMessageId } from '@podatelna/mail'
import { Prisma, type Store } from '@podatelna/store'
import { circumstancesOfDelivery, whyNotForThem } from '@podatelna/ticketing'
import type { DigestLine } from './digest-line.ts'
import type { Letterhead, Notice } from './letterhead.ts'
import { type SendingMailbox, sendingMailbox } from './mailbox.ts'
import { lettersOfAgent } from './staff-desk.ts'
import { lettersUntil, threadOf } from './ticket-notices.ts'

/** What waits for one recipient about some tickets, oldest first. */
export type Stopped = {
  letters: StoppedLetter[]
  /** There is more than one digest tells of. */
  more: boolean
  /** Of the newest letter, if it is still there. */
  mailbox: SendingMailbox | undefined
}

export type StoppedLetter = {
  id: string
  ticketId: string | null
  /** Absent for those who are no participants, for instance agents. */
  participant: Notice['participant']
  /** Of a notice to staff; `purpose` is what an answer to it becomes. */
  agent: (NonNullable<Notice['agent']> & { purpose: SeatPurpose }) | undefined
  /** It was for them as one of us. */
  staff: boolean
  /** What their reader prefers now: a digest each hour or day. */
  asked: 'hourly' | 'daily' | ''
  /** The recipient is still to be told. */
  allowed: boolean
  at: Date
  line: DigestLine
}

/** The one ticket that all of it is about, as its other letters to that reader have it. */
export type Conversed = Pick<Notice, 'conversation' | 'participant' | 'thread'> & { agent?: StoppedLetter['agent'] }

const longest = 200

export async function readStopped(store: Store, address: string, tickets: string[]): Promise<Stopped> {
  const rows = await store.query<Row>(Prisma.sql`
    SELECT d.id, d.ticket_id AS "ticketId", d.created_at AS at, d.digest_line AS line, p.id AS "participantId", p.serial,
      p.role = 'cc' AS "mayLeave", ${whyNotForThem} IS NULL AS allowed, d.agent_id AS "agentId", seat.serial AS "agentSerial",
      seat.purpose,
      CASE contact.notify WHEN 'digest_hourly' THEN 'hourly' WHEN 'digest_daily' THEN 'daily' ELSE '' END AS asked,
      (SELECT ${sendingMailbox} FROM mailboxes mb WHERE mb.address = d.digest_line->>'mailbox') AS mailbox
    FROM deliveries d ${circumstancesOfDelivery}
    LEFT JOIN agent_seats seat ON seat.ticket_id = d.ticket_id AND seat.agent_id = d.agent_id
      AND seat.purpose = CASE d.kind WHEN 'client_wrote' THEN 'reply' ELSE 'note' END
    WHERE d.to_address = ${address} AND d.digest_line IS NOT NULL AND d.digest_id IS NULL
      AND coalesce(d.ticket_id, '00000000-0000-0000-0000-000000000000') = ANY(${tickets}::uuid[])
    ORDER BY d.id LIMIT ${longest + 1}`)
  const shown = rows.slice(0, longest)
  return {
    letters: shown.map(({ id, ticketId, at, allowed, asked, line, ...row }) => {
      const reader = { participant: participantOf(row), agent: agentOf(row), staff: row.agentId !== null }
      return { id, ticketId, at, allowed, asked, ...reader, line }
    }),
    more: rows.length > longest,
    mailbox: shown.at(-1)?.mailbox ?? undefined,
  }
}

/** Undefined when they are about several tickets, or about none. */
export async function readConversed(store: Store, told: StoppedLetter[]): Promise<Conversed | undefined> {
  const { ticketId, participant } = told.at(-1)!
  if (ticketId === null || told.some((letter) => letter.ticketId !== ticketId)) return undefined
  const agent = participant ? undefined : cautious(told)
  const [row] = await store.query<ConversedRow>(Prisma.sql`
    SELECT t.created_at AS begun, ${lettersUntil(Prisma.sql`now()`)} AS letters, ${lettersOfAgent} AS "agentsLetters"
    FROM tickets t LEFT JOIN participants p ON p.id = ${participant?.id ?? null}::uuid
      LEFT JOIN agents a ON a.id = ${agent?.id ?? null}::uuid
    WHERE t.id = ${ticketId}::uuid`)
  if (!row) return undefined
  const name = told.at(-1)!.line.number ?? ''
  const thread = participant ? threadOf(row) : row.agentsLetters.filter(isMessageId)
  return { conversation: { id: ticketId, begun: row.begun, name }, participant, agent, thread }
}

/** In doubt an answer stays among staff (decision 0030): to the client goes only what answers their letters and nothing else. */
function cautious(told: StoppedLetter[]): StoppedLetter['agent'] {
  const agents = told.flatMap(({ agent }) => agent ?? [])
  return agents.find(({ purpose }) => purpose === 'note') ?? agents.at(-1)
}

/** One letter that tells of them, by ticket; when they are all about one, an answer joins it. @param told not empty */
export function digestNotice(
  address: string,
  { mailbox }: Stopped,
  told: StoppedLetter[],
  conversed: Conversed | undefined,
  { pageOf }: Pick<Letterhead, 'pageOf'>,
): Notice {
  const newest = told.at(-1)!
  const tickets = [...Map.groupBy(told, ({ line }) => line.number ?? '').values()].map((letters) =>
    ticketOf(letters, pageOf),
  )
  const only = tickets.length === 1 ? newest : undefined
  const { participant, agent } = conversed ?? {}
  const common = { numberedTitle: only?.line.numberedTitle ?? '', tickets }
  const circumstances: Omit<Notice, 'kind' | 'values'> = {
    language: newest.line.language,
    mailbox: mailbox ?? { address: newest.line.mailbox, name: '', signature: '' },
    to: { address, name: '' },
    thread: [],
    ...conversed,
    automatic: 'auto-generated',
    // Even of several tickets: it is not sent to who is no agent any more.
    about: { ticketId: only?.ticketId ?? undefined, agentId: told.flatMap(({ agent }) => agent ?? []).at(-1)?.id },
  }
  if (told.some(({ staff }) => staff)) {
    return { kind: 'staff_digest', values: { ...common, answer: agent?.purpose ?? '' }, ...circumstances }
  }
  const choice = newest.asked && newest.participant ? `${pageOf(newest.participant.serial)}#notify` : ''
  const values = { ...common, answerable: participant !== undefined, asked: newest.asked, choice }
  return { kind: 'digest', values, ...circumstances }
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

function agentOf({ agentId, agentSerial, purpose }: Pick<Row, 'agentId' | 'agentSerial' | 'purpose'>) {
  return agentId && agentSerial !== null && purpose ? { id: agentId, serial: agentSerial, purpose } : undefined
}

type ConversedRow = { begun: Date; letters: Parameters<typeof threadOf>[0]['letters']; agentsLetters: string[] }
type Row = {
  id: string
  ticketId: string | null
  at: Date
  line: DigestLine
  participantId: string | null
  serial: bigint | null
  mayLeave: boolean | null
  allowed: boolean
  agentId: string | null
  agentSerial: bigint | null
  purpose: SeatPurpose | null
  asked: StoppedLetter['asked']
  mailbox: Stopped['mailbox'] | null
}
