import { AgentRole, type api, ContactRole, Language, LateReply, MailboxPolicy } from '@podatelna/contracts'
import type { Prisma } from '@podatelna/store'

export function showMailbox(row: Prisma.MailboxGetPayload<object>): api.Mailbox {
  const { address, name, signature, closeAfter } = row
  return {
    ...stored(row),
    ...{ address, name, signature },
    policy: MailboxPolicy.parse(row.policy),
    language: Language.parse(row.language),
    late_reply: LateReply.parse(row.lateReply),
    close_after: closeAfter,
  }
}

export function showOrganization(row: Prisma.OrganizationGetPayload<object>): api.Organization {
  return { ...stored(row), name: row.name, language: Language.parse(row.language) }
}

export function showContact(row: Prisma.ContactGetPayload<{ include: { addresses: true } }>): api.Contact {
  return {
    ...stored(row),
    organization_id: row.organizationId,
    name: row.name,
    emails: row.addresses.map(({ address }) => address),
    phones: row.phones,
    language: Language.nullable().parse(row.language),
    role: ContactRole.parse(row.role),
  }
}

export function showAgent(row: Prisma.AgentGetPayload<object>): api.Agent {
  const { id, name, email } = row
  return {
    ...{ id, name, email },
    role: AgentRole.parse(row.role),
    language: Language.parse(row.language),
    disabled: row.disabledAt !== null,
    created_at: row.createdAt.toISOString(),
  }
}

function stored({ id, createdAt, updatedAt }: { id: string; createdAt: Date; updatedAt: Date }) {
  return { id, created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() }
}
