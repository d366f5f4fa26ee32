/** A letter as filing needs it. */
import type { Actor } from '@podatelna/contracts'
import { oneLine } from '@podatelna/mail'
import { asked, Prisma, type Store } from '@podatelna/store'

export type MailRow = {
  id: string
  message_id: string
  received_at: Date
  mailbox_id: string | null
  from_address: string | null
  from_name: string | null
  subject: string
  kind: string
  disposition: string
  raw: Uint8Array | null
  raw_sha256: Uint8Array | null
  contact_id: string | null
  organization_id: string | null
  /** Of an agent who may still write. */
  agent_id: string | null
  agent_name: string | null
  thread_serials: bigint[]
  answered: string[]
  rcpt_to: string[]
  /** Changes with the list of old ticket systems: see `legacyMatcher`. */
  legacy_version: string
  addressees: { address: string; name: string }[]
  verified: boolean
  /** Its author confirmed it, or staff released it. */
  vouched: boolean
  released: boolean
  /** Its author is a partner's own customer. */
  endCustomer: boolean
  /** Its author was a contact or an agent when it arrived, and is none any more. */
  cutOff: boolean
}

export async function loadMails(store: Store, ids: string[]): Promise<Map<string, MailRow>> {
  const rows = await store.query<MailRow>(Prisma.sql`
    SELECT mail.id, message_id, received_at, mailbox_id, from_address, from_name, subject, kind, disposition, raw,
      raw_sha256, contact_id, organization_id, agent.id AS agent_id, agent.name AS agent_name, thread_serials, answered,
      addressees, rcpt_to,
      (SELECT count(*) || coalesce(max(updated_at)::text, '') FROM legacy_systems) AS legacy_version, (verdict->>'verified')::boolean AS verified,
      EXISTS (SELECT FROM mail_events e WHERE e.mail_id = mail.id AND e.type IN ('confirmed', 'released')) AS vouched,
      EXISTS (SELECT FROM mail_events e WHERE e.mail_id = mail.id AND e.type = 'released') AS released,
      EXISTS (SELECT FROM contacts c WHERE c.id = contact_id AND c.role = 'end_customer') AS "endCustomer",
      (contact_id IS NOT NULL OR agent_id IS NOT NULL) AND agent.id IS NULL
        AND NOT EXISTS (SELECT FROM contact_addresses a WHERE a.address = from_address) AS "cutOff"
    FROM ${asked(ids)}
    CROSS JOIN LATERAL (SELECT * FROM inbound_mail WHERE id = asked.id OFFSET 0) mail
    LEFT JOIN agents agent ON agent.id = agent_id AND agent.disabled_at IS NULL`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Whoever wrote it as a client, as their ticket names them. */
export function authorOf(mail: MailRow, ticket?: { participant: boolean }): Actor {
  const email = mail.from_address ?? ''
  const name = oneLine(mail.from_name ?? '', 200) || email
  const stranger = ticket?.participant ? 'participant' : 'unregistered'
  return { kind: mail.contact_id ? 'contact' : mail.agent_id ? 'agent' : stranger, name, email }
}
