/** The text of a header value for a person: encoded words (RFC 2047) decoded. Total. */
import libmime from 'libmime'
import { cleanText } from '../text.ts'

export function decodeHeaderText(value: string): string {
  try {
    return cleanText(libmime.decodeWords(value))
  } catch {
    return cleanText(value)
  }
}
