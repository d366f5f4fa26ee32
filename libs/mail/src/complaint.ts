/** Complaints of recipients, passed on by their providers: RFC 5965, and what some send in its place. */
import { type OwnDelivery, ownDelivery } from './bounce/delivery.ts'
import type { Known } from './bounce/read.ts'
import { isReturned, type Parts } from './bounce/take-apart.ts'
import { authorOf, subjectOf } from './face.ts'
import { headerMessageIds, headerValue, headerValues, parseHeader } from './headers.ts'
import { entityText } from './mime/entity-text.ts'
import { oneLine } from './text.ts'

export type Complaint = {
  /** `abuse`, `fraud`, `virus`, `not-spam`, `opt-out`, … (RFC 5965 §3.1, §7.3); undefined when it does not say. */
  type: string | undefined
  /** The provider, by its program or its name. */
  reporter: string | undefined
  /** Who complained, as far as the provider tells; many leave it out, or make it unreadable. */
  recipients: string[]
  /** Of the letter that is complained of, without angle brackets. */
  originalMessageId: string | undefined
  /** Which letter of ours it is about, as in a bounce. */
  delivery: OwnDelivery | undefined
}

/** Why a letter is taken for a complaint; undefined when it is none. */
export function complaintEvidence({ header, leaves, words, original }: Parts): string | undefined {
  const contentType = headerValue(header, 'content-type') ?? ''
  if (/\breport-type="?feedback-report\b/i.test(contentType)) return `content-type: ${contentType.slice(0, 100)}`
  if (leaves.some(isReport)) return 'a part of type message/feedback-report'
  if (headerValue(header, 'x-apple-unsubscribe')) return 'x-apple-unsubscribe'
  if (complaintJson(words)) return 'a complaint as JSON'
  const ofOutlook = leaves.some(isReturned) && headerValue(original, outlookRecipient) !== undefined
  return ofOutlook && /^complaint about message\b/i.test(subjectOf(header)) ? 'a complaint of Outlook' : undefined
}

export function readComplaint(letter: Parts, known: Known): Complaint {
  const { header, leaves, words, original } = letter
  const report = leaves.find(isReport)
  const fields = report ? parseHeader(Buffer.from(entityText(report, reportLimit))) : []
  const json = complaintJson(words) ?? ''
  const named = [
    ...['original-rcpt-to', 'removal-recipient'].flatMap((name) => headerValues(fields, name)),
    ...headerValues(original, outlookRecipient),
    ...(headerValue(header, 'x-apple-unsubscribe') ? [authorOf(header).address] : []),
    ...(json.match(/"emailAddress" ?: ?"[^"]{3,320}"/g) ?? []).map((pair) => pair.split('"')[3]!),
  ]
  return {
    type: headerValue(fields, 'feedback-type')?.toLowerCase().slice(0, 40) ?? jsonType.exec(json)?.[1],
    reporter: oneLine(headerValue(fields, 'user-agent') ?? nameOf(letter), 200) || undefined,
    recipients: [...new Set(named.map(bareAddress).filter((address) => address.includes('@')))].slice(
      0,
      recipientLimit,
    ),
    originalMessageId: headerMessageIds(original, 'message-id')[0],
    delivery: ownDelivery({ ...letter, sentFrom: headerValues(fields, 'original-mail-from') }, known),
  }
}

const reportLimit = 64 * 1024
const recipientLimit = 1000
const outlookRecipient = 'x-hmxmroriginalrecipient'
const jsonType = /"complaintFeedbackType" ?: ?"([a-z-]{1,40})"/

function isReport({ type }: { type: string }): boolean {
  return type === 'message/feedback-report'
}

/** Amazon SES tells of complaints as of bounces. */
function complaintJson(words: string): string | undefined {
  if (!words.includes('Complaint')) return undefined
  const json = words.replaceAll('\\"', '"').replace(/!?\n */g, '')
  return /"(?:notificationType|eventType)" ?: ?"Complaint"/.test(json) ? json : undefined
}

function nameOf({ header }: Parts): string {
  const { name, address } = authorOf(header)
  return name || address
}

function bareAddress(value: string): string {
  return value
    .trim()
    .replace(/^(rfc822; ?)?<?|>$/gi, '')
    .slice(0, 320)
}
