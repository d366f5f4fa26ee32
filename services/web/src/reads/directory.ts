import type { withAgents } from '@podatelna/admission'
import {
  AgentNotify,
  AgentRole,
  api,
  ContactNotify,
  ContactRole,
  Language,
  LateReply,
  MailboxPolicy,
  textNumber,
} from '@podatelna/contracts'
import type { Prisma, Store } from '@podatelna/store'
import { bouncesOf, suppressionsOf } from './suppressions.ts'

export function showMailbox(row: Prisma.MailboxGetPayload<{ include: typeof withAgents }>): api.Mailbox {
  const { address, name, signature, closeAfter } = row
  return {
    ...stored(row),
    ...{ address, name, signature },
    policy: MailboxPolicy.parse(row.policy),
    language: Language.parse(row.language),
    late_reply: LateReply.parse(row.lateReply),
    close_after: closeAfter,
    agents: row.agents.map(({ agent }) => agent),
  }
}

export function showOrganization(row: Prisma.OrganizationGetPayload<object>): api.Organization {
  return { ...stored(row), name: row.name, language: Language.parse(row.language) }
}

/** With what is known of the mail to them. */
export async function showContacts(store: Store, rows: ContactRow[]): Promise<api.Contact[]> {
  const addresses = rows.flatMap(emailsOf)
  const [suppressed, bounced] = await Promise.all([suppressionsOf(store, addresses), bouncesOf(store, addresses)])
  return rows.map((row) => {
    const emails = emailsOf(row)
    return {
      ...contactItself(row),
      emails,
      suppressions: emails.flatMap((address) => suppressed.get(address) ?? []),
      bounces: emails.reduce((sum, address) => sum + (bounced.get(address) ?? 0), 0),
    }
  })
}

function contactItself(row: ContactRow) {
  return {
    ...stored(row),
    organization_id: row.organizationId,
    name: row.name,
    phones: row.phones,
    texts_to: textNumber(row.phones) ?? null,
    language: Language.nullable().parse(row.language),
    role: ContactRole.parse(row.role),
    notify: ContactNotify.parse(row.notify),
    quiet_hours: api.QuietHours.nullable().parse(row.quietHours),
  }
}

function emailsOf({ addresses }: ContactRow): string[] {
  return addresses.map(({ address }) => address)
}

export function showAgent(row: Prisma.AgentGetPayload<object>): api.Agent {
  const { id, name, email } = row
  return {
    ...{ id, name, email },
    role: AgentRole.parse(row.role),
    language: Language.parse(row.language),
    notify: AgentNotify.parse(row.notify),
    disabled: row.disabledAt !== null,
    created_at: row.createdAt.toISOString(),
  }
}

function stored({ id, createdAt, updatedAt }: { id: string; createdAt: Date; updatedAt: Date }) {
  return { id, created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() }
}

type ContactRow = Prisma.ContactGetPayload<{ include: { addresses: true } }>
