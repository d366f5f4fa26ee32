/** The line, or lines, by which a mail program says whose words follow: "On …, … wrote:". */
import { bare, type Line } from './lines.ts'

/** `sure` where no mark of a quote is needed to believe it. */
export type Attribution = { from: number; to: number; sure: boolean }

const lineLimit = 6
const lengthLimit = 400
/** "Jana Nováková wrote:" */
const shortLimit = 60

/**
 * The attribution whose last line is `end`. Programs break it where they like, so it may have begun up to five lines
 * before; of several beginnings that make sense the nearest with a year is taken, so that nothing of the text above is.
 */
export function attributionEndingAt(lines: Line[], end: number): Attribution | undefined {
  if (!mayEnd(lines[end]!.text)) return undefined
  let text = ''
  let found: (Attribution & { dated: boolean }) | undefined
  for (let from = end; from >= 0 && end - from < lineLimit; from--) {
    const line = lines[from]!
    if (line.depth > 0) break
    if (line.text === '') {
      if (text.startsWith('<')) continue
      break
    }
    text = text === '' ? line.text : `${line.text} ${text}`
    if (text.length > lengthLimit) break
    const judged = (from === end && text.length <= shortLimit) || mayBe(text) ? judge(text) : undefined
    if (judged && (!found || judged.dated)) found = { from, to: end + 1, ...judged }
    if (found?.dated) break
  }
  return found && { from: found.from, to: found.to, sure: found.sure }
}

/** Whether one line, as it stands, is an attribution. */
export function isAttribution(text: string): boolean {
  return (
    text.length <= lengthLimit &&
    mayEnd(text) &&
    (text.length <= shortLimit || mayBe(text)) &&
    judge(text) !== undefined
  )
}

/** Without a digit and an address it would be a short name on one line. */
function mayBe(text: string): boolean {
  return /[\d@]/.test(text)
}

function mayEnd(text: string): boolean {
  return /[:：>]$|-{2,}$|^\d{4}-\d\d-\d\d /.test(text)
}

/**
 * Sure is what only programs write: a verb of writing with an address, or with a whole date and time; or all three of
 * date, time and address before a colon. People, too, write "on Monday he wrote:", so a verb with less needs the marks.
 */
function judge(text: string): { sure: boolean; dated: boolean } | undefined {
  const words = bare(text.replace(/^[\s*_-]+|[\s*_-]+$/g, ''))
  const dated = year.test(words)
  const timed = time.test(words)
  const address = addressAt(words)
  const verb = verbAt(words)
  const early = beginsWithDate(words)
  const colon = /[:：]$/.test(words) || (text.startsWith('-') && text.endsWith('-'))
  if (gmailWithoutAddress.test(text)) return { sure: true, dated }
  if (early && dated && timed && address >= 0 && colon) return { sure: true, dated }
  if (verb >= 0 && colon) {
    if (address >= 0 && (early || (verb === 0 && words.length <= 150))) return { sure: true, dated }
    if (early && dated && timed) return { sure: true, dated }
    if (address >= 0 && address < verb && /^[\p{L}"'„“(<[]/u.test(words)) return { sure: true, dated }
    if (early && (dated || timed)) return { sure: false, dated }
    if (verb > 1 && text.length <= shortLimit && words.length - verb <= 30 && words.split(' ').length <= 8)
      return { sure: false, dated }
  }
  if (early && dated && address >= 0 && /[>:：]$/.test(words)) return { sure: false, dated }
  return undefined
}

const year = /(?:^|[^\d])(?:19|20)\d\d(?:[^\d]|$)|\d{1,2}[./-] ?\d{1,2}[./-] ?\d\d(?:[^\d]|$)/
const time = /\d{1,2}[:h] ?\d\d|(?:alle|ore|kl\.?|godz\.?|um|klo) \d{1,2}[.:]\d\d/

/** Gmail's older form, where a text version lost the address: `2016-03-03 17:21 GMT+01:00 Jana Nová`. */
const gmailWithoutAddress =
  /^\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d{1,2}:\d\d \p{Lu}[\p{L}.'-]{0,30}(?: \p{Lu}[\p{L}.'-]{0,30}){0,4}:?$/u

/** The first digit comes soon, behind a word for "on" and a day of the week. */
function beginsWithDate(words: string): boolean {
  const digit = words.slice(0, 34).search(/\d/)
  return digit >= 0 && !/[!?;:@]/.test(words.slice(0, digit))
}

function addressAt(words: string): number {
  // The pattern looks far ahead from every character of a long address of the web.
  if (!words.includes('@') && !words.includes('[email')) return -1
  const found = /[^\s<>"(]{1,64}@[^\s<>"]{2}|\[email protected\]/.exec(words)
  return found ? found.index : -1
}

function verbAt(words: string): number {
  const found = verbs.exec(words)
  return found ? found.index : -1
}

const verbs = new RegExp(
  [
    ...['wrote', 'writes', 'has written', 'napsal', 'napsala', 'napsal[/(]a\\)?', 'napisal', 'napisala'],
    ...['napisal[/(]a\\)?', 'pise', 'ha scritto', 'scrive', 'scrisse', 'schrieb', 'schreibt', 'geschrieben'],
    ...['a ecrit', 'ecrit', 'escribio', 'escribia', 'escreveu', 'schreef', 'geschreven', 'pisze', 'skrev', 'skriver'],
    ...['kirjoitti', 'irta', 'a scris', 'yazdi', 'je napisao', 'je napisala', 'napisao je', 'je napisal', 'kirjutas'],
    ...['rase', 'rakstija', 'va escriure', 'da viet', 'menulis', 'написал', 'написала', 'написал\\(а\\)', 'пишет'],
    ...['писал', 'писал\\(а\\)', 'пише', 'написав', 'написав\\(ла\\)', 'написа', 'εγραψε', 'كتب', 'כתב'],
  ]
    .map((verb) => `(?<![\\p{L}\\p{N}])${bare(verb)}(?![\\p{L}\\p{N}])`)
    .concat(['写道', '寫道', 'のメール', '書きました', '작성', '님이 쓴'].map(bare))
    .concat(['quoting ', 'zitat von ', 'cituji ', 'citando '].map((verb) => `^${verb}`))
    .join('|'),
  'u',
)
