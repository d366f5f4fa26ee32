/** Members of our staff: the only writer of agents. */
import type { api } from '@podatelna/contracts'
import { newId, type Prisma, type Store } from '@podatelna/store'
import { type Change, changeDirectory, done, mailboxWith, refuse } from './directory/directory.ts'
import { hashPassword, passwordFits, readablePassword } from './directory/passwords.ts'

/** Without a password one is made up, and returned this once. */
export async function createAgent(
  store: Store,
  { password, ...agent }: api.NewAgent,
): Promise<Change<{ agent: Agent; password: string | undefined }>> {
  const madeUp = password === undefined ? readablePassword() : undefined
  const passwordHash = await hashPassword(password ?? madeUp!)
  return changeDirectory(store, async (database) => {
    const taken = await database.agent.findUnique({ where: { email: agent.email } })
    if (taken) return refuse('taken', `${agent.email} is the address of ${taken.name} already.`)
    const mailbox = await mailboxWith(database, [agent.email])
    if (mailbox) return mailbox
    const created = await database.agent.create({ data: { id: newId(), ...agent, passwordHash } })
    return done({ agent: created, password: madeUp })
  })
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
    await database.agent.create({ data: { id: newId(), name: 'Administrator', email, role: 'admin', passwordHash } })
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
