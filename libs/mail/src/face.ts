/** Subject and author of a letter as a person sees them. Decoded once a letter: guessing a character set takes its time. */
import { type Header, headerMailboxes, headerText, headerValue, type Mailbox } from './headers.ts'

export function subjectOf(header: Header): string {
  return faceOf(header).subject
}

/** The first of From; both parts empty when there is none. */
export function authorOf(header: Header): Mailbox {
  return faceOf(header).author
}

const faces = new WeakMap<Header, { subject: string; author: Mailbox }>()

function faceOf(header: Header) {
  const known = faces.get(header)
  if (known) return known
  const face = {
    subject: headerText(header, 'subject').slice(0, 1_000),
    author: headerMailboxes(header, 'from')[0] ?? { address: '', name: '' },
  }
  faces.set(header, face)
  return face
}

/** sendmail writes its own name where the standard has the null sender. */
export function isNullSender(mailFrom: string): boolean {
  return mailFrom === '' || /^mailer-daemon(@|$)/i.test(mailFrom)
}

/** True for the names mail servers go by, in the address or before it, and for those that give themselves none. */
export function isFromDaemon(header: Header): boolean {
  const { address, name } = authorOf(header)
  if (address === '' && name === '') return headerValue(header, 'from') !== undefined
  return /^(mailer-?daemon|post_?master)(@|$)/i.test(address) || daemonName.test(name)
}

/** A postmaster is a person, too; other names of mail servers are nobody's. */
export function isFromPostmaster(header: Header): boolean {
  const { address, name } = authorOf(header)
  return /^post_?master(@|$)/i.test(address) && (!daemonName.test(name) || /^postmaster\b/i.test(name))
}

const daemonName = /^(mail(er)?[- ]?daemon|mail delivery (sub)?system|postmaster)\b/i
