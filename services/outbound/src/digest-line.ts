import { oneLine } from '@podatelna/mail'
import type { Notice } from './letterhead.ts'

/** What a digest says of a letter that was stopped; kept with its delivery until then. */
export type DigestLine = {
  language: string
  /** Address of the mailbox. */
  mailbox: string
  /** Absent for a letter that belongs to no ticket. */
  number?: string
  title: string
  numberedTitle: string
  page?: string
  author?: string
  text: string
}

/** Somebody's words when it carries any, else what the notice says after its greeting or its mark, in the reader's language. */
export function digestLine({ language, mailbox, values }: Notice, subject: string, text: string): DigestLine {
  const about: Common = values
  const said = about.message?.text.trim() || firstSentence(text, about.title)
  const { number, page } = about
  // Of all else, the sentence names who caused it.
  const author = about.author ?? (about.message && about.by)
  return {
    ...{ language, mailbox: mailbox.address },
    ...(number && { number }),
    ...(page && { page }),
    ...(author && { author: oneLine(author, 200) }),
    title: oneLine(about.title ?? subject, 300),
    numberedTitle: oneLine(about.numberedTitle ?? subject, 300),
    text: oneLine(said || subject, 300),
  }
}

/**
 * A paragraph that ends with a colon says nothing without the next one. The title, when it is quoted, stands above it in the
 * digest. Words of a mailbox's own may have none beside links and the signature.
 */
function firstSentence(text: string, title: string | undefined): string {
  const paragraphs = text
    .split('\n\n')
    .filter((paragraph) => !/^##-|^-- |,\s*$|:\nhttps?:/.test(paragraph) && paragraph !== `> ${title}`)
    .map((paragraph) => paragraph.replace(/^> /gm, ''))
  const ends = paragraphs.findIndex((paragraph) => !/:\s*$/.test(paragraph))
  return paragraphs.slice(0, ends + 1).join(' ')
}

/** What notices of tickets have, whatever their kind. */
type Common = {
  number?: string
  title?: string
  numberedTitle?: string
  page?: string
  author?: string
  by?: string
  message?: { text: string }
}
