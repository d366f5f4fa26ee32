/** Saved filters: what an agent sees of them, and changes. This file is the only writer of saved_filters. */
import { api } from '@podatelna/contracts'
import { newId, Prisma, type Store } from '@podatelna/store'
import type { Caller } from './door/caller.ts'
import type { Refusal } from './door/problem.ts'
import { newestFirst, type Paging } from './reads/page.ts'

type SavedFilter = Prisma.SavedFilterGetPayload<object>
type Changed = { ok: true; value: SavedFilter } | Refusal

/** An agent's own and everybody's. */
export async function listFilters(store: Store, caller: Caller, paging: Paging): Promise<SavedFilter[]> {
  const { where, ...page } = newestFirst(paging)
  return store.prisma.savedFilter.findMany({ ...page, where: { AND: [where, seenBy(caller)] } })
}

/** As the console offers them. */
export async function filtersByName(store: Store, caller: Caller): Promise<SavedFilter[]> {
  return store.prisma.savedFilter.findMany({
    where: seenBy(caller),
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: 50,
  })
}

/** Another agent's filter is as if absent. */
export async function findFilter(store: Store, caller: Caller, id: string): Promise<SavedFilter | null> {
  return store.prisma.savedFilter.findFirst({ where: { AND: [{ id }, seenBy(caller)] } })
}

/** The administrator's token is no agent, so what it saves is everybody's. */
export async function saveFilter(store: Store, caller: Caller, asked: api.NewSavedFilter): Promise<Changed> {
  const { name, query, shared = caller.agentId === undefined } = asked
  const owner = ownerOf(caller, shared)
  if ('problem' in owner) return owner
  return unlessTaken(name, () => store.prisma.savedFilter.create({ data: { id: newId(), name, query, ...owner } }))
}

export async function changeFilter(
  store: Store,
  caller: Caller,
  id: string,
  { name, query, shared }: api.SavedFilterChanges,
): Promise<Changed> {
  const filter = await filterToChange(store, caller, id)
  if ('problem' in filter) return filter
  const owner = shared === undefined || shared === isShared(filter) ? filter : ownerOf(caller, shared)
  if ('problem' in owner) return owner
  const data = { ...(name !== undefined && { name }), ...(query && { query }), agentId: owner.agentId }
  return unlessTaken(name ?? filter.name, () => store.prisma.savedFilter.update({ where: { id }, data }))
}

export async function deleteFilter(store: Store, caller: Caller, id: string): Promise<{ ok: true } | Refusal> {
  const filter = await filterToChange(store, caller, id)
  if ('problem' in filter) return filter
  await store.prisma.savedFilter.deleteMany({ where: { id } })
  return { ok: true }
}

export function showFilter(row: SavedFilter): api.SavedFilter {
  return {
    id: row.id,
    name: row.name,
    shared: isShared(row),
    query: api.TicketFilter.parse(row.query),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}

export const noFilter: Refusal = { ok: false, problem: 'not_found', detail: 'There is no such filter.' }

function seenBy({ agentId }: Caller): Prisma.SavedFilterWhereInput {
  return { OR: [{ agentId: null }, ...(agentId ? [{ agentId }] : [])] }
}

function isShared({ agentId }: { agentId: string | null }): boolean {
  return agentId === null
}

/** Whose a filter is to be. */
function ownerOf({ role, agentId }: Caller, shared: boolean): { agentId: string | null } | Refusal {
  if (shared) return role === 'admin' ? { agentId: null } : adminsOnly
  if (agentId) return { agentId }
  return { ok: false, problem: 'no_agent', detail: 'Whoever signs in by token has only shared filters.' }
}

async function filterToChange(store: Store, caller: Caller, id: string): Promise<SavedFilter | Refusal> {
  const filter = await findFilter(store, caller, id)
  if (!filter) return noFilter
  return isShared(filter) && caller.role !== 'admin' ? adminsOnly : filter
}

const adminsOnly: Refusal = {
  ok: false,
  problem: 'admins_only',
  detail: 'Only an administrator shares filters with everybody, and changes what is shared.',
}

async function unlessTaken(name: string, save: () => Promise<SavedFilter>): Promise<Changed> {
  try {
    return { ok: true, value: await save() }
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError)) throw error
    if (error.code === 'P2025') return noFilter
    if (error.code !== 'P2002') throw error
    return { ok: false, problem: 'taken', detail: `There is a filter ${name} already.` }
  }
}
