import {
  Actor,
  Audience,
  api,
  DeliveryState,
  FreeLinkKind,
  MessageKind,
  ParticipantRole,
  ParticipantState,
  Scan,
  TicketPriority,
  TicketStatus,
  ticketNumber,
} from '@podatelna/contracts'
import type { Prisma, Store } from '@podatelna/store'
import { allowedMoves, seenFromThere } from '@podatelna/ticketing'
import { z } from 'zod'
import { deliveryColumns, showDelivery } from './deliveries.ts'
import { isProved, proof } from './mail-flags.ts'
import { pageOf, placeOf } from './page.ts'
import { newestTickets } from './search.ts'
import { suppressionsOf } from './suppressions.ts'
import { showText, textParts } from './texts.ts'
import { type TicketsAsked, ticketsWhere } from './ticket-filter.ts'

/** Newest first. A page of a search may hold fewer than there are: what takes long to look for is left to the next page. */
export async function listTickets(store: Store, asked: TicketsAsked) {
  const where = await ticketsWhere(store, asked)
  if (!where) return { items: [], next: null }
  const searches = asked.filters.flatMap(({ q }) => q?.trim() || [])
  const take = asked.limit + 1
  const { found, until } = await newestTickets(store, { where, searches, count: take })
  const id = { in: found.map((one) => one.id) }
  const rows = await store.prisma.ticket.findMany({ where: { id }, orderBy: inOrder, take, include: forList })
  const assignees = await assigneesOf(store, rows)
  const page = pageOf(rows, asked.limit, placeOf, (row) => showInList(row, assignees))
  return page.next === null && until ? { ...page, next: api.cursor(placeOf(until)) } : page
}

export async function readTicket(store: Store, number: bigint): Promise<api.Ticket | undefined> {
  const row = await store.prisma.ticket.findUnique({ where: { number }, include: whole })
  if (!row) return undefined
  const [assignees, suppressed] = await Promise.all([
    assigneesOf(store, [row]),
    suppressionsOf(
      store,
      row.participants.map(({ address }) => address),
    ),
  ])
  return {
    ...showInList(row, assignees),
    messages: row.messages.map((one) => withDeliveries(showMessage(one), row.deliveries)),
    participants: row.participants.map((one) => showParticipant(one, suppressed.get(one.address))),
    moves: [...allowedMoves[TicketStatus.parse(row.status)]],
    solved_at: timeOf(row.solvedAt),
    closed_at: timeOf(row.closedAt),
    scheduled_for: timeOf(row.scheduledFor),
    deleted_at: timeOf(row.deletedAt),
    spam: row.spam,
    end_customer_visible: row.endCustomerVisible,
    version: row.version,
    links: linksOf(row),
    events: row.events.map(({ type, at, by, detail }) => {
      return { ...Object(detail), type, at: at.toISOString(), by: Actor.parse(by) }
    }),
    deliveries: row.deliveries.map(showDelivery),
    texts: row.texts.map(showText),
  }
}

export async function readMessage(store: Store, id: string): Promise<api.Message> {
  return showMessage(await store.prisma.message.findUniqueOrThrow({ where: { id }, include: itsParts }))
}

export async function findMessage(store: Store, id: string): Promise<api.Message | undefined> {
  const row = await store.prisma.message.findUnique({ where: { id }, include: itsParts })
  return row ? showMessage(row) : undefined
}

async function assigneesOf(store: Store, rows: { assigneeId: string | null }[]): Promise<Map<string, Assignee>> {
  const ids = new Set(rows.flatMap(({ assigneeId }) => assigneeId ?? []))
  if (ids.size === 0) return new Map()
  const select = { id: true, name: true, email: true }
  const agents = await store.prisma.agent.findMany({ where: { id: { in: [...ids] } }, select })
  return new Map(agents.map((agent) => [agent.id, agent]))
}

