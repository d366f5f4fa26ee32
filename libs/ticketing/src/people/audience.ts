/**
 * Who may see a message, and who receives it: one rule for what is shown before a reply is sent, for what is recorded with
 * it, and for what is mailed and shown (rules §5; product.md, partner desk; docs/decisions/0029-recipients.md).
 */
import type { Actor, Audience, PreferredMail } from '@podatelna/contracts'
import { normalizeAddress } from '@podatelna/mail'
import { type Database, Prisma } from '@podatelna/store'
import { type Refusal, refusal } from '../desk.ts'
import { preferredMail } from './preference.ts'

/** Aliases, in SQL, of a ticket and of the contact whose address a participant has; without one, columns of nulls. */
export type Onlooker = { ticket: Prisma.Sql; contact: Prisma.Sql }

/**
 * True, in SQL, when a participant may see a message. A partner's own customer sees only what is for them, and only while
 * the ticket is shown to them; nobody who is not staff sees what is internal.
 *
 * @param audience in SQL: that of the message
 */
export function maySee({ ticket, contact }: Onlooker, audience: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE ${audience}
    WHEN 'client' THEN ${contact}.role IS DISTINCT FROM 'end_customer'
    WHEN 'end_customer' THEN ${contact}.role IS DISTINCT FROM 'end_customer' OR ${ticket}.end_customer_visible
    ELSE false END`
}

/** Query for the ids of the messages that a participant may see: those for them, and their own words. */
export function visibleMessages(participantId: string): Prisma.Sql {
  const sees = maySee({ ticket: Prisma.sql`ticket`, contact: Prisma.sql`contact` }, Prisma.sql`message.audience`)
  return Prisma.sql`
    SELECT message.id
    FROM participants person
    JOIN tickets ticket ON ticket.id = person.ticket_id
    JOIN messages message ON message.ticket_id = ticket.id
    LEFT JOIN contact_addresses entry ON entry.address = person.address
    LEFT JOIN contacts contact ON contact.id = entry.contact_id
    WHERE person.id = ${participantId}::uuid AND person.state = 'active' AND (${sees}
      OR (message.audience <> 'internal' AND message.author->>'email' = person.address))`
}

/** What is internal is a note, and no reply. */
export type ReplyAudience = Exclude<Audience, 'internal'>

export type Recipient = { id: string | null; address: string; name: string; mail: PreferredMail }

/**
 * Query for who receives a reply if it is written now, as `Recipient`, in the order of the roster: everybody who is on the
 * ticket and may see it, except its author and ourselves; with when they get it, by what they prefer.
 *
 * @param joining addresses that the reply puts in copy; those that are new have no id yet
 */
export function recipientsOf(
  ticketId: string,
  reply: { audience: ReplyAudience; author: Actor; joining?: readonly string[] },
): Prisma.Sql {
  const author = reply.author.email === undefined ? null : normalizeAddress(reply.author.email)
  const joining = [...(reply.joining ?? [])]
  const contact = Prisma.sql`contact`
  const sees = maySee({ ticket: Prisma.sql`ticket`, contact }, Prisma.sql`${reply.audience}::text`)
  return Prisma.sql`
    SELECT person.id, person.address, person.name,
      ${preferredMail(Prisma.sql`person.role`, contact, Prisma.sql`'public_reply'`)} AS mail
    FROM (
      SELECT id, address, name, role, serial FROM participants
      WHERE ticket_id = ${ticketId}::uuid AND (state = 'active' OR address = ANY(${joining}::text[]))
      UNION ALL
      SELECT NULL, address, address, 'cc', NULL FROM unnest(${joining}::text[]) AS address
      WHERE NOT EXISTS (
        SELECT FROM participants known WHERE known.ticket_id = ${ticketId}::uuid AND known.address = address.address)
    ) AS person
    JOIN tickets ticket ON ticket.id = ${ticketId}::uuid
    LEFT JOIN contact_addresses entry ON entry.address = person.address
    LEFT JOIN contacts contact ON contact.id = entry.contact_id
    WHERE ${sees} AND person.address IS DISTINCT FROM ${author} AND NOT ${isOurs(Prisma.sql`person.address`)}
    ORDER BY person.role DESC, person.serial NULLS LAST, person.address`
}

/**
 * True, in SQL, for addresses that lead back to us: our mailboxes, with whatever behind the plus, and addresses for bounces,
 * which are known by the length of their token.
 */
export function isOurs(address: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(${address} ~ '^bounce\\+[a-z2-7]{42}@' OR EXISTS (
    SELECT FROM mailboxes own WHERE own.address IN (${address}, regexp_replace(${address}, '\\+.*@', '@'))))`
}

/** Writes down who receives a reply, at once or in a digest, within the transaction that wrote it. */
export async function recordRecipients(
  database: Database,
  ticketId: string,
  reply: { messageId: string; audience: ReplyAudience; author: Actor },
): Promise<void> {
  await database.$executeRaw`
    INSERT INTO message_recipients (message_id, participant_id)
    SELECT ${reply.messageId}::uuid, recipient.id FROM (${recipientsOf(ticketId, reply)}) AS recipient
    WHERE recipient.mail <> 'never'`
}

/**
 * Whom a reply is for: as asked, else the end customer, too, when it is their ticket. A refusal when the ticket is hidden
 * from those it is to be for.
 */
export async function audienceOfReply(
  database: Database,
  ticketId: string,
  asked: ReplyAudience | undefined,
): Promise<ReplyAudience | Refusal> {
  const ticket = await database.ticket.findUniqueOrThrow({
    where: { id: ticketId },
    select: { endCustomerVisible: true, participants: { where: { role: 'requester' }, select: { address: true } } },
  })
  if (asked === 'end_customer' && !ticket.endCustomerVisible) {
    return refusal(
      'hidden',
      'The ticket is hidden from end customers. Show it to them first, or answer the client alone.',
    )
  }
  if (asked || !ticket.endCustomerVisible) return asked ?? 'client'
  const [requester] = ticket.participants
  return requester && (await isEndCustomer(database, requester.address)) ? 'end_customer' : 'client'
}

export async function isEndCustomer(database: Database, address: string): Promise<boolean> {
  const found = await database.contactAddress.findFirst({
    where: { address: normalizeAddress(address), contact: { role: 'end_customer' } },
    select: { address: true },
  })
  return found !== null
}
