/**
 * Bytes as text of one character set, wrong or right; what cannot be read is U+FFFD. Which library reads what:
 * TextDecoder wherever it is right. Node's is ICU and not the tables of the Encoding Standard: its euc-kr lacks the 8,822
 * syllables of code page 949, its big5 puts Hong Kong's characters and even kana into private use, and it has no
 * ISO-2022 but the first. The first two and what the standard left out are read by iconv-lite, ISO-2022 and HZ here.
 */
import iconv from 'iconv-lite'
import { decodeHz, decodeIso2022 } from './iso-2022.ts'

/** `charset` is a name from `charsetOf`. A character that is cut off at the end of the bytes is left away. */
export function readAs(bytes: Buffer, charset: string): string {
  if (charset === 'us-ascii') return bytes.toString('latin1').replace(/[\x80-\xff]/g, '\ufffd')
  if (charset.startsWith('iso-2022-')) return decodeIso2022(bytes)
  if (charset === 'hz-gb-2312') return decodeHz(bytes)
  if (charset.startsWith('utf-16')) return readUtf16(bytes, charset)
  if (charset.startsWith('utf-32')) return readUtf32(bytes, charset)
  if (charset === 'utf-7') return iconv.decode(bytes, 'utf-7')
  const inIconv = iconvNames[charset] ?? (iconvOnly.test(charset) ? charset : undefined)
  if (inIconv) return iconv.getDecoder(inIconv).write(bytes)
  return new TextDecoder(charset).decode(bytes, { stream: true })
}

const iconvNames: Record<string, string | undefined> = { 'euc-kr': 'cp949', big5: 'big5-hkscs' }
const iconvOnly = /^(?:cp\d+|mac(?!intosh)[a-z]+|armscii8|georgian\w+|koi8[a-z]|rk1048|pt154|hproman8|tcvn|viscii)$/

/** RFC 2781 §4.3 says big-endian without a mark, most programs write little-endian: Latin letters tell by their zeros. */
function readUtf16(bytes: Buffer, charset: string): string {
  const order = charset === 'utf-16' ? (moreZerosFirst(bytes, 2) ? 'utf-16be' : 'utf-16le') : charset
  return new TextDecoder(order).decode(bytes, { stream: true })
}

function readUtf32(bytes: Buffer, charset: string): string {
  const big = charset === 'utf-32be' || (charset === 'utf-32' && (bytes[0] === 0 || moreZerosFirst(bytes, 4)))
  return iconv.getDecoder(big ? 'utf-32be' : 'utf-32le').write(bytes)
}

function moreZerosFirst(bytes: Buffer, width: number): boolean {
  let balance = 0
  const end = Math.min(bytes.length, 4096)
  for (let at = 0; at < end; at++) {
    if (bytes[at] === 0) balance += at % width < width / 2 ? 1 : -1
  }
  return balance > 0
}
