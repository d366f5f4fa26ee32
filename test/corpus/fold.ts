/**
 * Folding: what remains of replies, beside what the suites of other programs expect to remain; and that in no letter of
 * the corpus a character is lost.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type FoldedLetter, fold, markFolds, parseLetter } from '@podatelna/mail'
import { lettersIn } from './letters.ts'
import type { Difference, Report } from './report.ts'

export async function runFold(folder: string): Promise<Report[]> {
  const at = join(folder, 'reply-trim')
  return [
    ...discourseReports(join(at, 'discourse')),
    ...talonReports(join(at, 'talon')),
    quotequailReport(join(at, 'quotequail')),
    ...lossReports(folder),
  ]
}

/** Text in, what remains and what was cut out; each as a whole, after strip. */
function discourseReports(at: string): Report[] {
  const names = readdirSync(join(at, 'emails'))
  const read = (kind: string, name: string) => readFileSync(join(at, kind, name), 'utf8').replaceAll('\r\n', '\n')
  const folded = new Map(names.map((name) => [name, fold({ text: read('emails', name), html: undefined })]))
  const compared = (source: string, compare: (name: string, letter: FoldedLetter) => [string, string]): Report => ({
    source: `fold, discourse, ${source}`,
    cases: names.length,
    differences: names.flatMap((name) => different(name, ...compare(name, folded.get(name)!), discourse)),
  })
  const embedded = readdirSync(join(at, 'embedded'))
  return [
    compared('what remains', (name, { visible_text }) => [read('trimmed', name).trim(), visible_text.trim()]),
    // There a broken attribution is mended before it is cut: white space counts as one.
    compared('what is folded', (name, letter) => [
      spaced(read('elided', name)),
      spaced(letter.folded.map(({ text }) => text).join('\n')),
    ]),
    {
      source: 'fold, discourse, letters within: of replies folded, of forwards shown',
      cases: embedded.length,
      differences: embedded.flatMap((name) => {
        const { visible_text, folded: parts } = folded.get(name)!
        const shown = name.startsWith('forwarded')
        const seen = shown ? visible_text : parts.map(({ text }) => text).join('\n')
        const found = unmarked(seen).includes(unmarked(read('embedded', name)))
        return different(name, shown ? 'shown' : 'folded', found ? (shown ? 'shown' : 'folded') : 'not', {})
      }),
    },
  ]
}

const forward =
  'A forward: what it forwards is what it was sent for, and stays. There it is taken out, and shown apart.'
const unmarkedQuote =
  'Below the attribution no line bears a mark, and above it nothing stands: what is quoted cannot be told from what is answered.'
const discourse: Record<string, string> = {
  'embedded_email_1.txt':
    'Words stand above the quote and below it. What is below may be an answer, and answers stay, with what they answer.',
  'embedded_email_17.txt': unmarkedQuote,
  'embedded_email_18.txt': unmarkedQuote,
  'forwarded_apple.txt': forward,
  'forwarded_gmail.txt': forward,
  'forwarded_message.txt': forward,
  'embedded_email_4.txt': 'The same lines; there `|` was made `>` before. We change no character.',
  'embedded_email_7.txt': 'The same lines; there `C>` was made `>` before. We change no character.',
}

type Expected = {
  part: string
  reply_equals?: string
  reply_text_equals_ignoring_whitespace?: string
  signature?: string
  sender?: string
}

/** It looks for quotes and for signatures apart: of the first only the history is taken away here, too. */
function talonReports(at: string): Report[] {
  const cases = Object.entries(JSON.parse(readFileSync(join(at, 'expected.json'), 'utf8')) as Record<string, Expected>)
  const report = (
    source: string,
    folder: string,
    compare: (name: string, one: Expected) => [string, string],
  ): Report => {
    const ones = cases.filter(([name]) => name.startsWith(folder))
    return {
      source: `fold, talon, ${source}`,
      cases: ones.length,
      differences: ones.flatMap(([name, one]) => different(name, ...compare(name, one), talon)),
    }
  }
  return [
    report('replies in text', 'standard_replies/', (name, { reply_equals }) => [
      lines(reply_equals!),
      lines(withoutHistory(parseLetter(readFileSync(join(at, name))))),
    ]),
    report('replies in HTML', 'html_replies/', (name, { reply_text_equals_ignoring_whitespace }) => [
      squeezed(reply_text_equals_ignoring_whitespace!),
      squeezed(shownOf(pageAsLetter(join(at, name)).html ?? '')),
    ]),
    report('replies in HTML, as text', 'html_replies/', (name, { reply_text_equals_ignoring_whitespace }) => [
      squeezed(reply_text_equals_ignoring_whitespace!),
      squeezed(pageAsLetter(join(at, name)).visible_text),
    ]),
    report('signatures', 'signature/', (name, { sender = '', signature }) => {
      const author = sender.includes('@') ? { name: '', address: sender } : { name: sender, address: '' }
      const { folded } = fold({ text: readFileSync(join(at, name), 'utf8'), html: undefined, author })
      return [signature!.trim(), folded.map(({ text }) => text).join('\n\n')]
    }),
  ]
}

