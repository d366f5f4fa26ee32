/**
 * The text of a header field for a person: encoded words decoded (RFC 2047), as programs write them rather than as they
 * should. Total and linear. Values come from parseHeader, where raw 8-bit is text already.
 */
import { cleanText } from '../text.ts'
import { decodeText } from './charset.ts'
import { hasEscapes } from './iso-2022.ts'
import { charsetOf } from './labels.ts'

/** What is behind it is for nobody; the raw letter has it. */
const limit = 64 * 1024

/** One line: an encoded word may hold line breaks and other controls, which a field never has (RFC 5322 §2.2). */
export function decodeHeaderText(value: string): string {
  const decoded = decodeWords(withoutEscapes(value.slice(0, limit)))
  // Some gateways encode what is encoded already.
  return singleLine(decodeWords(decoded))
}

function decodeWords(value: string): string {
  return value.includes('=?') ? joined(piecesOf(value)) : value
}

function singleLine(text: string): string {
  return cleanText(text)
    .replace(/[\t\n\v\f\r\x85\u2028\u2029]+/g, ' ')
    .replace(/\p{Cc}+/gu, '')
    .trim()
}

/** Japanese as it is, escapes and all. */
function withoutEscapes(value: string): string {
  if (!value.includes('\x1b')) return value
  const bytes = Buffer.from(value, 'utf8')
  return bytes.length === value.length && hasEscapes(bytes) ? decodeText(bytes, undefined).text : value
}

/** Text as it stands, or bytes of adjacent words that share a character set: characters are split between them. */
type Piece = { text: string } | { bytes: Buffer[]; label: string; pending: string }

function joined(pieces: Piece[]): string {
  return pieces.map((piece) => ('text' in piece ? piece.text : decodeText(bytesOf(piece), piece.label).text)).join('')
}

function bytesOf({ bytes, pending }: Extract<Piece, { label: string }>): Buffer {
  return Buffer.concat([...bytes, Buffer.from(pending, 'base64')])
}

function piecesOf(value: string): Piece[] {
  const pieces: Piece[] = []
  const find = finder(value)
  let from = 0
  for (let at = find('=?', 0); at >= 0; at = find('=?', at)) {
    const word = wordAt(value, at, find)
    if (!word) {
      at += 2
      continue
    }
    const between = value.slice(from, at)
    const before = pieces.at(-1)
    // White space between words is not part of the text (RFC 2047 §6.2), nor is its absence a reason not to decode.
    const adjacent = before && 'label' in before && between.trim() === ''
    if (between && !adjacent) pieces.push({ text: between })
    if (adjacent && sameCharset(before.label, word.label)) append(before, word)
    else pieces.push(append({ bytes: [], label: word.label, pending: '' }, word))
    from = word.end
    at = word.end
  }
  pieces.push({ text: value.slice(from) })
  return pieces
}

function sameCharset(one: string, other: string): boolean {
  return (
    one.toLowerCase() === other.toLowerCase() || (charsetOf(one) !== undefined && charsetOf(one) === charsetOf(other))
  )
}

type Word = { label: string; encoding: 'b' | 'q'; text: string; end: number }

/** Some programs cut base64 where they like, and go on in the next word. */
function append(piece: Extract<Piece, { label: string }>, { encoding, text }: Word): typeof piece {
  if (encoding === 'q') {
    piece.bytes.push(Buffer.from(piece.pending, 'base64'), decodeQ(text))
    piece.pending = ''
    return piece
  }
  const base64 = piece.pending + text.replace(/[^A-Za-z0-9+/=_-]+/g, '')
  const whole = base64.includes('=') ? base64.length : base64.length - (base64.length % 4)
  for (const run of base64.slice(0, whole).split(/=+/)) piece.bytes.push(Buffer.from(run, 'base64'))
  piece.pending = base64.slice(whole)
  return piece
}

/** RFC 2047 §4.2; a `=` that is followed by no number stands for itself. */
function decodeQ(text: string): Buffer {
  const bytes = text.replaceAll('_', ' ').replace(/[^\0-\x7f]+/g, (raw) => Buffer.from(raw).toString('latin1'))
  return Buffer.from(
    bytes.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

type Find = (needle: '=?' | '?=', from: number) => number

/** `indexOf` that never looks at the same place twice, as long as one goes forward. */
function finder(value: string): Find {
  const found = { '=?': -2, '?=': -2 }
  return (needle, from) => {
    if (found[needle] !== -1 && found[needle] < from) found[needle] = value.indexOf(needle, from)
    return found[needle]
  }
}

const opening = /=\?([^\s?=]{0,80})\? ?([bq]) ?\?/iy

function openingAt(value: string, at: number): RegExpExecArray | null {
  opening.lastIndex = at
  return opening.exec(value)
}

function wordAt(value: string, at: number, find: Find): Word | undefined {
  const opened = openingAt(value, at)
  if (!opened) return undefined
  const [start, charset = '', letter] = opened
  const encoding = letter!.toLowerCase() as Word['encoding']
  const from = at + start.length
  const { to, end } = endOf(value, from, encoding, find)
  // RFC 2231 §5: the language may stand behind the character set.
  return { label: charset.split('*', 1)[0]!, encoding, text: value.slice(from, to), end }
}

/** `to`: behind the last character of the text, `end`: behind the word. */
function endOf(value: string, from: number, encoding: Word['encoding'], find: Find): { to: number; end: number } {
  const closing = encoding === 'q' ? closingOfQ(value, from, find) : find('?=', from)
  const next = nextOpening(value, from, closing < 0 ? value.length : closing, find)
  if (next === undefined && closing >= 0) return { to: closing, end: closing + 2 }
  // Without its end: base64 goes as far as its letters, the other to the next word.
  const stop = next ?? value.length
  if (encoding === 'q') return { to: from + value.slice(from, stop).trimEnd().length, end: stop }
  let to = from
  while (to < stop && /[A-Za-z0-9+/=]/.test(value[to]!)) to++
  return { to, end: value[to] === '?' ? to + 1 : to }
}

/**
 * A question mark that should have been encoded, before a character that is: `Danke?=20Bis bald?=`. The end behind it
 * that has no beginning tells.
 */
function closingOfQ(value: string, from: number, find: Find): number {
  let at = find('?=', from)
  while (at >= 0 && /^[0-9A-F]{2}$/.test(value.slice(at + 2, at + 4))) {
    const behind = value.slice(at + 2, at + 200)
    const closing = behind.indexOf('?=')
    if (closing < 0 || behind.slice(0, closing).includes('=?')) break
    at += 2 + closing
  }
  return at
}

function nextOpening(value: string, from: number, to: number, find: Find): number | undefined {
  for (let at = find('=?', from); at >= 0 && at < to; at = find('=?', at + 1)) if (openingAt(value, at)) return at
  return undefined
}
