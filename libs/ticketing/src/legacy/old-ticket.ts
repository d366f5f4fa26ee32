/** The ticket of an old system that a letter speaks of, and what a new ticket takes over of it. */
import type { Actor } from '@podatelna/contracts'
import { Prisma, type Queryable } from '@podatelna/store'
import { system } from '../desk.ts'
import type { MailRow } from '../filing/admitted-mail.ts'
import type { LegacyClue } from './match.ts'

export type OldTicket = LegacyClue & {
  /** Name of the old system. */
  system: string
  /** Whose it is, as far as that was imported. */
  organizationId: string | null
  organization: string | null
  /** The new ticket continues it. */
  takenOver: boolean
}

/**
 * Keeps others from opening a ticket for the same old one until the transaction ends: two letters about it that come at
 * the same moment would open two.
 */
export async function lockOldTicket({ query }: Queryable, { systemId, number }: LegacyClue): Promise<void> {
  await query(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`${systemId} ${number}`}, 2))::text AS locked`)
}

/**
 * Whoever knows a number may be anybody: that it is imported as theirs proves whose the old ticket was. Where it is
 * another's, or its author is nobody's contact, the new ticket is opened as if no number had been named (rules §2). Agents
 * speak for whomever the list names.
 */
export async function readOldTicket(
  { query }: Queryable,
  clue: LegacyClue,
  mail: MailRow,
): Promise<OldTicket | undefined> {
  const [row] = await query<Omit<OldTicket, keyof LegacyClue | 'takenOver'>>(Prisma.sql`
    SELECT s.name AS system, o.id AS "organizationId", o.name AS organization
    FROM legacy_systems s
    LEFT JOIN legacy_tickets owned ON owned.system_id = s.id AND owned.number = ${clue.number}
    LEFT JOIN organizations o ON o.id = owned.organization_id
    WHERE s.id = ${clue.systemId}::uuid`)
  if (!row) return undefined
  const { organizationId: owner } = row
  const takenOver = owner === null || owner === mail.organization_id || mail.agent_id !== null
  return { ...clue, ...row, takenOver }
}

/** CTE, with a comma behind it, by which the new ticket tells staff what was named, whose it is, and if it was taken over. */
export function oldTicketNamed({ system: name, number, organization, takenOver }: OldTicket): Prisma.Sql {
  const detail = JSON.stringify({ system: name, number, organization, taken_over: takenOver })
  return Prisma.sql`
    named AS (
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT id, 'legacy_ticket_named', ${bySystem}::jsonb, ${detail}::jsonb FROM ticket),`
}

const bySystem = JSON.stringify(system satisfies Actor)
