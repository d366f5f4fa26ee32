import { type Consumer, inboxInsert, type Outcome } from '@podatelna/bus'
import {
  clientWrote,
  copied,
  type Envelope,
  linkRenewed,
  mailHeld,
  mailTooLate,
  publiclyReplied,
  subscriptions,
  ticketMoved,
  ticketOpened,
  ticketTaken,
} from '@podatelna/contracts'
import type { Prisma, Store } from '@podatelna/store'
import { type AgentDeskReader, agentDeskReader, agentNotices } from './agent-notices.ts'
import type { Budgets } from './budgets.ts'
import { commitLetters, type Gate, type TicketAsRead } from './deliveries.ts'
import { contentsOf, whenScanned } from './enclosures.ts'
import { heldNotice, readHeldLetter } from './held-notice.ts'
import type { Letter, Letterhead, Notice } from './letterhead.ts'
import type { Post } from './post.ts'
import { planForStaff } from './staff-notices.ts'
import {
  copiedNotices,
  openedNotices,
  renewedNotices,
  replyNotices,
  type Ticket,
  ticketReader,
} from './ticket-notices.ts'
import { movedNotices, type News, readNews, takenNotices } from './ticket-status-notices.ts'
import { readLateLetter, tooLateNotice } from './too-late-notice.ts'

const subscription = subscriptions.outboundNotices

/**
 * Turns events into letters: read what happened (one statement), decide who is told, write the letters, commit them as
 * deliveries (one statement), and only then hand them to the post. Nobody waits here for a mail server.
 */
export function noticesConsumer(parts: Parts): Consumer {
  const desk = { ...parts, readTicket: ticketReader(parts.store), readAgents: agentDeskReader(parts.store) }
  const oneAtATime = turns()
  return {
    subscription,
    async handle(event): Promise<Outcome> {
      const plan = await planFor(desk, event)
      if ('reject' in plan) return plan
      const hasFiles = plan.notices.some(({ files = [] }) => files.length > 0)
      const work = () => (hasFiles ? commitWithFiles(desk, event, plan) : commitAndPost(desk, event, plan))
      const done = await (hasFiles ? oneAtATime(work) : work())
      if (!done) return { retry: 'something was redacted in the ticket meanwhile' }
      return 'done'
    },
  }
}

/** False when what was read is not true any more. */
async function commitAndPost(desk: Reading & Parts, event: Envelope, plan: Plan): Promise<boolean> {
  const letters = await Promise.all(plan.notices.map((notice) => desk.letterhead.write(notice)))
  const lease = desk.post.lease()
  const queued = await commit(desk, event, { ...plan, letters, lease: lease.seconds })
  if (!queued) return false
  if (lease.seconds > 0) desk.post.take(letters.filter((letter) => queued.has(letter.id)).map(firstTry), lease)
  return true
}

/** One letter after the other, and left in the table until the post has room for so many bytes. */
async function commitWithFiles(desk: Reading & Parts, event: Envelope, plan: Plan): Promise<boolean> {
  const files = plan.notices.flatMap(({ files = [] }) => files)
  const contents = await contentsOf(desk.store, files)
  const letters: Letter[] = []
  for (const notice of plan.notices) letters.push(await desk.letterhead.write(notice, contents))
  return (await commit(desk, event, { ...plan, letters, lease: 0 })) !== undefined
}

function commit({ store, budgets }: Parts, event: Envelope, plan: Plan & { letters: Letter[]; lease: number }) {
  const { letters, lease, gate, ticket } = plan
  const inbox = (when?: Prisma.Sql) => inboxInsert(subscription, event, when)
  return commitLetters(store, { letters, budgets, inbox, gate, ticket, cause: event.id, lease })
}

/** What is large is done by one at a time in each process. */
function turns() {
  let last: Promise<unknown> = Promise.resolve()
  return <Value>(work: () => Promise<Value>): Promise<Value> => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
}

