/** What staff do with tickets: open, answer, note, change. Each act is one transaction that holds the ticket's lock. */
import { envelope } from '@podatelna/bus'
import {
  type Actor,
  type Audience,
  agentsMentioned,
  publiclyReplied,
  type TicketPriority,
  type TicketStatus,
  ticketOpened,
} from '@podatelna/contracts'
import { cleanText, oneLine, sanitiseHtml, takeDataImages } from '@podatelna/mail'
import { type Database, newId, type Prisma } from '@podatelna/store'
import { act, record } from './act.ts'
import { type Act, type Desk, type Refusal, refusal } from './desk.ts'
import { addFiles, type KeptFile, keepFiles } from './files/files.ts'
import { asFiles, attach, type Enclosed } from './files/uploads.ts'
import { type LockedTicket, lockLiveTicket } from './lock-ticket.ts'
import { audienceOfReply, isEndCustomer, type ReplyAudience, recordRecipients } from './people/audience.ts'
import { whoIsMentioned } from './people/mentions.ts'
import { addToCc, joinTicket, type Person } from './people/participants.ts'
import { showToEndCustomers } from './people/visibility.ts'
import { assign, endLock, standingOf } from './states/assign.ts'
import { type Done, newsForRequester, newsForTaker } from './states/news.ts'
import { moveTicket } from './states/states.ts'

/** The letter that an agent wrote it by: its columns of `messages`, and its files. */
export type CameBy = {
  columns: Pick<
    Prisma.MessageUncheckedCreateInput,
    'mailId' | 'messageId' | 'subject' | 'folded' | 'warnings' | 'createdAt'
  >
  files: readonly KeptFile[]
}
type Written = { number: bigint; messageId: string }
/**
 * `messageId` is given by who may ask twice: the second time, what was written stands. `attachments` are the ids of files
 * that were sent ahead.
 */
type Words = {
  text: string
  html?: string | undefined
  attachments?: readonly string[] | undefined
  messageId?: string | undefined
  letter?: CameBy | undefined
}

/** Opens a ticket in the name of a client, for instance after a telephone call. They are told by mail. */
export async function openTicketByStaff(
  desk: Desk,
  input: Words & {
    mailboxId: string
    organizationId?: string | undefined
    requester: { email: string; name: string }
    subject: string
    priority?: TicketPriority | undefined
    by: Actor
  },
): Promise<Act<Written>> {
  const words = await withPictures(desk, input)
  return act(desk, async (database) => {
    const already = await writtenBefore(database, input)
    if (already) return already
    const missing = await missingParty(database, input)
    if (missing) return missing
    const { id, number } = await database.ticket.create({
      data: {
        id: newId(),
        subject: oneLine(input.subject, 500),
        mailboxId: input.mailboxId,
        organizationId: input.organizationId ?? null,
        ...(input.priority && { priority: input.priority }),
      },
    })
    const joined = await joinTicket(database, id, input.requester, 'requester', input.by)
    if (typeof joined === 'object') return joined
    const audience = (await isEndCustomer(database, input.requester.email)) ? 'end_customer' : 'client'
    const messageId = await write(database, { id, subject: input.subject }, { ...words, kind: 'phone', audience })
    if (typeof messageId === 'object') return messageId
    await record(database, id, 'opened', input.by)
    const opened = envelope(ticketOpened, { ticket_id: id, message_id: messageId })
    return { value: { number, messageId }, events: [opened] }
  })
}

/** Answers publicly: everybody on the ticket who may see it gets the text by mail, in a letter of their own. */
export async function replyToTicket(
  desk: Desk,
  input: Words & {
    number: bigint
    by: Actor
    status?: TicketStatus | undefined
    scheduledFor?: Date | undefined
    cc?: Person[] | undefined
    /** Absent: see `audienceOfReply`. */
    audience?: ReplyAudience | undefined
  },
): Promise<Act<Written>> {
  const words = await withPictures(desk, input)
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, input.number)
    if ('problem' in ticket) return ticket
    const already = await writtenBefore(database, input)
    if (already) return already
    const audience = await audienceOfReply(database, ticket.id, input.audience)
    if (typeof audience === 'object') return audience
    for (const person of input.cc ?? []) {
      const added = await addToCc(database, ticket.id, person, input.by)
      if (typeof added === 'object') return added
    }
    const done = await moveAndAssign(database, ticket, input)
    if ('problem' in done) return done
    const messageId = await write(database, ticket, { ...words, kind: 'reply', audience })
    if (typeof messageId === 'object') return messageId
    await recordRecipients(database, ticket.id, { messageId, audience, author: input.by })
    await record(database, ticket.id, 'replied', input.by)
    const replied = envelope(publiclyReplied, { ticket_id: ticket.id, message_id: messageId, recorded: true })
    // The reply says in which state the ticket is, and who writes: whoever gets it hears nothing else.
    const news = await newsForRequester(database, ticket, done, input.by)
    const heard = await reachesRequester(database, messageId)
    return { value: { number: ticket.number, messageId }, events: heard ? [replied] : [replied, ...news] }
  })
}

