/** Where links lead, and whether they say so. */
import { withoutInvisible } from './characters.ts'

/** Browsers give up on longer ones, and no person writes them. */
const lengthLimit = 8 * 1024

/**
 * The address of a link as browsers read it, written so that all of them read the same: hosts in Punycode, without a
 * user who would pass for a host (RFC 3986 §7.6). None but web, mail and telephone is let through.
 */
export function safeHref(href: string): string | undefined {
  if (href.length > lengthLimit) return undefined
  // URL §4.4 takes these out wherever they stand: `java\tscript:`.
  const address = href.replace(/[\t\n\r]/g, '').replace(leadingControls, '')
  const absolute = address.startsWith('//')
    ? `https:${address}`
    : /^www\./i.test(address)
      ? `http://${address}`
      : address
  // Without a scheme it is relative, to a page that is not here. This tells so faster than an exception of URL does.
  if (!/^(?:https?|mailto|tel):/i.test(absolute)) return undefined
  if (!URL.canParse(absolute)) return undefined
  const url = new URL(absolute)
  // Written in ASCII it may be nine times as long.
  if (url.href.length > lengthLimit) return undefined
  if (isWeb(url)) {
    url.username = ''
    url.password = ''
    return url.href
  }
  // Not every browser reads these again as it wrote them.
  return URL.canParse(url.href) && new URL(url.href).href === url.href ? url.href : undefined
}

const leadingControls = /^[\p{Cc} ]+/u

/**
 * The host or mailbox a link really leads to, when its words name another one. A domain above the real one is no other
 * (`shop.example` for `www.shop.example`); a name not in ASCII always is, for it may only look like the real one.
 */
export function unsaidTarget(href: string, words: string): string | undefined {
  const named = namedIn(words)
  if (named.length === 0) return undefined
  const url = new URL(href)
  if (url.protocol === 'tel:') return undefined
  if (url.protocol === 'mailto:') {
    const address = decoded(url.pathname)
    const honest = named.every((name) => name.toLowerCase() === address.toLowerCase())
    return honest ? undefined : (address.match(/^[\w.+@,;%=-]{1,200}$/)?.[0] ?? url.pathname.slice(0, 200))
  }
  const honest = named.every((name) => isOf(url.hostname, name))
  return honest ? undefined : url.host
}

/** The words of a link as far as anybody reads them, with more of them; without what takes no room and only parts them. */
export function withWords(words: string, more: string): string {
  return words.length < 2000 ? words + withoutInvisible(more.slice(0, 2000)) : words
}

/** The attribute of what says where a link leads, and what that says. */
export const marker = 'data-real-target'

export function markerText(target: string): string {
  return ` [${target}]`
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}

function isOf(host: string, name: string): boolean {
  const domain = name
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/\.$/, '')
  return host === domain || host.endsWith(`.${domain}`)
}

/** Hosts and mailboxes among the words, as they are written. */
function namedIn(words: string): string[] {
  return words
    .split(/[\s<>()[\]"'“”„‚‘’«»,;|]+/, wordLimit)
    .flatMap((word) => (word.length < 4 ? [] : (hostIn(word) ?? [])))
}

const wordLimit = 100

function hostIn(word: string): string | undefined {
  if (/^(?:mailto:)?[^@/:]{1,64}@[^@/:]{1,255}$/i.test(word))
    return word.replace(/^mailto:/i, '').replace(/[.!?:]+$/, '')
  const named = /^(?:[a-z]{2,6}:[\\/]{1,3})?(?:[^@/\\?#]{0,100}@)?([^/\\?#:@]{1,255})/i.exec(word)?.[1]
  // Dots of other scripts part names as well (UTS 46 §4).
  const host = named?.replace(/[。．｡․]/g, '.').replace(/[.!?]+$/, '')
  return host && looksLikeHost.test(host) ? host : undefined
}

/** No top-level domain has digits in it; `7.2M` is a number. */
const looksLikeHost =
  /^(?:[\p{L}\p{M}\p{N}_-]{1,63}\.){1,10}(?:xn--[a-z0-9-]{2,59}|[\p{L}\p{M}]{2,63})$|^(?:\d{1,3}\.){3}\d{1,3}$/iu

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
