import { bounceTag } from '../addresses.ts'
import {
  type Header,
  headerMailboxes,
  headerMessageIds,
  headerValue,
  headerValues,
  parseHeader,
  readHeader,
} from '../headers.ts'
import { leafParts, type Part, partText } from '../parts.ts'
import { notifiedRecipients } from './notification.ts'
import type { Recipient } from './recipient.ts'
import { reportedRecipients } from './report.ts'
import { ownWords, wordedRecipients } from './words.ts'

export type Bounce = {
  /** Whose copy the report is about, in its order; empty when it does not say. */
  recipients: Recipient[]
  /** Of the letter that is returned, without angle brackets. */
  originalMessageId: string | undefined
  /** Our VERP token, as it stands in the address the bounce went to; not yet verified (tokens.ts). */
  token: string | undefined
}

/**
 * What a bounce says, by the first that tells: the fields of RFC 3464, a provider's JSON, the words of a mail server
 * that knows neither. Any bytes give a result; whether the letter *is* a bounce is understand.ts's to say.
 */
export function readBounce(raw: Buffer, mailDomain = ''): Bounce {
  const parts = leafParts(raw)
  const header = readHeader(raw)
  const { words, returned } = ownWords(parts)
  const original = returnedHeader(parts) ?? parseHeader(Buffer.from(returned))
  return {
    recipients: recipientsOf(parts, header, words, original),
    originalMessageId: headerMessageIds(original, 'message-id')[0],
    token: tokenIn([header, original], mailDomain),
  }
}

function recipientsOf(parts: Part[], header: Header, words: string, original: Header): Recipient[] {
  const reported = reportedRecipients(parts, words)
  if (reported.length > 0) return reported
  const notified = notifiedRecipients(words)
  if (notified.length > 0) return notified
  return wordedRecipients(words, {
    failed: headerValues(header, 'x-failed-recipients').flatMap((value) => value.split(/[\s,<>]+/)),
    sender: [...addresses(header, 'to'), ...addresses(header, 'from'), ...addresses(original, 'from')],
    intended: [...headerValues(original, 'x-original-to'), ...addresses(original, 'to')],
  })
}

/** The returned letter, or as much of it as came back. */
function returnedHeader(parts: Part[]): Header | undefined {
  const part = parts.find(({ type }) => type === 'message/rfc822' || type === 'text/rfc822-headers')
  return part && readHeader(Buffer.from(partText(part).trimStart()))
}

function addresses(header: Header, name: string): string[] {
  return headerMailboxes(header, name).map(({ address }) => address.toLowerCase())
}

/** Ours is the envelope sender of what is returned; servers note it where the bounce went, and in what they return. */
function tokenIn(headers: Header[], mailDomain: string): string | undefined {
  for (const header of headers) {
    for (const name of ['x-original-to', 'delivered-to', 'envelope-to', 'to', 'return-path']) {
      const address = headerValue(header, name)?.replace(/^<|>$/g, '')
      const tag = address && bounceTag(address, mailDomain)
      if (tag) return tag
    }
  }
  return undefined
}
