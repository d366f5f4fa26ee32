/**
 * The header block of a letter, read tolerantly and without I/O. Everything taken from here was written by a stranger:
 * values are clean for storage (no NUL, no lone surrogates), not for any other use.
 */
import { isUtf8 } from 'node:buffer'
import libmime from 'libmime'
import addressparser, { type Address } from 'nodemailer/lib/addressparser'
import { cleanText } from './text.ts'

export type Mailbox = { address: string; name: string }

/** Header fields in the order of the letter, names in lower case, values unfolded but still encoded. */
export type Header = { name: string; value: string }[]

/** Never throws: lines that are not fields are skipped. */
export function parseHeader(block: Buffer): Header {
  const unfolded = block.toString(isUtf8(block) ? 'utf8' : 'latin1').replace(/\r?\n[ \t]+/g, ' ')
  return unfolded.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trimEnd().toLowerCase()
    return colon > 0 && /^[!-9;-~]+$/.test(name) ? { name, value: cleanText(line.slice(colon + 1).trim()) } : []
  })
}

export function headerValues(header: Header, name: string): string[] {
  return header.filter((field) => field.name === name).map((field) => field.value)
}

export function headerValue(header: Header, name: string): string | undefined {
  return header.find((field) => field.name === name)?.value
}

/** The text of a field for a person: encoded words decoded (RFC 2047). */
export function headerText(header: Header, name: string): string {
  return decodeWords(headerValue(header, name) ?? '')
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
    return { address: cleanText(entry.address ?? ''), name: decodeWords(entry.name ?? '') }
  })
}

function decodeWords(value: string): string {
  try {
    return cleanText(libmime.decodeWords(value))
  } catch {
    return value
  }
}
