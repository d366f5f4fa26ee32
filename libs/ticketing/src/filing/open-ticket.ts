/** A letter that no ticket takes opens one: a new one, the successor of a closed one, or one that continues an old system's. */
import { envelope, inboxInsert, type Outcome, outboxInsert } from '@podatelna/bus'
import { type Actor, type Envelope, noSubject, ticketNumber, ticketOpened } from '@podatelna/contracts'
import { oneLine, unnumberedSubject } from '@podatelna/mail'
import { newId, Prisma, type Queryable, within } from '@podatelna/store'
import type { Desk } from '../desk.ts'
import { filesInsert } from '../files/files.ts'
import { historyInsert, partHistory } from '../legacy/history.ts'
import type { LegacyClue } from '../legacy/match.ts'
import { lockOldTicket, type OldTicket, oldTicketNamed, readOldTicket } from '../legacy/old-ticket.ts'
import { type Clues, stillThreaded, type ThreadedTicket } from '../threading.ts'
import { authorOf, type MailRow } from './admitted-mail.ts'
import { isNote } from './agent-letter.ts'
import { threadLetter } from './clues.ts'
import { copiesInsert, copiesOf } from './copies.ts'
import { clientAudience, messageInsert, type ReadLetter, subscription } from './message.ts'

export async function openByLetter(
  desk: Desk,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  { clues, closed }: { clues: Clues; closed: ThreadedTicket | undefined },
): Promise<Outcome> {
  const { legacy } = clues
  const { outcome, events } =
    legacy && !closed
      ? await continueOldTicket(desk, event, mail, letter, { ...clues, legacy })
      : await openTicket(desk.store, event, mail, letter, { closed })
  desk.bus.publish(events)
  return outcome
}

/** What opening a ticket came to, and what to publish once it is committed. */
type Opened = { outcome: Outcome; events: Envelope[] }

/**
 * The first letter about a ticket of an old system. One at a time for each old number: whoever waited finds the ticket that
 * another letter opened, and joins it with the next try.
 */
function continueOldTicket(
  { store }: Desk,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  clues: Clues & { legacy: LegacyClue },
): Promise<Opened> {
  const work = async (place: Queryable): Promise<Opened> => {
    await lockOldTicket(place, clues.legacy)
    if (await threadLetter(place, mail, clues)) {
      return { outcome: { retry: 'another letter about the same old ticket was filed meanwhile' }, events: [] }
    }
    const old = await readOldTicket(place, clues.legacy, mail)
    return openTicket(place, event, mail, letter, { old })
  }
  return store.prisma.$transaction((database) => work(within(database)), { maxWait: 10_000, timeout: 30_000 })
}

/**
 * One statement: inbox, ticket, requester, message, event, outbox. After a closed ticket the new one becomes its
 * successor, unless that has got one meanwhile, or changed: then nothing is written, and the next try finds out.
 */
async function openTicket(
  { query }: Queryable,
  event: Envelope,
  mail: MailRow,
  letter: ReadLetter,
  after: { closed?: ThreadedTicket | undefined; old?: OldTicket | undefined },
): Promise<Opened> {
  const { closed, old } = after
  const continued = old?.takenOver ? old : undefined
  const ticketId = newId()
  const messageId = newId()
  const opened = envelope(ticketOpened, { ticket_id: ticketId, message_id: messageId })
  const author = authorOf(mail, closed)
  const internal = isNote(mail, letter)
  const audience = internal ? 'internal' : clientAudience(mail)
  const parted = continued && partHistory(letter)
  const copies = internal ? [] : copiesOf(mail)
  const [before, inbox] = closed
    ? [
        Prisma.sql`closed AS (${stillThreaded(closed, Prisma.sql`successor_id IS NULL`)}),`,
        inboxInsert(subscription, event, Prisma.sql`SELECT FROM closed`),
      ]
    : [Prisma.empty, inboxInsert(subscription, event)]
  const quoting = { messageId, audience, receivedAt: mail.received_at } as const
  const rows = await query<{ number: bigint | null }>(Prisma.sql`
    WITH ${before} inbox AS (${inbox}),
    ticket AS (
      INSERT INTO tickets (id, subject, mailbox_id, organization_id, legacy_system_id, legacy_number, created_at, updated_at)
      SELECT ${ticketId}::uuid, ${subjectOf(mail, closed)}, ${mail.mailbox_id}::uuid,
        ${mail.organization_id ?? closed?.organizationId ?? continued?.organizationId ?? null}::uuid,
        ${continued?.systemId ?? null}::uuid, ${continued?.number ?? null}, ${mail.received_at}, now()
      FROM inbox WHERE NOT EXISTS (SELECT FROM messages WHERE mail_id = ${mail.id}::uuid)
      RETURNING id, number, organization_id),
    requester AS (
      INSERT INTO participants (id, ticket_id, address, name, role, added_by)
      SELECT ${newId()}::uuid, id, ${mail.from_address}, ${author.name}, 'requester', ${JSON.stringify(author)}::jsonb
      FROM ticket),
    ${parted ? historyInsert(parted.history, quoting, continued) : Prisma.empty}
    message AS (${messageInsert(messageId, mail, parted?.letter ?? letter, audience, author)}),
    ${filesInsert(messageId, letter.files)}
    event AS (
      INSERT INTO ticket_events (ticket_id, type, by) SELECT id, 'opened', ${JSON.stringify(author)}::jsonb FROM ticket),
    ${old ? oldTicketNamed(old) : Prisma.empty}
    ${copiesInsert(copies, messageId, author)}
    outbox AS (${outboxInsert([opened], Prisma.sql`SELECT FROM ticket`)})
    ${closed ? succession(closed, author) : Prisma.sql`SELECT number FROM ticket`}`)
  if (closed && rows.length === 0) {
    return {
      outcome: { retry: `${ticketNumber(closed.number)} changed, or something follows it meanwhile` },
      events: [],
    }
  }
  return { outcome: 'done', events: rows[0]?.number != null ? [opened] : [] }
}

function succession({ id }: ThreadedTicket, author: Actor): Prisma.Sql {
  return Prisma.sql`,
    followed AS (UPDATE tickets SET successor_id = ticket.id FROM ticket WHERE tickets.id = ${id}::uuid),
    followed_event AS (
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT ${id}::uuid, 'followed_up', ${JSON.stringify(author)}::jsonb, jsonb_build_object('number', 'P-' || number)
      FROM ticket)
    SELECT ticket.number FROM closed LEFT JOIN ticket ON true`
}

/** A late reply has the number of the ticket it came too late for; its new one gets a number of its own. */
function subjectOf(mail: MailRow, closed: ThreadedTicket | undefined): string {
  const subject = oneLine(mail.subject, 500)
  return (closed ? unnumberedSubject(subject) : subject) || noSubject.en
}
