/**
 * What a participant does on the page of their ticket. The token in its address is the only authority, and holds as long
 * as they are on the ticket (rules §5).
 */
import { envelope } from '@podatelna/bus'
import { type Actor, ContactNotify, clientWrote, type Envelope } from '@podatelna/contracts'
import { cleanText, normalizeAddress } from '@podatelna/mail'
import type { Database, Prisma, Store } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, type Refusal, refusal } from '../desk.ts'
import { type LockedTicket, lockLiveTicket } from '../lock-ticket.ts'
import { refuseLock } from '../states/agent-lock.ts'
import { afterClientWrote, moveTicket } from '../states/states.ts'
import { copiedEvent, isOnTheList, joinTicket, type Person, proposedEvent, removal } from './participants.ts'

/** Somebody's place on a ticket. */
export type Seat = {
  participantId: string
  address: string
  role: 'requester' | 'cc'
  ticketId: string
  number: bigint
  organizationId: string | null
  actor: Actor
  /** A manager of the ticket's organization confirms whom others proposed. */
  manager: boolean
  endCustomer: boolean
  /** Which mail they get; nobody has asked those who are no contacts. */
  notify: ContactNotify | undefined
  language: string
}

/** Undefined when nobody has that serial, they are not on the ticket any more, or it is deleted. */
export async function findSeat(store: Store, serial: bigint): Promise<Seat | undefined> {
  const row = await placeOf(store, { serial })
  if (!row) return undefined
  const { ticket } = row
  const entry = await store.prisma.contactAddress.findUnique({
    where: { address: row.address },
    include: { contact: { include: { organization: true } } },
  })
  const contact = entry?.contact
  const own = contact?.organizationId === ticket.organizationId
  return {
    participantId: row.id,
    address: row.address,
    role: row.role === 'requester' ? 'requester' : 'cc',
    ticketId: ticket.id,
    number: ticket.number,
    organizationId: ticket.organizationId,
    actor: { kind: contact ? 'contact' : 'participant', name: row.name, email: row.address },
    manager: own && contact?.role === 'manager',
    endCustomer: contact?.role === 'end_customer',
    notify: contact && ContactNotify.parse(contact.notify),
    language:
      contact?.language ?? contact?.organization.language ?? ticket.organization?.language ?? ticket.mailbox.language,
  }
}

/** Where they are on the ticket now: a merged one redirects, transitively (rules §2). */
async function placeOf(store: Store, where: Prisma.ParticipantWhereUniqueInput) {
  const row = await store.prisma.participant.findUnique({
    where,
    include: { ticket: { include: { mailbox: true, organization: true } } },
  })
  if (row?.state !== 'active' || row.ticket.deletedAt !== null) return undefined
  const { mergedIntoId } = row.ticket
  if (mergedIntoId === null) return row
  return placeOf(store, { ticketId_address: { ticketId: mergedIntoId, address: row.address } })
}

/**
 * Answers on the page. What an end customer writes reaches partner and staff, and what they may see is what they wrote.
 *
 * @param input.messageId made with the form, so that sending it twice writes once
 */
export function answerOnPage(desk: Desk, seat: Seat, input: { messageId: string; text: string }): Promise<Act<object>> {
  return onTicket(desk, seat, async (database, ticket) => {
    if (ticket.status === 'closed') return refusal('forbidden_move', 'The ticket is closed.')
    const written = await database.message.findUnique({ where: { id: input.messageId }, select: { author: true } })
    if (written) return Object(written.author).email === seat.address ? done : notTheirs
    await database.message.create({
      data: {
        id: input.messageId,
        ticketId: ticket.id,
        kind: 'form',
        audience: seat.endCustomer ? 'end_customer' : 'client',
        author: seat.actor,
        subject: ticket.subject,
        text: cleanText(input.text),
        createdAt: new Date(),
      },
    })
    await record(database, ticket.id, 'message_added', seat.actor)
    const refused = await moveTicket(database, ticket, { to: afterClientWrote(ticket.status) }, seat.actor)
    const heard = envelope(clientWrote, { ticket_id: ticket.id, message_id: input.messageId })
    return refused ?? { value: {}, events: [heard] }
  })
}

