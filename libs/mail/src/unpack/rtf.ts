/**
 * The text of RTF. Outlook wraps HTML or text in it ([MS-OXRTFEX]), which comes out as it was; of RTF that was written as
 * such the words are kept, not their look. One pass; groups are remembered to a fixed depth.
 */
import type { Budget } from './budget.ts'
import { decodeCodePage } from './code-pages.ts'

/** `objects` when there are pictures or objects in it, which the text does not show. */
export type RtfText = { kind: 'html' | 'text' | 'rtf'; text: string; objects: boolean; cut: boolean }

export function readRtf(rtf: Buffer, { left }: Budget): RtfText {
  const reading: Reading = {
    ...{ rtf, kind: 'rtf', pieces: [], length: 0, pending: [], ascii: true, objects: false, cut: false, ended: false },
    ...{ codePage: 1252, fonts: new Map(), fontBeingRead: 0, skip: 0 },
    state: { ...{ silent: false, suppressed: false, tag: false, fontTable: false }, font: -1, fallback: 1 },
    ...{ saved: [], overflow: 0, starred: false, controls: left.controls },
  }
  let at = 0
  while (at < rtf.length && !reading.cut && !reading.ended) at = readToken(reading, at)
  flush(reading)
  left.controls = Math.max(0, reading.controls)
  const { kind, objects, cut } = reading
  return { kind, text: reading.pieces.join(''), objects, cut }
}

const textLimit = 8 * 1024 * 1024
const depthLimit = 1000

type State = {
  /** In a group that is not for reading: fonts, colours, pictures, what no reader has to know (`\*`). */
  silent: boolean
  /** `\htmlrtf`: what only RTF readers are to see. */
  suppressed: boolean
  /** `{\*\htmltag …}`: what only HTML readers are to see. */
  tag: boolean
  fontTable: boolean
  font: number
  /** How many characters follow a Unicode one for readers that know none (`\uc`). */
  fallback: number
}

type Reading = {
  rtf: Buffer
  kind: RtfText['kind']
  pieces: string[]
  length: number
  /** Bytes of the text that were not decoded yet: a character may have several. */
  pending: number[]
  /** All of them are. */
  ascii: boolean
  objects: boolean
  cut: boolean
  /** Its outermost group is closed: what follows is none of it. */
  ended: boolean
  codePage: number
  fonts: Map<number, number>
  fontBeingRead: number
  skip: number
  state: State
  saved: State[]
  overflow: number
  /** Right behind `\*`. */
  starred: boolean
  /** How many more are read. */
  controls: number
}

/** Returns where the next one begins. */
function readToken(reading: Reading, at: number): number {
  const byte = reading.rtf[at]!
  if (byte === backslash) return readControl(reading, at + 1)
  if (byte === open) openGroup(reading)
  else if (byte === close) closeGroup(reading)
  else if (byte !== 13 && byte !== 10) takeByte(reading, byte)
  return at + 1
}

const open = 0x7b
const close = 0x7d
const backslash = 0x5c

function openGroup(reading: Reading): void {
  flush(reading)
  reading.skip = 0
  if (reading.saved.length < depthLimit) reading.saved.push({ ...reading.state })
  else reading.overflow++
}

function closeGroup(reading: Reading): void {
  flush(reading)
  reading.skip = 0
  if (reading.overflow > 0) reading.overflow--
  else reading.state = reading.saved.pop() ?? reading.state
  reading.ended = reading.saved.length === 0
}

function readControl(reading: Reading, at: number): number {
  const byte = reading.rtf[at]
  if (byte === undefined) return at
  if (--reading.controls < 0) reading.cut = true
  if (byte === 0x27) {
    const code = Number.parseInt(reading.rtf.toString('latin1', at + 1, at + 3), 16)
    if (!Number.isNaN(code)) takeByte(reading, code)
    return at + 3
  }
  if (!isLetter(byte)) {
    takeSymbol(reading, String.fromCharCode(byte))
    return at + 1
  }
  let end = at
  while (end < reading.rtf.length && end - at < wordLimit && isLetter(reading.rtf[end]!)) end++
  const word = reading.rtf.toString('latin1', at, end)
  const digits = end
  if (reading.rtf[end] === 0x2d) end++
  while (end - digits < 11 && isDigit(reading.rtf[end])) end++
  const number = end === digits ? undefined : Number(reading.rtf.toString('latin1', digits, end)) || 0
  if (reading.rtf[end] === 0x20) end++
  // Bytes as they are, among which braces mean nothing.
  if (word === 'bin') return end + Math.max(0, number ?? 0)
  takeWord(reading, word, number)
  reading.starred = false
  return end
}

/** The longest control word there is has fewer letters (RTF 1.9.1, appendix B). */
const wordLimit = 32

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a)
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

function takeSymbol(reading: Reading, symbol: string): void {
  if (symbol === '*') reading.starred = true
  else if (symbol === '~') takeText(reading, '\u00a0')
  else if (symbol === '_') takeText(reading, '-')
  else if (symbol === '\r' || symbol === '\n') takeText(reading, '\n')
  else if ('\\{}'.includes(symbol)) takeByte(reading, symbol.charCodeAt(0))
}

