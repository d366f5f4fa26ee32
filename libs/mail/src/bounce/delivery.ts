/** Which of our deliveries a bounce is about. Only what our own keys signed counts: anybody can write a bounce. */
import { bounceTag } from '../addresses.ts'
import { type Header, headerMessageIds, headerValues } from '../headers.ts'
import { answeredIds, messageIdToken } from '../thread.ts'
import { numberAsUuid, readToken } from '../tokens.ts'
import type { Known } from './read.ts'

/** By the VERP address it went to, which names the delivery itself, or by the Message-ID of the returned letter. */
export type OwnDelivery = { by: 'verp'; id: string } | { by: 'message_id'; messageId: string }

export function ownDelivery(said: Sources, known: Known): OwnDelivery | undefined {
  if (known.keys.length === 0) return undefined
  return byVerp(said, known) ?? byMessageId(said, known)
}

/** `header` of the bounce, `original` of the letter it returns, `words` of the server, which may name the sender. */
type Sources = { header: Header; original: Header; words: string; sentFrom?: string[] }

/** Our envelope sender; servers note it where the bounce went, and in what they return. */
function byVerp(said: Sources, { keys, mailDomain, bounceToken }: Known): OwnDelivery | undefined {
  const { header, original, sentFrom = [] } = said
  const noted = [header, original].flatMap((one) => envelopeFields.flatMap((name) => headerValues(one, name)))
  const addresses = [...sentFrom, ...noted].slice(0, candidateLimit).map((value) => value.trim().replace(/^<|>$/g, ''))
  const tags = addresses.map((address) => bounceTag(address, mailDomain))
  for (const tag of [bounceToken, ...tags]) {
    const number = tag === undefined ? undefined : readToken(keys, 'bounce', tag)
    if (number !== undefined) return { by: 'verp', id: numberAsUuid(number) }
  }
  return undefined
}

const envelopeFields = ['x-original-to', 'delivered-to', 'envelope-to', 'to', 'return-path']

/** Of the returned letter; when that has none, of the letter that the bounce answers or speaks of. */
function byMessageId({ header, original, words }: Sources, { keys }: Known): OwnDelivery | undefined {
  const returned = headerMessageIds(original, 'message-id')
  const candidates = returned.length > 0 ? returned : [...answeredIds(header), ...(words.match(ourMessageId) ?? [])]
  const messageId = candidates.slice(0, candidateLimit).find((id) => {
    const token = messageIdToken(id)
    return token !== undefined && readToken(keys, 'thread', token) !== undefined
  })
  return messageId === undefined ? undefined : { by: 'message_id', messageId }
}

const ourMessageId = /[a-z2-7]{20,64}\.[a-z0-9]{1,64}@[a-z0-9.-]{1,255}/gi
const candidateLimit = 50
