/** A header value with parameters (RFC 2045 §5.1, RFC 2231), as Content-Type and Content-Disposition have. Total. */
import libmime from 'libmime'
import { cleanText } from '../text.ts'
import { decodeHeaderText } from './words.ts'

export type Parameters = { value: string; parameters: Record<string, string> }

/** Names of parameters are in lower case. */
export function parseParameters(value: string): Parameters {
  try {
    const { value: first, params } = libmime.parseHeaderValue(value)
    const parameters = Object.entries(params).map(([name, text]) => [name.toLowerCase(), decodeHeaderText(text)])
    return { value: cleanText(first), parameters: Object.fromEntries(parameters) }
  } catch {
    return { value: cleanText(value), parameters: {} }
  }
}

/** A name that a file system and a screen can take: the last part of a path, at most 255 bytes, never empty. */
export function safeFilename(name: string): string {
  const base = cleanText(name)
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, '')
    .split(/[\\/]/)
    .at(-1)!
    .trim()
  return base.slice(0, 80) || 'attachment'
}
