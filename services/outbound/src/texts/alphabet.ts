/** How words become the short messages that a text consists of (3GPP TS 23.038, TS 23.040). */

/** GSM 7-bit, while every character is in it or in its extension table; else UCS-2, at less than half as many. */
export type Alphabet = 'gsm7' | 'ucs2'

/** Octets of the header that holds parts together: 6 with a number of 8 bits in it, 7 with one of 16. */
export type HeaderBytes = 6 | 7

export type Parts = { alphabet: Alphabet; parts: string[] }

/** 140 octets are one short message. A character of two units never stands in two parts. */
export function inParts(text: string, header: HeaderBytes): Parts {
  const alphabet = [...text].every((letter) => basic.has(letter) || extension.has(letter)) ? 'gsm7' : 'ucs2'
  const [alone, joined] =
    alphabet === 'gsm7' ? [160, Math.floor(((140 - header) * 8) / 7)] : [70, Math.floor((140 - header) / 2)]
  const whole = pack(text, alphabet, alone)
  return { alphabet, parts: whole.length <= 1 ? [text] : pack(text, alphabet, joined) }
}

/** As SMPP carries it: septets each in an octet of its own, or UTF-16 with the high octet first. */
export function encode(text: string, alphabet: Alphabet): Buffer {
  if (alphabet === 'ucs2') return Buffer.from(text, 'utf16le').swap16()
  return Buffer.from(
    [...text].flatMap((letter) => (basic.has(letter) ? basic.get(letter)! : [toExtension, extension.get(letter)!])),
  )
}

function pack(text: string, alphabet: Alphabet, room: number): string[] {
  const parts: string[] = []
  let part = ''
  let used = 0
  for (const letter of text) {
    const units = alphabet === 'gsm7' ? (basic.has(letter) ? 1 : 2) : letter.length
    if (used + units > room) {
      parts.push(part)
      part = ''
      used = 0
    }
    part += letter
    used += units
  }
  return [...parts, part]
}

const toExtension = 0x1b

/** TS 23.038 §6.2.1, in order; nobody writes the escape that stands in its middle. */
const basic = new Map(
  [
    ...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?',
    ...'¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
  ].map((letter, code) => [letter, code]),
)
basic.delete('\x1b')

/** TS 23.038 §6.2.1.1. */
const extension = new Map([
  ['\f', 0x0a],
  ['^', 0x14],
  ['{', 0x28],
  ['}', 0x29],
  ['\\', 0x2f],
  ['[', 0x3c],
  ['~', 0x3d],
  [']', 0x3e],
  ['|', 0x40],
  ['€', 0x65],
])
