/**
 * Bytes to text, whatever the letter calls its character set. Total: any bytes and any label give well-formed text.
 * What the bytes say of themselves (a mark, UTF-8, escapes) counts more than the label; the label counts as long as it
 * gives text that people write; then the likeliest of all is taken (detect.ts).
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { cleanText } from '../text.ts'
import { detectCharset, readingAs } from './detect.ts'
import { hasEscapes } from './iso-2022.ts'
import { charsetOf } from './labels.ts'
import { readAs } from './read-as.ts'

export type DecodedText = {
  text: string
  /** What the bytes were read as. */
  charset: string
  /** Plain sentences, when that is not what the letter said, or something could not be read. */
  warning?: string
}

export type CharsetHints = {
  /** A label of less weight, for text that has no known one: what `<meta>` says, or the other parts of the letter. */
  otherwise?: string | undefined
}

export function decodeText(bytes: Buffer, label: string | undefined, { otherwise }: CharsetHints = {}): DecodedText {
  const written = printable(label ?? '')
  const said = charsetOf(written)
  const wanted = said ?? charsetOf(otherwise ?? '')
  const { text, charset, warnings = [] } = decoded(bytes, wanted)
  if (charset !== 'us-ascii') {
    if (said && !agree(said, charset))
      warnings.unshift(`The text says that it is in ${written}, but it is in ${charset}.`)
    if (written && !said)
      warnings.unshift(`The character set “${written}” is not known; the text is read as ${charset}.`)
    if (!written && !wanted && !selfEvident.test(charset)) {
      warnings.unshift(`The text does not say its character set; it is read as ${charset}.`)
    }
  }
  if (lost(text, bytes)) warnings.push('Some characters of the text could not be read.')
  return { text: cleanText(text), charset, ...(warnings.length > 0 && { warning: warnings.join(' ') }) }
}

const selfEvident = /^utf-|^iso-2022-/

function printable(label: string): string {
  return label
    .slice(0, 100)
    .replace(/[^ -~]/g, '')
    .trim()
    .slice(0, 40)
}

function agree(said: string, charset: string): boolean {
  return said === charset || (said.startsWith('utf-16') && charset.startsWith('utf-16'))
}

/** U+FFFD that the sender wrote is no loss of ours. */
function lost(text: string, bytes: Buffer): boolean {
  return text.includes('\ufffd') && !bytes.includes('\ufffd')
}

/** What `<meta>` says in HTML, for `otherwise`: four times as far as HTML §13.2.3.2 looks. */
export function htmlCharset(html: Buffer): string | undefined {
  const head = html.subarray(0, 4096).toString('latin1')
  return /<meta\s[^>]{0,500}?charset\s{0,9}=\s{0,9}["']?([\w.:-]{1,60})/i.exec(head)?.[1]
}

type Decoded = { text: string; charset: string; warnings?: string[] }

function decoded(bytes: Buffer, wanted: string | undefined): Decoded {
  const marked = byMark(bytes)
  if (marked) return marked
  if (wanted && wide.test(wanted) ? !isPlain(bytes) : undeclaredWide(bytes, wanted)) {
    return as(bytes, wanted && wide.test(wanted) ? wanted : 'utf-16')
  }
  const charset = wanted && wide.test(wanted) ? undefined : wanted
  return isAscii(bytes) ? sevenBit(bytes, charset) : eightBit(bytes, charset)
}

/** Unicode §23.8: a mark at the beginning says which it is. UTF-32 little-endian begins like UTF-16. */
function byMark(bytes: Buffer): Decoded | undefined {
  const [mark, charset] = marks.find(([mark]) => bytes.subarray(0, mark.length).equals(mark)) ?? []
  if (!mark || !charset) return undefined
  const rest = bytes.subarray(mark.length)
  return charset === 'utf-8' ? (isUtf8Text(rest) ? as(rest, charset) : undefined) : as(rest, charset)
}

const marks: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'utf-8'],
  [Buffer.from([0xff, 0xfe, 0, 0]), 'utf-32le'],
  [Buffer.from([0, 0, 0xfe, 0xff]), 'utf-32be'],
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
]