function planFor(desk: Reading, event: Envelope): Promise<Plan | { reject: string }> {
  if (event.name === mailHeld.name) return planHeld(desk, mailHeld.payload.parse(event.payload).mail_id)
  if (event.name === mailTooLate.name) return planTooLate(desk, mailTooLate.payload.parse(event.payload))
  if (event.name === ticketOpened.name) return planOpened(desk, event)
  if (event.name === clientWrote.name) return planAgents(desk, event)
  if (event.name === copied.name) {
    const { participant_ids: ids } = copied.payload.parse(event.payload)
    return planTicket(desk, event, (ticket, head) => copiedNotices(ticket, head, ids))
  }
  if (event.name === linkRenewed.name) {
    const { participant_ids: ids } = linkRenewed.payload.parse(event.payload)
    return planTicket(desk, event, (ticket, head) => renewedNotices(ticket, head, ids))
  }
  if (event.name === publiclyReplied.name) {
    const { recorded = false } = publiclyReplied.payload.parse(event.payload)
    return planTicket(desk, event, (ticket, head) => replyNotices(ticket, head, recorded))
  }
  if (event.name === ticketTaken.name) {
    return planNews(desk, ticketTaken.payload.parse(event.payload), takenNotices)
  }
  if (event.name === ticketMoved.name) {
    const moved = ticketMoved.payload.parse(event.payload)
    return planNews(desk, moved, (ticket, news, head) => movedNotices(ticket, news, head, moved.status))
  }
  return planForStaff(desk, event) ?? Promise.resolve({ reject: `${event.name} is nothing we mail about` })
}

async function planTicket(
  { letterhead, readTicket }: Reading,
  event: Envelope,
  notices: typeof openedNotices,
): Promise<Plan | { reject: string }> {
  const about = ticketOpened.payload.parse(event.payload)
  const ticket = await whenScanned(() => readTicket(about.message_id), letterhead.scanning)
  if (!ticket) return { reject: `ticket ${about.ticket_id} has no message ${about.message_id}` }
  return { notices: notices(ticket, letterhead), ticket }
}

/** Nobody gets two letters about one thing: whoever is on the ticket is told as such. */
async function planOpened(desk: Reading, event: Envelope): Promise<Plan | { reject: string }> {
  const [clients, agents] = await Promise.all([planTicket(desk, event, openedNotices), planAgents(desk, event)])
  if ('reject' in clients) return clients
  if ('reject' in agents) return agents
  const told = new Set(clients.notices.map(({ to }) => to.address))
  const notices = [...clients.notices, ...agents.notices.filter(({ to }) => !told.has(to.address))]
  // Of two readings the older one: if something was redacted between them, both are made anew.
  const [ticket] = [clients.ticket, agents.ticket].sort((one, other) => readAt(one).localeCompare(readAt(other)))
  return { notices, ticket }
}

function readAt(ticket: TicketAsRead | undefined): string {
  return ticket?.redactedAt ?? ''
}

/** Only what clients wrote: who opens a ticket in their name knows of it. */
async function planAgents(
  { store, letterhead, readAgents }: Reading,
  event: Envelope,
): Promise<Plan | { reject: string }> {
  const about = clientWrote.payload.parse(event.payload)
  const desk = await readAgents(about.message_id)
  if (!desk) return { reject: `ticket ${about.ticket_id} has no message ${about.message_id}` }
  return { notices: await agentNotices({ store, letterhead }, desk), ticket: desk }
}

async function planNews(
  { store, letterhead, readTicket }: Reading,
  about: { ticket_id: string; agent_id: string | null },
  notices: (ticket: Ticket, news: News, head: Letterhead) => Notice[],
): Promise<Plan> {
  const news = await readNews(store, { ticketId: about.ticket_id, agentId: about.agent_id })
  const ticket = news && (await readTicket(news.messageId))
  return ticket ? { notices: notices(ticket, news, letterhead), ticket } : { notices: [] }
}

async function planHeld({ store, letterhead }: Reading, mailId: string): Promise<Plan | { reject: string }> {
  const letter = await readHeldLetter(store, mailId)
  if (!letter) return { reject: `letter ${mailId} has no authorization` }
  const held = heldNotice(letter, letterhead)
  return held ? { notices: [held.notice], gate: held.writeLink } : { notices: [] }
}

async function planTooLate(
  { store, letterhead }: Reading,
  about: { mail_id: string; ticket_id: string },
): Promise<Plan | { reject: string }> {
  const letter = await readLateLetter(store, { mailId: about.mail_id, ticketId: about.ticket_id })
  if (!letter) return { reject: `letter ${about.mail_id} or the ticket it answers is not there` }
  const notice = tooLateNotice(letter, letterhead.mailDomain)
  return { notices: notice ? [notice] : [] }
}

function firstTry({ id, to, envelopeFrom, source }: Letter) {
  return { id, to, envelopeFrom, source, attempts: 0, createdAt: new Date() }
}

type Parts = { store: Store; letterhead: Letterhead; budgets: Budgets; post: Post }
type Reading = {
  store: Store
  letterhead: Letterhead
  readTicket: ReturnType<typeof ticketReader>
  readAgents: AgentDeskReader
}
type Plan = { notices: Notice[]; gate?: Gate | undefined; ticket?: TicketAsRead | undefined }
