import { foldBegin, foldEnd } from '../html/text.ts'
import type { Reason } from './index.ts'
import { type FoldedText, type Part, parted } from './text.ts'

/**
 * Text that was made of HTML, folded where that is; `told` is the text of the HTML with marks (html/show.ts). Undefined where the two do not agree in every character but white
 * space, as when sanitising took some away: then nothing could be said of the rest.
 */
export function foldByMarks(text: string, html: string, told: string): FoldedText | undefined {
  if (!html.includes('<details data-folded="')) return { visible_text: text, folded: [] }
  // The letter's own would be taken for ours.
  if (marks.test(html)) return undefined
  const parts = told.split(marks)
  const lengths: { length: number; reason?: Reason }[] = [{ length: squeezed(parts[0]!).length }]
  let words = squeezed(parts[0]!)
  for (let at = 1; at < parts.length; at += 2) {
    const part = squeezed(parts[at + 1]!)
    const reason = parts[at] === foldBegin ? reasons[part[0]!] : undefined
    words += reason ? part.slice(1) : part
    lengths.push(reason ? { length: part.length - 1, reason } : { length: part.length })
  }
  if (words !== squeezed(text)) return undefined
  return parted(cut(text, lengths))
}

const marks = new RegExp(`([${foldBegin}${foldEnd}])`)

const reasons: Record<string, Reason> = { h: 'history', s: 'signature', d: 'disclaimer' }

/** The text in parts of so many characters that are no white space; what is white goes to the part before it. */
function cut(text: string, lengths: { length: number; reason?: Reason }[]): Part[] {
  let end = 0
  return lengths.map(({ length, reason }, part) => {
    const start = end
    for (let seen = 0; seen < length; end++) if (!isSpace(text, end)) seen++
    while (end < text.length && (isSpace(text, end) || part === lengths.length - 1)) end++
    return { text: text.slice(start, end), ...(reason && { reason }) }
  })
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text[at]!)
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, '')
}