const wide = /^utf-(?:16|32)/

/** ASCII or UTF-8 as it is: what a gateway made of UTF-16 without changing the label. */
function isPlain(bytes: Buffer): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return isUtf8Text(bytes) && !/[\0-\x08\x0e-\x1f]/.test(bytes.toString('latin1'))
}

/** Every other byte is NUL, and nothing speaks against UTF-16. */
function undeclaredWide(bytes: Buffer, wanted: string | undefined): boolean {
  if (!bytes.includes(0) || (wanted && !asciiLike.has(wanted))) return false
  const sample = bytes.subarray(0, 4096)
  const zeros = [0, 0]
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) zeros[at % 2]!++
  return Math.max(...zeros) > sample.length * 0.3 && Math.min(...zeros) < sample.length * 0.05
}

/** Labels that programs write when they do not know. */
const asciiLike = new Set(['us-ascii', 'utf-8', 'windows-1252'])

function sevenBit(bytes: Buffer, wanted: string | undefined): Decoded {
  if (wanted === 'utf-7' || wanted === 'hz-gb-2312') return as(bytes, wanted)
  if (hasEscapes(bytes) || wanted?.startsWith('iso-2022-')) {
    return as(bytes, wanted?.startsWith('iso-2022-') ? wanted : escapedCharset(bytes))
  }
  if (wanted === 'gb18030' && bytes.includes('~{')) return as(bytes, 'hz-gb-2312')
  return as(bytes, wanted === undefined || asciiLike.has(wanted) ? 'us-ascii' : wanted)
}

function escapedCharset(bytes: Buffer): string {
  return bytes.includes('\x1b$)C') ? 'iso-2022-kr' : bytes.includes('\x1b$)A') ? 'iso-2022-cn' : 'iso-2022-jp'
}

function eightBit(bytes: Buffer, wanted: string | undefined): Decoded {
  if (wanted && !asciiLike.has(wanted) && !stateful.test(wanted)) {
    if (isSurelyUtf8(bytes, wanted)) return as(bytes, 'utf-8')
    return sensible(bytes, wanted)
  }
  if (isUtf8Text(bytes)) return as(bytes, 'utf-8')
  if (wanted && stateful.test(wanted) && hasEscapes(bytes)) return as(bytes, wanted)
  return byLines(bytes, wanted === 'windows-1252' ? wanted : undefined)
}

/** Escapes and 7 bits; their text with the high bit is something else, or a few katakana. */
const stateful = /^(?:iso-2022-|utf-7$|hz-)/

/**
 * Few characters can be UTF-8 by chance, in Chinese above all: `пёс` in KOI8-R would be `У` and the beginning of another.
 * Two or three have to be letters of Europe.
 */
function isSurelyUtf8(bytes: Buffer, wanted: string): boolean {
  if (!isUtf8Text(bytes)) return false
  const characters = bytes.toString('utf8').replace(/[\0-\x7f]+/g, '')
  if (characters.length >= 4) return true
  const needed = doubleByte.has(wanted) ? 4 : wanted.startsWith('windows-125') ? 1 : 2
  return (
    characters.length >= needed &&
    /^[\xa0-\u017f\u0386-\u03ce\u0401-\u045f\u0490\u0491\u2010-\u2122]+$/.test(characters)
  )
}

const doubleByte = new Set(['gb18030', 'big5', 'euc-kr', 'euc-jp', 'shift_jis'])

