/**
 * Two tickets about the same thing become one: what was written to the first stands in the second, whoever is on the
 * first is on the second, and whatever comes for the first goes there, transitively (rules §2). It can be undone.
 */
import { type Actor, ticketNumber } from '@podatelna/contracts'
import { type Database, newId, type Prisma } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, noTicket, type Refusal, refusal } from '../desk.ts'
import { type LockedTicket, lockTickets } from '../lock-ticket.ts'

export async function mergeTickets(
  desk: Desk,
  input: { number: bigint; into: bigint; by: Actor },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const { number, into, by } = input
    if (number === into) return refusal('not_mergeable', 'A ticket cannot be merged into itself.')
    const [source, target] = await lockTickets(database, number, into)
    if (!source) return noTicket(number)
    if (!target) return noTicket(into)
    const refused = whyNot(source, target)
    if (refused) return refused
    await database.$executeRaw`
      UPDATE messages SET ticket_id = ${target.id}::uuid, home_ticket_id = coalesce(home_ticket_id, ticket_id)
      WHERE ticket_id = ${source.id}::uuid`
    const joined = await bringParticipants(database, source, target, by)
    // What was hidden stays hidden: the stricter of the two counts, and an undone merge does not open it again.
    await database.$executeRaw`
      UPDATE tickets target SET end_customer_visible = target.end_customer_visible AND source.end_customer_visible
      FROM tickets source WHERE target.id = ${target.id}::uuid AND source.id = ${source.id}::uuid`
    await database.ticket.update({ where: { id: source.id }, data: { mergedIntoId: target.id } })
    await database.ticket.update({ where: { id: target.id }, data: { updatedAt: new Date() } })
    await record(database, source.id, 'merged', by, { into: ticketNumber(into), joined })
    await record(database, target.id, 'merged_from', by, { number: ticketNumber(number) })
    return { value: { number: into }, events: [] }
  })
}

/** What was written to it comes back to it, and whoever joined the other only by the merge leaves that. */
export async function undoMerge(desk: Desk, input: { number: bigint; by: Actor }): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const { number, by } = input
    const known = await database.ticket.findUnique({ where: { number }, include: { mergedInto: true } })
    if (!known) return noTicket(number)
    const [source, into] = known.mergedInto ? await lockTickets(database, number, known.mergedInto.number) : []
    if (!source || !into || source.mergedInto !== into.number) {
      return refusal('not_mergeable', `${ticketNumber(number)} is not merged.`)
    }
    await bringMessagesBack(database, source.id)
    const merge = await database.ticketEvent.findFirst({
      where: { ticketId: source.id, type: 'merged' },
      orderBy: { id: 'desc' },
    })
    const joined: unknown = Object(merge?.detail).joined
    await database.participant.updateMany({
      where: { ticketId: into.id, address: { in: Array.isArray(joined) ? joined.map(String) : [] }, state: 'active' },
      data: { state: 'removed', removedBy: by, removedAt: new Date(), removedReason: 'the merge was undone' },
    })
    await database.ticket.update({ where: { id: source.id }, data: { mergedIntoId: null, updatedAt: new Date() } })
    await record(database, source.id, 'merge_undone', by, { from: ticketNumber(into.number) })
    await record(database, into.id, 'merge_undone', by, { number: ticketNumber(number) })
    return { value: { number }, events: [] }
  })
}

/**
 * With those of tickets that were merged into it before; from wherever they stand by now, as what it was merged into may
 * have been merged, too.
 */
async function bringMessagesBack(database: Database, ticketId: string): Promise<void> {
  await database.$executeRaw`
    WITH RECURSIVE merged AS (
      SELECT ${ticketId}::uuid AS id
      UNION SELECT t.id FROM merged JOIN tickets t ON t.merged_into_id = merged.id),
    back AS (
      UPDATE messages m SET ticket_id = ${ticketId}::uuid, home_ticket_id = nullif(m.home_ticket_id, ${ticketId}::uuid)
      FROM merged, messages before WHERE m.home_ticket_id = merged.id AND before.id = m.id
      RETURNING before.ticket_id)
    UPDATE tickets SET updated_at = now() FROM (SELECT DISTINCT ticket_id FROM back) AS place
    WHERE tickets.id = place.ticket_id`
}

function whyNot(source: LockedTicket, target: LockedTicket): Refusal | undefined {
  for (const { number, mergedInto, deleted } of [source, target]) {
    if (deleted) return refusal('deleted', `${ticketNumber(number)} is deleted.`)
    if (mergedInto) return refusal('merged', `${ticketNumber(number)} is merged into another ticket already.`)
  }
  const [one, other] = [source.organizationId, target.organizationId]
  if (one !== null && other !== null && one !== other) {
    return refusal('not_mergeable', 'The tickets belong to two organizations, which would read each other’s words.')
  }
  if (one !== null && other === null) {
    return refusal('not_mergeable', 'Merge the ticket without an organization into the one that has one.')
  }
  return undefined
}

/** @returns addresses that were not on the other ticket before */
async function bringParticipants(database: Database, source: LockedTicket, target: LockedTicket, by: Actor) {
  const people = await database.participant.findMany({ where: { ticketId: source.id, state: 'active' } })
  const known = await database.participant.findMany({
    where: { ticketId: target.id, address: { in: people.map(({ address }) => address) } },
    select: { address: true },
  })
  const joining = people.filter(({ address }) => !known.some((one) => one.address === address))
  await database.participant.createMany({
    data: joining.map(({ address, name }) => {
      return { id: newId(), ticketId: target.id, address, name, role: 'cc', addedBy: by as Prisma.InputJsonObject }
    }),
  })
  return joining.map(({ address }) => address)
}
