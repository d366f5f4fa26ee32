/**
 * A header value with parameters, as Content-Type and Content-Disposition have (RFC 2045 §5.1, RFC 2231), and as programs
 * write it: encoded words, values with spaces and semicolons that should have been quoted, quotes that never end, pieces
 * that are missing. Total and linear. Values come from parseHeader, where raw 8-bit is text already.
 */
import { isUtf8 } from 'node:buffer'
import { cleanText } from '../text.ts'
import { decodeText } from './charset.ts'
import { decodeHeaderText } from './words.ts'

export type Parameters = { value: string; parameters: Record<string, string> }

const limit = 64 * 1024

/** Names of parameters are in lower case. Of two with the same name the first counts. */
export function parseParameters(value: string): Parameters {
  const text = cleanText(value.slice(0, limit))
  const { value: first, end } = firstValue(text)
  return { value: first, parameters: Object.fromEntries(combined(written(text, end))) }
}

/** Up to the first semicolon, or where somebody forgot it, to the first parameter. Comments (RFC 5322 §3.2.2) are not part of it. */
function firstValue(text: string): { value: string; end: number } {
  let value = ''
  let begun = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === ';') return { value: value.trim(), end: at + 1 }
    if (text[at] === '(') at = commentEnd(text, at) - 1
    else if (begun && isSpace(text[at]) && attributeAt(text, at)) return { value: value.trim(), end: at }
    else {
      value += text[at]
      begun ||= !isSpace(text[at])
    }
  }
  return { value: value.trim(), end: text.length }
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n'
}

function commentEnd(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at + 1
  }
  return text.length
}

type Attribute = { name: string; end: number }

