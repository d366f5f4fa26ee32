/** `=ybegin … =yend`: yEnc 1.3 (http://www.yenc.org/yenc-draft.1.3.txt), eight bits as they are but for a few. */
import { crc32 } from 'node:zlib'
import { lineAt } from './lines.ts'
import type { TextFile } from './text-files.ts'

/** The file whose `=ybegin` stands at `start`. */
export function readYenc(text: Buffer, start: number): TextFile | undefined {
  if (text.toString('latin1', start, start + 8) !== '=ybegin ') return undefined
  const first = lineAt(text, start)
  const fields = text.toString('latin1', start, Math.min(first.end, start + 600))
  const name = / name=(\S.{0,254})$/.exec(fields)?.[1]?.trimEnd()
  if (!name || !/ line=\d/.test(fields)) return undefined
  const last = text.indexOf('\n=yend ', first.next - 1)
  if (last < 0) return undefined
  const total = / total=(\d{1,6})/.exec(fields)?.[1]
  const part = / part=(\d{1,6})/.exec(fields)?.[1]
  const second = lineAt(text, first.next)
  const data = part && text.toString('latin1', second.start, second.start + 7) === '=ypart ' ? second.next : first.next
  const end = lineAt(text, last + 1)
  const content = decode(text.subarray(Math.min(data, last + 1), last + 1))
  const warning = warningOf(
    content,
    text.toString('latin1', last + 1, Math.min(end.end, last + 300)),
    name,
    part,
    total,
  )
  return {
    ...{ source: 'yenc', name: Buffer.from(name, 'latin1'), content, start, end: end.next },
    ...(warning && { warning }),
  }
}

function decode(data: Buffer): Buffer {
  const bytes = Buffer.alloc(data.length)
  let length = 0
  for (let at = 0; at < data.length; at++) {
    let byte = data[at]!
    if (byte === 0x0a || byte === 0x0d) continue
    // An escaped character is moved by 64 besides the 42 of all.
    if (byte === 0x3d) byte = (data[++at] ?? 0) - 64
    bytes[length++] = (byte - 42) & 0xff
  }
  return bytes.subarray(0, length)
}

function warningOf(
  content: Buffer,
  trailer: string,
  name: string,
  part: string | undefined,
  total: string | undefined,
): string | undefined {
  const size = / size=(\d{1,12})/.exec(trailer)?.[1]
  const crc = (part ? / pcrc32=([0-9a-f]{1,8})/i : / crc32=([0-9a-f]{1,8})/i).exec(trailer)?.[1]
  const file = JSON.stringify(name)
  if (size && Number(size) !== content.length) return `${file} in the text is damaged: its length is another.`
  if (crc && Number.parseInt(crc, 16) !== crc32(content))
    return `${file} in the text is damaged: its checksum is wrong.`
  return part && total !== '1' ? `${file} is part ${part} of a file that was sent in several letters.` : undefined
}
