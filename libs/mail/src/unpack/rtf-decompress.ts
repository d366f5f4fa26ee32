/** Compressed RTF, as Outlook keeps the body of a letter: [MS-OXRTFCP]. */
import { crc32 } from 'node:zlib'

export type Decompressed = { rtf: Buffer; warning?: string }

/**
 * At most `limit` bytes; undefined when it is none. The output is bounded by the input (two bytes make seventeen at
 * most), never by the sizes that the header claims.
 */
export function decompressRtf(bytes: Buffer, limit: number): Decompressed | undefined {
  if (bytes.length < 16) return undefined
  const rawSize = bytes.readUInt32LE(4)
  const kind = bytes.readUInt32LE(8)
  if (kind === uncompressed) return { rtf: bytes.subarray(16, 16 + Math.min(rawSize, limit)) }
  if (kind !== compressed) return undefined
  const packed = bytes.subarray(16, Math.min(bytes.length, bytes.readUInt32LE(0) + 4))
  const whole = crcOf(packed) === bytes.readUInt32LE(12)
  const rtf = inflate(packed, Math.min(rawSize, limit))
  if (whole && rtf.length === rawSize) return { rtf }
  const warning =
    rawSize > limit
      ? 'The text of Outlook is too long; only its beginning is shown.'
      : 'The text of Outlook is damaged.'
  return { rtf, warning }
}

const compressed = 0x75465a4c
const uncompressed = 0x414c454d

/** CRC-32 as everywhere, only begun with zero and not inverted ([MS-OXRTFCP] §2.1.3.2). */
function crcOf(bytes: Buffer): number {
  return (crc32(bytes, 0xffffffff) ^ 0xffffffff) >>> 0
}

/** Runs of eight, literals or references into the last 4096 bytes, each told by a bit of the byte before ([MS-OXRTFCP] §3.1). */
function inflate(packed: Buffer, size: number): Buffer {
  const output = Buffer.alloc(Math.min(size, Math.ceil(packed.length / 2) * 17))
  const window = Buffer.alloc(4096)
  window.write(beginning, 'latin1')
  let at = beginning.length
  let written = 0
  const put = (byte: number) => {
    window[at++ & 0xfff] = byte
    output[written++] = byte
  }
  let position = 0
  while (position < packed.length && written < output.length) {
    const control = packed[position++]!
    for (let bit = 0; bit < 8 && position < packed.length && written < output.length; bit++) {
      if (!(control & (1 << bit))) {
        put(packed[position++]!)
        continue
      }
      if (position + 1 >= packed.length) return output.subarray(0, written)
      const reference = packed.readUInt16BE(position)
      position += 2
      const offset = reference >> 4
      if (offset === (at & 0xfff)) return output.subarray(0, written)
      const length = (reference & 0xf) + 2
      for (let step = 0; step < length && written < output.length; step++) put(window[(offset + step) & 0xfff]!)
    }
  }
  return output.subarray(0, written)
}

/** What the window holds at first ([MS-OXRTFCP] §2.1.2.1). */
const beginning =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx'
