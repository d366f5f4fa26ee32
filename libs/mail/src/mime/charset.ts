/** Bytes to text, whatever the letter calls its character set. Total: any bytes and any label give well-formed text. */
import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { cleanText } from '../text.ts'

export type DecodedText = {
  text: string
  /** What the bytes were read as. */
  charset: string
  /** A plain sentence when that is not what the letter said, or something could not be read. */
  warning?: string
}

export function decodeText(bytes: Buffer, label: string | undefined): DecodedText {
  const charset = label?.trim().toLowerCase() || 'utf-8'
  if (isUtf8(bytes)) return { text: cleanText(bytes.toString('utf8')), charset: 'utf-8' }
  for (const name of [charset, 'windows-1252']) {
    const text = decodeAs(bytes, name)
    if (text !== undefined) return { text: cleanText(text), charset: name }
  }
  return { text: cleanText(bytes.toString('latin1')), charset: 'iso-8859-1' }
}

function decodeAs(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: charset === 'utf-8' }).decode(bytes)
  } catch {
    return iconv.encodingExists(charset) ? iconv.decode(bytes, charset) : undefined
  }
}
