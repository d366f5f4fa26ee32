/** To staff: what clients wrote (rules §6). */
import { asked, batched, Prisma, type Store } from '@podatelna/store'
import type { Letterhead, Notice } from './letterhead.ts'
import {
  asDesk,
  deskColumns,
  type StaffDesk,
  type StaffDeskRow,
  staffNotices,
  surroundings,
  whoServes,
} from './staff-desk.ts'

/** A message as those see it who look after its ticket, and who they are. */
export type AgentDesk = StaffDesk & { message: ClientsMessage }

type ClientsMessage = {
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
  /** Addresses its author put in copy, that wait for somebody's confirmation. */
  proposed: string[]
}

/** To whoever looks after the ticket, except its author. */
export async function agentNotices(
  place: { store: Store; letterhead: Pick<Letterhead, 'mailDomain' | 'publicUrl'> },
  desk: AgentDesk,
): Promise<Notice[]> {
  const { message, organization, priority } = desk
  if (!isClients(message)) return []
  const text = message.text.trim()
  const shown = text.slice(0, longestText).toWellFormed()
  return staffNotices(place, desk, {
    kind: 'client_wrote',
    purpose: 'reply',
    except: message.author.email,
    about: { causedById: message.id, mailId: message.mailId },
    values: (titles) => ({
      ...titles,
      author: message.author.name,
      address: message.author.email ?? '',
      organization: organization ?? '',
      priority,
      message: { text: shown, html: null },
      cut: shown.length < text.length,
      files: message.files.join(', '),
      unproved: message.unproved,
      opened: message.first,
      proposed: message.proposed.join(', '),
    }),
  })
}

/** A ticket opened by staff, for instance after a telephone call, is no news to them. */
function isClients({ kind }: ClientsMessage): boolean {
  return kind === 'inbound' || kind === 'form'
}

/** Rules §7: the rest is one click away. */
const longestText = 64_000

/** Everything about a message and those who are told of it in one statement; undefined when there is no such message. */
export function agentDeskReader(store: Store): AgentDeskReader {
  return batched((messageIds) => readDesks(store, messageIds))
}
export type AgentDeskReader = (messageId: string) => Promise<AgentDesk | undefined>

async function readDesks(store: Store, messageIds: string[]): Promise<Map<string, AgentDesk>> {
  const rows = await store.query<{ desk: StaffDeskRow & { message: ClientsMessage } }>(Prisma.sql`
    SELECT json_build_object(${deskColumns(whoServes)},
      'message', json_build_object('id', m.id, 'mailId', m.mail_id, 'kind', m.kind, 'author', m.author,
        'text', coalesce(m.visible_text, m.text),
        'files', (SELECT coalesce(json_agg(filename ORDER BY position), '[]') FROM attachments
          WHERE message_id = m.id AND NOT inline),
        'unproved', letter.id IS NOT NULL AND NOT (letter.verdict->>'verified')::boolean AND NOT EXISTS (
          SELECT FROM mail_events WHERE mail_id = letter.id AND type = 'confirmed'),
        'first', NOT EXISTS (
          SELECT FROM messages earlier WHERE earlier.ticket_id = t.id AND earlier.created_at < m.created_at),
        'proposed', (SELECT coalesce(json_agg(address ORDER BY serial), '[]') FROM participants
          WHERE added_from_message_id = m.id AND state = 'proposed'))) AS desk
    FROM ${asked(messageIds)}
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = asked.id OFFSET 0) m
    CROSS JOIN LATERAL (SELECT * FROM tickets WHERE id = m.ticket_id OFFSET 0) t
    ${surroundings}
    LEFT JOIN LATERAL (SELECT id, verdict FROM inbound_mail WHERE id = m.mail_id OFFSET 0) letter ON true`)
  return new Map(rows.map(({ desk }) => [desk.message.id, asDesk(desk)]))
}
