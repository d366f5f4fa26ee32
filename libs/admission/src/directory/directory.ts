import { splitPlus } from '@podatelna/mail'
import { type Database, Prisma, type Store } from '@podatelna/store'

/** How a change went. `detail` is a sentence for the person who asked for it. */
export type Change<Value> = { ok: true; value: Value } | DirectoryRefusal
export type DirectoryRefusal = { ok: false; problem: DirectoryProblem; detail: string }
/**
 * - `not_found`: there is no such mailbox, organization or contact
 * - `taken`: an address belongs to somebody else already
 * - `in_use`: it cannot go while something depends on it
 * - `no_agent`: one of the agents that are named is none
 * - `unreadable`: the file is not one that can be imported
 */
export type DirectoryProblem = 'not_found' | 'taken' | 'in_use' | 'no_agent' | 'unreadable'

/** Any number will do, as long as every process takes the same one. */
const directoryLock = 7_210_042

/**
 * One change at a time, in one transaction. An address is a contact's or a mailbox's, never both: no constraint can
 * say that across tables, so whoever checks it must be alone. Administrators write seldom enough.
 */
export function changeDirectory<Value>(store: Store, change: (database: Database) => Promise<Value>): Promise<Value> {
  return store.prisma.$transaction(
    async (database) => {
      await database.$executeRaw`SELECT pg_advisory_xact_lock(${directoryLock}::bigint)`
      return change(database)
    },
    { maxWait: 10_000, timeout: 30_000 },
  )
}

/** Says where one of the addresses is in use already; undefined when all of them are free. */
export async function whereTaken(
  database: Database,
  addresses: string[],
  except: { contactId?: string; mailboxId?: string } = {},
): Promise<DirectoryRefusal | undefined> {
  return (
    (await mailboxWith(database, addresses, except.mailboxId)) ?? contactWith(database, addresses, except.contactId)
  )
}

/** An address of ours, with or without a token in it, is nobody else's. */
export async function mailboxWith(database: Database, addresses: string[], exceptId?: string) {
  const bases = addresses.map((address) => splitPlus(address).base)
  const mailbox = await database.mailbox.findFirst({
    where: { address: { in: [...addresses, ...bases] }, id: unless(exceptId) },
    select: { address: true },
  })
  return mailbox ? refuse('taken', `${mailbox.address} is a mailbox of ours.`) : undefined
}

async function contactWith(database: Database, addresses: string[], exceptId: string | undefined) {
  const taken = await database.contactAddress.findFirst({
    where: { address: { in: addresses }, contactId: unless(exceptId) },
    select: { address: true, contact: { select: { name: true, organization: { select: { name: true } } } } },
  })
  if (!taken) return undefined
  const { name, organization } = taken.contact
  return refuse('taken', `${taken.address} is an address of ${name} (${organization.name}) already.`)
}

function unless(id: string | undefined) {
  return id === undefined ? undefined : { not: id }
}

export function done<Value>(value: Value): { ok: true; value: Value } {
  return { ok: true, value }
}

export function refuse(problem: DirectoryProblem, detail: string): DirectoryRefusal {
  return { ok: false, problem, detail }
}

/** True when a row cannot go because others point to it, or cannot come because what it points to is gone (PostgreSQL's 23503). */
export function isStillReferenced(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003'
}
