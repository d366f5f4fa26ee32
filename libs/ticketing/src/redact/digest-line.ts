/** What the next digest says of a letter that a budget stopped: it is not lost for what was redacted (rules §6). */
import { type Blackout, blackened } from '@podatelna/mail'

/** Kept with the delivery; outbound writes it (digest-line.ts there). */
export type DigestLine = {
  text: string
  title: string
  numberedTitle: string
  author?: string
  /** What it is about, by which other rows know that. */
  [place: string]: string | undefined
}

export function withoutWords(line: DigestLine, out: Blackout): DigestLine {
  const { text, title, numberedTitle, author } = line
  return {
    ...{ ...line, text: out.text(text), title: out.text(title), numberedTitle: out.text(numberedTitle) },
    ...(author !== undefined && { author: out.text(author) }),
  }
}

/** Without its text where that was cut: a part of what is to go may stand at its end. */
export function withoutCutText(line: DigestLine): DigestLine {
  return line.text.endsWith('…') ? withoutText(line) : line
}

export function withoutText(line: DigestLine): DigestLine {
  return { ...line, text: blackened }
}