const talon: Record<string, string> = {}

/** A reply must lose what it quotes, a forward must keep what it forwards. */
function quotequailReport(at: string): Report {
  const names = readdirSync(at).filter((name) => name.endsWith('.html'))
  return {
    source: 'fold, quotequail',
    cases: names.length,
    differences: names.flatMap((name) => {
      const seen = markFolds(readFileSync(join(at, name), 'utf8')).includes('data-folded="history"')
      return different(name, name.includes('reply') ? 'folded' : 'shown', seen ? 'folded' : 'shown', quotequail)
    }),
  }
}

const quotequail: Record<string, string> = {
  'outlook_forward.html':
    'Outlook writes replies and forwards alike; only the subject (FW:) tells, and the file has none.',
}

/**
 * Every file as a letter: visible and folded text together are the text, in order. And every file as if it were HTML, and
 * the HTML of every letter: marked, its words are the same.
 */
function lossReports(folder: string): Report[] {
  const inText: Difference[] = []
  const inHtml: Difference[] = []
  const paths = lettersIn(folder)
  let pages = 0
  for (const path of paths) {
    const name = relative(folder, path)
    const raw = readFileSync(path)
    const letter = parseLetter(raw)
    inText.push(...different(name, squeezed(letter.text), squeezed(together(letter, () => true)), {}))
    for (const page of [raw.toString('latin1'), letter.html ?? '']) {
      if (page !== '') pages++
      inHtml.push(...different(name, wordsOf(page), wordsOf(markFolds(page)), {}))
    }
  }
  return [
    { source: 'fold, characters of text lost', cases: paths.length, differences: inText },
    { source: 'fold, characters of HTML lost', cases: pages, differences: inHtml },
  ]
}

function withoutHistory(letter: FoldedLetter): string {
  return together(letter, (reason) => reason !== 'history')
}

/** The letter put together again, with what is folded for such reasons. */
function together(
  { visible_text, folded }: FoldedLetter | ReturnType<typeof parseLetter>,
  wanted: (reason: string) => boolean,
): string {
  const parts: string[] = []
  let end = 0
  for (const { reason, text, at } of folded) {
    parts.push(visible_text.slice(end, at))
    if (wanted(reason)) parts.push(text)
    end = at
  }
  return [...parts, visible_text.slice(end)].filter((part) => part.trim() !== '').join('\n\n')
}

function pageAsLetter(path: string): ReturnType<typeof parseLetter> {
  return parseLetter(Buffer.concat([Buffer.from('Content-Type: text/html; charset=utf-8\n\n'), readFileSync(path)]))
}

/** The words of HTML outside of what is folded in it, as it is stored. */
function shownOf(html: string): string {
  const parts = html.split(/(<details[^>]*>|<\/details>)/)
  const depths = parts.map((part) => (part.startsWith('<details') ? 1 : part === '</details>' ? -1 : 0))
  let depth = 0
  const shown = parts.filter((_, at) => {
    depth += depths[at]!
    return depth === 0
  })
  return wordsOf(shown.join(''))
}

/** All that is no tag and no comment, with no idea of what nests in what: not the way of the reader that is tested. */
function wordsOf(html: string): string {
  const words: string[] = []
  for (let at = 0; at < html.length; ) {
    const tag = html.indexOf('<', at)
    words.push(html.slice(at, tag < 0 ? html.length : tag))
    if (tag < 0) break
    at = behindTag(html, tag)
    if (at === tag) words.push(html[at++]!)
  }
  return squeezed(words.join('').replaceAll('&nbsp;', ' '))
}

/** HTML Standard §13.2.5, as far as it says where a tag ends: a quote counts only where the value of an attribute begins. */
function behindTag(html: string, start: number): number {
  const behind = (text: string, from: number) => {
    const found = html.indexOf(text, from)
    return found < 0 ? html.length : found + text.length
  }
  if (html.startsWith('<!--', start)) return behind('-->', start + 4)
  if (/[!?]/.test(html[start + 1] ?? '')) return behind('>', start)
  if (!/^<\/?[a-z]/i.test(html.slice(start, start + 3))) return start
  for (let at = start + 1; at < html.length; at++) {
    if (html[at] === '>') return at + 1
    if (html[at] !== '=') continue
    while (/\s/.test(html[at + 1] ?? '')) at++
    const quote = html[at + 1]
    if (quote === '"' || quote === "'") at = behind(quote, at + 2) - 1
  }
  return html.length
}

function different(name: string, expected: string, seen: string, reasons: Record<string, string>): Difference[] {
  if (expected === seen) return []
  const because = reasons[name]
  return [{ case: name, expected: excerpt(expected), seen: excerpt(seen), ...(because && { because }) }]
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 60)}…${text.slice(-60)}` : text)
}

function spaced(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** A letter within marks is given there without them. */
function unmarked(text: string): string {
  return spaced(text.replace(/^>+ ?/gm, ''))
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, '')
}

/** Without the white space at the ends of lines, which nobody sees. */
function lines(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trim()
}
