import { splitPlus } from './addresses.ts'
import { type Header, headerMessageIds } from './headers.ts'
import { readToken } from './tokens.ts'

/** A letter may name many tickets; no honest one names more than this. */
const tokenLimit = 50

/**
 * The thread tokens of a letter that prove ours, best first (rules §2): in the recipient address, in In-Reply-To, in
 * References from the newest. What they point to is a serial of a participant, that is of one (ticket, recipient).
 */
export function threadSerials(header: Header, recipients: readonly string[], keys: readonly string[]): bigint[] {
  const candidates = [
    ...recipients.map((recipient) => splitPlus(recipient).tag),
    ...headerMessageIds(header, 'in-reply-to').map(messageIdToken),
    ...headerMessageIds(header, 'references').reverse().map(messageIdToken),
  ]
  const serials = candidates
    .slice(0, 4 * tokenLimit)
    .flatMap((token) => (token === undefined ? [] : (readToken(keys, 'thread', token) ?? [])))
  return [...new Set(serials)].slice(0, tokenLimit)
}

/** Our Message-IDs are `<token.random@domain>`. */
export function messageIdToken(messageId: string): string | undefined {
  return messageId.match(/^([^.@]+)\.[^@]*@/)?.[1]
}

/** What a letter says it answers, best first: In-Reply-To, then References from the newest (rules §2, step 4). */
export function answeredIds(header: Header): string[] {
  const ids = [...headerMessageIds(header, 'in-reply-to'), ...headerMessageIds(header, 'references').reverse()]
  return [...new Set(ids)].slice(0, tokenLimit)
}
