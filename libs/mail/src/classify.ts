import type { LetterKind } from '@podatelna/contracts'
import { beginsAutomatic, isAutomaticSubject, isBounceSubject } from './classify-words.ts'
import { type Header, headerMailboxes, headerMessageIds, headerText, headerValue, headerValues } from './headers.ts'
import { isLoopToken } from './loop.ts'

export type Classification = { kind: LetterKind; evidence: string }

/**
 * What came with a letter: its envelope sender (`''` is the null sender), and the token of the bounce address it was
 * sent to, when it was sent to one.
 */
export type LetterEnvelope = { mailFrom: string; bounceToken?: string | undefined }

/**
 * What a letter is, from its header and envelope alone, before anybody asks who wrote it (rules §1.5). The first rule
 * that matches decides, most harmful first: a loop that is answered is worse than a newsletter that is. What only the
 * body of a letter tells is in understand.ts.
 */
export function classify(header: Header, envelope: LetterEnvelope, keys: readonly string[]): Classification {
  for (const [kind, rule] of rules) {
    const evidence = rule(header, envelope, keys)
    if (evidence) return { kind, evidence }
  }
  return { kind: 'letter', evidence: 'nothing says otherwise' }
}

/** sendmail writes its own name where the standard has the null sender. */
export function isNullSender(mailFrom: string): boolean {
  return mailFrom === '' || /^mailer-daemon(@|$)/i.test(mailFrom)
}

/** True for the names mail servers go by, in the address or before it, and for those that give themselves none. */
export function isFromDaemon(header: Header): boolean {
  const { address, name } = author(header)
  if (address === '' && name === '') return headerValue(header, 'from') !== undefined
  return /^(mailer-?daemon|post_?master)(@|$)/i.test(address) || daemonName.test(name)
}

const daemonName = /^(mail(er)?[- ]?daemon|mail delivery (sub)?system|postmaster)\b/i

export const sentToDelivery = 'sent to the bounce address of a delivery'

type Rule = (header: Header, envelope: LetterEnvelope, keys: readonly string[]) => string | undefined

const rules: [LetterKind, Rule][] = [
  [
    'loop',
    (header, _, keys) =>
      headerValues(header, 'x-podatelna-loop').some((value) => isLoopToken(keys, value))
        ? 'our own loop header'
        : undefined,
  ],
  ['bounce', (header) => matching(header, 'content-type', /^multipart\/report\b.*\breport-type="?delivery-status\b/i)],
  ['bounce', returned],
  // A read receipt (RFC 8098) or a complaint (RFC 5965): a program's word about a letter of ours, like a bounce.
  ['auto_reply', (header) => matching(header, 'content-type', /^multipart\/report\b/i)],
  // RFC 3834 §5: anything but "no" must not be answered; "auto-generated" is somebody's monitoring or form.
  ['auto_reply', (header) => matching(header, 'auto-submitted', /^auto-replied\b/i)],
  ['auto_reply', (header) => named(header, replyPrograms)],
  ['auto_reply', (header) => matching(header, 'precedence', /^auto[_-]?reply\b/i)],
  ['auto_reply', (header) => matching(header, 'x-apple-action', /^vacation\b/i)],
  ['auto_reply', programAnswer],
  ['auto_reply', (header) => subjectLike(header, isAutomaticSubject)],
  // Responders write there, too (RFC 3834 §4); what does not say that it is one of theirs, is a server's.
  ['bounce', (_, { bounceToken }) => (bounceToken ? sentToDelivery : undefined)],
  ['list', (header) => named(header, ['list-id', 'list-post'])],
  ['list', (header) => matching(header, 'precedence', /^(list|bulk|junk)\b/i)],
  ['auto_generated', (header) => matching(header, 'auto-submitted', automatic)],
  ['auto_generated', (header) => matching(header, 'subject', /^\[auto[- ]?generated\]/i)],
  // Nobody reads what is sent there, whoever wrote.
  [
    'auto_generated',
    (header) => (/^(no|do-?not)[-_.]?reply@/i.test(author(header).address) ? 'no-reply author' : undefined),
  ],
  ['auto_reply', (_, { mailFrom }) => (mailFrom === '' ? 'null sender' : undefined)],
]

const replyPrograms = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-reply-from', 'x-mail-autoreply']

const automatic = /^(?!no\b)\S/i

/**
 * Returned by a mail server that does not know RFC 3464. A postmaster is a person, too, and people write about mail
 * that could not be delivered: without the null sender only a daemon's own name counts.
 */
function returned(header: Header, { mailFrom }: LetterEnvelope): string | undefined {
  const subject = subjectLike(header, isBounceSubject)
  const failed = named(header, ['x-failed-recipients'])
  if (isNullSender(mailFrom)) {
    if (isFromDaemon(header)) return 'null sender, from a mail server'
    const said = failed ?? subject
    return said && `null sender, ${said}`
  }
  const { address } = author(header)
  return /^mailer-?daemon(@|$)/i.test(address) ? (failed ?? subject) : undefined
}

/** A program's letter with an answer's subject, or to a letter of another domain: monitoring goes on with its own. */
function programAnswer(header: Header): string | undefined {
  const program = matching(header, 'auto-submitted', automatic) ?? named(header, ['x-auto-response-suppress'])
  return program && (subjectLike(header, beginsAutomatic) ?? answeredStranger(header))
}

function answeredStranger(header: Header): string | undefined {
  const own = [author(header).address, ...headerMessageIds(header, 'message-id')].map(domainOf)
  const answered = headerMessageIds(header, 'in-reply-to').find((id) => !own.includes(domainOf(id)))
  return answered && matching(header, 'auto-submitted', automatic) && `in reply to <${answered.slice(0, 100)}>`
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}

function author(header: Header): { address: string; name: string } {
  return headerMailboxes(header, 'from')[0] ?? { address: '', name: '' }
}

function matching(header: Header, name: string, pattern: RegExp): string | undefined {
  const value = headerValues(header, name).find((candidate) => pattern.test(candidate))
  return value === undefined ? undefined : `${name}: ${value.slice(0, 100)}`
}

function subjectLike(header: Header, test: (subject: string) => boolean): string | undefined {
  const subject = headerText(header, 'subject')
  return test(subject) ? `subject: ${subject.slice(0, 100)}` : undefined
}

function named(header: Header, names: string[]): string | undefined {
  return names.find((name) => headerValue(header, name) !== undefined)
}
