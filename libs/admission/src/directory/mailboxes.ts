import type { api } from '@podatelna/contracts'
import { normalizeAddress } from '@podatelna/mail'
import { type Database, newId, type Prisma, type Store } from '@podatelna/store'
import { type Change, changeDirectory, done, isStillReferenced, refuse, whereTaken } from './directory.ts'

export function createMailbox(store: Store, mailbox: api.NewMailbox): Promise<Change<Row>> {
  return changeDirectory(store, async (database) => {
    const taken = await whereTaken(database, [mailbox.address])
    if (taken) return taken
    const agents = await agentsNamed(database, mailbox.agents ?? [])
    if (!agents.ok) return agents
    const { address, name = address } = mailbox
    const data = { id: newId(), ...columns(mailbox), address, name, agents: { create: agents.value } }
    return done(await database.mailbox.create({ data, include: withAgents }))
  })
}

export function changeMailbox(store: Store, id: string, changes: api.MailboxChanges): Promise<Change<Row>> {
  return changeDirectory(store, async (database) => {
    if (!(await database.mailbox.findUnique({ where: { id } }))) return noMailbox()
    const taken = changes.address && (await whereTaken(database, [changes.address], { mailboxId: id }))
    if (taken) return taken
    const agents = changes.agents && (await agentsNamed(database, changes.agents))
    if (agents && !agents.ok) return agents
    const data = { ...columns(changes), ...(agents && { agents: { deleteMany: {}, create: agents.value } }) }
    return done(await database.mailbox.update({ where: { id }, data, include: withAgents }))
  })
}

export async function deleteMailbox(store: Store, id: string): Promise<Change<undefined>> {
  try {
    const { count } = await store.prisma.mailbox.deleteMany({ where: { id } })
    return count === 0 ? noMailbox() : done(undefined)
  } catch (error) {
    if (!isStillReferenced(error)) throw error
    return refuse('in_use', 'There are tickets in this mailbox, so it cannot be deleted.')
  }
}

/** By e-mail or id, each once. */
async function agentsNamed(database: Database, named: string[]): Promise<Change<{ agentId: string }[]>> {
  const ids = new Set<string>()
  for (const name of named) {
    const where = isId(name) ? { id: name } : { email: normalizeAddress(name) }
    const agent = await database.agent.findUnique({ where, select: { id: true } })
    if (!agent) return refuse('no_agent', `There is no agent ${name}.`)
    ids.add(agent.id)
  }
  return done([...ids].map((agentId) => ({ agentId })))
}

function isId(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
}

function columns({ late_reply, close_after, agents: _, ...changes }: api.MailboxChanges) {
  return { ...changes, lateReply: late_reply, closeAfter: close_after }
}

function noMailbox() {
  return refuse('not_found', 'There is no such mailbox.')
}

export const withAgents = {
  agents: { select: { agent: { select: { id: true, name: true, email: true } } }, orderBy: { agent: { name: 'asc' } } },
} as const
type Row = Prisma.MailboxGetPayload<{ include: typeof withAgents }>
