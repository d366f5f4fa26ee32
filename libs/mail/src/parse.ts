/** A letter as people read it: text, HTML, files. What is not as it should be becomes a warning; nothing vanishes. */
import { hash } from 'node:crypto'
import { filenameOf, isLetter } from './filename.ts'
import { type Circumstances, type Folded, fold, markFolds } from './fold/index.ts'
import { headerMailboxes, headerText } from './headers.ts'
import { sanitiseHtml } from './html/sanitise.ts'
import { type Shown, showHtml, Texts } from './html/show.ts'
import type { Options } from './html/tree.ts'
import { contentIdOf, linkLocations, locationsIn, markInline } from './inline.ts'
import { unixLines } from './line-ends.ts'
import { type Bodies, bodiesOf } from './mime/bodies.ts'
import { decodeText, htmlCharset } from './mime/charset.ts'
import { unflow } from './mime/flowed.ts'
import { decodeTransfer } from './mime/transfer.ts'
import { type Entity, leavesOf, readTree } from './mime/tree.ts'
import { oneLine } from './text.ts'
import { type Unpacked, unpackTree } from './unpack/index.ts'

/** Most characters that are read of a body; the raw letter always has the rest (rules §7). */
const htmlLimit = 2 * 1024 * 1024
const textLimit = 2 * 1024 * 1024

export type ParsedLetter = {
  /** The whole text, or that of the HTML when there is no other. */
  text: string
  /** Safe for display; absent when the letter has none. */
  html: string | undefined
  /** What the author wrote now. */
  visible_text: string
  /** What was written before, or stands under every letter of theirs; in order. */
  folded: Folded[]
  attachments: Attachment[]
  /** What could not be read as it was meant, in words for staff. */
  warnings: string[]
} & Omit<Unpacked, 'warnings'>

export type Attachment = {
  filename: string
  type: string
  bytes: number
  sha256: string
  /** The HTML refers to it. */
  inline: boolean
  content_id: string | undefined
  /** Where it was found: a part of the letter, a letter within it, or what a part was unpacked to. */
  source: 'part' | 'message' | 'tnef' | 'smime' | 'uuencode' | 'yenc'
  content: Buffer
}

/** Any bytes give a letter. Pure, and in time that grows with their number only. `htmlTexts` are for who reads it as well. */
export function parseLetter(source: Buffer, htmlTexts = new Texts()): ParsedLetter {
  const { root, warnings } = readTree(source)
  const { warnings: unpackWarnings, ...unpacked } = unpackTree(root)
  const reading: Reading = {
    root,
    warnings: new Set([...warnings, ...unpackWarnings]),
    texts: new Map(),
    htmlTexts,
    unnamed: 0,
  }
  const bodies = bodiesOf(root)
  const written = circumstancesOf(root)
  const shown = htmlOf(bodies, reading, written)
  const text = textOf(bodies, reading)
  const { html, visible_text, folded } = fold({ ...written, text, html: undefined, ...shown })
  const attachments = filesOf(bodies, reading).map((part) => attachmentOf(part, reading))
  markInline(attachments, html)
  return { text, html, visible_text, folded, attachments, ...unpacked, warnings: [...reading.warnings] }
}

type Reading = {
  root: Entity
  warnings: Set<string>
  /** Bodies that were read, as one may be text and HTML. */
  texts: Map<Entity, string>
  htmlTexts: Texts
  /** Files without a name of their own. */
  unnamed: number
}

function circumstancesOf({ header }: Entity): Circumstances {
  const author = headerMailboxes(header, 'from')[0]
  return { ...(author && { author }), subject: headerText(header, 'subject') }
}

/** With its text, where the letter has no other. */
function htmlOf(bodies: Bodies, reading: Reading, written: Circumstances): Piece | undefined {
  const { html } = bodies
  if (!html.some(isHtml)) return undefined
  const locations = locationsIn(reading.root)
  // Each by itself: what one of them leaves open must not swallow the next.
  const parts = html.filter(isReadable)
  const first = firstParts(parts, htmlLimit, reading)
  const isTold = !hasPlainText(bodies, reading)
  const pieces = first.map((part) => {
    const text = bodyText(part, htmlLimit, reading)
    if (!isHtml(part)) return shownAs(escaped(text), {}, isTold)
    // A letter may bring marks of folds as well, but not its own digest.
    const foldKey = hash('sha256', text)
    const marked = markFolds(linkLocations(text, locations), written, foldKey)
    const shown = shownAs(marked, { foldKey }, isTold)
    if (marked === text && shown.told !== undefined) reading.htmlTexts.know(text, shown.told)
    return shown
  })
  const kept = wholePieces(pieces, parts.length, reading)
  const whole = kept.map((piece) => piece.html).join('\n')
  return isTold ? { html: whole, told: kept.map((piece) => piece.told).join('\n') } : { html: whole }
}

type Piece = Partial<Shown> & { html: string }

function shownAs(html: string, options: Options, isTold: boolean): Piece {
  return isTold ? showHtml(html, options) : { html: sanitiseHtml(html, options) }
}

function hasPlainText({ text }: Bodies, reading: Reading): boolean {
  return text.some((part) => part.type === 'text/plain' && bodyText(part, textLimit, reading).trim() !== '')
}

