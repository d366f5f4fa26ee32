/** Which ticket a letter belongs to (rules §2, §3). */
import { LateReply, SeatPurpose, type TicketStatus } from '@podatelna/contracts'
import { Prisma } from '@podatelna/store'
import type { LegacyClue } from './legacy/match.ts'
import { asStatus, closedAt } from './states/states.ts'

/** What in a letter may point to a ticket; each list best first. */
export type Clues = {
  /** What its tokens carried: rules §2, steps 1 to 3. */
  serials: readonly bigint[]
  /** In-Reply-To, then References from the newest: step 4. */
  answered: readonly string[]
  /** Ticket numbers in its subject: step 5. */
  numbers: readonly bigint[]
  /** A ticket of an old system: step 6. */
  legacy?: LegacyClue | undefined
}

/** Who wrote, as far as threading cares: the proved address, and what it belongs to. */
export type ThreadAuthor = { address: string; organizationId: string | null; agentId: string | null }

/** A ticket that a letter threads to. */
export type ThreadedTicket = {
  id: string
  number: bigint
  status: TicketStatus
  organizationId: string | null
  /** Its author is on it, or was on the one that it follows. */
  participant: boolean
  onIt: boolean
  /** They asked for it. */
  requester: boolean
  /** What led here was the token of a notice to an agent: what an answer to it becomes. */
  seat: SeatPurpose | null
  /** It was closed when the letter arrived, and nothing follows it yet: the letter opens its successor. */
  late: boolean
  lateReply: LateReply
  /** What named it, when it was a message that the letter answers (rules §2, step 4), and where that stood then. */
  answers: { messageId: string; ticketId: string } | null
}

/**
 * Query for the first ticket that the clues name and that the author may write into: its participants, the contacts of
 * its organization unless removed from it, and, by token, agents. The token of a disabled agent is as if absent. A clue
 * only identifies; a letter of anybody else opens a new ticket, exactly as if it had none. A merged ticket leads to the
 * one it was merged into, and a client's letter to a closed one to what follows that, so that threads never fork; where
 * nothing does yet, `late` says so. Agents may always write into a closed one.
 */
export function threadedTicket(clues: Clues, author: ThreadAuthor, arrivedAt: Date): Prisma.Sql {
  const late = Prisma.sql`(${author.agentId}::uuid IS NULL AND ${closedAt(Prisma.sql`t`, Prisma.sql`mailbox`, arrivedAt)})`
  return Prisma.sql`
    WITH RECURSIVE clue AS (${cluesInOrder(clues, author)}),
    named AS (
      SELECT t.id, me.state IS NOT DISTINCT FROM 'active' AS participant, clue.seat, clue.message_id FROM clue
      JOIN tickets t ON t.id = clue.ticket_id
      LEFT JOIN participants me ON me.ticket_id = t.id AND me.address = ${author.address}
      WHERE t.deleted_at IS NULL AND (me.state = 'active'
        OR (${author.agentId}::uuid IS NOT NULL AND clue.step < 5)
        OR (t.organization_id = ${author.organizationId}::uuid AND me.state IS DISTINCT FROM 'removed'))
      ORDER BY clue.step, clue.place LIMIT 1),
    trail AS (
      SELECT id, 0 AS hops FROM named
      UNION ALL
      SELECT coalesce(t.merged_into_id, t.successor_id), hops + 1
      FROM trail JOIN tickets t USING (id) JOIN mailboxes mailbox ON mailbox.id = t.mailbox_id
      WHERE hops < 100 AND CASE WHEN t.merged_into_id IS NULL THEN t.successor_id IS NOT NULL AND ${late} ELSE true END),
    last AS (SELECT id FROM trail ORDER BY hops DESC LIMIT 1)
    SELECT t.id, t.number, t.status, t.organization_id, ${late} AS late, mailbox.late_reply,
      me.state IS NOT DISTINCT FROM 'active' AS "onIt", me.role IS NOT DISTINCT FROM 'requester' AS requester, named.seat,
      me.state IS NOT DISTINCT FROM 'active' OR named.participant AS participant,
      CASE WHEN message_id IS NOT NULL THEN json_build_object('messageId', message_id, 'ticketId', named.id) END AS answers
    FROM last JOIN tickets t USING (id) JOIN mailboxes mailbox ON mailbox.id = t.mailbox_id CROSS JOIN named
    LEFT JOIN participants me ON me.ticket_id = t.id AND me.address = ${author.address}
    WHERE (me.state IS DISTINCT FROM 'removed' OR ${author.agentId}::uuid IS NOT NULL) AND t.deleted_at IS NULL`
}

