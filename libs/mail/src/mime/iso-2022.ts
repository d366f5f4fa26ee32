/**
 * Text that switches between character sets by escape sequences: ISO-2022-JP in all variants (RFC 1468, RFC 1554, and
 * with the katakana that are not allowed there), ISO-2022-KR (RFC 1557), ISO-2022-CN (RFC 1922), and HZ (RFC 1843).
 * One reader for all: letters mix them, and TextDecoder knows the first of them only.
 */
import iconv from 'iconv-lite'

/** True when the text switches to a set of two bytes a character; nothing else in a letter does. */
export function hasEscapes(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(ESC); at >= 0; at = bytes.indexOf(ESC, at + 1)) {
    if (bytes[at + 1] === DOLLAR && escapeAt(bytes, at)) return true
  }
  return false
}

export function decodeIso2022(bytes: Buffer): string {
  const text: string[] = []
  const state = { ...start }
  let from = 0
  const flush = (to: number, next: number) => {
    if (to > from) text.push(inSet(bytes.subarray(from, to), state.shifted ? state.g1 : state.g0))
    from = next
  }
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte > 0x1b) continue
    if (byte === ESC) {
      const found = escapeAt(bytes, at)
      if (found) {
        flush(at, at + found.length)
        state[found.register] = found.set
        at = from - 1
      } else if (state.g2 && bytes[at + 1] === SS2) {
        flush(at, at + 2 + (state.g2.width ?? 1))
        text.push(inSet(bytes.subarray(at + 2, from), state.g2))
        at = from - 1
      }
    } else if (byte === SO || byte === SI) {
      flush(at, at + 1)
      state.shifted = byte === SO
    } else if (byte === LF || byte === CR) {
      // Each line begins in ASCII (RFC 1468, RFC 1557); who forgot to switch back has done so here.
      flush(at, at)
      state.g0 = ascii
      state.shifted = false
    }
  }
  flush(bytes.length, bytes.length)
  return text.join('')
}

/** RFC 1843: `~{` and `~}` around Chinese, `~~` for a tilde, and `~` at the end of a line joins it with the next. */
export function decodeHz(bytes: Buffer): string {
  const text: string[] = []
  let chinese = false
  let from = 0
  const flush = (to: number, next: number) => {
    if (to > from) text.push(inSet(bytes.subarray(from, to), chinese ? gb : ascii))
    from = next
  }
  for (let at = 0; at < bytes.length; at++) {
    const [byte, next] = [bytes[at], bytes[at + 1]]
    if (byte === LF) {
      flush(at, at)
      chinese = false
    } else if (byte === TILDE && !chinese && next === TILDE) {
      flush(at + 1, at + 2)
      at++
    } else if (byte === TILDE && !chinese && (next === LF || next === BRACE)) {
      flush(at, at + 2)
      chinese = next === BRACE
      at++
    } else if (byte === TILDE && chinese && next === 0x7d) {
      flush(at, at + 2)
      chinese = false
      at++
    }
  }
  flush(bytes.length, bytes.length)
  return text.join('')
}

/** `width`: bytes of a character. `read` is given those between 0x21 and 0x7e only. */
type CharacterSet = { width: number; read: (bytes: Buffer) => string }

const latin: CharacterSet = { width: 1, read: (bytes) => bytes.toString('latin1') }
const ascii: CharacterSet = { ...latin }
const roman: CharacterSet = { width: 1, read: (bytes) => bytes.toString('latin1').replace(/[\\~]/g, (c) => yen[c]!) }
const yen: Record<string, string> = { '\\': '¥', '~': '‾' }
const katakana: CharacterSet = {
  width: 1,
  read: (bytes) => bytes.toString('latin1').replace(/./g, (char) => halfWidth(char.charCodeAt(0) + 0x80)),
}
const eucJp = new TextDecoder('euc-jp')
const gb18030 = new TextDecoder('gb18030')
const greek = new TextDecoder('iso-8859-7')

