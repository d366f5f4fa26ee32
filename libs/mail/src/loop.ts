import { createHmac, timingSafeEqual } from 'node:crypto'

/** Value of the header that marks mail of ours, signed so that nobody else can have their letter taken for a loop. */
export function loopToken(keys: readonly string[], mailDomain: string): string {
  return `${mailDomain} ${signature(keys[0]!, mailDomain)}`
}

/** True when one of our keys wrote it. */
export function isLoopToken(keys: readonly string[], value: string): boolean {
  const [domain, signed] = value.trim().split(/\s+/)
  if (!domain || !signed) return false
  return keys.some((key) => {
    const ours = Buffer.from(signature(key, domain))
    const given = Buffer.from(signed)
    return ours.length === given.length && timingSafeEqual(ours, given)
  })
}

function signature(key: string, domain: string): string {
  return createHmac('sha256', key).update(`podatelna loop\0${domain}`).digest('base64url').slice(0, 22)
}
