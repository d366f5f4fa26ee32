/** Content-Transfer-Encoding (RFC 2045 §6) undone. Total and linear: what is broken is read as far as it makes sense. */
import { readUuencode } from '../unpack/uuencode.ts'

export type Transferred = {
  bytes: Buffer
  /** A plain sentence when the body was not as its header says. */
  warning?: string
  /** Text that somebody put behind the encoded body on its way, for example the footer of a list. */
  appended?: Buffer
}

export function decodeTransfer(body: Buffer, encoding: string): Transferred {
  const name = encoding.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (name === 'base64') return decodeBase64(body)
  if (name === 'quotedprintable') return decodeQuotedPrintable(body)
  if (/^x?uu(e|encode)$/.test(name)) return decodeUuencoded(body)
  if (/^(|[78]bits?|binary)$/.test(name)) return { bytes: body }
  return {
    bytes: body,
    warning: `The transfer encoding ${encoding.slice(0, 40)} is unknown; the part is shown as it is.`,
  }
}

/** RFC 2045 §6.8. */
function decodeBase64(body: Buffer): Transferred {
  const warning = 'A part is said to be base64, and is not; it is shown as it is.'
  if (!isBase64(body.toString('latin1', 0, 4096))) return { bytes: body, warning }
  const end = encodedEnd(body)
  const encoded = body.toString('latin1', 0, end)
  const padding = encoded.indexOf('=')
  const whole = padding < 0 || /^[=\s]*$/.test(encoded.slice(padding))
  const bytes = whole ? Buffer.from(encoded, 'base64') : decodePieces(body.subarray(0, end))
  return end === body.length ? { bytes } : { bytes, appended: body.subarray(end) }
}

/** Characters that are none of base64 are ignored, but hardly any line of text is without a space. */
function isBase64(beginning: string): boolean {
  const first = /\S[^\n]*/.exec(beginning)?.[0].trim() ?? ''
  if (isEncodedLine(first) && (first.length >= 20 || first.endsWith('='))) return true
  const written = beginning.replace(/[ \t]{0,100}[\r\n][ \t]{0,100}/g, '').trim()
  const spaces = written.match(/\s/g)?.length ?? 0
  const others = written.match(/[^A-Za-z0-9+/=\s]/g)?.length ?? 0
  return spaces <= written.length * 0.03 && others <= written.length * 0.1
}

/** Where words begin that somebody put behind the encoded body on its way. */
function encodedEnd(body: Buffer): number {
  const from = Math.max(0, body.length - footerLimit)
  const tail = body.toString('latin1', from)
  const lines = tail.split('\n')
  const last = lines.findLastIndex((line) => isEncodedLine(line.trim()))
  if (last < 0) return body.length
  // The very last line may be cut off.
  const next = ofAlphabet.test(lines[last + 1]?.trim() ?? '') ? last + 2 : last + 1
  if (!lines.slice(next).some((line) => line.trim() !== '' && !ofAlphabet.test(line.trim()))) return body.length
  return from + lines.slice(0, next).join('\n').length
}

const footerLimit = 16 * 1024
const ofAlphabet = /^[A-Za-z0-9+/]+={0,2}$/

/** A word alone in its line could be either; a line of base64 is full, or filled up. */
function isEncodedLine(line: string): boolean {
  return ofAlphabet.test(line) && (line.length % 4 === 0 || line.length >= 60)
}

/**
 * As programs make that encode in pieces: behind the padding of one comes another, of which Node reads nothing. What
 * stands behind a space there is neither.
 */
function decodePieces(body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(body.length)
  let written = 0
  let bits = 0
  let group = 0
  let ended = false
  let ignored = false
  // By index: the iterator of a Buffer takes four times as long.
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!
    const value = base64Values[byte]!
    if (byte === lineFeed) ignored = false
    else if (ended && byte === space) ignored = true
    ended = byte === equals || (ended && value < 0)
    if (byte === equals) bits = 0
    if (value < 0 || ignored) continue
    group = ((group << 6) | value) & 0xffffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[written++] = (group >> bits) & 0xff
  }
  return bytes.subarray(0, written)
}

const lineFeed = 0x0a
const space = 0x20

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64Values = Int8Array.from({ length: 256 }, (_, byte) => alphabet.indexOf(String.fromCharCode(byte)))

/** RFC 2045 §6.7. An `=` that begins nothing stands for itself. */
function decodeQuotedPrintable(body: Buffer): Transferred {
  const first = body.indexOf(equals)
  if (first < 0) return { bytes: body }
  const bytes = Buffer.allocUnsafe(body.length)
  body.copy(bytes, 0, 0, first)
  let written = first
  for (let at = first; at < body.length; ) {
    const byte = body[at]!
    if (byte !== equals) {
      bytes[written++] = byte
      at++
      continue
    }
    const high = hexDigit(body[at + 1])
    const low = hexDigit(body[at + 2])
    if (high >= 0 && low >= 0) {
      bytes[written++] = high * 16 + low
      at += 3
      continue
    }
    const next = afterSoftBreak(body, at + 1)
    if (next === undefined) bytes[written++] = byte
    at = next ?? at + 1
  }
  return { bytes: bytes.subarray(0, written) }
}

const equals = 0x3d

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** A line break behind `=`, with white space that was added between them on the way; undefined when there is none. */
function afterSoftBreak(body: Buffer, from: number): number | undefined {
  let at = from
  while (at < from + 1000 && (body[at] === 0x20 || body[at] === 0x09)) at++
  if (at >= body.length) return at
  if (body[at] === 0x0d && body[at + 1] === 0x0a) return at + 2
  return body[at] === 0x0a || body[at] === 0x0d ? at + 1 : undefined
}

/** With the lines `begin` and `end` around it, and perhaps text before them. */
function decodeUuencoded(body: Buffer): Transferred {
  const begin = body
    .subarray(0, beginningBytes)
    .toString('latin1')
    .search(/^begin(-base64)? /m)
  const file = begin < 0 ? undefined : readUuencode(body, begin)
  if (!file) return { bytes: body, warning: 'A part is said to be uuencoded, and is not; it is shown as it is.' }
  return { bytes: file.content, ...(file.warning && { warning: file.warning }) }
}

const beginningBytes = 16 * 1024
