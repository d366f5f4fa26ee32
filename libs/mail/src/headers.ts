/**
 * The header block of a letter, read tolerantly and without I/O. Everything taken from here was written by a stranger:
 * values are clean for storage (no NUL, no lone surrogates), not for any other use.
 */
import { isUtf8 } from 'node:buffer'
import { readMailboxes } from './address-list.ts'
import { withLineFeeds } from './line-ends.ts'
import { decodeText } from './mime/charset.ts'
import { parseParameters } from './mime/parameters.ts'
import { readAs } from './mime/read-as.ts'
import { decodeHeaderText } from './mime/words.ts'
import { cleanText } from './text.ts'

export type Mailbox = { address: string; name: string }

/**
 * Header fields in the order of the letter, names in lower case, values unfolded but still encoded. An `odd` one is
 * written so that programs may read it differently: control characters, space before its colon, or a line behind it
 * that is no field (some append it, some skip it, for some the header ends there).
 */
export type Header = Field[]
export type Field = { name: string; value: string; lines: number; odd?: true }

/** Never throws: what is no field is skipped. */
export function parseHeader(block: Buffer): Header {
  const header: Header = []
  const fields = unfold(block.toString('latin1'))
  const charset = rawCharset(fields.map(({ text }) => text))
  for (const { text, lines } of fields) {
    const before = header.at(-1)
    const name = fieldName(text)
    if (name !== undefined) {
      const written = readable(text, charset)
      const value = cleanText(written.slice(written.indexOf(':') + 1).trim())
      header.push({ name, value, lines, ...(plainField.test(text) ? {} : { odd: true }) })
    } else if (before && text !== '') {
      // A parameter at the beginning of its line can belong nowhere else; all the same it is odd.
      const value = isLostParameter(before.value, text) ? `${before.value} ${cleanText(text.trim())}` : before.value
      header[header.length - 1] = { ...before, value, lines: before.lines + lines, odd: true }
    }
  }
  return header
}

function unfold(block: string): { text: string; lines: number }[] {
  const unfolded: { text: string; lines: number }[] = []
  for (const line of block.split(/\r?\n|\r$/)) {
    const before = unfolded.at(-1)
    if (before && /^[ \t]/.test(line)) {
      before.text += ` ${line.trimStart()}`
      before.lines++
    } else unfolded.push({ text: line, lines: 1 })
  }
  return unfolded
}

function fieldName(line: string): string | undefined {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase()
  return /^[!-9;-~]+$/.test(name) ? name : undefined
}

/** Raw 8-bit is UTF-8 (RFC 6532) where it can be; otherwise it is in the one character set of all such fields. */
function readable(field: string, charset: string): string {
  if (isAscii(field)) return field
  const bytes = Buffer.from(field, 'latin1')
  return readAs(bytes, isUtf8(bytes) ? 'utf-8' : charset)
}

/** That of the body, when it gives sensible text; what is short says little by itself. */
function rawCharset(fields: string[]): string {
  const raw = fields.filter((field) => !isAscii(field)).map((field) => Buffer.from(`${field}\n`, 'latin1'))
  if (raw.every((bytes) => isUtf8(bytes))) return 'utf-8'
  const type = fields.find((field) => fieldName(field) === 'content-type') ?? ''
  const { charset } = parseParameters(type).parameters
  return decodeText(Buffer.concat(raw.filter((bytes) => !isUtf8(bytes))), undefined, { otherwise: charset }).charset
}

function isAscii(field: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what it looks for
  return /^[\x00-\x7f]*$/.test(field)
}

