/** Notices to staff (rules §6): what clients wrote, and what else an agent should know of a ticket. */
import { type TicketPriority, ticketNumber } from '@podatelna/contracts'
import { isMessageId, numberedSubject } from '@podatelna/mail'
import { batched, Prisma, type Store } from '@podatelna/store'
import { seatsOf } from './agent-seats.ts'
import type { Letterhead, Notice } from './letterhead.ts'
import { isOurs } from './ticket-notices.ts'

/** A message as those see it who look after its ticket, and who they are. */
export type AgentDesk = {
  id: string
  number: bigint
  subject: string
  priority: TicketPriority
  createdAt: Date
  redactedAt: string | null
  mailbox: { address: string; name: string; signature: string }
  mailboxes: string[]
  organization: string | null
  message: {
    id: string
    mailId: string | null
    kind: string
    author: { name: string; email?: string }
    /** What its author wrote then. */
    text: string
    files: string[]
    /** Nobody has shown that its author wrote it. */
    unproved: boolean
    first: boolean
  }
  agents: Colleague[]
}

/** An agent who is told; `letters` are the Message-IDs of what they were sent about the ticket, oldest first. */
export type Colleague = { id: string; email: string; name: string; language: string; letters: string[] }

/** To whoever looks after the ticket, except its author: what a client wrote. */
export async function agentNotices(store: Store, desk: AgentDesk, head: Pick<Letterhead, 'mailDomain' | 'publicUrl'>) {
  if (!isClients(desk.message.kind)) return []
  const told = desk.agents.filter(
    ({ email }) => email !== desk.message.author.email && !isOurs(email, desk.mailboxes, head.mailDomain),
  )
  const seats = await seatsOf(
    store,
    desk.id,
    told.map(({ id }) => id),
    'reply',
  )
  return told.map((agent) => clientWroteNotice(desk, agent, seats.get(agent.id)!, head.publicUrl))
}

/** A ticket opened by staff, for instance after a telephone call, is no news to them. */
function isClients(kind: string): boolean {
  return kind === 'inbound' || kind === 'form'
}

function clientWroteNotice(desk: AgentDesk, agent: Colleague, serial: bigint, publicUrl: string): Notice {
  const { message, mailbox } = desk
  const number = ticketNumber(desk.number)
  const text = message.text.trim().slice(0, longestText).toWellFormed()
  return {
    kind: 'client_wrote',
    values: {
      number,
      numberedTitle: numberedSubject(number, desk.subject),
      title: desk.subject,
      author: message.author.name,
      address: message.author.email ?? '',
      organization: desk.organization ?? '',
      priority: desk.priority,
      message: { text, html: null },
      cut: message.text.trim().length > longestText,
      files: message.files.join(', '),
      unproved: message.unproved,
      opened: message.first,
      page: `${publicUrl}/tickets/${number}`,
    },
    language: agent.language,
    mailbox,
    to: { address: agent.email, name: agent.name },
    agent: { id: agent.id, serial },
    conversation: { id: desk.id, begun: desk.createdAt, name: number },
    thread: agent.letters.filter(isMessageId),
    automatic: 'auto-generated',
    about: { ticketId: desk.id, causedById: message.id, mailId: message.mailId },
  }
}

/** Rules §7: the rest is one click away. */
const longestText = 64_000

/** Everything about a message and those who are told of it in one statement; undefined when there is no such message. */
export function agentDeskReader(store: Store): AgentDeskReader {
  return batched((messageIds) => readDesks(store, messageIds))
}
export type AgentDeskReader = (messageId: string) => Promise<AgentDesk | undefined>

async function readDesks(store: Store, messageIds: string[]): Promise<Map<string, AgentDesk>> {
  const rows = await store.query<{ desk: DeskRow }>(Prisma.sql`
    SELECT json_build_object(
      'id', t.id, 'number', t.number, 'subject', t.subject, 'priority', t.priority,
      'createdAt', t.created_at, 'redactedAt', t.redacted_at,
      'mailbox', json_build_object('address', mb.address, 'name', mb.name, 'signature', mb.signature),
      'mailboxes', (SELECT json_agg(address) FROM mailboxes),
      'organization', (SELECT name FROM organizations WHERE id = t.organization_id),
      'message', json_build_object('id', m.id, 'mailId', m.mail_id, 'kind', m.kind, 'author', m.author,
        'text', coalesce(m.visible_text, m.text),
        'files', (SELECT coalesce(json_agg(filename ORDER BY position), '[]') FROM attachments WHERE message_id = m.id AND NOT inline),
        'unproved', letter.id IS NOT NULL AND NOT (letter.verdict->>'verified')::boolean AND NOT EXISTS (
          SELECT FROM mail_events WHERE mail_id = letter.id AND type = 'confirmed'),
        'first', NOT EXISTS (SELECT FROM messages earlier WHERE earlier.ticket_id = t.id AND earlier.created_at < m.created_at)),
      'agents', (
        SELECT coalesce(json_agg(json_build_object('id', a.id, 'email', a.email, 'name', a.name, 'language', a.language,
          'letters', (SELECT coalesce(json_agg(message_id ORDER BY created_at), '[]') FROM deliveries
            WHERE ticket_id = t.id AND agent_id = a.id)) ORDER BY a.email), '[]')
        FROM agents a WHERE a.disabled_at IS NULL AND ${isTold})) AS desk
    FROM messages m
    JOIN tickets t ON t.id = m.ticket_id
    JOIN mailboxes mb ON mb.id = t.mailbox_id
    LEFT JOIN agents assignee ON assignee.id = t.assignee_id AND assignee.disabled_at IS NULL
    LEFT JOIN inbound_mail letter ON letter.id = m.mail_id
    WHERE m.id = ANY(${messageIds}::uuid[])`)
  return new Map(
    rows.map(({ desk }) => {
      return [desk.message.id, { ...desk, number: BigInt(desk.number), createdAt: new Date(desk.createdAt) }]
    }),
  )
}

type DeskRow = Omit<AgentDesk, 'number' | 'createdAt'> & { number: number; createdAt: string }

/** Most agents who are told of what is nobody's, while nobody is listed for its mailbox. */
const smallDesk = 10

/**
 * True, in SQL, for an agent `a` who is told what is written into ticket `t`: its assignee, or, while it is nobody's, those
 * who serve its mailbox. Where none are listed, all of a small desk do, and the administrators of a large one, who can list them.
 */
const isTold = Prisma.sql`CASE
  WHEN assignee.id IS NOT NULL THEN a.id = assignee.id AND a.notify <> 'none'
  WHEN EXISTS (SELECT FROM mailbox_agents s JOIN agents listed ON listed.id = s.agent_id
    WHERE s.mailbox_id = t.mailbox_id AND listed.disabled_at IS NULL)
  THEN a.notify = 'all' AND EXISTS (SELECT FROM mailbox_agents s WHERE s.mailbox_id = t.mailbox_id AND s.agent_id = a.id)
  ELSE a.notify = 'all' AND (a.role = 'admin' OR (SELECT count(*) FROM agents WHERE disabled_at IS NULL) <= ${smallDesk})
  END`