function cluesInOrder({ serials, answered, numbers, legacy }: Clues, author: ThreadAuthor): Prisma.Sql {
  return Prisma.sql`
    SELECT ticket_id, 1 AS step, array_position(${serials}::bigint[], serial) AS place, NULL::text AS seat,
      NULL::uuid AS message_id
    FROM participants WHERE serial = ANY(${serials}::bigint[])
    UNION ALL
    SELECT s.ticket_id, 1, array_position(${serials}::bigint[], s.serial), s.purpose, NULL
    FROM agent_seats s JOIN agents a ON a.id = s.agent_id AND a.disabled_at IS NULL
    WHERE s.serial = ANY(${serials}::bigint[])
    UNION ALL
    SELECT m.ticket_id, 4, array_position(${answered}::text[], m.message_id), NULL, m.id
    FROM messages m WHERE m.message_id = ANY(${answered}::text[]) AND ${author.agentId}::uuid IS NULL
    UNION ALL
    SELECT id, 5, array_position(${numbers}::bigint[], number), NULL, NULL
    FROM tickets WHERE number = ANY(${numbers}::bigint[])
    UNION ALL
    SELECT id, 6, -number, NULL, NULL FROM tickets
    WHERE legacy_number = ${legacy?.number ?? null} AND legacy_system_id = ${legacy?.systemId ?? null}::uuid`
}

/**
 * Query that holds a ticket if what led to it is still as it was read. Where it gives no row, the ticket has moved, was merged
 * or deleted, or the message that the letter answers was split off: the letter is to be threaded again.
 *
 * The message is locked after its ticket, as by whoever splits or merges.
 */
export function stillThreaded({ id, status, answers }: ThreadedTicket, besides = Prisma.sql`true`): Prisma.Sql {
  const [answered, locked] = answers
    ? [
        Prisma.sql`JOIN messages answered ON answered.id = ${answers.messageId}::uuid
          AND answered.ticket_id = ${answers.ticketId}::uuid`,
        Prisma.sql`FOR SHARE OF answered`,
      ]
    : [Prisma.empty, Prisma.empty]
  return Prisma.sql`
    SELECT tickets.id FROM tickets ${answered}
    WHERE tickets.id = ${id}::uuid AND status = ${status} AND merged_into_id IS NULL AND deleted_at IS NULL AND ${besides}
    FOR NO KEY UPDATE OF tickets ${locked}`
}

/** True when there is something to look for. */
export function hasClues({ serials, answered, numbers, legacy }: Clues): boolean {
  return legacy !== undefined || serials.length + answered.length + numbers.length > 0
}

export type ThreadedTicketRow = Omit<ThreadedTicket, 'status' | 'organizationId' | 'lateReply' | 'seat'> & {
  status: string
  seat: string | null
  organization_id: string | null
  late_reply: string
}

export function readThreadedTicket(row: ThreadedTicketRow | undefined): ThreadedTicket | undefined {
  if (!row) return undefined
  const { organization_id: organizationId, late_reply, ...ticket } = row
  const seat = SeatPurpose.nullable().parse(row.seat)
  return { ...ticket, status: asStatus(row.status), organizationId, seat, lateReply: LateReply.parse(late_reply) }
}
