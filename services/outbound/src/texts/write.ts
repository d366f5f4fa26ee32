import { Language, type TextKind } from '@podatelna/contracts'
import { oneLine } from '@podatelna/mail'
import { isUntitled } from '@podatelna/notices'
import { type HeaderBytes, inParts } from './alphabet.ts'
import { words } from './words.ts'

export type TextValues = {
  kind: TextKind
  language: string
  /** The ticket's. */
  number: string
  title: string
  /** Name of the mailbox: a link from an unknown number has to say whose it is. */
  sender: string
  link: string
}

/** More than three short messages nobody reads, and each is paid for. */
export const mostParts = 3

/**
 * The sender, what happened, the subject and the link, in so many short messages at most. The subject is cut, between
 * characters as people see them; where even the rest is too long, number and link remain, which fit in any alphabet. Words
 * go out as they are written: what is not in GSM 7-bit makes a text shorter, never another one (decision 34).
 */
export function writeText(values: TextValues, header: HeaderBytes): { body: string; parts: number } {
  const { kind, number, link } = values
  const language = Language.safeParse(values.language).data ?? 'en'
  const what = `${shortened(values.sender, 20)}: ${words[language][kind](number)}`
  const title = isUntitled(values.title) ? [] : letters(oneLine(values.title, 500))
  const partsOf = (body: string) => inParts(body, header).parts.length
  const fits = (body: string) => partsOf(body) <= mostParts
  const withTitle = (count: number) => `${what}${begun(title, count)}\n${link}`.normalize('NFC')
  const short = `${number}\n${link}`
  const cut = () => withTitle(longest(title.length - 1, (count) => fits(withTitle(count))))
  const whole = withTitle(title.length)
  const body = fits(whole) ? whole : fits(withTitle(0)) ? cut() : short
  return { body, parts: partsOf(body) }
}

/** Three dots: the one character for them is not in GSM 7-bit. */
function begun(title: string[], count: number): string {
  if (count === 0) return ''
  return `: ${title.slice(0, count).join('').trimEnd()}${count < title.length ? '...' : ''}`
}

/** The greatest count up to `most` that fits; above one that does not fit none does. */
function longest(most: number, fits: (count: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}

function shortened(text: string, most: number): string {
  const all = letters(oneLine(text, 200))
  return all.length <= most ? all.join('') : `${all.slice(0, most).join('').trimEnd()}...`
}

function letters(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)
}
