/** A letter as folding sees it: lines, each with how many times it is quoted, whether of text or of HTML. */

/** `text` is tidied for reading only; what is shown is taken from the letter. */
export type Line = { text: string; depth: number; hint?: Hint }

/** What structure says about a line, where its words alone would not. */
export type Hint = 'attribution' | 'header' | 'signature' | 'delimiter' | 'rule' | 'below rule'

/** Most of a line that is looked at; nothing that decides is longer. */
const lineLimit = 4000

/** The lines of text, with the marks of quotes taken off and counted (RFC 3676 §4.5, and how people really quote). */
export function textLines(raw: string[]): Line[] {
  const lines: Line[] = []
  for (const one of raw) {
    const { depth, text } = unquoted(one)
    const closesAddress = depth === 1 && text.length <= 40 && /[:：]$/.test(text) && bracketIsOpen(lines)
    if (closesAddress) lines.push({ text: tidy(one), depth: 0 })
    else lines.push(isDelimiter(one) ? { text, depth, hint: 'delimiter' } : { text, depth })
  }
  return lines
}

/** What programs put above a signature, with the space that people do not type (RFC 3676 §4.3). */
export function isDelimiter(text: string): boolean {
  return text === '-- ' || text === '--\u00a0'
}

/** One line of words: no invisible characters, each run of white space a space. */
export function tidy(text: string): string {
  return text.trim().slice(0, lineLimit).replace(invisible, '').replace(/\s+/g, ' ').trim()
}

/** Lower case, without accents: people and programs leave them out. */
export function bare(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[łøıß’]/g, (letter) => plainLetters[letter] ?? letter)
}

export function isBlank(line: Line): boolean {
  return line.text === ''
}

/** Letters, digits, or a picture, which scanners write as U+FFFC: something to read. */
export function hasWords(line: Line): boolean {
  return /[\p{L}\p{N}\ufffc]/u.test(line.text)
}

/** Soft hyphen, zero-width characters and the marks of direction that mail programs put around dates. */
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g

const plainLetters: Record<string, string> = { ł: 'l', ø: 'o', ı: 'i', ß: 'ss', '’': "'" }

export function unquoted(raw: string): { depth: number; text: string } {
  let depth = 0
  let at = 0
  for (;;) {
    let next = at
    while (next - at < 3 && isSpace(raw.charCodeAt(next))) next++
    if (raw[next] !== '>') break
    depth++
    at = next + 1
  }
  return { depth, text: tidy(at === 0 ? raw : raw.slice(at)) }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0xa0
}

/** A program broke the line within `<address>`, so that the next one begins with what looks like the mark of a quote. */
function bracketIsOpen(before: Line[]): boolean {
  let open = 0
  for (const { text, depth } of before.slice(-5)) {
    if (depth > 0) return false
    for (const letter of text) open += letter === '<' ? 1 : letter === '>' ? -1 : 0
  }
  return open > 0
}