/** Each is one half of an 8-bit encoding: the same codes with the high bit. */
const jis = doubleByte((bytes) => eucJp.decode(bytes))
const jisSupplement = doubleByte((bytes) => {
  const prefixed = Buffer.alloc((bytes.length / 2) * 3, 0x8f)
  for (let at = 0; at < bytes.length; at++) prefixed[Math.floor(at / 2) * 3 + 1 + (at % 2)] = bytes[at]!
  return eucJp.decode(prefixed)
})
const gb = doubleByte((bytes) => gb18030.decode(bytes))
const ks = doubleByte((bytes) => iconv.decode(bytes, 'cp949'))
/** CNS 11643 (Taiwan), for which nobody has a table any more. */
const cns = doubleByte((bytes) => '\ufffd'.repeat(bytes.length / 2))
const latin1High: CharacterSet = { width: 1, read: (bytes) => withHighBit(bytes).toString('latin1') }
const greekHigh: CharacterSet = {
  width: 1,
  read: (bytes) => greek.decode(withHighBit(bytes)),
}

type Register = 'g0' | 'g1' | 'g2'
const escapes: Record<string, { register: Register; set: CharacterSet } | undefined> = {
  '(B': { register: 'g0', set: ascii },
  '(J': { register: 'g0', set: roman },
  '(H': { register: 'g0', set: roman },
  '(I': { register: 'g0', set: katakana },
  $A: { register: 'g0', set: gb },
  '$@': { register: 'g0', set: jis },
  $B: { register: 'g0', set: jis },
  '$(@': { register: 'g0', set: jis },
  '$(B': { register: 'g0', set: jis },
  '$(A': { register: 'g0', set: gb },
  '$(C': { register: 'g0', set: ks },
  '$(D': { register: 'g0', set: jisSupplement },
  // JIS X 0213, planes 1 and 2: the first is JIS X 0208 and more.
  '$(O': { register: 'g0', set: jis },
  '$(Q': { register: 'g0', set: jis },
  '$(P': { register: 'g0', set: cns },
  '$)C': { register: 'g1', set: ks },
  '$)A': { register: 'g1', set: gb },
  '$)G': { register: 'g1', set: cns },
  '$)E': { register: 'g1', set: gb },
  '$*H': { register: 'g2', set: cns },
  '.A': { register: 'g2', set: latin1High },
  '.F': { register: 'g2', set: greekHigh },
}

const start: { g0: CharacterSet; g1: CharacterSet; g2: CharacterSet | undefined; shifted: boolean } = {
  g0: ascii,
  // ISO-2022-JP has no G1; programs that shift out mean katakana there.
  g1: katakana,
  g2: undefined,
  shifted: false,
}

const [ESC, SO, SI, LF, CR, SS2, DOLLAR, TILDE, BRACE] = [0x1b, 0x0e, 0x0f, 0x0a, 0x0d, 0x4e, 0x24, 0x7e, 0x7b]

function escapeAt(bytes: Buffer, at: number): { register: Register; set: CharacterSet; length: number } | undefined {
  for (const length of [2, 3]) {
    const found = escapes[bytes.toString('latin1', at + 1, at + 1 + length)]
    if (found) return { ...found, length: length + 1 }
  }
  return undefined
}

/** Controls and the space stand for themselves in every set; so does what has the high bit, as far as it can be read. */
function inSet(bytes: Buffer, set: CharacterSet): string {
  if (set === ascii) return bytes.toString('latin1').replace(/[\x80-\xff]/g, highAlone)
  const text: string[] = []
  let from = 0
  for (let at = 0; at <= bytes.length; at++) {
    const byte = bytes[at]
    if (byte !== undefined && byte > 0x20 && byte < 0x7f) continue
    const whole = at - ((at - from) % set.width)
    if (whole > from) text.push(set.read(bytes.subarray(from, whole)))
    if (whole < at && byte !== undefined) text.push('\ufffd')
    if (byte !== undefined) text.push(String.fromCharCode(byte).replace(/[\x80-\xff]/, highAlone))
    from = at + 1
  }
  return text.join('')
}

/** JIS X 0201 in eight bits: half-width katakana between the escapes. */
function highAlone(char: string): string {
  return halfWidth(char.charCodeAt(0))
}

function halfWidth(code: number): string {
  return code > 0xa0 && code < 0xe0 ? String.fromCharCode(code + 0xfec0) : '\ufffd'
}

function doubleByte(read: (bytes: Buffer) => string): CharacterSet {
  return { width: 2, read: (bytes) => read(withHighBit(bytes)) }
}

function withHighBit(bytes: Buffer): Buffer {
  const high = Buffer.from(bytes)
  for (let at = 0; at < high.length; at++) high[at]! |= 0x80
  return high
}
