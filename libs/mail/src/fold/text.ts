import { decide, type Region } from './decide.ts'
import type { Circumstances, Folded } from './index.ts'
import { textLines } from './lines.ts'

/** Beyond these nobody quotes, and nothing is folded. */
const characterLimit = 2 * 1024 * 1024
const lineLimit = 64 * 1024

export function foldLines(text: string, letter: Circumstances): { visible_text: string; folded: Folded[] } {
  const raw = text.length > characterLimit ? [] : text.split(/\r\n|\r|\n/, lineLimit + 1)
  const regions = raw.length > lineLimit ? [] : decide(textLines(raw), letter)
  return regions.length === 0 ? { visible_text: text, folded: [] } : parted(raw, regions)
}

/** Visible parts follow each other as closely as they stood. */
function parted(raw: string[], regions: Region[]): { visible_text: string; folded: Folded[] } {
  const folded: Folded[] = []
  let visible = ''
  let apart = ''
  let at = 0
  const show = (lines: string[]) => {
    const text = withoutBlankEnds(lines)
    if (text === '') {
      if (lines.length > 0) apart = '\n\n'
      return
    }
    visible += visible === '' ? text : (isBlank(lines[0]!) ? '\n\n' : apart) + text
    apart = isBlank(lines.at(-1)!) ? '\n\n' : '\n'
  }
  for (const { from, to, reason } of regions) {
    show(raw.slice(at, from))
    folded.push({ reason, text: withoutBlankEnds(raw.slice(from, to)), at: visible.length })
    at = to
  }
  show(raw.slice(at))
  return { visible_text: visible, folded }
}

function withoutBlankEnds(lines: string[]): string {
  const first = lines.findIndex((line) => !isBlank(line))
  const last = lines.findLastIndex((line) => !isBlank(line))
  return first < 0
    ? ''
    : lines
        .slice(first, last + 1)
        .join('\n')
        .trimEnd()
}

function isBlank(line: string): boolean {
  return line.trim() === ''
}