/** Writes something only staff see. Those it names are told. */
export async function noteOnTicket(desk: Desk, input: Words & { number: bigint; by: Actor }): Promise<Act<Written>> {
  const words = await withPictures(desk, input)
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, input.number)
    if ('problem' in ticket) return ticket
    const already = await writtenBefore(database, input)
    if (already) return already
    const messageId = await write(database, ticket, { ...words, kind: 'note', audience: 'internal' })
    if (typeof messageId === 'object') return messageId
    await record(database, ticket.id, 'noted', input.by)
    const agent_ids = await whoIsMentioned(database, input.text, input.by)
    const mentioned = envelope(agentsMentioned, { ticket_id: ticket.id, message_id: messageId, agent_ids })
    return { value: { number: ticket.number, messageId }, events: agent_ids.length > 0 ? [mentioned] : [] }
  })
}

export async function changeTicket(
  desk: Desk,
  input: {
    number: bigint
    by: Actor
    status?: TicketStatus | undefined
    scheduledFor?: Date | undefined
    priority?: TicketPriority | undefined
    assigneeId?: string | null | undefined
    subject?: string | undefined
    endCustomerVisible?: boolean | undefined
    /** The version that whoever asks for it has seen. */
    seen?: number | undefined
  },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, input.number, input.seen)
    if ('problem' in ticket) return ticket
    const { priority, by } = input
    const done = await moveAndAssign(database, ticket, input)
    if ('problem' in done) return done
    if (priority === 'urgent') await endLock(database, ticket.id, by, 'urgent')
    if (input.endCustomerVisible !== undefined) {
      await showToEndCustomers(database, ticket.id, input.endCustomerVisible, by)
    }
    const subject = input.subject === undefined ? undefined : oneLine(input.subject, 500)
    const changes = Object.fromEntries(Object.entries({ priority, subject }).filter(([, value]) => value !== undefined))
    await database.ticket.update({ where: { id: ticket.id }, data: { ...changes, updatedAt: new Date() } })
    if (Object.keys(changes).length > 0) await record(database, ticket.id, 'changed', by, changes)
    const told = await newsForTaker(database, ticket, done, by)
    return {
      value: { number: ticket.number },
      events: [...(await newsForRequester(database, ticket, done, by)), ...told],
    }
  })
}

async function missingParty(
  database: Database,
  input: { mailboxId: string; organizationId?: string | undefined },
): Promise<Refusal | undefined> {
  const { mailboxId, organizationId } = input
  if (!(await database.mailbox.findUnique({ where: { id: mailboxId } }))) {
    return refusal('no_mailbox', 'There is no such mailbox.')
  }
  if (organizationId && !(await database.organization.findUnique({ where: { id: organizationId } }))) {
    return refusal('no_organization', 'There is no such organization.')
  }
  return undefined
}

/** Asked for a second time: what was written then, and no second effect. */
async function writtenBefore(database: Database, { messageId }: { messageId?: string | undefined }) {
  const written =
    messageId && (await database.message.findUnique({ where: { id: messageId }, include: { ticket: true } }))
  return written ? { value: { number: written.ticket.number, messageId: written.id }, events: [] } : undefined
}

async function moveAndAssign(
  database: Database,
  ticket: LockedTicket,
  asked: {
    status?: TicketStatus | undefined
    scheduledFor?: Date | undefined
    assigneeId?: string | null | undefined
    by: Actor
  },
): Promise<Done | Refusal> {
  const { status, scheduledFor, by } = asked
  const agentId = asked.assigneeId === undefined ? await whoBegins(database, ticket, asked) : asked.assigneeId
  const assigned = agentId === undefined ? 'already' : await assign(database, ticket, agentId, by)
  if (typeof assigned === 'object') return assigned
  const move = status && { to: status, until: scheduledFor }
  const refused = move && (await moveTicket(database, ticket, move, by))
  return refused ?? { move, taker: assigned === 'assigned' && agentId ? agentId : undefined }
}

/** False for an end customer, when the reply is for the partner alone. */
async function reachesRequester(database: Database, messageId: string): Promise<boolean> {
  const reached = await database.messageRecipient.findFirst({
    where: { messageId, participant: { role: 'requester' } },
  })
  return reached !== null
}

/** An agent who begins to work on a ticket that nobody has, has it. */
async function whoBegins(
  database: Database,
  ticket: LockedTicket,
  { status, by }: { status?: TicketStatus | undefined; by: Actor },
): Promise<string | undefined> {
  if (status !== 'in_progress' || ticket.assigneeId !== null) return undefined
  return (await standingOf(database, by)).agentId
}

/** Pictures that were pasted into the HTML become files, safe in the store before the transaction begins. */
async function withPictures<Input extends Words>({ store }: Desk, input: Input): Promise<Input & Enclosed> {
  if (input.html === undefined) return input
  const { html, images } = takeDataImages(input.html)
  return { ...input, html, pictures: await keepFiles(store, asFiles(images)) }
}

async function write(
  database: Database,
  ticket: { id: string; subject: string },
  message: Words & Enclosed & { kind: 'reply' | 'note' | 'phone'; audience: Audience; by: Actor },
): Promise<string | Refusal> {
  const { letter } = message
  const text = cleanText(message.text)
  const html = message.html === undefined ? null : sanitiseHtml(message.html)
  const { id } = await database.message.create({
    data: {
      id: message.messageId ?? newId(),
      ticketId: ticket.id,
      kind: message.kind,
      audience: message.audience,
      author: message.by,
      subject: ticket.subject,
      text,
      html,
      createdAt: new Date(),
      ...(letter && { ...letter.columns, visibleText: text }),
    },
  })
  if (letter) await addFiles(database, id, letter.files)
  await database.ticket.update({ where: { id: ticket.id }, data: { updatedAt: new Date() } })
  return (await attach(database, id, html, message)) ?? id
}
