/**
 * Bounces of mail servers that know no RFC 3464: sentences, and in them addresses. qmail, Exim, older Exchange, Notes
 * and many more each have their own form; what they share is that an address a line begins with is one that failed.
 */
import { htmlToText } from '../html/text.ts'
import { type Part, partText } from '../parts.ts'
import { type Recipient, recipient } from './recipient.ts'

const wordLimit = 256 * 1024

/**
 * What the server says itself, and behind that the text it returns: the header of the returned letter, and all of it
 * from there on.
 */
export function ownWords(parts: Part[]): { words: string; returnedHeader: string; returned: string } {
  const returnedAt = parts.findIndex(({ type }) => type === 'message/rfc822' || type === 'text/rfc822-headers')
  const own = (returnedAt < 0 ? parts : parts.slice(0, returnedAt)).filter(({ type }) => type.startsWith('text/'))
  const plain = own.filter(({ type }) => type !== 'text/html')
  const text = (plain.length > 0 ? plain.map(partText) : own.map(htmlWords)).join('\n').slice(0, wordLimit)
  const lines = text.split('\n')
  const end = lines.findIndex((line) => returnedLine.test(line))
  if (end < 0) return { words: text, returnedHeader: '', returned: '' }
  const header = lines.findIndex((line, at) => at >= end && headerLine.test(line))
  const returned = header < 0 ? [] : lines.slice(header)
  return {
    words: lines.slice(0, end).join('\n'),
    returnedHeader: untilBlank(returned),
    returned: returned.join('\n'),
  }
}

const headerLine =
  /^(received|return-path|x-original-to|delivered-to|message-id|from|to|date|subject|mime-version): ?\S/i

/** Where the returned letter begins: its own header, or the sentence before it. */
const returnedLine = new RegExp(
  `^(received|return-path|message-id): ?\\S|^[\\s|*-]{0,80}(${[
    '(this|enclosed|below)( this line)? is (a copy|the header)|(the )?(original|returned|unsent) (message|mail)\\b(?! was)',
    'message (headers|text) follow|(the )?headers? of the original|copy of (the|your) (original )?message',
    'původní (zpráva|záhlaví|hlavičk[ay])|kopie (vaší |původní )?zprávy|pôvodn(á|é) (správa|hlavičky)|kópia (vašej |pôvodnej )?správy',
    'messaggio originale|intestazioni (originali|del messaggio)|copia del (suo )?messaggio',
    'ursprüngliche (nachricht|nachrichtenkopfzeilen|kopfzeilen)|originalnachricht|kopie (ihrer|der) (ursprünglichen )?(nachricht|e-?mail)',
  ].join('|')})`,
  'i',
)

function untilBlank(lines: string[]): string {
  const blank = lines.findIndex((line) => line.trim() === '')
  return (blank < 0 ? lines : lines.slice(0, blank)).join('\n')
}

function htmlWords(part: Part): string {
  return htmlToText(partText(part).slice(0, wordLimit))
}

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
