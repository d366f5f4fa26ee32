import MailComposer from 'nodemailer/lib/mail-composer'
import type { Mailbox } from '../headers.ts'
import { oneLine } from '../text.ts'
import { isMessageId, shortReferences } from './references.ts'

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
  /** RFC 3834 §5: what it says about itself when no person wrote it. */
  automatic?: 'auto-replied' | 'auto-generated' | undefined
  loopToken: string
  language: string
  text: string
  html: string
}

/**
 * The letter as it travels, RFC 5322 with CRLF. Whatever strangers may have written is one line before it comes near a
 * header, so it cannot begin another.
 */
export async function composeLetter(letter: OutgoingLetter): Promise<Buffer> {
  const thread = letter.thread.filter(isMessageId)
  const composer = new MailComposer({
    headers: automaticHeaders(letter),
    from: mailbox(letter.from),
    to: mailbox(letter.to),
    replyTo: letter.replyTo && mailbox({ address: letter.replyTo, name: letter.from.name }),
    subject: oneLine(letter.subject, 500),
    messageId: `<${letter.messageId}>`,
    inReplyTo: thread.length > 0 ? `<${thread.at(-1)}>` : undefined,
    references: shortReferences(thread).map((id) => `<${id}>`),
    date: letter.date,
    text: part(letter.text),
    html: part(letter.html),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().build()
}

function automaticHeaders({ automatic, loopToken, language }: OutgoingLetter): Record<string, string> {
  return {
    ...(automatic ? { 'Auto-Submitted': automatic, 'X-Auto-Response-Suppress': 'All' } : {}),
    'X-Podatelna-Loop': oneLine(loopToken, 500),
    'Content-Language': oneLine(language, 20),
  }
}

function mailbox({ address, name }: Mailbox): Mailbox {
  return { address: oneLine(address, 320), name: oneLine(name, 200) }
}

/**
 * Always encoded, so that no line is too long for a relay and none is broken on the way: a link stays one link.
 * Quoted-printable can be read as it is, but takes ten times as long as base64, which shows with large letters.
 */
function part(content: string): { content: string; contentTransferEncoding: string } {
  const contentTransferEncoding = content.length > 64 * 1024 ? 'base64' : 'quoted-printable'
  return { content: content.replace(/\r\n|\r|\n/g, '\r\n'), contentTransferEncoding }
}