function showInList(row: ListRow, assignees: Map<string, Assignee>): api.TicketInList {
  const requester = row.participants.find(({ role }) => role === 'requester')
  return {
    number: ticketNumber(row.number),
    subject: row.subject,
    status: TicketStatus.parse(row.status),
    priority: TicketPriority.parse(row.priority),
    mailbox: row.mailbox,
    organization: row.organization,
    requester: requester ? { email: requester.address, name: requester.name } : null,
    assignee: (row.assigneeId && assignees.get(row.assigneeId)) || null,
    locked_at: timeOf(row.lockedAt),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}

function showMessage(row: Prisma.MessageGetPayload<{ include: typeof itsParts }>): api.Message {
  const { id, subject, text, html, warnings } = row
  return {
    ...{ id, subject, text, html, warnings },
    visible_text: row.visibleText ?? text,
    folded: Folds.parse(row.folded),
    kind: MessageKind.parse(row.kind),
    audience: Audience.parse(row.audience),
    author: Actor.parse(row.author),
    verified: row.quotedInId === null && (row.mail === null || isProved(row.mail)),
    redactions: Redactions.parse(row.redactions),
    attachments: row.files.length > 0 ? row.files.map(showAttachment) : Listed.parse(row.attachments),
    recipients: row.recipients.map(({ participant }) => ({ email: participant.address, name: participant.name })),
    created_at: row.createdAt.toISOString(),
    ...(row.mailId && { mail_id: row.mailId }),
    ...(row.quotedInId && { quoted_in: row.quotedInId }),
  }
}

/** What became of the letters that brought it to its recipients; of one that was sent again, the newest. */
function withDeliveries(message: api.Message, deliveries: Letters): api.Message {
  const newest = new Map(
    deliveries.flatMap((one) =>
      one.causedById === message.id && one.kind === 'public_reply' ? [[one.toAddress, one]] : [],
    ),
  )
  const recipients = message.recipients.map((person) => {
    const letter = newest.get(person.email)
    return letter ? { ...person, delivery: { id: letter.id, state: DeliveryState.parse(letter.state) } } : person
  })
  return { ...message, recipients }
}

type Letters = Prisma.DeliveryGetPayload<{ select: typeof deliveryColumns }>[]

function showAttachment(row: Prisma.AttachmentGetPayload<typeof files>): api.Attachment {
  const { id, filename, type, bytes, inline, source, content } = row
  return {
    ...{ id, filename, type, bytes, inline, source },
    sha256: Buffer.from(row.sha256).toString('hex'),
    content_id: row.contentId,
    scan: Scan.parse(content.scan),
    scan_reason: content.scanReason,
  }
}

/** From before files were stored. */
const Listed = z.array(
  z
    .object({
      filename: z.string(),
      type: z.string(),
      bytes: z.number(),
      sha256: z.string(),
      inline: z.boolean(),
      content_id: z
        .string()
        .nullish()
        .transform((id) => id ?? null),
    })
    .transform((file) => ({ ...file, source: 'part', scan: 'unscanned' as const, scan_reason: null })),
)
const Folds = z.array(api.Folded)
const Redactions = z.array(api.Redaction)

function showParticipant(row: Prisma.ParticipantGetPayload<object>, suppression?: api.Suppression): api.Participant {
  return {
    email: row.address,
    name: row.name,
    role: ParticipantRole.parse(row.role),
    state: ParticipantState.parse(row.state),
    added_by: Actor.parse(row.addedBy),
    added_at: row.addedAt.toISOString(),
    ...(row.state === 'removed' && removal(row)),
    ...(suppression && { suppression }),
  }
}

function removal(row: Prisma.ParticipantGetPayload<object>) {
  return {
    removed_by: Actor.optional().parse(row.removedBy ?? undefined),
    removed_at: row.removedAt?.toISOString(),
    removed_reason: row.removedReason ?? undefined,
  }
}

function linksOf(row: Links): api.Link[] {
  const link = (kind: api.Link['kind'], to: Numbered[]) =>
    to.map(({ number }) => ({ kind, number: ticketNumber(number) }))
  return [
    ...link('follow_up_of', row.predecessors),
    ...link('followed_up_by', row.successor ? [row.successor] : []),
    ...link('merged_into', row.mergedInto ? [row.mergedInto] : []),
    ...link('merged_from', row.mergedFrom),
    ...row.linksTo.flatMap(({ kind, other }) => link(FreeLinkKind.parse(kind), [other])),
    ...row.linksFrom.flatMap(({ kind, ticket }) => link(seenFromThere[FreeLinkKind.parse(kind)], [ticket])),
    ...(row.legacyNumber === null ? [] : [{ kind: 'legacy' as const, number: row.legacyNumber }]),
  ]
}

function timeOf(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

type Numbered = { number: bigint }
type Links = {
  predecessors: Numbered[]
  successor: Numbered | null
  mergedInto: Numbered | null
  mergedFrom: Numbered[]
  linksTo: { kind: string; other: Numbered }[]
  linksFrom: { kind: string; ticket: Numbered }[]
  legacyNumber: string | null
}

const files = {
  orderBy: { position: 'asc' },
  include: { content: { select: { scan: true, scanReason: true } } },
} as const
const recipients = {
  select: { participant: { select: { address: true, name: true } } },
  orderBy: [{ participant: { role: 'desc' } }, { participant: { serial: 'asc' } }],
} as const satisfies Prisma.Message$recipientsArgs
const itsParts = { mail: { select: proof }, files, recipients } as const
const parties = {
  mailbox: { select: { id: true, address: true, name: true } },
  organization: { select: { id: true, name: true } },
} as const
const inOrder = [{ createdAt: 'desc' }, { id: 'desc' }] as const satisfies Prisma.TicketOrderByWithRelationInput[]
const forList = { ...parties, participants: { where: { role: 'requester' } } } as const satisfies Prisma.TicketInclude
const whole = {
  ...parties,
  participants: { orderBy: [{ role: 'desc' }, { serial: 'asc' }] },
  successor: { select: { number: true } },
  predecessors: { select: { number: true }, orderBy: { number: 'asc' } },
  mergedInto: { select: { number: true } },
  mergedFrom: { select: { number: true }, orderBy: { number: 'asc' } },
  linksTo: { select: { kind: true, other: { select: { number: true } } }, orderBy: { createdAt: 'asc' } },
  linksFrom: { select: { kind: true, ticket: { select: { number: true } } }, orderBy: { createdAt: 'asc' } },
  messages: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], include: itsParts },
  events: { orderBy: { id: 'asc' } },
  deliveries: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], select: deliveryColumns },
  texts: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], include: textParts },
} as const satisfies Prisma.TicketInclude
type ListRow = Prisma.TicketGetPayload<{ include: typeof forList }>
type Assignee = { id: string; name: string; email: string }
