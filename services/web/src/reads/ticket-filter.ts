/** Which tickets a list shows, as conditions of SQL on the table `tickets t`. */
import type { api } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import type { Paging } from './page.ts'
import { findAgentId, findMailboxId } from './who.ts'

/** Tickets that fit all of the filters; `me` is the agent who asks, if it is one. */
export type TicketsAsked = Paging & { filters: api.TicketFilter[]; me?: string | undefined }

/** Undefined when a filter names a mailbox or agent that does not exist: no ticket can fit. */
export async function ticketsWhere(store: Store, asked: TicketsAsked): Promise<Prisma.Sql | undefined> {
  const found = await Promise.all(asked.filters.map((filter) => filterWhere(store, filter, asked.me)))
  const fitting = found.filter((one) => one !== undefined)
  if (fitting.length < found.length) return undefined
  return Prisma.join([...shown(asked.filters), ...olderThan(asked), ...fitting.flat()], ' AND ')
}

/** A merged ticket is found by its number or words only; a deleted one where it is asked for. */
function shown(filters: api.TicketFilter[]): Prisma.Sql[] {
  const deleted = filters.some((filter) => filter.deleted)
  const searched = filters.some(({ q }) => q)
  return [
    deleted ? Prisma.sql`t.deleted_at IS NOT NULL` : Prisma.sql`t.deleted_at IS NULL`,
    ...(searched ? [] : [Prisma.sql`t.merged_into_id IS NULL`]),
  ]
}

function olderThan({ cursor }: Paging): Prisma.Sql[] {
  return cursor ? [Prisma.sql`(t.created_at, t.id) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)`] : []
}

async function filterWhere(
  store: Store,
  filter: api.TicketFilter,
  me: string | undefined,
): Promise<Prisma.Sql[] | undefined> {
  const mailboxId = filter.mailbox === undefined ? undefined : await findMailboxId(store, filter.mailbox)
  const assigneeId = await assigneeIn(store, filter, me)
  if (mailboxId === null || assigneeId === 'unknown') return undefined
  const { status, priority, organization } = filter
  return [
    ...(status ? [Prisma.sql`t.status IN (${Prisma.join(status)})`] : []),
    ...(priority ? [Prisma.sql`t.priority IN (${Prisma.join(priority)})`] : []),
    ...(organization ? [Prisma.sql`t.organization_id = ${organization}::uuid`] : []),
    ...(mailboxId ? [Prisma.sql`t.mailbox_id = ${mailboxId}::uuid`] : []),
    ...(assigneeId ? [Prisma.sql`t.assignee_id = ${assigneeId}::uuid`] : []),
    ...(assigneeId === null ? [Prisma.sql`t.assignee_id IS NULL`] : []),
  ]
}

/** Null: nobody; undefined: whoever. */
async function assigneeIn(store: Store, { assignee }: api.TicketFilter, me: string | undefined) {
  if (assignee === undefined) return undefined
  if (assignee === 'none') return null
  return (assignee === 'me' ? me : await findAgentId(store, assignee)) ?? 'unknown'
}
