/**
 * What the author wrote now, and what they only sent along: quoted history, signature, disclaimer. Nothing is cut: what
 * is folded is shown closed, and opens with a click (rules §7).
 */
import { foldByMarks } from './marks.ts'
import { foldLines } from './text.ts'

export { markFolds } from './html.ts'

export type Reason = 'history' | 'signature' | 'disclaimer'

/** `at` is how many characters of the visible text stand before it: with it the letter can be put together again. */
export type Folded = { reason: Reason; text: string; at: number }

export type FoldedLetter = { visible_text: string; folded: Folded[]; html: string | undefined }

/** What the header says; each makes some decisions surer, and none is needed. */
export type Circumstances = { author?: { name: string; address: string }; subject?: string }

/**
 * Total, pure, linear. `html` has been marked and sanitised, and stays as it is. Where `text` was made of it, give what
 * `showHtml` told of it as well: its marks then decide, for they know more than lines do.
 */
export function fold(letter: Circumstances & { text: string; html: string | undefined; told?: string }): FoldedLetter {
  const { text, html, told } = letter
  const marked = html !== undefined && told !== undefined ? foldByMarks(text, html, told) : undefined
  return { ...(marked ?? foldLines(text, letter)), html }
}
