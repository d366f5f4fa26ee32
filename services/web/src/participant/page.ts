import { api, isLocked, Language, Scan, ticketNumber } from '@podatelna/contracts'
import { withoutSecretLinks } from '@podatelna/mail'
import { titleIn } from '@podatelna/notices'
import type { App } from '@podatelna/process'
import { newId, type Store } from '@podatelna/store'
import { isRemoved, type Seat, visibleMessages } from '@podatelna/ticketing'
import { z } from 'zod'
import { clientTime } from '../pages/client-time.ts'
import { size } from '../pages/message-view.ts'
import { render } from '../pages/render.ts'
import { type PreferenceTexts, preferenceTexts, showPreference } from './preference.ts'
import { type Texts, texts } from './texts.ts'

/** What happened just now, or what is wrong with what was asked. */
export type Notice =
  | 'sent'
  | 'added'
  | 'proposedNow'
  | 'removed'
  | 'left'
  | 'renewed'
  | 'badEmail'
  | 'tooLong'
  | 'refused'
  | 'lockRefused'
  | 'notLocked'
  | 'mailChosen'
  | 'noChoice'

/** The page of one participant: what they may see of the ticket, and what they may do. */
export async function participantPage(
  { store, settings }: Shown,
  { seat, token }: { seat: Seat; token: string },
  notice?: Notice,
  draft = '',
): Promise<string> {
  const ticket = await readVisible(store, seat)
  const agent = await nameOfAgent(store, ticket.assigneeId)
  const { language } = seat
  const timeIn = (time: Date) => clientTime(language, settings.TIME_ZONE, time)
  const words = wordsFor(language)
  const status = ticket.status as 'queued' | 'in_progress' | 'waiting' | 'scheduled' | 'solved' | 'closed'
  return render('participant', {
    ...{ language, words, draft },
    title: `${ticketNumber(ticket.number)} ${titleIn(language, ticket.subject)}`,
    state: words[status],
    opened: words.opened(timeIn(ticket.createdAt)),
    cared: agent !== undefined && status !== 'closed' && words.caredForBy(agent),
    notice: notice && words[notice],
    lock: seat.role === 'requester' && showLock(ticket, agent, words),
    messages: ticket.messages.map(({ id, author, createdAt, recipients, redactions, files, ...written }) => ({
      ...{ id, name: nameIn(author), at: timeIn(createdAt), ...showText(written, words) },
      to: seat.endCustomer ? '' : recipients.map(({ participant }) => participant.name).join(', '),
      files: files.map((file) => showFile(file, settings, token)),
      removed: removedWords(redactions, timeIn, words),
    })),
    closed: status === 'closed' && words.closedNow(ticket.mailbox.address),
    messageId: newId(),
    people: ticket.participants
      .filter((person) => !seat.endCustomer || isTheirs(person, seat))
      .map((person) => showPerson(person, seat, words)),
    preference: seat.notify && showPreference(seat.notify, words),
    mayLeave: seat.role === 'cc',
  })
}

/** What the requester may refuse, if it is locked; `since` is what tells this lock from a later one. */
function showLock(ticket: Lockable, agent: string | undefined, words: Texts) {
  const { lockedAt, mergedIntoId, deletedAt } = ticket
  if (!lockedAt || mergedIntoId || deletedAt || agent === undefined) return undefined
  return { since: lockedAt.toISOString(), detail: words.locked(agent) }
}

async function nameOfAgent(store: Store, id: string | null): Promise<string | undefined> {
  const agent = id && (await store.prisma.agent.findUnique({ where: { id }, select: { name: true } }))
  return agent ? agent.name : undefined
}

export function wordsFor(language: string): Texts & PreferenceTexts {
  const known = Language.catch('en').parse(language)
  return { ...texts[known], ...preferenceTexts[known] }
}

async function readVisible(store: Store, { participantId, ticketId }: Seat) {
  const visible = await store.query<{ id: string }>(visibleMessages(participantId))
  return store.prisma.ticket.findUniqueOrThrow({
    where: { id: ticketId },
    include: {
      mailbox: { select: { address: true } },
      messages: {
        where: { id: { in: visible.map(({ id }) => id) } },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        select: {
          ...{ id: true, author: true, createdAt: true, redactions: true },
          ...{ text: true, visibleText: true, folded: true },
          recipients: { select: { participant: { select: { name: true } } } },
          files: { orderBy: { position: 'asc' }, include: { content: true } },
        },
      },
      participants: { where: { state: { not: 'removed' } }, orderBy: [{ role: 'desc' }, { serial: 'asc' }] },
    },
  })
}

/** What its author wrote then, and, folded, what they sent along. */
function showText({ text, visibleText, folded }: Written, words: Texts) {
  return {
    text: withoutSecretLinks(visibleText ?? text),
    folded: z
      .array(api.Folded)
      .parse(folded)
      .map(({ reason, text: hidden }) => ({ title: words[reason], text: withoutSecretLinks(hidden) })),
  }
}

/** A partner's own customer is shown nobody of the partner's but themselves and whom they put in copy. */
function isTheirs({ address, addedBy }: Person, seat: Seat): boolean {
  return address === seat.address || Object(addedBy).email === seat.address
}

/** Without a link when the scanner keeps it back. */
function showFile(file: File, settings: App['settings'], token: string) {
  const { id, filename, bytes, content } = file
  const locked = isLocked(Scan.parse(content.scan), settings)
  return { filename, size: size(bytes), href: locked ? undefined : `/t/${token}/files/${id}` }
}

function showPerson(person: Person, seat: Seat, words: Texts) {
  const { address, name, role } = person
  const proposed = person.state === 'proposed'
  const own = Object(person.addedBy).email === seat.address
  const mayRemove = role === 'cc' && address !== seat.address && (own || seat.manager)
  return {
    address,
    name: name === address ? undefined : name,
    role: proposed ? words.proposed : role === 'requester' ? words.requester : words.cc,
    confirm: proposed && seat.manager && words.confirm(address),
    remove: mayRemove && words.remove(address),
  }
}

/** That staff removed something, and when; why is for staff. */
function removedWords(redactions: unknown, timeIn: (time: Date) => string, words: Texts): string | undefined {
  const last = z.array(api.Redaction).parse(redactions).at(-1)
  const at = last && timeIn(new Date(last.at))
  return at && (isRemoved(redactions) ? words.messageRemoved(at) : words.partRemoved(at))
}

function nameIn(author: unknown): string {
  return String(Object(author).name ?? '')
}

type Lockable = { lockedAt: Date | null; mergedIntoId: string | null; deletedAt: Date | null }
type Shown = Pick<App, 'store' | 'settings'>
type File = { id: string; filename: string; bytes: number; content: { scan: string } }
type Person = { address: string; name: string; role: string; state: string; addedBy: unknown }
type Written = { text: string; visibleText: string | null; folded: unknown }
