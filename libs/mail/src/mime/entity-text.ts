import { isUtf8 } from 'node:buffer'
import { unixLines } from '../line-ends.ts'
import { cleanText } from '../text.ts'
import { charsetOf } from './labels.ts'
import { readAs } from './read-as.ts'
import { decodeTransfer } from './transfer.ts'
import type { Entity } from './tree.ts'

/**
 * The beginning of a leaf's body as programs write it for each other: encoding and character set undone, lines ending
 * with LF. Labels are believed, and nothing is guessed: charset.ts does that for people to read, and takes its time.
 */
export function entityText({ body, encoding, parameters }: Entity, limit: number): string {
  // At least so many characters are in these bytes, whatever their encoding.
  const { bytes, appended } = decodeTransfer(body.subarray(0, limit * 12), encoding)
  const text = read(beginning(bytes, limit * 4), parameters.charset)
  const behind = appended ? `\n${read(beginning(appended, limit), undefined)}` : ''
  return unixLines(cleanText(`${text}${behind}`)).slice(0, limit)
}

function read(bytes: Buffer, label = ''): string {
  const charset = charsetOf(label) ?? 'windows-1252'
  const looksLikeAscii = /^(iso-2022-|hz-|utf-7|utf-16|utf-32)/.test(charset)
  return !looksLikeAscii && isUtf8(bytes) ? bytes.toString('utf8') : readAs(bytes, charset)
}

/** Half a character would make all of the text something else than UTF-8. */
function beginning(bytes: Buffer, length: number): Buffer {
  let end = Math.min(length, bytes.length)
  while (end > 0 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}
