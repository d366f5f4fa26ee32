/** A letter taken apart as mail servers write theirs: what it says itself, and the letter that it returns. */
import { type Header, parseHeader, readHeader } from '../headers.ts'
import { Texts } from '../html/show.ts'
import { unixLines } from '../line-ends.ts'
import { entityText } from '../mime/entity-text.ts'
import { decodeTransfer } from '../mime/transfer.ts'
import { type Entity, leavesOf, readTree } from '../mime/tree.ts'

export type Parts = {
  header: Header
  /** In the order of the letter; a letter within it is one, too. */
  leaves: Entity[]
  /** What it says itself, before what it returns. */
  words: string
  /** The header of the letter it returns; empty when it returns none. */
  original: Header
  /** That letter, as far as it came back. */
  returned: Buffer
}

/** More than reports have; what is behind it came back with them. */
const readLimit = 2 * 1024 * 1024
const wordLimit = 256 * 1024
const returnedLimit = 256 * 1024

/** `htmlTexts` are those of who read the letter before. */
export function takeApart(raw: Buffer, header = readHeader(raw), htmlTexts = new Texts()): Parts {
  const leaves = leavesOf(readTree(raw.subarray(0, readLimit)).root)
  const at = leaves.findIndex(isReturned)
  const text = textBefore(at < 0 ? leaves : leaves.slice(0, at), htmlTexts)
  const { words, returned } = divided(text)
  if (at < 0) return { header, leaves, words, original: headerOf(returned), returned: Buffer.from(returned) }
  const letter = returnedLetter(leaves[at]!)
  return { header, leaves, words, original: readHeader(letter), returned: letter }
}

export function isReturned({ type }: Entity): boolean {
  return type === 'message/rfc822' || type === 'text/rfc822-headers'
}

function returnedLetter({ body, encoding }: Entity): Buffer {
  const { bytes } = decodeTransfer(body.subarray(0, 2 * returnedLimit), encoding)
  let start = 0
  while (start < bytes.length && bytes[start]! <= 0x20) start++
  return bytes.subarray(start, start + returnedLimit)
}

function textBefore(leaves: Entity[], htmlTexts: Texts): string {
  const texts = leaves.filter(({ type }) => type.startsWith('text/'))
  const plain = texts.filter(({ type }) => type !== 'text/html')
  let text = ''
  for (const leaf of plain.length > 0 ? plain : texts) {
    if (text.length >= wordLimit) break
    const written = entityText(leaf, wordLimit)
    text += `${leaf.type === 'text/html' ? htmlTexts.of(written) : written}\n`
  }
  return text.slice(0, wordLimit)
}

/** Where servers return letters as text: their own words, and behind them the letter from its header on. */
function divided(text: string): { words: string; returned: string } {
  const end = lineWhere(text, 0, returnedLine)
  if (end < 0) return { words: text, returned: '' }
  const header = lineWhere(text, end, headerLine)
  return { words: text.slice(0, end), returned: header < 0 ? '' : text.slice(header) }
}

function lineWhere(text: string, from: number, pattern: RegExp): number {
  for (let at = from; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const line = text.slice(at, end < 0 ? text.length : Math.min(end, at + 200))
    if (pattern.test(line)) return at
    if (end < 0) break
    at = end + 1
  }
  return -1
}

const headerLine =
  /^(received|return-path|x-original-to|delivered-to|message-id|from|to|date|subject|mime-version): ?\S/i

/** Where the returned letter begins: its own header, or the sentence before it. */
const returnedLine = new RegExp(
  `^(received|return-path|message-id): ?\\S|^[\\s|*-]{0,80}(${[
    '(this|enclosed|below)( this line)? is (a copy|the header)|(the )?(original|returned|unsent) (message|mail)\\b(?! was)',
    'message (headers|text) follow|(the )?headers? of the original|copy of (the|your) (original )?message',
    'původní (zpráva|záhlaví|hlavičk[ay])|kopie (vaší |původní )?zprávy|pôvodn(á|é) (správa|hlavičky)|kópia (vašej |pôvodnej )?správy',
    'messaggio originale|intestazioni (originali|del messaggio)|copia del (suo )?messaggio',
    'ursprüngliche (nachricht|nachrichtenkopfzeilen|kopfzeilen)|originalnachricht|kopie (ihrer|der) (ursprünglichen )?(nachricht|e-?mail)',
  ].join('|')})`,
  'i',
)

function headerOf(returned: string): Header {
  const blank = /\n[ \t]*\n/.exec(returned.slice(0, returnedLimit))
  return parseHeader(Buffer.from(unixLines(blank ? returned.slice(0, blank.index) : returned)))
}
