/** A ticket as staff are told of it, and who of them is. */
import { type NoticeKind, type SeatPurpose, type TicketPriority, ticketNumber } from '@podatelna/contracts'
import { isMessageId, numberedSubject } from '@podatelna/mail'
import type { NoticeValues, StaffTitles } from '@podatelna/notices'
import { Prisma, type Store } from '@podatelna/store'
import { seatsOf } from './agent-seats.ts'
import type { Letterhead, Notice } from './letterhead.ts'
import { type SendingMailbox, sendingMailbox } from './mailbox.ts'
import { isOurs } from './ticket-notices.ts'

export type StaffDesk = {
  id: string
  number: bigint
  subject: string
  priority: TicketPriority
  createdAt: Date
  redactedAt: string | null
  mailbox: SendingMailbox
  mailboxes: string[]
  organization: string | null
  agents: Colleague[]
}

/** An agent who is told; `letters` are the Message-IDs of what they were sent about the ticket, oldest first. */
export type Colleague = { id: string; email: string; name: string; language: string; letters: string[] }

type Head = Pick<Letterhead, 'mailDomain' | 'publicUrl'>

/**
 * The same notice to each of the desk's agents, but one.
 *
 * @param notice.purpose what their answer becomes
 * @param notice.except the address of whoever caused it
 */
export async function staffNotices<Kind extends NoticeKind>(
  { store, letterhead }: { store: Store; letterhead: Head },
  desk: StaffDesk,
  notice: {
    kind: Kind
    purpose: SeatPurpose
    except?: string | undefined
    about?: { causedById?: string; mailId?: string | null }
    values(titles: StaffTitles): NoticeValues[Kind]
  },
): Promise<Notice[]> {
  const { kind, purpose, except, about } = notice
  const told = desk.agents.filter(
    ({ email }) => email !== except && !isOurs(email, desk.mailboxes, letterhead.mailDomain),
  )
  const ids = told.map(({ id }) => id)
  const seats = await seatsOf(store, desk.id, ids, purpose)
  const number = ticketNumber(desk.number)
  const numberedTitle = numberedSubject(number, desk.subject)
  const page = `${letterhead.publicUrl}/tickets/${number}`
  const values = notice.values({ number, title: desk.subject, numberedTitle, page })
  return told.map((agent) => {
    const circumstances = {
      language: agent.language,
      mailbox: desk.mailbox,
      to: { address: agent.email, name: agent.name },
      agent: { id: agent.id, serial: seats.get(agent.id)! },
      conversation: { id: desk.id, begun: desk.createdAt, name: number },
      thread: agent.letters.filter(isMessageId),
      automatic: 'auto-generated',
      about: { ticketId: desk.id, ...about },
    }
    return { kind, values, ...circumstances } as Notice
  })
}

/** `Colleague.letters`, in SQL, of agent `a` about ticket `t`. */
export const lettersOfAgent = Prisma.sql`(
  SELECT coalesce(json_agg(message_id ORDER BY created_at), '[]') FROM deliveries
  WHERE ticket_id = t.id AND agent_id = a.id AND state <> 'suppressed')`

/** Undefined when there is no such ticket. `who` is as of `deskColumns`. */
export async function readStaffDesk(store: Store, ticketId: string, who: Prisma.Sql): Promise<StaffDesk | undefined> {
  const [row] = await store.query<{ desk: StaffDeskRow }>(Prisma.sql`
    SELECT json_build_object(${deskColumns(who)}) AS desk FROM tickets t ${surroundings} WHERE t.id = ${ticketId}::uuid`)
  return row && asDesk(row.desk)
}

/**
 * Keys and values, in SQL, of a desk, from `tickets t` and its `surroundings`.
 *
 * @param who true for an agent `a` who is told of ticket `t`
 */
export function deskColumns(who: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    'id', t.id, 'number', t.number, 'subject', t.subject, 'priority', t.priority,
    'createdAt', t.created_at, 'redactedAt', t.redacted_at,
    'mailbox', ${sendingMailbox},
    'mailboxes', (SELECT json_agg(address) FROM mailboxes),
    'organization', (SELECT name FROM organizations WHERE id = t.organization_id),
    'agents', (
      SELECT coalesce(json_agg(json_build_object('id', a.id, 'email', a.email, 'name', a.name, 'language', a.language,
        'letters', ${lettersOfAgent}) ORDER BY a.email), '[]')
      FROM agents a WHERE a.disabled_at IS NULL AND a.notify <> 'none' AND ${who})`
}

/** What the columns of a desk need beside `tickets t`. */
export const surroundings = Prisma.sql`
  JOIN mailboxes mb ON mb.id = t.mailbox_id
  LEFT JOIN agents assignee ON assignee.id = t.assignee_id AND assignee.disabled_at IS NULL`

export type StaffDeskRow = Omit<StaffDesk, 'number' | 'createdAt'> & { number: number; createdAt: string }

export function asDesk<Row extends StaffDeskRow>(row: Row): Omit<Row, 'number' | 'createdAt'> & StaffDesk {
  return { ...row, number: BigInt(row.number), createdAt: new Date(row.createdAt) }
}

/** Most agents who are told of what is nobody's, while nobody is listed for its mailbox. */
const smallDesk = 10

/**
 * Who is told what is written into a ticket: its assignee, or, while it is nobody's, those who serve its mailbox. Where none
 * are listed, all of a small desk do, and the administrators of a large one, who can list them.
 */
export const whoServes = Prisma.sql`CASE
  WHEN assignee.id IS NOT NULL THEN a.id = assignee.id
  WHEN a.notify <> 'all' THEN false
  WHEN EXISTS (SELECT FROM mailbox_agents s JOIN agents listed ON listed.id = s.agent_id
    WHERE s.mailbox_id = t.mailbox_id AND listed.disabled_at IS NULL)
  THEN EXISTS (SELECT FROM mailbox_agents s WHERE s.mailbox_id = t.mailbox_id AND s.agent_id = a.id)
  ELSE a.role = 'admin' OR (SELECT count(*) FROM agents WHERE disabled_at IS NULL) <= ${smallDesk}
  END`
