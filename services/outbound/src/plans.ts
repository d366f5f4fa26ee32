import {
  clientWrote,
  copied,
  deliveryResent,
  type Envelope,
  linkRenewed,
  mailHeld,
  mailTooLate,
  publiclyReplied,
  ticketMoved,
  ticketOpened,
  ticketTaken,
} from '@podatelna/contracts'
import { agentNotices } from './agent-notices.ts'
import type { TicketAsRead } from './deliveries.ts'
import { whenScanned } from './enclosures.ts'
import { heldNotice, readHeldLetter } from './held-notice.ts'
import type { Letterhead, Notice } from './letterhead.ts'
import { on, type Plan, type Planned, type Reading } from './plan.ts'
import { planResent } from './resend.ts'
import { staffPlans } from './staff-notices.ts'
import { copiedNotices, openedNotices, renewedNotices, replyNotices, type Ticket } from './ticket-notices.ts'
import { movedNotices, type News, readNews, takenNotices } from './ticket-status-notices.ts'
import { readLateLetter, tooLateNotice } from './too-late-notice.ts'

const plans = new Map([
  on(mailHeld, (desk, { mail_id }) => planHeld(desk, mail_id)),
  on(mailTooLate, planTooLate),
  on(ticketOpened, planOpened),
  on(clientWrote, planAgents),
  on(copied, (desk, about) => {
    return planTicket(desk, about, (ticket, head) => copiedNotices(ticket, head, about.participant_ids))
  }),
  on(linkRenewed, (desk, about) => {
    return planTicket(desk, about, (ticket, head) => renewedNotices(ticket, head, about.participant_ids))
  }),
  on(publiclyReplied, (desk, about) => {
    return planTicket(desk, about, (ticket, head) => replyNotices(ticket, head, about.recorded ?? false))
  }),
  on(ticketTaken, (desk, about) => planNews(desk, about, takenNotices)),
  on(ticketMoved, (desk, about) => {
    return planNews(desk, about, (ticket, news, head) => movedNotices(ticket, news, head, about.status))
  }),
  on(deliveryResent, planResent),
  ...staffPlans,
])

/** Reads what an event needs, and decides who is told. */
export async function planFor(desk: Reading, event: Envelope): Promise<Planned> {
  return plans.get(event.name)?.(desk, event) ?? { reject: `${event.name} is nothing we mail about` }
}

/** For the test that nothing is listened to in vain. */
export function isPlanned(name: string): boolean {
  return plans.has(name)
}

type About = { ticket_id: string; message_id: string }

async function planTicket(
  { letterhead, readTicket, writeText }: Reading,
  about: About,
  notices: (ticket: Ticket, head: Letterhead) => Notice[] | Promise<Notice[]>,
): Promise<Planned> {
  const ticket = await whenScanned(() => readTicket(about.message_id), letterhead.scanning)
  if (!ticket) return { reject: `ticket ${about.ticket_id} has no message ${about.message_id}` }
  return planOf(ticket, await notices(ticket, letterhead), writeText)
}

/** Nobody gets two letters about one thing: whoever is on the ticket is told as such. */
async function planOpened(desk: Reading, about: About): Promise<Planned> {
  const opened = planTicket(desk, about, async (ticket, head) => {
    return openedNotices(ticket, head, await desk.reaction(ticket.mailbox.address))
  })
  const [clients, agents] = await Promise.all([opened, planAgents(desk, about)])
  if ('reject' in clients) return clients
  if ('reject' in agents) return agents
  const told = new Set(clients.notices.map(({ to }) => to.address))
  const notices = [...clients.notices, ...agents.notices.filter(({ to }) => !told.has(to.address))]
  // Of two readings the older one: if something was redacted between them, both are made anew.
  const [ticket] = [clients.ticket, agents.ticket].sort((one, other) => readAt(one).localeCompare(readAt(other)))
  return { notices, ticket, text: clients.text }
}

function readAt(ticket: TicketAsRead | undefined): string {
  return ticket?.redactedAt ?? ''
}

/** Only what clients wrote: who opens a ticket in their name knows of it. */
async function planAgents({ store, letterhead, readAgents }: Reading, about: About): Promise<Planned> {
  const desk = await readAgents(about.message_id)
  if (!desk) return { reject: `ticket ${about.ticket_id} has no message ${about.message_id}` }
  return { notices: await agentNotices({ store, letterhead }, desk), ticket: desk }
}

async function planNews(
  { store, letterhead, readTicket, writeText }: Reading,
  about: { ticket_id: string; agent_id: string | null },
  notices: (ticket: Ticket, news: News, head: Letterhead) => Notice[],
): Promise<Plan> {
  const news = await readNews(store, { ticketId: about.ticket_id, agentId: about.agent_id })
  const ticket = news && (await readTicket(news.messageId))
  return ticket ? planOf(ticket, notices(ticket, news, letterhead), writeText) : { notices: [] }
}

function planOf(ticket: Ticket, notices: Notice[], writeText: Reading['writeText']): Plan {
  return { notices, ticket, text: writeText?.(ticket, notices) }
}

async function planHeld({ store, letterhead }: Reading, mailId: string): Promise<Planned> {
  const letter = await readHeldLetter(store, mailId)
  if (!letter) return { reject: `letter ${mailId} has no authorization` }
  const held = heldNotice(letter, letterhead)
  return held ? { notices: [held.notice], gate: held.writeLink } : { notices: [] }
}

async function planTooLate(
  { store, letterhead }: Reading,
  about: { mail_id: string; ticket_id: string },
): Promise<Planned> {
  const letter = await readLateLetter(store, { mailId: about.mail_id, ticketId: about.ticket_id })
  if (!letter) return { reject: `letter ${about.mail_id} or the ticket it answers is not there` }
  const notice = tooLateNotice(letter, letterhead.mailDomain)
  return { notices: notice ? [notice] : [] }
}
