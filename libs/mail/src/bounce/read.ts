import { isFromDaemon } from '../classify.ts'
import { type Header, headerMailboxes, headerMessageIds, headerValues, parseHeader, readHeader } from '../headers.ts'
import { leafParts, type Part, partText } from '../parts.ts'
import { type OwnDelivery, ownDelivery } from './delivery.ts'
import { notifiedRecipients } from './notification.ts'
import type { Recipient } from './recipient.ts'
import { reportedRecipients } from './report.ts'
import { mentionedRecipients, namedRecipients, ownWords } from './words.ts'

export type Bounce = {
  /** Whose copy the report is about, in its order; empty when it does not say. */
  recipients: Recipient[]
  /** Of the letter that is returned, without angle brackets. */
  originalMessageId: string | undefined
  /** Which letter of ours it is about, by a token of ours in it; undefined when nothing in it proves one. */
  delivery: OwnDelivery | undefined
}

/** What is known besides the bytes: our keys, where bounces go, and the token of the address this one went to. */
export type Known = { keys: readonly string[]; mailDomain: string; bounceToken?: string | undefined }

/** A letter taken apart, once. */
export type Taken = { header: Header; parts: Part[] }

/**
 * What a bounce says. Any bytes give a result; whether the letter *is* a bounce is understand.ts's to say.
 */
export function readBounce(letter: Taken, known: Known): Bounce {
  const said = whatIsSaid(letter)
  return {
    recipients: recipientsOf(letter, said, 0),
    originalMessageId: headerMessageIds(said.original, 'message-id')[0],
    delivery: ownDelivery({ header: letter.header, ...said }, known),
  }
}

export function takeApart(raw: Buffer): Taken {
  return { header: readHeader(raw), parts: leafParts(raw) }
}

/**
 * By the first that tells: the fields of RFC 3464, a provider's JSON, the words of a mail server that knows neither.
 * A notice may stand around another bounce, which alone names the recipient; its own words then only say where to ask.
 */
function recipientsOf({ header, parts }: Taken, { words, returned, original }: Report, depth: number): Recipient[] {
  const known = {
    failed: headerValues(header, 'x-failed-recipients').flatMap((value) => value.split(/[\s,<>]+/)),
    sender: [...addresses(header, 'to'), ...addresses(header, 'from'), ...addresses(original, 'from')],
    intended: [...headerValues(original, 'x-original-to'), ...addresses(original, 'to')].map((to) => to.toLowerCase()),
  }
  const readers = [
    () => reportedRecipients(parts, words),
    () => notifiedRecipients(words),
    () => namedRecipients(words, known),
    () => (isFromDaemon(original) && depth < depthLimit ? innerRecipients(returned, depth) : []),
    () => mentionedRecipients(words, known),
  ]
  for (const read of readers) {
    const recipients = read()
    if (recipients.length > 0) return recipients
  }
  return []
}

/** Two programs that wrap each other's bounces; more is somebody's play. */
const depthLimit = 2

function innerRecipients(returned: string, depth: number): Recipient[] {
  const inner = takeApart(Buffer.from(returned))
  return recipientsOf(inner, whatIsSaid(inner), depth + 1)
}

/** The server's own words, the letter it returns and the header of that, as far as they came back. */
function whatIsSaid({ parts }: Taken): Report {
  const { words, returnedHeader, returned } = ownWords(parts)
  const part = parts.find(({ type }) => type === 'message/rfc822' || type === 'text/rfc822-headers')
  const original = part ? readHeader(Buffer.from(partText(part).trimStart())) : parseHeader(Buffer.from(returnedHeader))
  return { words, original, returned: part ? partText(part).trimStart() : returned }
}

type Report = { words: string; original: Header; returned: string }

function addresses(header: Header, name: string): string[] {
  return headerMailboxes(header, name).map(({ address }) => address.toLowerCase())
}
