import type { MailboxPolicy } from '@podatelna/contracts'
import { MailboxPolicy as policies } from '@podatelna/contracts'
import { Prisma, type Queryable } from '@podatelna/store'
import { threadedTicket } from '@podatelna/ticketing'
import type { Standing } from './decide.ts'

/** What we know about an author and the mailbox they wrote to, at this moment. */
export type Identity = {
  standing: Standing
  contactId: string | null
  organizationId: string | null
  agentId: string | null
  /** Language for mail to the author: their own, their organization's, or the mailbox's. */
  language: string
  mailbox: { id: string; address: string; policy: MailboxPolicy } | undefined
}

/**
 * One round trip: contact, agent, participant of the ticket the letter threads to, and the mailbox. Of several mailboxes
 * it is the first one; for somebody we do not know, the first that takes such letters at all.
 */
export async function identify(
  database: Queryable,
  letter: { author: string; mailboxes: string[]; serials: bigint[] },
): Promise<Identity> {
  const rows = await database.query<IdentityRow>(Prisma.sql`
    SELECT contact.id AS contact_id, contact.organization_id, agent.id AS agent_id,
      COALESCE(contact.language, agent.language, mailbox.language, 'en') AS language,
      mailbox.id AS mailbox_id, mailbox.address AS mailbox_address, mailbox.policy AS mailbox_policy,
      ${participates(letter)} AS participates
    FROM (SELECT) AS always
    LEFT JOIN LATERAL (
      SELECT c.id, c.organization_id, COALESCE(c.language, o.language) AS language
      FROM contact_addresses a JOIN contacts c ON c.id = a.contact_id JOIN organizations o ON o.id = c.organization_id
      WHERE a.address = ${letter.author}) AS contact ON true
    LEFT JOIN agents AS agent ON agent.email = ${letter.author} AND agent.disabled_at IS NULL
    LEFT JOIN LATERAL (
      SELECT id, address, policy, language FROM mailboxes WHERE address = ANY(${letter.mailboxes}::text[])
      ORDER BY contact.id IS NULL AND agent.id IS NULL AND policy = 'contacts',
        array_position(${letter.mailboxes}::text[], address)
      LIMIT 1) AS mailbox ON true`)
  return readIdentity(rows[0]!)
}

function participates(letter: { author: string; serials: bigint[] }): Prisma.Sql {
  if (letter.serials.length === 0) return Prisma.sql`false`
  const author = { address: letter.author, organizationId: null, agentId: null }
  const clues = { serials: letter.serials, answered: [], numbers: [] }
  return Prisma.sql`COALESCE((SELECT t.participant FROM (${threadedTicket(clues, author, new Date())}) AS t), false)`
}

function readIdentity(row: IdentityRow): Identity {
  const { mailbox_id: id, mailbox_address: address, mailbox_policy: policy } = row
  return {
    standing: row.agent_id ? 'agent' : row.contact_id ? 'contact' : row.participates ? 'participant' : 'unknown',
    contactId: row.contact_id,
    organizationId: row.organization_id,
    agentId: row.agent_id,
    language: row.language,
    mailbox: id && address ? { id, address, policy: policies.parse(policy) } : undefined,
  }
}

type IdentityRow = {
  contact_id: string | null
  organization_id: string | null
  agent_id: string | null
  language: string
  mailbox_id: string | null
  mailbox_address: string | null
  mailbox_policy: string | null
  participates: boolean
}
