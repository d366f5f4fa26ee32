/** The ticket of an old system that a letter speaks of, in the statement that opens a new one. */
import type { Actor } from '@podatelna/contracts'
import { Prisma } from '@podatelna/store'
import type { MailRow } from '../admitted-mail.ts'
import { system } from '../desk.ts'
import type { LegacyClue } from './match.ts'

/**
 * Query for the one row (system_id, number, organization_id) that the new ticket takes over, if it may. Whoever knows a
 * number may be anybody: that it is imported as theirs proves whose the old ticket was; that it is another's, or that
 * its author is nobody's contact, leaves the new ticket as if no number had been named (rules §2). Agents speak for whomever
 * the list names.
 */
export function ownOldTicket(clue: LegacyClue | undefined, mail: MailRow): Prisma.Sql {
  return Prisma.sql`
    SELECT s.id AS system_id, ${clue?.number ?? null}::text AS number, owner.organization_id
    FROM legacy_systems s LEFT JOIN legacy_tickets owner ON owner.system_id = s.id AND owner.number = ${clue?.number ?? null}
    WHERE s.id = ${clue?.systemId ?? null}::uuid AND ${isOwn(mail)}`
}

/** CTE, with a comma behind it, by which the new ticket tells staff what was named, whose it is, and if it was taken over. */
export function oldTicketNamed(clue: LegacyClue, mail: MailRow): Prisma.Sql {
  return Prisma.sql`
    named AS (
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT ticket.id, 'legacy_ticket_named', ${bySystem}::jsonb, jsonb_build_object('system', s.name,
        'number', ${clue.number}::text, 'organization', o.name, 'taken_over', ${isOwn(mail)})
      FROM ticket JOIN legacy_systems s ON s.id = ${clue.systemId}::uuid
      LEFT JOIN legacy_tickets owner ON owner.system_id = s.id AND owner.number = ${clue.number}
      LEFT JOIN organizations o ON o.id = owner.organization_id),`
}

function isOwn(mail: MailRow): Prisma.Sql {
  return Prisma.sql`(owner.organization_id IS NULL OR owner.organization_id = ${mail.organization_id}::uuid
    OR ${mail.agent_id !== null}) IS TRUE`
}

const bySystem = JSON.stringify(system satisfies Actor)