/** Puts somebody in copy: contacts of the organization at once, others when a manager or an agent says so. */
export function copyOnPage(desk: Desk, seat: Seat, person: Person): Promise<Act<{ state: 'active' | 'proposed' }>> {
  return onTicket(desk, seat, async (database, ticket) => {
    const address = normalizeAddress(person.email)
    const known = await database.participant.findUnique({
      where: { ticketId_address: { ticketId: ticket.id, address } },
    })
    const mayDecide = seat.manager || (await isOnTheList(database, address, seat.organizationId))
    const state = mayDecide ? 'active' : 'proposed'
    // Who was removed stays so until somebody who may decide about it does.
    if (known?.state === 'removed' && !seat.manager) return refusal('not_a_participant', `${address} was removed.`)
    if (known && !seat.manager)
      return { value: { state: known.state === 'active' ? 'active' : 'proposed' }, events: [] }
    const joined = await joinTicket(database, ticket.id, person, 'cc', seat.actor, state)
    if (typeof joined === 'object') return joined
    if (joined === 'already') return { value: { state }, events: [] }
    await record(database, ticket.id, state === 'active' ? 'cc_added' : 'cc_proposed', seat.actor, { email: address })
    const told = state === 'active' ? copiedEvent : proposedEvent
    return { value: { state }, events: [await told(database, ticket.id, address)] }
  })
}

/** Takes out of copy whom they added themselves; a manager, anybody in copy. */
export function removeOnPage(desk: Desk, seat: Seat, email: string): Promise<Act<object>> {
  return onTicket(desk, seat, async (database, ticket) => {
    const address = normalizeAddress(email)
    const person = await database.participant.findUnique({
      where: { ticketId_address: { ticketId: ticket.id, address } },
    })
    const added = Object(person?.addedBy).email === seat.address
    if (person?.role !== 'cc' || !(added || seat.manager)) {
      return refusal('not_a_participant', `${address} was not put in copy by you.`)
    }
    if (person.state === 'removed') return done
    await database.participant.update({ where: { id: person.id }, data: removal(seat.actor, 'removed by a client') })
    await record(database, ticket.id, 'cc_removed', seat.actor, { email: address })
    return done
  })
}

/** Leaves the ticket: no further mail, and no more writing to it. The requester's ticket it stays. */
export function leaveTicket(desk: Desk, seat: Seat): Promise<Act<object>> {
  return onTicket(desk, seat, async (database, ticket) => {
    if (seat.role === 'requester') return refusal('not_a_participant', 'The one who asked cannot leave the ticket.')
    await database.participant.update({ where: { id: seat.participantId }, data: removal(seat.actor, 'left') })
    await record(database, ticket.id, 'cc_removed', seat.actor, { email: seat.address })
    return done
  })
}

/** Refuses that the ticket is locked to an agent. False when the lock they saw is not there any more: nothing changes. */
export function refuseLockOnPage(desk: Desk, seat: Seat, lock: Date): Promise<Act<{ refused: boolean }>> {
  return onTicket(desk, seat, async (database, ticket) => {
    if (seat.role !== 'requester') return refusal('not_allowed', 'Only the one who asked refuses a lock.')
    const refused = await refuseLock(database, ticket, lock, seat.actor)
    return typeof refused === 'object' ? refused : { value: { refused }, events: [] }
  })
}

/** Under the ticket's lock, if its author is still on it. */
function onTicket<Value>(
  desk: Desk,
  seat: Seat,
  work: (database: Database, ticket: LockedTicket) => Promise<{ value: Value; events: Envelope[] } | Refusal>,
): Promise<Act<Value>> {
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, seat.number)
    if ('problem' in ticket) return ticket
    const still = await database.participant.findUnique({ where: { id: seat.participantId }, select: { state: true } })
    if (still?.state !== 'active') return refusal('not_a_participant', 'They are not on the ticket any more.')
    return work(database, ticket)
  })
}

const done = { value: {}, events: [] }
/** The form was tampered with; nothing is said to be sent that was not. */
const notTheirs = refusal('no_message', 'The form was made for another message.')
