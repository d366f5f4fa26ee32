/**
 * Links that staff set between tickets. They tell, and move nothing: where letters go is said by successors and merges
 * alone, and clients see none of them.
 */
import { type Actor, FreeLinkKind, ticketNumber } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, noTicket, type Refusal, refusal } from '../desk.ts'
import { type LockedTicket, liveOr, lockTickets } from '../lock-ticket.ts'

/** What a link is called at its other end. */
export const seenFromThere = {
  related: 'related',
  follow_up_of: 'followed_up_by',
  followed_up_by: 'follow_up_of',
  split_from: 'split_to',
  split_to: 'split_from',
} as const satisfies Record<FreeLinkKind, FreeLinkKind>

/**
 * Links two tickets, of whatever organizations. What is linked so already stays as it is.
 *
 * @param input.kind what the first is, seen from `other`: `follow_up_of` that one
 */
export async function linkTickets(
  desk: Desk,
  input: { number: bigint; other: bigint; kind: FreeLinkKind; by: Actor },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const { number, other, kind, by } = input
    if (number === other) return refusal('not_linkable', 'A ticket cannot be linked to itself.')
    await database.$executeRaw`SELECT pg_advisory_xact_lock(${linking}::bigint)`
    const [here, there] = await lockTickets(database, number, other)
    const ticket = liveOr(here, number)
    if ('problem' in ticket) return ticket
    const linked = liveOr(there, other)
    if ('problem' in linked) return linked
    const link = storedLink(ticket, kind, linked)
    const circular = await whyCircular(database, link)
    if (circular) return circular
    if (await insertLink(database, link)) await recordAtBoth(database, 'linked', { ticket, kind, linked }, by)
    return { value: { number }, events: [] }
  })
}

/** Takes every link between two tickets away that staff could set. */
export async function unlinkTickets(
  desk: Desk,
  input: { number: bigint; other: bigint; by: Actor },
): Promise<Act<{ number: bigint }>> {
  return act(desk, async (database) => {
    const { number, other, by } = input
    const [here, linked] = await lockTickets(database, number, other)
    const ticket = liveOr(here, number)
    if ('problem' in ticket) return ticket
    if (!linked) return noTicket(other)
    const gone = await database.$queryRaw<{ ticket_id: string; kind: string }[]>`
      DELETE FROM ticket_links
      WHERE (ticket_id, other_id) IN ((${ticket.id}::uuid, ${linked.id}::uuid), (${linked.id}::uuid, ${ticket.id}::uuid))
      RETURNING ticket_id, kind`
    if (gone.length === 0) return whyStays(ticket, linked)
    for (const row of gone) {
      const stored = FreeLinkKind.parse(row.kind)
      const kind = row.ticket_id === ticket.id ? stored : seenFromThere[stored]
      await recordAtBoth(database, 'unlinked', { ticket, kind, linked }, by)
    }
    return { value: { number }, events: [] }
  })
}

/** Within a transaction that holds both tickets' locks. @returns false when they are linked so already */
export async function insertLink(database: Database, { from, kind, to }: StoredLink): Promise<boolean> {
  const written = await database.$executeRaw`
    INSERT INTO ticket_links (ticket_id, other_id, kind) SELECT ${from.id}::uuid, ${to.id}::uuid, ${kind}
    WHERE NOT EXISTS (
      SELECT FROM tickets WHERE id = ${from.id}::uuid AND successor_id = ${to.id}::uuid AND ${kind} = 'followed_up_by')
    ON CONFLICT DO NOTHING`
  return written > 0
}

/** Each link is stored once: from the one that was there first, or, when nothing says which, that has the lower number. */
function storedLink(ticket: LockedTicket, kind: FreeLinkKind, linked: LockedTicket): StoredLink {
  if (kind === 'related') {
    const [from, to] = ticket.number < linked.number ? [ticket, linked] : [linked, ticket]
    return { from, kind, to }
  }
  if (kind === 'followed_up_by' || kind === 'split_to') return { from: ticket, kind, to: linked }
  return { from: linked, kind: seenFromThere[kind], to: ticket }
}

/** What came of a ticket cannot be where that ticket came from, by however many steps. */
async function whyCircular(database: Database, { from, kind, to }: StoredLink): Promise<Refusal | undefined> {
  if (kind === 'related') return undefined
  const circle = await database.$queryRaw<unknown[]>`
    WITH RECURSIVE came_of_it AS (
      SELECT ${to.id}::uuid AS id
      UNION
      SELECT next.id FROM came_of_it CROSS JOIN LATERAL (
        SELECT other_id AS id FROM ticket_links WHERE ticket_id = came_of_it.id AND kind <> 'related'
        UNION ALL
        SELECT successor_id FROM tickets WHERE tickets.id = came_of_it.id AND successor_id IS NOT NULL) AS next)
    SELECT id FROM came_of_it WHERE id = ${from.id}::uuid`
  if (circle.length === 0) return undefined
  const [first, last] = [ticketNumber(to.number), ticketNumber(from.number)]
  return refusal('not_linkable', `${last} came of ${first}, so ${first} cannot have come of ${last}.`)
}

/** Why two tickets have no link that could be taken away. */
function whyStays(ticket: LockedTicket, linked: LockedTicket): Refusal {
  const [here, there] = [ticketNumber(ticket.number), ticketNumber(linked.number)]
  if (linked.mergedInto === ticket.number)
    return refusal('not_linkable', `${there} is merged into ${here}. Undo the merge.`)
  if (linked.successorId === ticket.id || ticket.successorId === linked.id) {
    return refusal('not_linkable', `Late replies go from one of ${here} and ${there} to the other: that link stays.`)
  }
  return refusal('not_linked', `${here} is not linked to ${there}.`)
}

async function recordAtBoth(
  database: Database,
  type: 'linked' | 'unlinked',
  { ticket, kind, linked }: { ticket: End; kind: FreeLinkKind; linked: End },
  by: Actor,
): Promise<void> {
  const ids = [ticket.id, linked.id]
  await database.ticket.updateMany({ where: { id: { in: ids } }, data: { updatedAt: new Date() } })
  await record(database, ticket.id, type, by, { kind, number: ticketNumber(linked.number) })
  await record(database, linked.id, type, by, { kind: seenFromThere[kind], number: ticketNumber(ticket.number) })
}

/** One link at a time: two of them may be a circle only together. */
const linking = 7_210_044

type End = { id: string; number: bigint }
/** As the table has it. */
type StoredLink = { from: End; kind: 'related' | 'followed_up_by' | 'split_to'; to: End }
