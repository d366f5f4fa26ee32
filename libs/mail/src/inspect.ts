import type { Recipient } from './bounce/recipient.ts'
import { readDate } from './dates.ts'
import {
  type Header,
  headerMailboxes,
  headerMessageIds,
  headerText,
  headerValue,
  headerValues,
  readHeader,
} from './headers.ts'
import { Texts } from './html/show.ts'
import { type Attachment, type ParsedLetter, parseLetter } from './parse.ts'
import { type Understanding, understand } from './understand.ts'
import { signatureText } from './unpack/signature.ts'

/** What is known of the letter's way besides its bytes; all of it unknown for a file that somebody brings. */
export type Origin = { mailFrom?: string; keys?: readonly string[]; mailDomain?: string }

/** All that we see in a letter, in the words of the API, for people and programs that ask (docs/inspect.md). */
export function inspectLetter(raw: Buffer, { mailFrom, keys = [], mailDomain = '' }: Origin = {}): Inspection {
  const header = readHeader(raw)
  const envelope = { mailFrom: mailFrom ?? returnPath(header) ?? 'unknown' }
  const htmlTexts = new Texts()
  const letter = parseLetter(raw, htmlTexts)
  return inspection(header, letter, understand(raw, header, envelope, { keys, mailDomain }, htmlTexts))
}

export type Inspection = ReturnType<typeof inspection>

/** The same of a letter that is already read. */
export function inspection(header: Header, letter: ParsedLetter, { kind, evidence, bounce, complaint }: Understanding) {
  const { text, html, visible_text, folded, attachments, warnings } = letter
  const written = writtenDate(header)
  return {
    from: headerMailboxes(header, 'from'),
    to: headerMailboxes(header, 'to'),
    cc: headerMailboxes(header, 'cc'),
    reply_to: headerMailboxes(header, 'reply-to'),
    subject: headerText(header, 'subject'),
    date: written.date,
    message_id: headerMessageIds(header, 'message-id')[0] ?? null,
    in_reply_to: headerMessageIds(header, 'in-reply-to'),
    references: headerMessageIds(header, 'references'),
    kind,
    evidence,
    ...(bounce && {
      bounce: {
        recipients: bounce.recipients.map(toldOf),
        original_message_id: bounce.originalMessageId ?? null,
      },
    }),
    ...(complaint && {
      complaint: {
        type: complaint.type ?? null,
        reporter: complaint.reporter ?? null,
        recipients: complaint.recipients,
        original_message_id: complaint.originalMessageId ?? null,
      },
    }),
    text,
    html: html ?? null,
    visible_text,
    folded,
    attachments: attachments.map(described),
    ...unpackedFrom(letter),
    warnings: [...headerWarnings(header), ...written.warnings, ...warnings],
  }
}

function toldOf({ status, code, diagnostic, ...one }: Recipient) {
  return { ...one, status: status ?? null, code: code ?? null, diagnostic: diagnostic ?? null }
}

/** What the last server noted as envelope sender (RFC 5321 §4.4); `''` is the null sender. */
export function returnPath(header: Header): string | undefined {
  return headerValue(header, 'return-path')?.replace(/^<|>$/g, '')
}

function writtenDate(header: Header): { date: string | null; warnings: string[] } {
  const value = headerValue(header, 'date')
  if (value === undefined) return { date: null, warnings: ['There is no Date.'] }
  const written = readDate(value)
  if (!written) return { date: null, warnings: [`The Date cannot be read: ${value.slice(0, 100)}`] }
  const warnings = written.zoned ? [] : ['The Date has no zone; UTC is assumed.']
  return { date: written.date.toISOString(), warnings }
}

/** RFC 5322 §3.6: once each. Programs differ in which of several they show. */
function headerWarnings(header: Header): string[] {
  const once = ['from', 'to', 'cc', 'reply-to', 'subject', 'date', 'message-id']
  const repeated = once.filter((name) => headerValues(header, name).length > 1)
  const odd = [...new Set(header.filter((field) => field.odd).map(({ name }) => name))]
  return [
    ...(headerMailboxes(header, 'from').length === 0 ? ['There is no author in From.'] : []),
    ...repeated.map((name) => `There are several fields ${name}.`),
    ...odd.map((name) => `The field ${name} is written so that programs may read it differently.`),
  ]
}

/** Of most letters nothing. */
function unpackedFrom({ signature, encrypted, protected_subject, calendar }: ParsedLetter) {
  return {
    signature: signature ? { ...signature, words: signatureText(signature) } : null,
    encrypted: encrypted ?? null,
    protected_subject: protected_subject ?? null,
    calendar: calendar ?? null,
  }
}

/** All but its bytes, which would be most of what is printed. */
function described({ content, content_id, source, ...attachment }: Attachment) {
  return { ...attachment, content_id: content_id ?? null, source }
}
