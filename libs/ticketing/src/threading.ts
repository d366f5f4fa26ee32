import type { TicketStatus } from '@podatelna/contracts'
import { Prisma } from '@podatelna/store'
import { asStatus } from './states.ts'

/** A ticket that a letter threads to, and whether its author is on it. */
export type ThreadedTicket = { id: string; number: bigint; status: TicketStatus; participant: boolean }

/** Who wrote, as far as threading cares: the proved address, and what it belongs to. */
export type ThreadAuthor = { address: string; organizationId: string | null; agentId: string | null }

/**
 * Query for the first ticket that the tokens name and that the author may write into: its participants, the contacts of
 * its organization unless removed from it, and agents. A token only identifies; a letter of anybody else opens a new
 * ticket, exactly as if it had no token (rules §1, §2).
 *
 * @param serials what the tokens of the letter carried, best first
 */
export function threadedTicket(serials: bigint[], author: ThreadAuthor): Prisma.Sql {
  return Prisma.sql`
    SELECT t.id, t.number, t.status, me.state IS NOT DISTINCT FROM 'active' AS participant
    FROM participants token
    JOIN tickets t ON t.id = token.ticket_id AND t.status <> 'closed'
    LEFT JOIN participants me ON me.ticket_id = t.id AND me.address = ${author.address}
    WHERE token.serial = ANY(${serials}::bigint[])
      AND (me.state = 'active'
        OR ${author.agentId}::uuid IS NOT NULL
        OR (t.organization_id = ${author.organizationId}::uuid AND me.state IS DISTINCT FROM 'removed'))
    ORDER BY array_position(${serials}::bigint[], token.serial)
    LIMIT 1`
}

export type ThreadedTicketRow = { id: string; number: bigint; status: string; participant: boolean }

export function readThreadedTicket(row: ThreadedTicketRow | undefined): ThreadedTicket | undefined {
  return row && { ...row, status: asStatus(row.status) }
}
