/**
 * To staff: what else concerns them of a ticket. An answer to these stays among staff: only what a client wrote is answered
 * to the client (decision 0030).
 */
import { agentsMentioned, ccProposed, deliveryDeferredLong, deliveryFailed, ticketAssigned } from '@podatelna/contracts'
import { oneLine } from '@podatelna/mail'
import { Prisma } from '@podatelna/store'
import { recordByItself } from '@podatelna/ticketing'
import { on, type Plan, type Reading } from './plan.ts'
import { readStaffDesk, staffNotices, whoServes } from './staff-desk.ts'

type Place = Pick<Reading, 'store' | 'letterhead'>

export const staffPlans = [
  on(ticketAssigned, planAssigned),
  on(ccProposed, planProposed),
  on(agentsMentioned, planMentioned),
  on(deliveryFailed, planUndelivered),
  on(deliveryDeferredLong, planUndelivered),
]

async function planAssigned(place: Place, about: { ticket_id: string; agent_id: string; by: string }): Promise<Plan> {
  // Somebody else may have it by now.
  const desk = await readStaffDesk(
    place.store,
    about.ticket_id,
    Prisma.sql`a.id = ${about.agent_id}::uuid AND t.assignee_id = a.id`,
  )
  if (!desk) return nothing
  const { priority, organization } = desk
  const notices = await staffNotices(place, desk, {
    kind: 'assigned',
    purpose: 'note',
    values: (titles) => ({ ...titles, by: about.by, priority, organization: organization ?? '' }),
  })
  return { notices, ticket: desk }
}

async function planProposed(place: Place, about: { ticket_id: string; participant_ids: string[] }): Promise<Plan> {
  const [desk, people] = await Promise.all([
    readStaffDesk(place.store, about.ticket_id, whoServes),
    place.store.query<{ address: string; by: string }>(Prisma.sql`
      SELECT address, added_by->>'name' AS by FROM participants
      WHERE id = ANY(${about.participant_ids}::uuid[]) AND state = 'proposed' ORDER BY serial`),
  ])
  const [first] = people
  if (!desk || !first) return nothing
  const proposed = people.map(({ address }) => address).join(', ')
  const notices = await staffNotices(place, desk, {
    kind: 'cc_proposed',
    purpose: 'note',
    values: (titles) => ({ ...titles, by: first.by, proposed }),
  })
  return { notices, ticket: desk }
}

async function planMentioned(
  place: Place,
  about: { ticket_id: string; message_id: string; agent_ids: string[] },
): Promise<Plan> {
  const [desk, [message]] = await Promise.all([
    readStaffDesk(place.store, about.ticket_id, Prisma.sql`a.id = ANY(${about.agent_ids}::uuid[])`),
    place.store.query<{ text: string; author: { name: string; email?: string } }>(Prisma.sql`
      SELECT text, author FROM messages WHERE id = ${about.message_id}::uuid`),
  ])
  if (!desk || !message) return nothing
  const notices = await staffNotices(place, desk, {
    kind: 'mentioned',
    purpose: 'note',
    except: message.author.email,
    about: { causedById: about.message_id },
    values: (titles) => ({ ...titles, by: message.author.name, message: { text: message.text, html: null } }),
  })
  return { notices, ticket: desk }
}

/** Of notices to staff nobody is told, and nothing is written down: no mail follows from those that come back. */
async function planUndelivered(place: Place, { delivery_id }: { delivery_id: string }): Promise<Plan> {
  const [delivery] = await place.store.query<Undelivered>(Prisma.sql`
    SELECT kind, ticket_id, to_address, state, (
      SELECT smtp FROM delivery_attempts a WHERE a.delivery_id = d.id ORDER BY a.id DESC LIMIT 1) AS smtp
    FROM deliveries d WHERE id = ${delivery_id}::uuid AND participant_id IS NOT NULL AND ticket_id IS NOT NULL`)
  const desk = delivery && (await readStaffDesk(place.store, delivery.ticket_id, whoServes))
  if (!desk) return nothing
  const reason = oneLine(delivery.smtp ?? '', 500)
  const late = delivery.state === 'deferred'
  const notices = await staffNotices(place, desk, {
    kind: 'delivery_failed',
    purpose: 'note',
    except: delivery.to_address,
    values: (titles) => ({ ...titles, address: delivery.to_address, reason, late }),
  })
  // In the ticket's history, for whoever reads it or is told of it by a webhook.
  const event = { email: delivery.to_address, kind: delivery.kind, delivery_id, reason }
  const also = (isNew: Prisma.Sql) => recordByItself(delivery.ticket_id, 'delivery_failed', event, isNew)
  return { notices, ticket: desk, also: late ? undefined : also }
}

type Undelivered = { kind: string; ticket_id: string; to_address: string; state: string; smtp: string | null }
const nothing: Plan = { notices: [] }