function takeWord(reading: Reading, word: string, number: number | undefined): void {
  const text = words[word]
  if (text !== undefined) return takeText(reading, text)
  const action = actions[word]
  if (action) return action(reading, number)
  if (reading.starred || silentGroups.has(word)) reading.state.silent = true
}

const words: Record<string, string> = {
  ...{ par: '\n', line: '\n', row: '\n', sect: '\n', page: '\n', tab: '\t', cell: '\t', nestcell: '\t', nestrow: '\n' },
  ...{ lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”', bullet: '•', endash: '–', emdash: '—' },
  ...{ emspace: '\u2003', enspace: '\u2002', qmspace: '\u2005', zwj: '\u200d', zwnj: '\u200c' },
}

const silentGroups = new Set([
  ...['colortbl', 'stylesheet', 'info', 'listtable', 'listoverridetable', 'revtbl', 'rsidtbl', 'generator', 'pict'],
  ...['objdata', 'objclass', 'header', 'headerl', 'headerr', 'headerf', 'footer', 'footerl', 'footerr', 'footerf'],
  ...[
    'fldinst',
    'pntext',
    'pntxtb',
    'pntxta',
    'xe',
    'tc',
    'filetbl',
    'themedata',
    'datastore',
    'mhtmltag',
    'bkmkstart',
  ],
  ...['bkmkend', 'nonesttables', 'template', 'author', 'operator', 'title', 'subject', 'comment', 'shpinst'],
])

type Action = (reading: Reading, number: number | undefined) => void

const actions: Record<string, Action> = {
  fromhtml(reading, number) {
    if (number !== 0) reading.kind = 'html'
  },
  fromtext(reading) {
    if (reading.kind === 'rtf') reading.kind = 'text'
  },
  htmltag(reading) {
    // A fragment of the HTML, whatever the group around it is.
    if (reading.kind === 'html') Object.assign(reading.state, { tag: true, silent: false })
    else reading.state.silent = true
  },
  htmlrtf(reading, number) {
    flush(reading)
    reading.state.suppressed = number !== 0
  },
  ansicpg(reading, number = 1252) {
    flush(reading)
    reading.codePage = number || 1252
  },
  fonttbl(reading) {
    Object.assign(reading.state, { fontTable: true, silent: true })
  },
  f(reading, number = 0) {
    flush(reading)
    if (reading.state.fontTable) reading.fontBeingRead = number
    else reading.state.font = number
  },
  plain(reading) {
    flush(reading)
    reading.state.font = -1
  },
  fcharset(reading, number = 0) {
    const page = fontCharsets[number]
    if (page && reading.state.fontTable) rememberFont(reading, page)
  },
  cpg(reading, number = 0) {
    if (reading.state.fontTable && number > 0) rememberFont(reading, number)
  },
  uc(reading, number = 1) {
    reading.state.fallback = Math.min(Math.max(0, number), 100)
  },
  u(reading, number = 0) {
    reading.skip = 0
    takeText(reading, String.fromCharCode(number & 0xffff))
    reading.skip = reading.state.fallback
  },
  pict(reading) {
    reading.objects = true
    reading.state.silent = true
  },
  object(reading) {
    reading.objects = true
  },
  // The text of a bullet is in the HTML already, and elsewhere all that there is of it.
  pntext(reading) {
    if (reading.kind !== 'rtf') reading.state.silent = true
  },
}

function rememberFont(reading: Reading, page: number): void {
  if (reading.fonts.size < 10_000) reading.fonts.set(reading.fontBeingRead, page)
}

/** Windows charsets of fonts; 0, 1, 2 and 255 say no more than the document. */
const fontCharsets: Record<number, number> = {
  ...{ 77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255 },
  ...{ 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437 },
}

function isShown({ state, kind }: Reading): boolean {
  return !state.silent && !(state.suppressed && kind !== 'rtf')
}

function takeByte(reading: Reading, byte: number): void {
  reading.starred = false
  if (reading.skip > 0) reading.skip--
  else if (isShown(reading)) {
    reading.pending.push(byte)
    if (byte >= 0x80) reading.ascii = false
  }
  const { length } = reading.pending
  // Not between the two bytes of one character, if there are any that have one.
  if (length >= 64 * 1024 || (length >= 4096 && byte < 0x80)) flush(reading)
}

function takeText(reading: Reading, text: string): void {
  if (reading.skip > 0) {
    reading.skip--
    return
  }
  flush(reading)
  if (isShown(reading)) push(reading, text)
}

function flush(reading: Reading): void {
  if (reading.pending.length === 0) return
  const { state, codePage, fonts } = reading
  const page = state.tag ? codePage : (fonts.get(state.font) ?? codePage)
  // Most pieces are short and of ASCII, which is the same in every code page that RTF is written in.
  const text = reading.ascii
    ? String.fromCharCode(...reading.pending)
    : decodeCodePage(Buffer.from(reading.pending), page)
  reading.pending.length = 0
  reading.ascii = true
  // Outside of its tags the HTML has no markup ([MS-OXRTFEX] §2.1.3.2).
  const literal = reading.kind === 'html' && !state.tag
  push(reading, literal ? text.replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text)
}

function push(reading: Reading, text: string): void {
  if (reading.length >= textLimit) {
    reading.cut = true
    return
  }
  reading.pieces.push(text)
  reading.length += text.length
}
