import { normalizeAddress } from '@podatelna/mail'
import type { Store } from '@podatelna/store'
import { z } from 'zod'

/** People and programs name a mailbox or an agent by id or by address; null when there is none. */
export async function findMailboxId(store: Store, idOrAddress: string): Promise<string | null> {
  const where = isId(idOrAddress) ? { id: idOrAddress } : { address: normalizeAddress(idOrAddress) }
  return (await store.prisma.mailbox.findUnique({ where, select: { id: true } }))?.id ?? null
}

export async function findAgentId(store: Store, idOrEmail: string): Promise<string | null> {
  const where = isId(idOrEmail) ? { id: idOrEmail } : { email: normalizeAddress(idOrEmail) }
  return (await store.prisma.agent.findUnique({ where, select: { id: true } }))?.id ?? null
}

function isId(text: string): boolean {
  return z.uuid().safeParse(text).success
}
