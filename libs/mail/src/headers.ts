/**
 * The header block of a letter, read tolerantly and without I/O. Everything taken from here was written by a stranger:
 * values are clean for storage (no NUL, no lone surrogates), not for any other use.
 */
import { isUtf8 } from 'node:buffer'
import addressparser, { type Address } from 'nodemailer/lib/addressparser'
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
  for (const { text, lines } of unfold(block.toString(isUtf8(block) ? 'utf8' : 'latin1'))) {
    const colon = text.indexOf(':')
    const name = text.slice(0, colon).trimEnd().toLowerCase()
    const before = header.at(-1)
    if (colon > 0 && /^[!-9;-~]+$/.test(name)) {
      const value = cleanText(text.slice(colon + 1).trim())
      header.push({ name, value, lines, ...(plainField.test(text) ? {} : { odd: true }) })
    } else if (before && text !== '') {
      header[header.length - 1] = { ...before, lines: before.lines + lines, odd: true }
    }
  }
  return header
}

/** The header of a whole letter, wherever its lines end: CRLF, LF, or a bare CR as old programs write. */
export function readHeader(letter: Buffer): Header {
  const text = letter.subarray(0, readLimit).toString('latin1').replace(/\r\n?/g, '\n')
  const end = text.startsWith('\n') ? 0 : text.indexOf('\n\n')
  return parseHeader(Buffer.from(end < 0 ? text : text.slice(0, end), 'latin1'))
}

const readLimit = 1024 * 1024

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const plainField = /^[!-9;-~]+:[^\x00-\x08\x0b-\x1f\x7f]*$/

function unfold(block: string): { text: string; lines: number }[] {
  const unfolded: { text: string; lines: number }[] = []
  for (const line of block.split(/\r?\n/)) {
    const before = unfolded.at(-1)
    if (before && /^[ \t]/.test(line)) {
      before.text += ` ${line.trimStart()}`
      before.lines++
    } else unfolded.push({ text: line, lines: 1 })
  }
  return unfolded
}

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
  return headerValues(header, name).flatMap((value) => flatten(addressparser(value)))
}

/** Message-IDs of a field, without the angle brackets, in order, at most 200 (References of a long thread). */
export function headerMessageIds(header: Header, name: string): string[] {
  const ids = headerValues(header, name).flatMap((value) => value.match(/<[^<>\s]{1,996}>/g) ?? [])
  return ids.slice(0, 200).map((id) => id.slice(1, -1))
}

function flatten(addresses: Address[]): Mailbox[] {
  return addresses.flatMap((entry) => {
    if ('group' in entry && entry.group) return flatten(entry.group)
    return { address: cleanText(entry.address ?? ''), name: decodeHeaderText(entry.name ?? '') }
  })
}
