/** Members of our staff: the only writer of agents. */
import type { api } from '@podatelna/contracts'
import { type Database, newId, type Prisma, type Store } from '@podatelna/store'
import {
  type Change,
  changeDirectory,
  type DirectoryRefusal,
  done,
  mailboxWith,
  refuse,
} from './directory/directory.ts'
import { hashPassword, passwordFits, readablePassword } from './directory/passwords.ts'

/** Without a password one is made up, and returned this once. */
export async function createAgent(
  store: Store,
  { password, ...agent }: api.NewAgent,
): Promise<Change<{ agent: Agent; password: string | undefined }>> {
  const madeUp = password === undefined ? readablePassword() : undefined
  const passwordHash = await hashPassword(password ?? madeUp!)
  return changeDirectory(store, async (database) => {
    const taken = await isTaken(database, agent.email)
    if (taken) return taken
    const created = await database.agent.create({ data: { id: newId(), ...agent, passwordHash } })
    return done({ agent: created, password: madeUp })
  })
}

/**
 * A disabled agent is let in no more, neither by password nor by mail, and hears nothing: what asks for them asks at that
 * moment. Somebody must be left who may administer.
 */
export function changeAgent(store: Store, id: string, changes: api.AgentChanges): Promise<Change<Agent>> {
  return changeDirectory(store, async (database) => {
    const agent = await database.agent.findUnique({ where: { id } })
    if (!agent) return refuse('not_found', 'There is no such agent.')
    const { disabled, ...fields } = changes
    const taken = fields.email && fields.email !== agent.email && (await isTaken(database, fields.email))
    if (taken) return taken
    const goes = disabled === true || fields.role === 'agent'
    const administers = agent.role === 'admin' && !agent.disabledAt
    if (
      goes &&
      administers &&
      !(await database.agent.findFirst({ where: { role: 'admin', disabledAt: null, id: { not: id } } }))
    ) {
      return refuse('in_use', `${agent.name} is the last administrator.`)
    }
    const disabledAt = disabled === undefined ? undefined : disabled ? (agent.disabledAt ?? new Date()) : null
    return done(await database.agent.update({ where: { id }, data: { ...fields, disabledAt } }))
  })
}

/** What an agent sets for themselves. */
export async function changeOwn(store: Store, email: string, changes: api.OwnChanges): Promise<Agent> {
  return store.prisma.agent.update({ where: { email }, data: changes })
}

/** An agent's address is no other agent's, and no mailbox of ours. */
async function isTaken(database: Database, email: string): Promise<DirectoryRefusal | undefined> {
  const taken = await database.agent.findUnique({ where: { email } })
  if (taken) return refuse('taken', `${email} is the address of ${taken.name} already.`)
  return mailboxWith(database, [email])
}

/** Somebody has to be let in first. Undefined when there is an agent already. */
export async function ensureFirstAdministrator(store: Store): Promise<{ email: string; password: string } | undefined> {
  if (await store.prisma.agent.findFirst()) return undefined
  const email = 'admin@localhost'
  const password = readablePassword()
  const passwordHash = await hashPassword(password)
  return changeDirectory(store, async (database) => {
    // Another process may have been first, while this one made up its password.
    if (await database.agent.findFirst()) return undefined
    await database.agent.create({
      data: { id: newId(), name: 'Administrator', email, role: 'admin', notify: 'none', passwordHash },
    })
    return { email, password }
  })
}

/** The agent with this address and password. A stranger costs as much work as an agent. */
export async function agentByPassword(store: Store, email: string, password: string): Promise<Agent | undefined> {
  const agent = await store.prisma.agent.findUnique({ where: { email: email.trim().toLowerCase(), disabledAt: null } })
  const fits = await passwordFits(password, agent?.passwordHash)
  return fits && agent ? agent : undefined
}

type Agent = Prisma.AgentGetPayload<object>
