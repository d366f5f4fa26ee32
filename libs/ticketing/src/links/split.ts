/**
 * A message about something else becomes the first of a ticket of its own. Nothing of it changes but where it stands: its
 * words, author, time, files and Message-ID stay, and both tickets say what was done.
 */
import { envelope } from '@podatelna/bus'
import { Actor, noSubject, ticketNumber, ticketOpened } from '@podatelna/contracts'
import { normalizeAddress, oneLine } from '@podatelna/mail'
import { type Database, newId, Prisma } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, type Refusal, refusal } from '../desk.ts'
import { type LockedTicket, lockLiveTicket } from '../lock-ticket.ts'
import { insertLink } from './links.ts'

/**
 * Its author becomes the requester of the new ticket; whoever is on the old one and could read the message comes along in
 * copy. All of them are told the new number, as of any ticket that is opened (rules §6). Answers to that letter go to the
 * new ticket by its Message-ID; answers to letters of ours, by their tokens, where those letters came from.
 *
 * @param input.subject absent: the message's own
 * @param input.ticketId given by who may ask twice: the second time, the ticket opened then is the answer
 */
export async function splitMessage(
  desk: Desk,
  input: { number: bigint; messageId: string; subject?: string | undefined; by: Actor; ticketId?: string | undefined },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const source = await lockLiveTicket(database, input.number)
    if ('problem' in source) return source
    const before = input.ticketId && (await database.ticket.findUnique({ where: { id: input.ticketId } }))
    if (before) return { value: { number: before.number }, events: [] }
    const message = await readPlaced(database, input.messageId)
    if (!message) return refusal('no_message', `${ticketNumber(source.number)} has no such message.`)
    const author = Actor.parse(message.author)
    const refused = (await whyNot(database, source, message)) ?? (await whyNoRequester(database, source, author))
    if (refused) return refused
    const opened = await openBeside(database, source, { ...input, subject: input.subject ?? message.subject })
    await bringPeople(database, source, opened, { author, audience: message.audience })
    await database.message.update({ where: { id: message.id }, data: { ticketId: opened.id, homeId: null } })
    await insertLink(database, { from: source, kind: 'split_to', to: opened })
    await database.ticket.update({ where: { id: source.id }, data: { updatedAt: new Date() } })
    await record(database, source.id, 'split_to', input.by, { number: ticketNumber(opened.number) })
    await record(database, opened.id, 'opened', input.by, { split_from: ticketNumber(source.number) })
    return {
      value: { number: opened.number },
      events: [envelope(ticketOpened, { ticket_id: opened.id, message_id: message.id })],
    }
  })
}

/** A message, the ticket it stands in, the one it was written to if that was merged, and the kind of its letter. */
type Placed = {
  id: string
  subject: string
  author: unknown
  audience: string
  kind: string | null
  ticketId: string
  number: bigint
  homeId: string | null
  homeNumber: bigint | null
  /** When the ticket that it was written to was opened. */
  openedAt: Date
}

async function readPlaced(database: Database, id: string): Promise<Placed | undefined> {
  const [message] = await database.$queryRaw<Placed[]>`
    SELECT m.id, m.subject, m.author, m.audience, letter.kind, m.ticket_id AS "ticketId", ticket.number,
      m.home_ticket_id AS "homeId", home.number AS "homeNumber", coalesce(home.created_at, ticket.created_at) AS "openedAt"
    FROM messages m JOIN tickets ticket ON ticket.id = m.ticket_id
      LEFT JOIN tickets home ON home.id = m.home_ticket_id
      LEFT JOIN inbound_mail letter ON letter.id = m.mail_id
    WHERE m.id = ${id}::uuid`
  return message
}

/** Each ticket keeps the message it began with, one that was merged into another, too. */
async function whyNot(database: Database, source: LockedTicket, message: Placed): Promise<Refusal | undefined> {
  const here = ticketNumber(source.number)
  if (message.ticketId !== source.id) {
    return refusal('not_splittable', `The message is not in ${here} but in ${ticketNumber(message.number)}.`)
  }
  if (message.kind === 'auto_reply') return refusal('not_splittable', 'An automatic reply never opens a ticket.')
  if (!(await isBeginning(database, message))) return undefined
  return message.homeNumber
    ? refusal('not_splittable', `${ticketNumber(message.homeNumber)} began with this message. Undo the merge instead.`)
    : refusal('not_splittable', `${here} began with this message. Split the others off, or change the subject.`)
}

/** The letter that opened the ticket it was written to, even if one that was held for longer stands before it. */
async function isBeginning(database: Database, { id, ticketId, homeId, openedAt }: Placed): Promise<boolean> {
  const where = { ticketId, homeId, quotedInId: null }
  const select = { id: true }
  const first =
    (await database.message.findFirst({ where: { ...where, createdAt: openedAt, mailId: { not: null } }, select })) ??
    (await database.message.findFirst({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], select }))
  return first?.id === id
}

/** The requester of the new ticket is a client who is still on the old one. */
async function whyNoRequester(database: Database, source: LockedTicket, author: Actor): Promise<Refusal | undefined> {
  if (author.kind === 'agent' || author.kind === 'system' || author.email === undefined) {
    const detail =
      'Only what a client wrote can be split off. Open a ticket in the name of the client instead, and link it.'
    return refusal('not_splittable', detail)
  }
  const address = normalizeAddress(author.email)
  const seat = await database.participant.findUnique({ where: { ticketId_address: { ticketId: source.id, address } } })
  if (seat?.state === 'active') return undefined
  const detail = `${address} is not on ${ticketNumber(source.number)} any more, and would get mail again as the requester.`
  return refusal('not_splittable', detail)
}

/** In the queue, for nobody in particular: what it is about, nobody has looked into yet. */
async function openBeside(
  database: Database,
  source: LockedTicket,
  { subject, ticketId }: { subject: string; ticketId?: string | undefined },
): Promise<{ id: string; number: bigint }> {
  const { endCustomerVisible } = await database.ticket.findUniqueOrThrow({ where: { id: source.id } })
  return database.ticket.create({
    data: {
      id: ticketId ?? newId(),
      endCustomerVisible,
      subject: oneLine(subject, 500) || noSubject.en,
      mailboxId: source.mailboxId,
      organizationId: source.organizationId,
    },
    select: { id: true, number: true },
  })
}

/** As they are on the old one, those who were proposed or removed, too: a split lets nobody in. */
async function bringPeople(
  database: Database,
  source: LockedTicket,
  opened: { id: string },
  { author, audience }: { author: Actor; audience: string },
): Promise<void> {
  const people = await database.participant.findMany({ where: { ticketId: source.id }, orderBy: { serial: 'asc' } })
  const blind = audience === 'end_customer' ? new Set() : await endCustomersAmong(database, people)
  const requester = normalizeAddress(author.email ?? '')
  await database.participant.createMany({
    data: people
      .filter(({ address }) => address === requester || (audience !== 'internal' && !blind.has(address)))
      .map(({ serial, ...person }) => ({
        ...person,
        id: newId(),
        ticketId: opened.id,
        role: person.address === requester ? 'requester' : 'cc',
        addedBy: person.addedBy as Prisma.InputJsonValue,
        removedBy: (person.removedBy as Prisma.InputJsonValue | null) ?? Prisma.DbNull,
      })),
  })
}

async function endCustomersAmong(database: Database, people: { address: string }[]): Promise<Set<string>> {
  const found = await database.contactAddress.findMany({
    where: { address: { in: people.map(({ address }) => address) }, contact: { role: 'end_customer' } },
    select: { address: true },
  })
  return new Set(found.map(({ address }) => address))
}
