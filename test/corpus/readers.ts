/** What different readers of mail make of a letter, in one shape: ours, and those it is measured against. */
import { inspectLetter, parseLetter } from '@podatelna/mail'
import { type AddressObject, simpleParser } from 'mailparser'
import PostalMime, { type Address as PostalAddress } from 'postal-mime'

export type Seen = {
  subject: string
  from: Mailbox[]
  to: Mailbox[]
  cc: Mailbox[]
  reply_to: Mailbox[]
  /** RFC 3339 */
  date: string | null
  message_id: string | null
  in_reply_to: string[]
  references: string[]
  text: string
  /** Made safe. */
  html: string | undefined
  files: { filename: string; type: string; content: Buffer }[]
  warnings: string[]
}

type Mailbox = { address: string; name: string }

export type LetterReader = (raw: Buffer) => Promise<Seen>

export const readers: Record<string, LetterReader> = {
  ours: async (raw) => {
    const { text, html, attachments, warnings } = parseLetter(raw)
    return { ...inspectLetter(raw), text, html, files: attachments, warnings }
  },
  mailparser: async (raw) => {
    const letter = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true, skipImageLinks: true })
    return {
      subject: letter.subject ?? '',
      ...{ from: flat(letter.from), to: flat(letter.to), cc: flat(letter.cc), reply_to: flat(letter.replyTo) },
      date: letter.date?.toISOString() ?? null,
      message_id: bare(letter.messageId)[0] ?? null,
      ...{ in_reply_to: bare(letter.inReplyTo), references: bare([letter.references ?? []].flat().join(' ')) },
      ...bodies(letter.text, letter.html || undefined),
      files: letter.attachments.map((file) => ({
        ...{ filename: file.filename ?? '', type: file.contentType, content: file.content },
      })),
      warnings: [],
    }
  },
  'postal-mime': async (raw) => {
    const letter = await PostalMime.parse(raw, { forceRfc822Attachments: true })
    return {
      subject: letter.subject ?? '',
      ...{ from: postal(letter.from), to: postal(letter.to), cc: postal(letter.cc), reply_to: postal(letter.replyTo) },
      date: dateOf(letter.date),
      message_id: bare(letter.messageId)[0] ?? null,
      ...{ in_reply_to: bare(letter.inReplyTo), references: bare(letter.references) },
      ...bodies(letter.text, letter.html),
      files: letter.attachments.map((file) => ({
        ...{ filename: file.filename ?? '', type: file.mimeType, content: Buffer.from(file.content as ArrayBuffer) },
      })),
      warnings: [],
    }
  },
}

/** Text of HTML, and HTML that is safe, are made the same way for all. */
function bodies(text: string | undefined, html: string | undefined): { text: string; html: string | undefined } {
  if (html === undefined) return { text: text ?? '', html }
  const header = 'Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n'
  const shown = parseLetter(Buffer.from(header + Buffer.from(html).toString('base64')))
  return { text: text?.trim() ? text : shown.text, html: shown.html }
}

function flat(found: AddressObject | AddressObject[] | undefined): Mailbox[] {
  const entries = [found ?? []].flat().flatMap(({ value }) => value)
  return entries.flatMap((entry) => entry.group ?? [entry]).map(({ address = '', name }) => ({ address, name }))
}

function postal(found: PostalAddress | PostalAddress[] | undefined): Mailbox[] {
  const entries = [found ?? []].flat().flatMap((entry) => entry.group ?? [entry])
  return entries.map(({ address = '', name }) => ({ address, name }))
}

function bare(ids: string | undefined): string[] {
  return (ids?.match(/[^\s<>]+/g) ?? []) as string[]
}

function dateOf(date: string | undefined): string | null {
  return date && !Number.isNaN(Date.parse(date)) ? new Date(date).toISOString() : null
}