const attribute = /[\s;,]{0,100}([\w!#$&+.^`{|}~*%-]{1,80})\s{0,20}=\s{0,100}/y

/** The name of a parameter and where its value begins. */
function attributeAt(text: string, at: number): Attribute | undefined {
  attribute.lastIndex = at
  const found = attribute.exec(text)
  return found ? { name: found[1]!.toLowerCase(), end: attribute.lastIndex } : undefined
}

type Written = { name: string; value: string }

/** As they stand, in their order. */
function written(text: string, from: number): Written[] {
  const found: Written[] = []
  for (let at = from; at < text.length; ) {
    if (text[at] === '(') at = commentEnd(text, at)
    else if (isSpace(text[at]) || text[at] === ';') at++
    else {
      const named = attributeAt(text, at)
      const { value, end } = named ? valueAt(text, named) : { value: '', end: semicolon(text, at) }
      if (named) found.push({ name: named.name, value })
      at = end
    }
  }
  return found
}

function semicolon(text: string, from: number): number {
  const at = text.indexOf(';', from)
  return at < 0 ? text.length : at
}

function valueAt(text: string, { name, end: from }: Attribute): { value: string; end: number } {
  const quoted = text[from] === '"' ? quotedAt(text, from) : undefined
  if (quoted) return quoted
  const end = unquotedEnd(text, from)
  const value = text.slice(from, end).replace(/^"/, '').trim()
  return { value: isFileName(name) ? value.replace(/^'([^']*)'$/, '$1') : withoutComment(value), end }
}

/** `("a" is quoted)`: only in file names are parentheses meant. */
function withoutComment(value: string): string {
  const comment = /\s\(|^\(/.exec(value)
  return (comment ? value.slice(0, comment.index) : value).replace(/^'(?=[^'])|["']$/g, '').trim()
}

/** Until a semicolon behind which there is a parameter, or nothing; or a space with a known one: `a.pdf size=3`. */
function unquotedEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '=') at = wordEnd(text, at)
    if (text[at] === ';' && isEnd(text, at)) return at
    if (isSpace(text[at]) && lostSemicolon(text, at)) return at
  }
  return text.length
}

/** An encoded word may hold semicolons. */
function wordEnd(text: string, at: number): number {
  encodedWord.lastIndex = at
  return encodedWord.test(text) ? encodedWord.lastIndex : at
}

const encodedWord = /=\?[^\s?]{1,80}\?[bq]\?[^?]{0,1000}\?=/iy

function isEnd(text: string, at: number): boolean {
  return attributeAt(text, at + 1) !== undefined || /^[\s;]{0,200}$/.test(text.slice(at, at + 201))
}

function lostSemicolon(text: string, at: number): boolean {
  return usual.test(attributeAt(text, at)?.name ?? '')
}

const usual =
  /^(?:name|filename|charset|boundary|size|format|delsp|type|method|report-type|protocol|micalg|x-[a-z-]+|[a-z]+-date)(?:\*\d*)?\*?$/

/**
 * RFC 5322 §3.2.4. A backslash that escapes nothing is one of a Windows path; a quote that no semicolon follows stands in
 * the value. Undefined when it never ends.
 */
function quotedAt(text: string, from: number): { value: string; end: number } | undefined {
  let value = ''
  let first: { value: string; end: number } | undefined
  for (let at = from + 1; at < text.length && !(first && at > first.end + quotesWithin); at++) {
    const char = text[at]!
    const next = text[at + 1]
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next
      at++
    } else if (char === '"') {
      if (closes(text, at + 1)) return { value, end: at + 1 }
      first ??= { value, end: at + 1 }
      value += char
    } else value += char
  }
  return first
}

/** How far behind a quote that does not look like the end another one is looked for. */
const quotesWithin = 500

const closing = /\s{0,100}(?:[;(]|$)|\s/y

function closes(text: string, at: number): boolean {
  closing.lastIndex = at
  const found = closing.exec(text)?.[0]
  return found !== undefined && (!/^\s$/.test(found) || lostSemicolon(text, at))
}

/** RFC 2231 §3 and §4 undone. What is written in full counts less than what says its character set (RFC 6266 §4.3). */
function combined(parameters: Written[]): Map<string, string> {
  const plain = new Map<string, string>()
  const extended = new Map<string, Section[]>()
  for (const { name, value } of parameters) {
    const section = sectionOf(name, value)
    if (!section) {
      if (!plain.has(name)) plain.set(name, decoded(name, value))
    } else {
      const sections = extended.get(section.name) ?? []
      if (!sections.some(({ index }) => index === section.index)) sections.push(section)
      extended.set(section.name, sections)
    }
  }
  for (const [name, sections] of extended) {
    const value = joined(sections)
    if (value !== '' || !plain.has(name)) plain.set(name, value)
  }
  return plain
}

type Section = { name: string; index: number; isEncoded: boolean; value: string }

const sectioned = /^(.{1,60}?)\*(?:(\d{1,4})(\*?))?$/

function sectionOf(attribute: string, value: string): Section | undefined {
  const [, name, index, star] = sectioned.exec(attribute) ?? []
  if (name === undefined) return undefined
  return { name, index: Number(index ?? 0), isEncoded: index === undefined || star === '*', value }
}

/** In the order of their numbers; what is missing is missing. */
function joined(sections: Section[]): string {
  const sorted = sections.toSorted((one, other) => one.index - other.index)
  const [, charset, rest] = sorted[0]?.isEncoded ? (/^([^']{0,60})'[^']{0,60}'(.*)$/s.exec(sorted[0].value) ?? []) : []
  const values = sorted.map((section, at) => ({
    ...section,
    value: at === 0 ? (rest ?? section.value) : section.value,
  }))
  if (values.every(({ isEncoded }) => !isEncoded)) return decodeHeaderText(values.map(({ value }) => value).join(''))
  const bytes = values.map(({ value, isEncoded }) => (isEncoded ? percentDecoded(value) : Buffer.from(value)))
  const text = decodeText(Buffer.concat(bytes), charset).text
  return decodeHeaderText(text)
}

function percentDecoded(value: string): Buffer {
  const bytes = Buffer.from(value).toString('latin1')
  return Buffer.from(
    bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** Encoded words are against RFC 2047 §5 here, and written by many; a few write a name as it stands in an address. */
function decoded(name: string, value: string): string {
  if (!isFileName(name)) return name === 'boundary' ? value : decodeHeaderText(value)
  const text = decodeHeaderText(value)
  if (!/%[89a-f][0-9a-f]/i.test(text)) return text
  const bytes = percentDecoded(text)
  return isUtf8(bytes) ? bytes.toString('utf8') : text
}

function isFileName(name: string): boolean {
  return /^(?:file)?name\b/.test(name)
}

/**
 * A name that a file system, a header and a screen can take: the last part of a path, without controls and without what
 * turns the direction of writing (`exe.fdp` read backwards), at most 255 bytes, never empty.
 */
export function safeFilename(name: string): string {
  const visible = cleanText(name.slice(0, limit))
    .replace(/[\p{Bidi_Control}\ufeff]+/gu, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
  const base = visible.split(/[\\/]/).findLast((part) => /[^ .]/.test(part)) ?? ''
  const short = base.length > 1000 ? base.slice(0, 500) + base.slice(-500) : base
  return shortened(short.trimStart().replace(/[. ]+$/, '')) || 'attachment'
}

const nameBytes = 255

/** The extension stays: it says what the file is. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= nameBytes) return name
  const extension = /\.[^.\s]{1,20}$/.exec(name)?.[0] ?? ''
  const room = nameBytes - Buffer.byteLength(extension)
  const whole = Buffer.from(name.slice(0, name.length - extension.length)).subarray(0, room)
  return new TextDecoder().decode(whole, { stream: true }).trimEnd() + extension
}