/** Cut at its end, HTML would take what stands behind it on a page for its own. */
function wholePieces(pieces: Piece[], all: number, { warnings }: Reading): Piece[] {
  const kept: Piece[] = []
  let length = 0
  for (const piece of pieces) {
    length += piece.html.length
    if (kept.length === 0 || length <= 2 * htmlLimit) kept.push(piece)
  }
  if (kept.length < all) warnings.add('Only the first parts of the HTML are shown; the rest is in the raw letter.')
  return kept
}

function textOf({ text, html }: Bodies, reading: Reading): string {
  const written = joined(text, reading)
  // Some programs send an empty text beside their HTML.
  const words = written.trim() === '' ? joined(html, reading) : written
  const outside = outsideOf(reading.root).map((bytes) => unixLines(decodeText(bytes, undefined).text).trim())
  const unseen = outside.filter((aside) => aside !== '' && !isBoilerplate(aside))
  if (words.trim() === '' && !html.some(isHtml)) return [words, ...unseen].join('\n').trimStart()
  for (const aside of unseen) {
    const shown = oneLine(aside, 300)
    reading.warnings.add(`Outside of its parts there is text that mail programs do not show: “${shown}”`)
  }
  return words
}

function joined(parts: Entity[], reading: Reading): string {
  const pieces = firstParts(parts.filter(isReadable), textLimit, reading).map((part) => {
    const text = bodyText(part, isHtml(part) ? htmlLimit : textLimit, reading)
    return isHtml(part) ? reading.htmlTexts.of(text) : text
  })
  const lines = pieces.map((piece, at) => (at === pieces.length - 1 || piece.endsWith('\n') ? piece : `${piece}\n`))
  return capped(lines.join(''), textLimit, 'text', reading)
}

/** Until what they say is longer than the limit: a thousand parts of two megabytes each are not all read. */
function firstParts(parts: Entity[], limit: number, reading: Reading): Entity[] {
  let length = 0
  return parts.filter((part) => {
    if (length > limit) return false
    length += bodyText(part, isHtml(part) ? htmlLimit : textLimit, reading).length
    return true
  })
}

function isReadable(part: Entity): boolean {
  return part.type === 'text/plain' || isHtml(part)
}

function isHtml({ type }: Entity): boolean {
  return type === 'text/html'
}

/** Transfer encoding and character set undone, lines ending with LF. */
function bodyText(part: Entity, limit: number, reading: Reading): string {
  const known = reading.texts.get(part)
  if (known !== undefined) return known
  // At least so many characters are in these bytes, whatever their encoding.
  const sent = part.body.subarray(0, limit * 12)
  const { bytes, appended, warning } = decodeTransfer(sent, part.encoding)
  const decoded = decodeText(bytes, part.parameters.charset, {
    otherwise: isHtml(part) ? htmlCharset(bytes) : undefined,
  })
  const behind = appended ? `\n${decodeText(appended, undefined).text}` : ''
  const lines = unixLines(decoded.text) + (isHtml(part) ? escaped(behind) : behind)
  const text = capped(lines, limit, isHtml(part) ? 'HTML' : 'text', reading)
  for (const one of [warning, decoded.warning]) if (one) reading.warnings.add(one)
  const flowed = part.type === 'text/plain' && part.parameters.format?.toLowerCase() === 'flowed'
  const words = flowed ? unflow(text, part.parameters.delsp?.toLowerCase() === 'yes') : text
  reading.texts.set(part, words)
  return words
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\n': '<br>\n' }
  return text.replace(/[&<>\n]/g, (character) => entities[character]!)
}

function outsideOf(entity: Entity): Buffer[] {
  return [...entity.outside, ...entity.children.flatMap(outsideOf)].map((bytes) => bytes.subarray(0, 64 * 1024))
}

/** What programs write for those that know no MIME. */
function isBoilerplate(text: string): boolean {
  return text.length < 500 && /\bMIME\b|\bmulti-?part (message|mail)/i.test(text) && !/^content-/im.test(text)
}

/** Whatever is not shown as text or HTML is a file (rules §7). */
function filesOf({ text, html }: Bodies, { root }: Reading): Entity[] {
  const shown = new Set([...text, ...html].filter(isReadable))
  return leavesOf(root).filter(
    (part) => !shown.has(part) && !(part.type.startsWith('multipart/') && part.body.length === 0),
  )
}

function attachmentOf(part: Entity, reading: Reading): Attachment {
  const { bytes: content, warning, appended } = decodeTransfer(part.body, part.encoding)
  const filename = filenameOf(part, content, () => ++reading.unnamed)
  if (warning) reading.warnings.add(warning)
  // RFC 2046 §5.2.2: whoever sends such letters expects a program that waits for all of them.
  if (part.type === 'message/partial') reading.warnings.add('A part is a piece of a letter that was sent in pieces.')
  if (appended) {
    const words = oneLine(decodeText(appended.subarray(0, 2000), undefined).text, 300)
    reading.warnings.add(`Behind the encoded bytes of ${filename} there is text: “${words}”`)
  }
  return {
    filename,
    type: part.type,
    bytes: content.length,
    sha256: hash('sha256', content),
    inline: false,
    content_id: contentIdOf(part),
    source: part.source ?? (isLetter(part) ? 'message' : 'part'),
    content,
  }
}

function capped(text: string, limit: number, what: string, { warnings }: Reading): string {
  if (text.length <= limit) return text
  warnings.add(`The ${what} is longer than ${limit} characters; the rest is in the raw letter.`)
  return text.slice(0, limit).toWellFormed()
}