function isLostParameter(value: string, line: string): boolean {
  return value.endsWith(';') && /^[a-z][a-z0-9*-]{0,60}=\S/i.test(line)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const plainField = /^[!-9;-~]+:[^\x00-\x08\x0b-\x1f\x7f]*$/

/** The header of a whole letter, wherever its lines end: CRLF, LF, or a bare CR as old programs write. */
export function readHeader(letter: Buffer): Header {
  const { bytes } = withLineFeeds(letter.subarray(0, readLimit))
  return parseHeader(bytes.subarray(0, blankLine(bytes)))
}

const readLimit = 1024 * 1024

function blankLine(bytes: Buffer): number {
  if (/^\r{0,2}\n/.test(bytes.toString('latin1', 0, 3))) return 0
  const found = ['\n\n', '\n\r\n', '\n\r\r\n'].map((blank) => bytes.indexOf(blank)).filter((at) => at >= 0)
  return found.length > 0 ? Math.min(...found) : bytes.length
}

/**
 * Where text begins in what should be the header of a letter or a part, as the blank line before it is missing; undefined
 * when all of it is header. A line that is no field ends a header, unless fields follow that stand in headers only: then
 * it is skipped. Behind what looks like a boundary these are of a part.
 */
export function strayText(block: Buffer, { blankLine, isPart }: { blankLine: boolean; isPart: boolean }): Stray {
  const lines = block.toString('latin1').split('\n')
  const kinds = lines.map((line, at) => kindOf(line.trimEnd(), lines[at - 1]?.trimEnd() ?? ''))
  if (isPart && block.length > 0 && !kinds.includes('header')) return { from: 0, skipped: '' }
  const isEnd = (kind: Kind, at: number) => kind === 'text' && (!blankLine || /^--\S/.test(lines[at]!))
  const end = kinds.findIndex(isEnd)
  const last = kinds.lastIndexOf('header', end < 0 ? kinds.length : end)
  const stray = kinds.indexOf('text', last + 1)
  const skipped = lines.slice(0, Math.max(last, 0)).filter((_, at) => kinds[at] === 'text')
  return {
    from: stray < 0 ? undefined : Buffer.byteLength(lines.slice(0, stray).join('\n'), 'latin1') + (stray > 0 ? 1 : 0),
    skipped: skipped.length > 0 ? decodeText(Buffer.from(skipped.join('\n'), 'latin1'), undefined).text : '',
  }
}

/** `from`: where it begins. `skipped`: lines before that which belong to no field. */
export type Stray = { from: number | undefined; skipped: string }

/** A field that stands in headers only, or something else that may stand there; or text. */
type Kind = 'header' | 'field' | 'text'

function kindOf(line: string, before: string): Kind {
  if (headerField.test(line)) return 'header'
  const continues = before !== '' && (/^[ \t]/.test(line) || isLostParameter(before, line))
  const isField = fieldName(line) !== undefined && !/^[a-z]{2,10}:\/\//i.test(line)
  return line === '' || continues || isField ? 'field' : 'text'
}

/** Fields that stand in headers only; a line of text may look like any other one. */
const headerField =
  /^(content-[a-z-]{2,40}|mime-version|x-[!-9;-~]{1,70}|received|return-path|message-id|from|to|subject|date)[ \t]{0,10}:/i

export function headerValues(header: Header, name: string): string[] {
  return header.filter((field) => field.name === name).map((field) => field.value)
}

export function headerValue(header: Header, name: string): string | undefined {
  return header.find((field) => field.name === name)?.value
}

/** The text of a field for a person: encoded words decoded (RFC 2047). */
export function headerText(header: Header, name: string): string {
  return decodeHeaderText(headerValue(header, name) ?? '')
}

/** Every mailbox of all fields of that name; members of groups (RFC 5322 §3.4) included. */
export function headerMailboxes(header: Header, name: string): Mailbox[] {
  const written = headerValues(header, name).flatMap((value) => readMailboxes(value))
  return written.map(({ address, name: shown }) => ({ address: cleanText(address), name: decodeHeaderText(shown) }))
}

/** Message-IDs of a field, without the angle brackets, in order: the last 200, which are the newest in References of a long thread. */
export function headerMessageIds(header: Header, name: string): string[] {
  const ids = headerValues(header, name).flatMap((value) => value.match(/<[^<>\s]{1,996}>/g) ?? [])
  return ids.slice(-200).map((id) => id.slice(1, -1))
}
