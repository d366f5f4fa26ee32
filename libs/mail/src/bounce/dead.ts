import type { Recipient } from './recipient.ts'

/**
 * The address itself is wrong, so that every letter to it would come back: there is no such mailbox or domain (RFC 3463
 * §3.2). A full or locked mailbox, a policy, a size or the content of one letter is no such thing.
 */
export function isDeadMailbox({ permanent, status, diagnostic = '' }: Recipient): boolean {
  if (!permanent) return false
  if (status !== undefined && addressStatus.test(status)) return true
  // Exchange Online says so of everybody it does not know.
  if (status === '5.4.1') return /recipient address rejected: access denied/i.test(diagnostic)
  return (status === undefined || vagueStatus.test(status)) && unknownUser.test(diagnostic)
}

/** Bad mailbox, bad system, bad syntax, moved without a new address, null MX (RFC 7505). */
const addressStatus = /^5\.1\.(1|2|3|6|10)$/
const vagueStatus = /^5\.[0-5]\.0$/

const unknownUser = new RegExp(
  [
    '\\b(unknown|no such|invalid|nonexistent) (local )?(user|recipient|mailbox|address|account|person)\\b',
    '\\b(user|recipient|mailbox|address|account)( <[^<>]{1,320}>| [^ ]{1,320})? ?(is )?(unknown|invalid|not found|not exist)\\b',
    "\\b(does not|doesn['’]t) exist\\b|\\bno mailbox (here )?by that name\\b|\\bnot a valid (user|mailbox|recipient)\\b",
    '\\b(host|domain)( name)? (not found|unknown)\\b',
  ].join('|'),
  'i',
)
