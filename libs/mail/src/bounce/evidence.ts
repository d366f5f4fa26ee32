/** What shows that a letter is a bounce, where its header alone does not. */
import { type Finding, type LetterEnvelope, sentToDelivery } from '../classify.ts'
import { isBounceSubject } from '../classify-words.ts'
import { isFromDaemon, isFromPostmaster, isNullSender, subjectOf } from '../face.ts'
import { type Header, headerValue } from '../headers.ts'
import { hasLoopToken } from '../loop.ts'
import { ownDelivery } from './delivery.ts'
import { notificationIn } from './notification.ts'
import { refusalIn } from './phrases.ts'
import type { Known } from './read.ts'
import { isReturned, type Parts } from './take-apart.ts'

/** Two signs at least: people, too, write about returned mail, and forward it. */
export function bounceEvidence(letter: Parts, envelope: LetterEnvelope, known: Known): Finding | undefined {
  const { header, leaves, words } = letter
  const server = serverSign(header, envelope)
  const subject = isBounceSubject(subjectOf(header)) ? 'a bounce’s subject' : undefined
  const isReport = headerValue(header, 'content-type')?.toLowerCase().startsWith('multipart/report') ?? false
  if (leaves.some(({ type }) => type === 'message/delivery-status') && (server || subject || isReport)) {
    return bounce(['a delivery report', server?.sign ?? subject], isReport || server?.certain)
  }
  const refusal = refusalIn(words)
  const says = refusal && `says “${refusal}”`
  if (server && says) return bounce([server.sign, says], server.certain)
  if (subject && says && leaves.some(isReturned)) {
    const ours = returnsOurs(letter, known)
    return bounce([subject, says, ours ? 'a letter of ours in it' : 'a returned letter'], ours)
  }
  if (notificationIn(words)) return bounce(['a delivery notification as JSON'])
  return listRefusal(header) ? bounce(['refused by a mailing list']) : undefined
}

function bounce(signs: (string | undefined)[], certain = false): Finding {
  return { kind: 'bounce', evidence: signs.filter((sign) => sign !== undefined).join(', '), certain }
}

/** A postmaster is a person, too, and may well write about mail that was refused. */
function serverSign(
  header: Header,
  { mailFrom, bounceToken }: LetterEnvelope,
): { sign: string; certain: boolean } | undefined {
  if (isNullSender(mailFrom)) return { sign: 'null sender', certain: true }
  if (isFromDaemon(header)) return { sign: 'from a mail server', certain: !isFromPostmaster(header) }
  return bounceToken ? { sign: sentToDelivery, certain: true } : undefined
}

/** By what only our keys can have signed, in the letter that came back. */
function returnsOurs(letter: Parts, known: Known): boolean {
  return hasLoopToken(letter.original, known.keys) || ownDelivery(letter, known) !== undefined
}

/** fml, a mailing list program, returns a letter with its own words. */
function listRefusal(header: Header): boolean {
  const refused = /\b(are not member|loop alert)\b/i.test(subjectOf(header))
  return refused && headerValue(header, 'x-mlserver') !== undefined
}
