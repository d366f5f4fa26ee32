/** Who a letter says it is from, read so strictly that every other program reads the same (RFC 5322 §3.4, §3.6.2). */
import { type Header, headerMailboxes, normalizeAddress } from '@podatelna/mail'

/**
 * The address of the one mailbox of the one From field, lower case. Undefined when there is not exactly one, and when
 * programs could disagree which one: groups, routes, quoted local parts, text after the address, a second address in
 * the open, control characters. Such a letter is refused, not guessed about.
 */
export function soleAuthor(header: Header): string | undefined {
  const fields = header.filter(({ name }) => name === 'from')
  const [field] = fields
  if (fields.length !== 1 || field!.odd || field!.value.length > 2_000) return undefined
  const address = writtenAddress(field!.value)
  if (!address || !isMailbox(address)) return undefined
  const [mailbox, ...more] = headerMailboxes(header, 'from')
  return more.length === 0 && normalizeAddress(mailbox?.address ?? '') === address ? address : undefined
}

/** `jana@acme.cz`, or the same in angle brackets after a name that hides no second address. */
function writtenAddress(value: string): string | undefined {
  const open = value.replace(quotedOrComment, ' ')
  const bare = /^\s*([^\s<>()"\\,;:]+)\s*$/.exec(open)
  if (bare) return normalizeAddress(bare[1]!)
  const named = /^([^<>()"\\,;:]*)<\s*([^\s<>]+)\s*>\s*$/.exec(open)
  if (!named || hasOpenBracket(named[1]!)) return undefined
  const address = normalizeAddress(named[2]!)
  const others = named[1]!.split(/\s+/).filter((word) => /.@./.test(word) && normalizeAddress(word) !== address)
  return others.length === 0 ? address : undefined
}

/** Some read on to the bracket that closes it, over the address (RFC 5322 §3.4.1, a literal). */
function hasOpenBracket(name: string): boolean {
  return !/^[^[\]]*(?:\[[^[\]]*\][^[\]]*)*$/.test(name)
}

function isMailbox(address: string): boolean {
  const [local = '', domain = '', ...more] = address.split('@')
  return more.length === 0 && isLocalPart(local) && isDomain(domain) && address.length <= 254
}

/** An encoded word (RFC 2047) may stand for a name, never for an address (§5). */
function isLocalPart(local: string): boolean {
  return /^[^\s"(),:;<>@[\\\]\p{C}]+$/u.test(local) && !local.includes('=?')
}

/** `normalizeAddress` has turned the letters it could into A-labels; what is left as it was is no name of DNS. */
function isDomain(domain: string): boolean {
  return domain.length <= 253 && domain.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label))
}

const quotedOrComment = /"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)/g
