/** A client's letter joins its ticket, and brings it back to the queue. */
import { envelope, inboxInsert, type Outcome, outboxInsert } from '@podatelna/bus'
import { type Actor, clientWrote, copied, type Envelope, type TicketStatus } from '@podatelna/contracts'
import { newId, Prisma } from '@podatelna/store'
import type { Desk } from '../desk.ts'
import { filesInsert } from '../files/files.ts'
import { afterClientWrote, moveColumns, moveDetail } from '../states/states.ts'
import { stillThreaded, type ThreadedTicket } from '../threading.ts'
import { authorOf, type MailRow } from './admitted-mail.ts'
import { copiesInsert, copiesOf } from './copies.ts'
import { clientAudience, messageInsert, type ReadLetter, subscription } from './message.ts'

/** The ticket was found before; should it have changed meanwhile, nothing is written and the step is tried again. */
export async function addToTicket(
  desk: Desk,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  ticket: ThreadedTicket,
): Promise<Outcome> {
  const messageId = newId()
  const author = authorOf(mail, ticket)
  const copies = copiesOf(mail)
  const told = envelope(copied, {
    ticket_id: ticket.id,
    message_id: messageId,
    participant_ids: copies.map(({ id }) => id),
  })
  const audible = mail.disposition === 'admitted'
  const heard = audible ? [envelope(clientWrote, { ticket_id: ticket.id, message_id: messageId })] : []
  const to = audible ? afterClientWrote(ticket.status) : ticket.status
  const rows = await desk.store.query<{ filed: boolean; told: boolean }>(Prisma.sql`
    WITH unchanged AS (${stillThreaded(ticket)}),
    inbox AS (${inboxInsert(subscription, event, Prisma.sql`SELECT FROM unchanged`)}),
    ticket AS (
      UPDATE tickets SET ${to === ticket.status ? Prisma.sql`updated_at = now()` : moveColumns({ to }, Prisma.sql`now()`)}
      FROM inbox WHERE tickets.id = ${ticket.id}::uuid
        AND NOT EXISTS (SELECT FROM messages WHERE mail_id = ${mail.id}::uuid)
      RETURNING tickets.id, tickets.organization_id),
    joined AS (${colleagueJoins(mail, ticket, author)}),
    message AS (${messageInsert(messageId, mail, letter, clientAudience(mail), author)}),
    ${filesInsert(messageId, letter.files)}
    ${copiesInsert(copies, messageId, author)}
    ${copies.length > 0 ? Prisma.sql`outbox AS (${outboxInsert([told], Prisma.sql`SELECT FROM copied WHERE state = 'active'`)}),` : Prisma.empty}
    ${audible ? Prisma.sql`heard AS (${outboxInsert(heard, Prisma.sql`SELECT FROM ticket`)}),` : Prisma.empty}
    events AS (${eventsInsert(author, ticket.status, to)})
    SELECT EXISTS (SELECT FROM ticket) AS filed, ${copies.length > 0 ? Prisma.sql`EXISTS (SELECT FROM copied WHERE state = 'active')` : Prisma.sql`false`} AS told
    FROM unchanged`)
  if (rows[0]?.filed) desk.bus.publish(rows[0].told ? [...heard, told] : heard)
  return rows.length > 0 ? 'done' : { retry: `ticket ${ticket.number} changed meanwhile` }
}

/** A contact who writes into a ticket of their own organization is on it from then on (rules §5); an auto-reply joins nobody. */
function colleagueJoins(mail: MailRow, ticket: ThreadedTicket, author: Actor): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO participants (id, ticket_id, address, name, role, added_by)
    SELECT ${newId()}::uuid, id, ${mail.from_address}, ${author.name}, 'cc', ${JSON.stringify(author)}::jsonb
    FROM ticket WHERE ${!ticket.onIt && mail.disposition === 'admitted'}
    ON CONFLICT (ticket_id, address) DO NOTHING`
}

function eventsInsert(author: Actor, before: TicketStatus, after: TicketStatus): Prisma.Sql {
  const by = JSON.stringify(author)
  const moved = JSON.stringify(moveDetail(before, { to: after }))
  return Prisma.sql`
    INSERT INTO ticket_events (ticket_id, type, by, detail)
    SELECT ticket.id, e.type, ${by}::jsonb, e.detail
    FROM ticket, (VALUES ('message_added', '{}'::jsonb), ('status_changed', ${moved}::jsonb)) AS e (type, detail)
    WHERE e.type <> 'status_changed' OR ${before !== after}`
}
