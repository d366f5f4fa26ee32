import { isFromDaemon } from '../face.ts'
import { type Header, headerMailboxes, headerMessageIds, headerValues } from '../headers.ts'
import { type OwnDelivery, ownDelivery } from './delivery.ts'
import { notifiedRecipients } from './notification.ts'
import type { Recipient } from './recipient.ts'
import { reportedRecipients } from './report.ts'
import { type Parts, takeApart } from './take-apart.ts'
import { mentionedRecipients, namedRecipients } from './words.ts'

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

/** What a bounce says. Any bytes give a result; whether the letter *is* a bounce is understand.ts's to say. */
export function readBounce(letter: Parts, known: Known): Bounce {
  return {
    recipients: recipientsOf(letter, 0),
    originalMessageId: headerMessageIds(letter.original, 'message-id')[0],
    delivery: ownDelivery(letter, known),
  }
}

/**
 * By the first that tells: the fields of RFC 3464, a provider's JSON, the words of a mail server that knows neither.
 * A notice may stand around another bounce, which alone names the recipient; its own words then only say where to ask.
 */
function recipientsOf(letter: Parts, depth: number): Recipient[] {
  const { header, words, original, returned } = letter
  const known = {
    failed: headerValues(header, 'x-failed-recipients').flatMap((value) => value.split(/[\s,<>]+/)),
    sender: [...addresses(header, 'to'), ...addresses(header, 'from'), ...addresses(original, 'from')],
    intended: [...headerValues(original, 'x-original-to'), ...addresses(original, 'to')].map((to) => to.toLowerCase()),
  }
  const readers = [
    () => reportedRecipients(letter),
    () => notifiedRecipients(words),
    () => namedRecipients(words, known),
    () => (isFromDaemon(original) && depth < depthLimit ? recipientsOf(takeApart(returned), depth + 1) : []),
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

function addresses(header: Header, name: string): string[] {
  return headerMailboxes(header, name).map(({ address }) => address.toLowerCase())
}
