import { withinOwnBounds } from './bidi.ts'

/** Text that PostgreSQL and JSON can hold: no NUL, no half of a surrogate pair. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

/**
 * One line for a screen or a header: control characters and line breaks become spaces, at most `length` characters, and
 * nothing in it turns what stands around it.
 */
export function oneLine(text: string, length: number): string {
  const line = spaced(cleanText(text.slice(0, length * 4)))
  const letters = [...line]
  const cut = letters.length <= length ? line : `${letters.slice(0, length - 1).join('')}…`
  // What is taken out may have stood between two spaces.
  return spaced(withinOwnBounds(cut))
}

function spaced(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}
