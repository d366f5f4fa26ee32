import { decide } from './decide.ts'
import type { Circumstances, Folded, Reason } from './index.ts'
import { textLines } from './lines.ts'

/** Beyond these nobody quotes, and nothing is folded. */
const characterLimit = 2 * 1024 * 1024
const lineLimit = 64 * 1024

export type FoldedText = { visible_text: string; folded: Folded[] }

/** A part of the text with all its white space; visible where there is no reason to fold it. */
export type Part = { text: string; reason?: Reason }

export function foldLines(text: string, letter: Circumstances): FoldedText {
  const raw = text.length > characterLimit ? [] : text.split(/\r\n|\r|\n/, lineLimit + 1)
  const regions = raw.length > lineLimit ? [] : decide(textLines(raw), letter)
  const parts: Part[] = []
  let at = 0
  const lines = (from: number, to: number) => raw.slice(from, to).map((line) => `${line}\n`)
  for (const { from, to, reason } of regions) {
    parts.push({ text: lines(at, from).join('') }, { text: lines(from, to).join(''), reason })
    at = to
  }
  return regions.length === 0
    ? { visible_text: text, folded: [] }
    : parted([...parts, { text: lines(at, raw.length).join('') }])
}

/** Visible parts follow each other as closely as they stood: with a blank line between them, or without. */
export function parted(parts: Part[]): FoldedText {
  const folded: Folded[] = []
  let visible = ''
  let gap = '\n'
  for (const { text, reason } of parts) {
    const words = withoutBlankEnds(text)
    if (reason) folded.push({ reason, text: words, at: visible.length })
    else if (words === '') gap = text === '' ? gap : '\n\n'
    else {
      if (visible !== '') visible += /^\s{0,100}\n/.test(text) ? '\n\n' : gap
      visible += words
      gap = /\n[^\S\n]{0,100}\n$/.test(text) ? '\n\n' : '\n'
    }
  }
  return { visible_text: visible, folded }
}

/** The first line keeps what it is set in by. */
function withoutBlankEnds(text: string): string {
  const end = text.trimEnd()
  const start = end.length - end.trimStart().length
  return end.slice(end.lastIndexOf('\n', start - 1) + 1)
}
