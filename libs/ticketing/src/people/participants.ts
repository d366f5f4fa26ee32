import { envelope } from '@podatelna/bus'
import { type Actor, ccProposed, copied, type Envelope, type ParticipantRole } from '@podatelna/contracts'
import { normalizeAddress, oneLine } from '@podatelna/mail'
import { type Database, newId, Prisma } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, type Refusal, refusal } from '../desk.ts'
import { lockLiveTicket } from '../lock-ticket.ts'
import { isOurs } from './audience.ts'

export type Person = { email: string; name?: string | undefined }

/** Puts somebody on a ticket, or back on it, or confirms who was proposed. Adding whom it has already changes nothing. */
export async function addCc(
  desk: Desk,
  input: Person & { number: bigint; by: Actor },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, input.number)
    if ('problem' in ticket) return ticket
    const added = await addToCc(database, ticket.id, input, input.by)
    if (typeof added === 'object') return added
    return {
      value: { number: input.number },
      events: added === 'joined' ? [await copiedEvent(database, ticket.id, input.email)] : [],
    }
  })
}

/**
 * Takes somebody off a ticket, or declines who was proposed. Their row stays, for the history; they get no mail and
 * cannot write to it any more.
 */
export async function removeCc(
  desk: Desk,
  input: { number: bigint; email: string; by: Actor; reason?: string },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, input.number)
    if ('problem' in ticket) return ticket
    const address = normalizeAddress(input.email)
    const removed = await database.participant.updateMany({
      where: { ticketId: ticket.id, address, role: 'cc', state: { not: 'removed' } },
      data: removal(input.by, input.reason ?? 'removed by staff'),
    })
    if (removed.count === 0) return refusal('not_a_participant', `${address} is not in copy of P-${input.number}.`)
    await recordCc(database, ticket.id, 'cc_removed', input.by, address)
    return { value: { number: input.number }, events: [] }
  })
}

/** They are told about the newest message that clients may see, if there is one. */
export async function copiedEvent(database: Database, ticketId: string, email: string): Promise<Envelope> {
  const person = await database.participant.findUniqueOrThrow({
    where: { ticketId_address: { ticketId, address: normalizeAddress(email) } },
  })
  const about = { ticket_id: ticketId, message_id: await newestForClients(database, ticketId) }
  return envelope(copied, { ...about, participant_ids: [person.id] })
}

/** Id of the newest message that clients may see, or of the newest one. */
export async function newestForClients(database: Database, ticketId: string): Promise<string> {
  const { id } = await database.message.findFirstOrThrow({
    where: { ticketId },
    orderBy: [{ audience: 'asc' }, { createdAt: 'desc' }],
    select: { id: true },
  })
  return id
}

/** Staff are told of somebody who waits for confirmation. */
export async function proposedEvent(database: Database, ticketId: string, email: string): Promise<Envelope> {
  const { id } = await database.participant.findUniqueOrThrow({
    where: { ticketId_address: { ticketId, address: normalizeAddress(email) } },
  })
  return envelope(ccProposed, { ticket_id: ticketId, participant_ids: [id] })
}

/** Puts somebody in copy within a transaction that holds the ticket's lock, and writes it down. */
export async function addToCc(
  database: Database,
  ticketId: string,
  person: Person,
  by: Actor,
): Promise<'joined' | 'already' | Refusal> {
  const joined = await joinTicket(database, ticketId, person, 'cc', by)
  if (joined === 'joined') await recordCc(database, ticketId, 'cc_added', by, normalizeAddress(person.email))
  return joined
}

/** Makes somebody a participant; a refusal when the address cannot be one. */
export async function joinTicket(
  database: Database,
  ticketId: string,
  person: Person,
  role: ParticipantRole,
  by: Actor,
  state: 'active' | 'proposed' = 'active',
): Promise<'joined' | 'already' | Refusal> {
  const address = normalizeAddress(person.email)
  const refused = await whyNotJoin(database, address)
  if (refused) return refused
  const known = await database.participant.findUnique({ where: { ticketId_address: { ticketId, address } } })
  if (known?.state === 'active' || known?.state === state) return 'already'
  const name = oneLine(person.name ?? '', 200) || address
  const added = { name, state, addedBy: by, addedAt: new Date() }
  await database.participant.upsert({
    where: { ticketId_address: { ticketId, address } },
    create: { id: newId(), ticketId, address, role, ...added },
    update: { ...added, removedBy: Prisma.DbNull, removedAt: null, removedReason: null },
  })
  return 'joined'
}

/** A refusal for what is no address, or leads back to us. */
export async function whyNotJoin(database: Database, address: string): Promise<Refusal | undefined> {
  if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(address)) return refusal('bad_address', `${address} is not an e-mail address.`)
  const [{ ours }] = await database.$queryRaw<
    [{ ours: boolean }]
  >`SELECT ${isOurs(Prisma.sql`${address}::text`)} AS ours`
  return ours ? refusal('own_mailbox', `${address} is a mailbox of ours; it would answer itself.`) : undefined
}

/**
 * Cuts addresses off from every ticket, for instance because their contact was removed (rules §5): what is queued for them
 * is not sent, and proposals of them are void.
 */
export async function removeParticipantEverywhere(
  database: Database,
  addresses: string[],
  how: { by: Actor; reason: string },
): Promise<void> {
  const by = JSON.stringify(how.by)
  await database.$executeRaw`
    WITH cut_off AS (
      UPDATE participants SET state = 'removed', removed_by = ${by}::jsonb, removed_at = now(), removed_reason = ${how.reason}
      WHERE address = ANY(${addresses.map(normalizeAddress)}::text[]) AND state <> 'removed'
      RETURNING ticket_id, address, role)
    INSERT INTO ticket_events (ticket_id, type, by, detail)
    SELECT ticket_id, role || '_removed', ${by}::jsonb, jsonb_build_object('email', address, 'reason', ${how.reason}::text)
    FROM cut_off`
}

/** True for contacts of that organization. */
export async function isOnTheList(
  database: Database,
  address: string,
  organizationId: string | null,
): Promise<boolean> {
  if (organizationId === null) return false
  const found = await database.contactAddress.findFirst({ where: { address, contact: { organizationId } } })
  return found !== null
}

export function removal(by: Actor, reason: string) {
  return { state: 'removed', removedBy: by, removedAt: new Date(), removedReason: reason }
}

async function recordCc(
  database: Database,
  ticketId: string,
  type: 'cc_added' | 'cc_removed',
  by: Actor,
  email: string,
): Promise<void> {
  await database.ticket.update({ where: { id: ticketId }, data: { updatedAt: new Date() } })
  await record(database, ticketId, type, by, { email })
}
