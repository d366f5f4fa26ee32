/** Addresses as we use them: routing, own addresses, comparison. Header parsing is in headers.ts. */
import { canonicalAddress } from '@podatelna/contracts'

/** How addresses are stored and compared: see `canonicalAddress`. */
export function normalizeAddress(address: string): string {
  return canonicalAddress(address.trim())
}

/** `support+token@example.com` → the mailbox's address and what stood behind the plus. */
export function splitPlus(address: string): { base: string; tag: string | undefined } {
  const at = address.lastIndexOf('@')
  const plus = address.indexOf('+')
  if (plus < 1 || plus > at) return { base: address, tag: undefined }
  return { base: address.slice(0, plus) + address.slice(at), tag: address.slice(plus + 1, at) }
}

/** The other way round: the address of a mailbox with a token in it. */
export function plusAddress(mailbox: string, tag: string): string {
  const at = mailbox.lastIndexOf('@')
  return `${mailbox.slice(0, at)}+${tag}${mailbox.slice(at)}`
}

/** VERP envelope sender (one address per delivery), so that a bounce says by itself which letter it is about. */
export function bounceAddress(token: string, mailDomain: string): string {
  return `bounce+${token}@${mailDomain}`
}

/** The token of a bounce address of ours; undefined when it is another address. */
export function bounceTag(address: string, mailDomain: string): string | undefined {
  const { base, tag } = splitPlus(normalizeAddress(address))
  return base === `bounce@${mailDomain}` ? tag : undefined
}
