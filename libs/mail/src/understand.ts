import type { LetterKind } from '@podatelna/contracts'
import { notificationIn } from './bounce/notification.ts'
import { refusalIn } from './bounce/phrases.ts'
import { type Bounce, readBounce } from './bounce/read.ts'
import { ownWords } from './bounce/words.ts'
import { classify, isFromDaemon, isNullSender, type LetterEnvelope, sentToDelivery } from './classify.ts'
import { isBounceSubject } from './classify-words.ts'
import { type Header, headerText, headerValue } from './headers.ts'
import { leafParts, type Part } from './parts.ts'

/** Finer than what the door stores: there both of the new kinds are `auto_reply`. */
export type FineKind = LetterKind | 'feedback_report' | 'challenge'

export type Understanding = { kind: FineKind; evidence: string[]; bounce?: Bounce }

/**
 * What a letter is by all of its bytes. The header decides, as at the door (classify.ts); the body may add that it is a
 * bounce after all, or a finer kind.
 */
export function understand(
  raw: Buffer,
  header: Header,
  envelope: LetterEnvelope,
  how: { keys: readonly string[]; mailDomain: string },
): Understanding {
  const byHeader = classify(header, envelope, how.keys)
  const letter = { header, parts: leafParts(raw) }
  const finer = byHeader.kind === 'loop' ? undefined : finerKind(header, envelope, letter.parts)
  const { kind, evidence } = finer && byHeader.kind !== 'bounce' ? finer : byHeader
  const reasons = [...new Set([evidence, ...(finer?.kind === kind ? [finer.evidence] : [])])]
  if (kind !== 'bounce') return { kind, evidence: reasons }
  const bounce = readBounce(letter, { ...how, bounceToken: envelope.bounceToken })
  // Sent to the address of a delivery, and no word of a mail server in it: whose fate it tells cannot be said.
  const silent = byHeader.evidence === sentToDelivery && finer?.kind !== 'bounce'
  return { kind, evidence: reasons, bounce: silent ? { ...bounce, recipients: [] } : bounce }
}

type Finer = { kind: FineKind; evidence: string }

function finerKind(header: Header, envelope: LetterEnvelope, parts: Part[]): Finer | undefined {
  const { words } = ownWords(parts)
  const complaint = complaintEvidence(header, parts, words)
  if (complaint) return { kind: 'feedback_report', evidence: complaint }
  const bounce = bounceEvidence(header, envelope, parts, words)
  if (bounce) return { kind: 'bounce', evidence: bounce }
  const subject = headerText(header, 'subject')
  const automatic = headerValue(header, 'auto-submitted') !== undefined || isNullSender(envelope.mailFrom)
  return automatic && challengeSubject.test(subject)
    ? { kind: 'challenge', evidence: `subject: ${subject}` }
    : undefined
}

/** RFC 5965, and what providers send in its place. */
function complaintEvidence(header: Header, parts: Part[], words: string): string | undefined {
  const contentType = headerValue(header, 'content-type') ?? ''
  if (/\breport-type="?feedback-report\b/i.test(contentType)) return `content-type: ${contentType.slice(0, 100)}`
  if (parts.some(({ type }) => type === 'message/feedback-report')) return 'a part of type message/feedback-report'
  if (headerValue(header, 'x-apple-unsubscribe')) return 'x-apple-unsubscribe'
  if (/"notificationType": ?"Complaint"/.test(words.replaceAll('\\"', '"'))) return 'a complaint as JSON'
  const returned = parts.some(
    ({ type, body }) => type === 'message/rfc822' && /^x-hmxmroriginalrecipient:/im.test(body),
  )
  return returned && /^complaint about message\b/i.test(headerText(header, 'subject'))
    ? 'a complaint of Outlook'
    : undefined
}

/** Two signs at least: people, too, write about returned mail, and forward it. */
function bounceEvidence(header: Header, envelope: LetterEnvelope, parts: Part[], words: string): string | undefined {
  if (notificationIn(words)) return 'a delivery notification as JSON'
  const server = serverEvidence(header, envelope)
  const subject = isBounceSubject(headerText(header, 'subject')) ? 'a bounce’s subject' : undefined
  const report = parts.some(({ type }) => type === 'message/delivery-status') ? 'a delivery report' : undefined
  const refusal = refusalIn(words)
  const returned = parts.some(({ type }) => type === 'message/rfc822') ? 'a returned letter' : undefined
  const isReport = headerValue(header, 'content-type')?.toLowerCase().startsWith('multipart/report')
  if (report && (server || subject || isReport)) return [report, server ?? subject].filter(Boolean).join(', ')
  if (server && refusal) return `${server}, says “${refusal}”`
  if (subject && refusal && returned) return `${subject}, says “${refusal}”, ${returned}`
  return listRefusal(header)
}

function serverEvidence(header: Header, { mailFrom, bounceToken }: LetterEnvelope): string | undefined {
  if (isNullSender(mailFrom)) return 'null sender'
  if (isFromDaemon(header)) return 'from a mail server'
  return bounceToken ? sentToDelivery : undefined
}

/** fml, a mailing list program, returns a letter with its own words. */
function listRefusal(header: Header): string | undefined {
  const refused = /\b(are not member|loop alert)\b/i.test(headerText(header, 'subject'))
  return refused && headerValue(header, 'x-mlserver') !== undefined ? 'refused by a mailing list' : undefined
}

const challengeSubject =
  /\b((please )?(confirm|verify) your (message|e-?mail|mail|address|delivery)|confirmation (required|request) for|challenge)\b/i
