import MailComposer from 'nodemailer/lib/mail-composer'
import { normalizeAddress } from '../addresses.ts'
import type { Mailbox } from '../headers.ts'
import { oneLine } from '../text.ts'
import { flow } from './flow.ts'
import { isMessageId, shortReferences } from './references.ts'
import { type Conversation, threadIndex } from './thread-index.ts'

/** An outgoing letter before it is bytes. Message-IDs stand without their angle brackets, as everywhere. */
export type OutgoingLetter = {
  from: Mailbox
  to: Mailbox
  replyTo?: string | undefined
  subject: string
  messageId: string
  date: Date
  /** The conversation up to the letter that is answered, oldest first; empty when this one begins it. */
  thread: string[]
  /** What Outlook groups it with. */
  conversation?: Conversation | undefined
  /** Where the recipient says that they want no more of these (RFC 8058); absent when they have to get them. */
  leave?: { list: string; url: string } | undefined
  /** RFC 3834 §5: what it says about itself when no person wrote it. */
  automatic?: 'auto-replied' | 'auto-generated' | undefined
  loopToken: string
  language: string
  text: string
  html: string
  files?: readonly OutgoingFile[] | undefined
}

/** `contentId` is what the HTML names it by, where it is shown in it. */
export type OutgoingFile = { filename: string; type: string; content: Buffer; contentId?: string | undefined }

/**
 * The letter as it travels, RFC 5322 with CRLF. Whatever strangers may have written is one line before it comes near a
 * header, so it cannot begin another.
 */
export async function composeLetter(letter: OutgoingLetter): Promise<Buffer> {
  const thread = letter.thread.filter(isMessageId)
  const composer = new MailComposer({
    headers: { ...automaticHeaders(letter), ...listHeaders(letter), ...conversationHeaders(letter, thread) },
    from: mailbox(letter.from),
    to: mailbox(letter.to),
    replyTo: letter.replyTo && mailbox({ address: letter.replyTo, name: letter.from.name }),
    subject: subjectField(oneLine(letter.subject, 500)),
    messageId: `<${letter.messageId}>`,
    inReplyTo: thread.length > 0 ? `<${thread.at(-1)}>` : undefined,
    references: shortReferences(thread).map((id) => `<${id}>`),
    date: letter.date,
    alternatives: [
      { contentType: 'text/plain; charset=utf-8; format=flowed', ...part(flow(letter.text.replace(lineEnd, '\n'))) },
      { contentType: 'text/html; charset=utf-8', ...part(letter.html) },
    ],
    attachments: (letter.files ?? []).map(attachment),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().build()
}

/** What looks like an encoded word would be read as one (RFC 2047 §6.2); nodemailer encodes only what is not ASCII. */
function subjectField(subject: string): string {
  if (!subject.includes('=?')) return subject
  const pieces = ['']
  for (const letter of subject) {
    if (Buffer.byteLength(pieces.at(-1) + letter) > 45) pieces.push('')
    pieces[pieces.length - 1] += letter
  }
  return pieces.map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`).join(' ')
}

function attachment({ filename, type, content, contentId }: OutgoingFile) {
  // What is a letter itself may not be encoded (RFC 2046 §5.2.1), and its lines are anybody's: it goes as bytes.
  const contentType = /^(?!message\/|multipart\/)[a-z]+\/[a-z0-9.+_-]+$/.test(type) ? type : 'application/octet-stream'
  const cid = contentId !== undefined && isMessageId(contentId) ? contentId : undefined
  const file = { filename: oneLine(filename, 255), content, contentType, contentTransferEncoding: 'base64' as const }
  return { ...file, contentDisposition: cid ? ('inline' as const) : ('attachment' as const), ...(cid && { cid }) }
}

function automaticHeaders({ automatic, loopToken, language }: OutgoingLetter): Record<string, string> {
  return {
    ...(automatic ? { 'Auto-Submitted': automatic, 'X-Auto-Response-Suppress': 'All' } : {}),
    'X-Podatelna-Loop': oneLine(loopToken, 500),
    'Content-Language': oneLine(language, 20),
  }
}

/**
 * Leaving takes one click, and no page (RFC 8058). Only automatic letters call themselves a list's: desks, ours too, hear
 * nobody in letters of lists, and people in copy may be a desk.
 */
function listHeaders({ leave, automatic }: OutgoingLetter): Record<string, string> {
  if (!leave) return {}
  return {
    ...(automatic ? { 'List-Id': `<${oneLine(leave.list, 200)}>` } : {}),
    'List-Unsubscribe': `<${oneLine(leave.url, 500)}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  }
}

function conversationHeaders({ conversation, date }: OutgoingLetter, thread: string[]): Record<string, string> {
  if (!conversation) return {}
  return { 'Thread-Index': threadIndex(conversation, thread.length > 0 ? date : undefined) }
}

/** Domains as A-labels: a header of UTF-8 would need relays that all know RFC 6531. */
function mailbox({ address, name }: Mailbox): Mailbox {
  // RFC 5321 §4.5.3.1.3 allows 256 bytes; a line has 998, whatever is written here.
  const written = Buffer.from(oneLine(address, 320)).toString('utf8', 0, 320)
  return { address: normalizeAddress(written), name: oneLine(name, 200) }
}

/**
 * Always encoded, so that no line is too long for a relay and none is broken on the way: a link stays one link.
 * Quoted-printable can be read as it is, but takes ten times as long as base64, which shows with large letters.
 */
function part(content: string): { content: string; contentTransferEncoding: string } {
  const contentTransferEncoding = content.length > 64 * 1024 ? 'base64' : 'quoted-printable'
  return { content: content.replace(lineEnd, '\r\n'), contentTransferEncoding }
}

const lineEnd = /\r\n|\r|\n/g
