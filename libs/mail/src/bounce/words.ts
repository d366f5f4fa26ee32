/**
 * Bounces of mail servers that know no RFC 3464: sentences, and in them addresses. qmail, Exim, older Exchange, Notes
 * and many more each have their own form; what they share is that an address a line begins with is one that failed.
 */
import { type Recipient, recipient } from './recipient.ts'

export type KnownAddresses = {
  /** Said to have failed, in a header. */
  failed: string[]
  /** Of the one who is told. Named everywhere, and the failed one only when no other is. */
  sender: string[]
  /** The returned letter was meant for them. */
  intended: string[]
}

/** The addresses that the words put where failed ones stand, each with what is said of it; empty when none stands so. */
export function namedRecipients(words: string, known: KnownAddresses): Recipient[] {
  const others = withoutSender(mentionsIn(words), known)
  return describe(words, [placed(known.failed, words), leading(others), refused(others), said(others)])
}

/** Any address at all, the likelier first: one the returned letter was for, one that is named, the one who is told. */
export function mentionedRecipients(words: string, known: KnownAddresses): Recipient[] {
  const mentions = mentionsIn(words)
  const others = withoutSender(mentions, known)
  const meant = others.filter(({ address }) => known.intended.includes(address.toLowerCase()))
  const own = [leading(mentions), refused(mentions), said(mentions)]
  return describe(words, [meant, others.slice(0, 1), placed(known.intended, words), ...own])
}

function withoutSender(mentions: Mention[], known: KnownAddresses): Mention[] {
  return mentions.filter(({ address }) => !known.sender.includes(address.toLowerCase()))
}

/** The first of the choices that names anybody. */
function describe(words: string, choices: Mention[][]): Recipient[] {
  const found = choices.map(onlyAddresses).find((candidates) => candidates.length > 0) ?? []
  const listed = found.slice(0, recipientLimit)
  return listed.map(({ address, at }, n) => {
    // From where an address is named to where the next one is; all of the words when it is the only one.
    const start = Math.max(0, words.lastIndexOf('\n', at))
    const text = listed.length === 1 ? words : words.slice(start, listed[n + 1]?.at ?? words.length)
    return recipient(address, { text })
  })
}

/** More than any of our letters has. */
const recipientLimit = 1000

type Mention = { address: string; at: number; before?: string }

function placed(addresses: string[], words: string): Mention[] {
  const mentions = addresses.slice(0, recipientLimit).map((address) => ({ address, at: words.indexOf(address) }))
  return mentions.sort((a, b) => a.at - b.at)
}

/** Every address in the words, with what stands before it in its line. */
function mentionsIn(words: string): Mention[] {
  const mentions: Mention[] = []
  for (const token of words.matchAll(/[^\s<>()[\],;:"'|=]+/g)) {
    if (!isAddress(token[0])) continue
    const before = words.slice(Math.max(0, token.index - 200), token.index)
    mentions.push({
      address: token[0].replace(/\.+$/, ''),
      at: token.index,
      before: before.slice(before.lastIndexOf('\n') + 1),
    })
  }
  return mentions
}

function isAddress(token: string): boolean {
  return token.length < 320 && /^[^@]+@[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*\.?$/i.test(token)
}

function leading(mentions: Mention[]): Mention[] {
  return mentions.filter(({ before = '' }) => /^[\s<>"'*-]*(&lt;)?$/.test(before))
}

/** In a command or an answer of SMTP. */
function refused(mentions: Mention[]): Mention[] {
  return mentions.filter(({ before = '' }) => /(\brcpt to: ?<?|^\W*[45]\d\d[ -].{0,60}<)$/i.test(before))
}

/** In a sentence that leads to it. */
function said(mentions: Mention[]): Mention[] {
  return mentions.filter(({ before = '' }) => /(\bto|[a-z]:) ?<?$/i.test(before))
}

function onlyAddresses(mentions: Mention[]): Mention[] {
  const addresses = mentions.filter(({ address }) => isAddress(address))
  return [...new Map(addresses.reverse().map((mention) => [mention.address.toLowerCase(), mention])).values()].reverse()
}
