/** Letters made worse at random, and always the same ones for the same seed. */

/** Numbers from 0 up to 1; mulberry32, which needs no more than its seed. */
export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const largest = 512 * 1024

/** One to six changes of a letter; `other` is what some of them take pieces of. */
export function mutated(letter: Buffer, other: Buffer, random: Random): Buffer {
  let changed = letter.subarray(0, largest)
  for (let left = 1 + Math.floor(random() * 6); left > 0; left--) {
    changed = pick(changes, random)(changed, other.subarray(0, largest), random)
  }
  return changed.subarray(0, largest)
}

type Change = (letter: Buffer, other: Buffer, random: Random) => Buffer

const changes: Change[] = [
  // Bytes.
  (letter, _, random) => {
    const bytes = Buffer.from(letter)
    for (let left = 1 + Math.floor(random() * 20); left > 0 && bytes.length > 0; left--) {
      bytes[at(bytes, random)] = Math.floor(random() * 256)
    }
    return bytes
  },
  (letter, _, random) => letter.subarray(0, at(letter, random)),
  (letter, _, random) => letter.subarray(at(letter, random)),
  (letter, _, random) => {
    const [from, to] = span(letter, random)
    return Buffer.concat([letter.subarray(0, from), letter.subarray(to)])
  },
  (letter, _, random) => {
    const [from, to] = span(letter, random)
    const piece = letter.subarray(from, Math.min(to, from + 2_000))
    const copies = Array.from({ length: 1 + Math.floor(random() * 50) }, () => piece)
    return Buffer.concat([letter.subarray(0, from), ...copies, letter.subarray(from)])
  },
  // Pieces of two letters.
  (letter, other, random) => Buffer.concat([letter.subarray(0, at(letter, random)), other.subarray(at(other, random))]),
  (letter, other, random) => {
    const [from, to] = span(other, random)
    return insert(letter, other.subarray(from, to), random)
  },
  // What letters are made of.
  (letter, _, random) =>
    insert(letter, Buffer.from(pick(baits, random).repeat(1 + Math.floor(random() * 200)), 'latin1'), random),
  (letter, _, random) =>
    replaced(letter, /boundary="?[^"\r\n;]{1,70}/i, `boundary="${pick(['', 'x', '--', '=_', ' '], random)}`),
  (letter, _, random) => replaced(letter, /charset="?[\w.-]{1,40}/i, `charset="${pick(charsets, random)}`),
  (letter, _, random) => replaced(letter, /(Content-Transfer-Encoding:)[^\r\n]*/i, `$1 ${pick(encodings, random)}`),
  (letter, _, random) => replaced(letter, /(Content-Type:)[^\r\n;]*/i, `$1 ${pick(types, random)}`),
  (letter, _, random) => Buffer.concat([Buffer.from(`${pick(fields, random)}\r\n`, 'latin1'), letter]),
  (letter) => Buffer.from(letter.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  (letter) => Buffer.from(letter.toString('latin1').replace(/\r?\n/g, '\r'), 'latin1'),
]

const baits = [
  ...[
    '\n',
    '\r\n\r\n',
    ' ',
    '\t',
    '\0',
    '>',
    '> ',
    '<',
    '&',
    '&#x',
    '"',
    "'",
    '=?',
    '?=',
    '=?utf-8?Q?',
    '=?utf-8?B?4pyT?= ',
  ],
  ...[
    '--',
    '\n--',
    '\n-- \n',
    '(',
    ')',
    '@',
    'a@b.cz, ',
    ';',
    '=',
    '=\n',
    '=C5',
    '\xff',
    '\x1b$B',
    '+AGE-',
    '~{',
    '\u00ad',
  ],
  ...[
    '<div>',
    '</div>',
    '<table>',
    '<td>',
    '<svg>',
    '<style>',
    '<!--',
    '-->',
    '<a href="javascript:alert(1)">',
    '<img src=x onerror=a>',
  ],
  ...[
    '<blockquote type="cite">',
    '<details data-folded="history">',
    '<template>',
    '<noscript>',
    '<math><mtext>',
    ']]>',
  ],
  ...[
    'On Mon, 1 Jan 2026, Jana wrote:\n',
    'Dne 1. 1. 2026 Jana napsala:\n',
    'begin 644 a\n',
    'end\n',
    '=ybegin line=128 size=9 name=a\n',
  ],
  ...[
    'BEGIN:VCALENDAR\n',
    'RRULE:FREQ=DAILY\n',
    'Subject: x\n',
    'Content-Type: message/rfc822\n\n',
    'From: a\nSent: b\n',
  ],
]
const charsets = [
  'utf-8',
  'utf-7',
  'utf-16',
  'iso-2022-jp',
  'iso-2022-kr',
  'hz-gb-2312',
  'gb18030',
  'big5',
  'koi8-r',
  'windows-1250',
  'x',
  '',
  'us-ascii',
]
const encodings = ['base64', 'quoted-printable', '7bit', '8bit', 'binary', 'x-uuencode', 'x-yenc', 'nonsense', '']
const types = [
  ...[
    'text/plain',
    'text/html',
    'text/calendar',
    'multipart/mixed',
    'multipart/alternative',
    'multipart/related',
    'multipart/report',
  ],
  ...[
    'multipart/signed',
    'message/rfc822',
    'message/delivery-status',
    'application/ms-tnef',
    'application/pkcs7-mime',
    'image/png',
    '',
    'x',
  ],
]
const fields = [
  ...[
    'Content-Type: multipart/mixed; boundary=',
    'Content-Type: text/html; charset=utf-16',
    'Content-Type: application/ms-tnef',
  ],
  ...[
    'Subject: =?iso-2022-jp?B?GyRC?=',
    'From: "',
    'Auto-Submitted: auto-replied',
    'Return-Path: <>',
    'X: y',
    'Content-Type: text/plain; format=flowed',
  ],
]

function at(bytes: Buffer, random: Random): number {
  return Math.floor(random() * bytes.length)
}

function span(bytes: Buffer, random: Random): [number, number] {
  const [one, other] = [at(bytes, random), at(bytes, random)]
  return one < other ? [one, other] : [other, one]
}

function insert(letter: Buffer, piece: Buffer, random: Random): Buffer {
  const place = at(letter, random)
  return Buffer.concat([letter.subarray(0, place), piece, letter.subarray(place)])
}

function replaced(letter: Buffer, pattern: RegExp, by: string): Buffer {
  return Buffer.from(letter.toString('latin1').replace(pattern, by), 'latin1')
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)]!
}
