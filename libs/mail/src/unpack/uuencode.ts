/** `begin 644 name`, lines, `end`: uuencode as POSIX writes it, of its own alphabet or of Base64. */
import { type Line, lineAt } from './lines.ts'
import type { TextFile } from './text-files.ts'

/**
 * The file whose first line begins at `start`. Every line up to its end has to be of the alphabet, which has no small
 * letters: people write "begin 100 things", too, and such text stays as it is.
 */
export function readUuencode(text: Buffer, start: number): TextFile | undefined {
  const first = lineAt(text, start)
  const found = beginning.exec(text.toString('latin1', start, Math.min(first.end, start + 300)))
  if (!found) return undefined
  const [, base64, name] = found
  const read = (base64 ? readBase64 : readLines)(text, first.next)
  if (!read || read.content.length === 0) return undefined
  const warning = read.ended ? undefined : `The end of ${JSON.stringify(name)} in the text is missing.`
  return {
    ...{ source: 'uuencode', name: Buffer.from(name!, 'latin1'), content: read.content, start, end: read.end },
    ...(warning && { warning }),
  }
}

const beginning = /^begin(-base64)? [0-7]{3,4} {1,8}(\S[^\r\n]{0,254})$/

type Read = { content: Buffer; end: number; ended: boolean }

function readLines(text: Buffer, start: number): Read | undefined {
  let length = 0
  let empty = 0
  let line = lineAt(text, start)
  for (; line.start < text.length; line = lineAt(text, line.next)) {
    const size = sizeOf(text, line)
    if (size === undefined) break
    length += size
    if (size === 0) empty++
    // Zeros whose spaces were lost are few; else two bytes would make forty-five.
    if (length > line.next - start + lostLimit || empty > emptyLimit) return undefined
  }
  const ended = line.start < text.length
  // Cut off by the letter's end: some text of capitals could be that, more than a line of it is not.
  if (ended ? !isEnd(text, line, 'end') : length <= 45) return undefined
  const content = Buffer.alloc(length)
  let written = 0
  for (let one = lineAt(text, start); one.start < line.start; one = lineAt(text, one.next)) {
    if (one.end > one.start) written = decodeLine(text, one, content, written)
  }
  return { content, end: ended ? line.next : text.length, ended }
}

const lostLimit = 64 * 1024
const emptyLimit = 10_000

/** How many bytes a line stands for; undefined when it is none. */
function sizeOf(text: Buffer, { start, end }: Line): number | undefined {
  if (end === start) return 0
  const size = (text[start]! - 0x20) & 0x3f
  // One or two characters behind the data: a checksum, as some programs add.
  if (end - start > 1 + Math.ceil(size / 3) * 4 + 2) return undefined
  for (let at = start; at < end; at++) if (text[at]! < 0x20 || text[at]! > 0x60) return undefined
  return size
}

/** Spaces stand for zeros, and those at its end may be lost on the way. */
function decodeLine(text: Buffer, { start, end }: Line, content: Buffer, from: number): number {
  const size = (text[start]! - 0x20) & 0x3f
  const value = (at: number) => (at < end ? (text[at]! - 0x20) & 0x3f : 0)
  for (let group = 0; group * 3 < size; group++) {
    const at = start + 1 + group * 4
    const bits = (value(at) << 18) | (value(at + 1) << 12) | (value(at + 2) << 6) | value(at + 3)
    for (let byte = 0; byte < 3 && group * 3 + byte < size; byte++) {
      content[from + group * 3 + byte] = (bits >> (16 - byte * 8)) & 0xff
    }
  }
  return from + size
}

function readBase64(text: Buffer, start: number): Read | undefined {
  let line = lineAt(text, start)
  while (line.start < text.length && !isEnd(text, line, '====')) {
    for (let at = line.start; at < line.end; at++) if (!isBase64(text[at]!)) return undefined
    line = lineAt(text, line.next)
  }
  const ended = line.start < text.length
  const content = Buffer.from(text.toString('latin1', start, line.start), 'base64')
  return ended || content.length > 45 ? { content, end: line.next, ended } : undefined
}

function isBase64(byte: number): boolean {
  const digit = byte >= 0x30 && byte <= 0x39
  const letter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
  return digit || letter || byte === 0x2b || byte === 0x2f || byte === 0x3d
}

function isEnd(text: Buffer, { start, end }: Line, word: string): boolean {
  return end - start < 20 && text.toString('latin1', start, end).trimEnd() === word
}