/** The label as long as it gives text; a reading that costs far fewer bits otherwise. */
function sensible(bytes: Buffer, wanted: string): Decoded {
  const meant = as(bytes, wanted)
  const reading = readingAs(bytes, wanted)
  if (!reading) return meant
  const odd = unwritten.test(meant.text)
  const sibling = siblings[wanted] ? readingAs(bytes, siblings[wanted]) : undefined
  if (sibling?.sensible && reading.surprise - sibling.surprise > (odd ? 0 : doubt)) return as(bytes, sibling.charset)
  if (reading.sensible && !odd) return meant
  const better = detectCharset(bytes)
  const clear = better.surprise < reading.surprise * 0.7 || (odd && better.sensible)
  const wrong = clear && reading.surprise - better.surprise > doubt
  return wrong ? as(bytes, better.charset) : meant
}

/** Nobody writes C1 controls. */
const unwritten = /[\x80-\x84\x86-\x9f\ufffd]/
/** Bits by which another reading has to be better than what the letter says. */
const doubt = 18
/** Of the same alphabet; programs take one for the other. */
const siblings: Record<string, string | undefined> = {
  'iso-8859-2': 'windows-1250',
  'windows-1250': 'iso-8859-2',
  'iso-8859-7': 'windows-1253',
  'iso-8859-8': 'windows-1255',
  'iso-8859-13': 'windows-1257',
  'iso-8859-15': 'windows-1252',
}

/**
 * UTF-8 with lines that are not: what a mailing list or a gateway adds, a quoted answer, or a letter with a broken
 * character. Each line is UTF-8 if it can be.
 */
function byLines(sent: Buffer, wanted: string | undefined): Decoded {
  const bytes = unbroken(sent)
  const lines = linesOf(bytes)
  const others = lines.filter(({ utf8 }) => !utf8)
  if (others.length === 0) return as(bytes, 'utf-8')
  const rest = others.length === lines.length ? bytes : Buffer.concat(others.map((line) => line.bytes))
  const charset = wanted ? sensible(rest, wanted).charset : detectCharset(rest).charset
  if (!lines.some(({ utf8, high }) => utf8 && high)) return as(bytes, charset)
  const text = lines.map((line) => readAs(line.bytes, line.utf8 ? 'utf-8' : charset)).join('')
  return { text, charset: 'utf-8', warnings: [`Some lines of the text are not in utf-8, but in ${charset}.`] }
}

/** Lines of more than 998 bytes are broken by servers (RFC 5322 §2.1.1), in the middle of a character if it comes so. */
function unbroken(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  const joined = text.replace(
    /([\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\r?\n(?=[\x80-\xbf])/g,
    '$1',
  )
  return joined.length === text.length ? bytes : Buffer.from(joined, 'latin1')
}

type Line = { bytes: Buffer; high: boolean; utf8: boolean }

/** Neighbouring lines of one kind are one. */
function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.length : end + 1
    const line = bytes.subarray(from, to)
    const high = !isAscii(line)
    const utf8 = !high || isUtf8Text(line) || isMostlyUtf8(line)
    const before = lines.at(-1)
    if (before?.utf8 === utf8) {
      before.bytes = bytes.subarray(before.bytes.byteOffset - bytes.byteOffset, to)
      before.high ||= high
    } else lines.push({ bytes: line, high, utf8 })
    from = to
  }
  return lines
}

/** UTF-8 with a character broken here or there: no other character set has as many whole ones by chance. */
function isMostlyUtf8(line: Buffer): boolean {
  let whole = 0
  let broken = 0
  for (const char of line.toString('utf8')) {
    if (char === '\ufffd') broken++
    else if (char > '\x7f') whole++
  }
  return whole > broken
}

function as(bytes: Buffer, charset: string): Decoded {
  return { text: readAs(bytes, charset), charset }
}

/** UTF-8, perhaps cut off within a character; a lone byte at the end of ASCII is an accented letter. */
function isUtf8Text(bytes: Buffer): boolean {
  if (isUtf8(bytes)) return true
  const whole = withoutCutEnd(bytes)
  return whole.length < bytes.length && isUtf8(whole) && !isAscii(whole)
}

function withoutCutEnd(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return bytes
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return needed > back ? bytes.subarray(0, bytes.length - back) : bytes
    }
  }
  return bytes
}
