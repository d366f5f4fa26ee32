/**
 * What a member of staff wrote into an answer to our notice. It may go to clients, so it is read the other way round than
 * a client's letter: in doubt it is a note, and what was quoted of the notice is taken out.
 */
import type { Folded } from './fold/index.ts'
import { htmlToText } from './html/text.ts'

/** `text` is what they wrote, without `#note`; `folded` is all the rest of it, in order. */
export type AgentAnswer = { note: boolean; text: string; folded: Folded[] }

type Words = { text: string; visible_text: string; html?: string | undefined; folded: readonly Folded[] }

/** Of the HTML, what is enough to hold its first words; when there is no other text, that was made of all of it. */
const beginning = 200_000

/** Pure, total, linear. An answer without a word of its own is a note: to a client there is nothing to send. */
export function readAgentAnswer({ text, visible_text, html, folded }: Words): AgentAnswer {
  const { own, quoted } = withoutOurNotice(visible_text)
  const versions = [own, visible_text, text, ...(html === undefined ? [] : [htmlToText(html.slice(0, beginning))])]
  const note = versions.some((version) => noteLine(version) !== undefined)
  const words = trimmedLines(withoutNoteLine(own))
  if (words === '') return { note: true, text: trimmedLines(withoutNoteLine(visible_text)), folded: [...folded] }
  const rest = [...folded, ...(quoted.trim() === '' ? [] : [{ reason: 'history' as const, text: quoted, at: 0 }])]
  return { note, text: words, folded: rest.map((fold) => ({ ...fold, at: words.length })) }
}

/** Quoted by `>`: that quote. Without, as some programs do it: everything below. */
function withoutOurNotice(text: string): { own: string; quoted: string } {
  const lines = text.split('\n')
  const own: string[] = []
  const quoted: string[] = []
  let within: 'quote' | 'rest' | undefined
  for (const line of lines) {
    const isQuote = /^\s*>/.test(line)
    if (within !== 'rest' && mark.test(line)) {
      if (!within) quoted.push(...own.splice(headerBefore(own)))
      within = isQuote ? 'quote' : 'rest'
    } else if (within === 'quote' && !isQuote) within = undefined
    ;(within ? quoted : own).push(line)
  }
  return { own: own.join('\n'), quoted: quoted.join('\n') }
}

/** Where the lines begin in which a program says whose letter follows, such as `From:` and `Sent:`; the end without any. */
function headerBefore(lines: string[]): number {
  let from = lines.length
  const first = Math.max(0, from - longestHeader)
  while (from > first && (lines[from - 1]!.trim() === '' || fieldLine.test(lines[from - 1]!))) from--
  const fields = lines.slice(from).filter((line) => fieldLine.test(line))
  if (fields.length < 2 || !fields.some((line) => line.includes('@'))) return lines.length
  return from > 0 && /^\s*[_-]{3,}\s*$/.test(lines[from - 1]!) ? from - 1 : from
}

const longestHeader = 30
const fieldLine = /^\s*\*?\p{L}[\p{L}-]{0,20}( \p{L}{1,20})?\*?\s?:\*?\s/u

/** `##- Answer above this line -##` stands at the top of our notices to staff: whatever is quoted from there on is ours. */
const mark = /^[\s>|]{0,40}##-\s/

function noteLine(text: string): { line: string; rest: string } | undefined {
  const line = text.split('\n').find((candidate) => plain(candidate).trim() !== '')
  const found = line === undefined ? null : noteMark.exec(plain(line))
  return found && line !== undefined ? { line, rest: restOf(line) ?? found[1]! } : undefined
}

function withoutNoteLine(text: string): string {
  const found = noteLine(text)
  return found ? found.rest + text.slice(text.indexOf(found.line) + found.line.length) : text
}

/** Also where a program set it in bold, widened its signs, or put something invisible before it. */
const noteMark = /^[\s*_`~"'“„\\]{0,20}#\s{0,3}note(?![\p{L}\p{N}])(.*)$/iu

/** What stands behind `#note` in its line. */
function restOf(line: string): string | undefined {
  const behind = /^.{0,60}?note(.*)$/iu.exec(line)?.[1]
  return behind?.replace(/^[\s*_`~"'”“:.,–—-]+/u, '')
}

/** Without what nobody sees, and in the one form of letters that look the same. */
function plain(line: string): string {
  return line.normalize('NFKC').replace(unseen, '')
}

// Some fillers count as letters, and are blank all the same.
const unseen = /[\p{Cf}\p{Mn}\u115f\u1160\u2800]+/gu

function trimmedLines(text: string): string {
  return text.replace(/^\s*\n/, '').trimEnd()
}
