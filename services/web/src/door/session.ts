/** Sessions of agents. The cookie is a secret; we keep its SHA-256 only. This file is the only writer of sessions. */
import { createHash, randomBytes } from 'node:crypto'
import type { Store } from '@podatelna/store'

export const sessionCookie = 'podatelna_session'
const sessionSeconds = 12 * 3600

export function cookieOptions(publicUrl: string) {
  const secure = publicUrl.startsWith('https:')
  return { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: sessionSeconds } as const
}

/** Opens a session and returns what belongs into the cookie. Sessions that have ended are swept out on the way. */
export async function openSession(store: Store, agentId: string): Promise<string> {
  const now = new Date()
  const token = randomBytes(32).toString('base64url')
  await store.prisma.session.deleteMany({ where: { expiresAt: { lt: now } } })
  const expiresAt = new Date(now.getTime() + sessionSeconds * 1000)
  await store.prisma.session.create({ data: { tokenHash: hash(token), agentId, expiresAt } })
  return token
}

export async function agentOfSession(store: Store, token: string) {
  const session = await store.prisma.session.findUnique({
    where: { tokenHash: hash(token), expiresAt: { gt: new Date() }, agent: { disabledAt: null } },
    select: { agent: { select: { id: true, name: true, email: true, role: true } } },
  })
  return session?.agent
}

export async function closeSession(store: Store, token: string): Promise<void> {
  await store.prisma.session.deleteMany({ where: { tokenHash: hash(token) } })
}

function hash(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest())
}
