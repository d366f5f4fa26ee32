import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Header, headerValues } from './headers.ts'

/** Value of the header that marks mail of ours, signed so that nobody else can have their letter taken for a loop. */
export function loopToken(keys: readonly string[], mailDomain: string): string {
  return `${mailDomain} ${signature(keys[0]!, mailDomain)}`
}

/** One of our own has one such field; whoever writes more of them wants us to compute. */
const fieldLimit = 10

/** A field of ours in the header of a letter, or of one that is returned. */
export function hasLoopToken(header: Header, keys: readonly string[]): boolean {
  return headerValues(header, 'x-podatelna-loop')
    .slice(0, fieldLimit)
    .some((value) => isLoopToken(keys, value))
}

/** True when one of our keys wrote it. */
export function isLoopToken(keys: readonly string[], value: string): boolean {
  const [domain, signed] = value.trim().split(/\s+/)
  if (!domain || !signed || domain.length > 255) return false
  return keys.some((key) => {
    const ours = Buffer.from(signature(key, domain))
    const given = Buffer.from(signed)
    return ours.length === given.length && timingSafeEqual(ours, given)
  })
}

function signature(key: string, domain: string): string {
  return createHmac('sha256', key).update(`podatelna loop\0${domain}`).digest('base64url').slice(0, 22)
}
