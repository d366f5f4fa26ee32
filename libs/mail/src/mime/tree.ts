/**
 * Any bytes as a tree of MIME entities (RFC 2045, RFC 2046). One pass over the lines, with the boundaries of all open
 * multiparts known by name: a hundred thousand boundaries or ten thousand levels cost no more than their bytes. Bodies
 * are slices of the letter; nothing is copied here.
 */
import { type Header, headerValue, parseHeader, strayText } from '../headers.ts'
import { withLineFeeds } from '../line-ends.ts'
import { oneLine } from '../text.ts'
import { type Parameters, parseParameters } from './parameters.ts'
import { decodeTransfer } from './transfer.ts'

/** A letter, or a part of one. A letter within the letter is a leaf: its body can be read by itself. */
export type Entity = {
  header: Header
  /** Lower case, and always one; without Content-Type what RFC 2045 §5.2 and RFC 2046 §5.1.5 say. */
  type: string
  parameters: Record<string, string>
  /** Undefined when there is no Content-Disposition. */
  disposition: Parameters | undefined
  /** Of the body: `base64`, `quoted-printable`, …; lower case, empty when there is none. */
  encoding: string
  /** Header and body, as sent. */
  bytes: Buffer
  /** As sent, still encoded; of a multipart all that is behind its header. */
  body: Buffer
  /** None in a leaf, and none in a multipart whose parts were not found. */
  children: Entity[]
  /** What stands before, between and behind the parts of a multipart, where programs do not show it (RFC 2046 §5.1.1). */
  outside: Buffer[]
  /** What it was unpacked from, when it is no part of the letter itself (unpack/). */
  source?: 'tnef' | 'smime' | 'uuencode' | 'yenc'
}

export type Tree = { root: Entity; warnings: string[] }

const partLimit = 1000
const depthLimit = 50
const headerLimit = 1024 * 1024
/** RFC 2046 §5.1.1 allows 70 characters; what no line can hold (RFC 5322 §2.1.1) is none. */
const boundaryLimit = 998
/** Multiparts that are encoded as a whole, against RFC 2045 §6.4: each is copied once. */
const decodedLimit = 3

/** Never throws. Beyond the limits nothing is read, and a warning says so. */
export function readTree(raw: Buffer): Tree {
  const { bytes, repaired } = withLineFeeds(raw)
  const reading: Reading = { parts: 0, decoded: 0, warnings: new Set() }
  if (repaired) reading.warnings.add('Its lines end with a bare CR; they are read as lines all the same.')
  const scan = scanOf(bytes, reading, 0)
  const { entity, next } = readEntity(scan, 0, undefined)
  readLines(scan, next)
  return { root: entity, warnings: [...reading.warnings] }
}

/** In the order of the letter; a multipart without parts is one, too. */
export function leavesOf(entity: Entity): Entity[] {
  return entity.children.length === 0 ? [entity] : entity.children.flatMap(leavesOf)
}

/** Shared by all scans of a letter. */
type Reading = { parts: number; decoded: number; warnings: Set<string> }

type Scan = {
  bytes: Buffer
  /** Where reading ends: behind the last byte, or at the first part too many. */
  end: number
  reading: Reading
  depth: number
  /** Multiparts whose end was not seen, from the outermost to the innermost. */
  open: Open[]
  /** By boundary; of two that share one the innermost. */
  boundaries: Map<string, Open>
  /** The lengths of these boundaries: few lines have one of them, and need to be looked up. */
  lengths: Set<number>
  leaf: { entity: Entity; start: number; body: number } | undefined
}

type Open = {
  entity: Entity
  start: number
  body: number
  boundaries: string[]
  /** Where what is outside its parts began; undefined while in a part. */
  outside: number | undefined
}

function scanOf(bytes: Buffer, reading: Reading, depth: number): Scan {
  return {
    ...{ bytes, end: bytes.length, reading, depth },
    ...{ open: [], boundaries: new Map(), lengths: new Set(), leaf: undefined },
  }
}

function readLines(scan: Scan, from: number): void {
  const { bytes } = scan
  let at = from
  while (at < scan.end) {
    if (bytes[at] === dash && bytes[at + 1] === dash) at = readDashes(scan, at)
    else at = afterLine(bytes, at)
  }
  leave(scan, undefined, scan.end)
}

const dash = 0x2d
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** A plain loop: most lines are short, and a call of `indexOf` for each costs more. */
function afterLine(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== lineFeed) at++
  return at + 1
}

/** A line that begins with two dashes. Returns where to read on. */
function readDashes(scan: Scan, at: number): number {
  const next = afterLine(scan.bytes, at)
  const line = boundaryLine(scan, at, next)
  if (!line) return next
  leave(scan, line.of, endBefore(scan.bytes, at))
  if (line.closes) {
    line.of.outside = next
    return next
  }
  if (scan.reading.parts >= partLimit) {
    scan.reading.warnings.add(`Only the first ${partLimit} parts are read; the rest is in the raw letter.`)
    scan.end = Math.max(endBefore(scan.bytes, at), 0)
    return scan.end
  }
  line.of.outside = undefined
  return readEntity(scan, next, line.of.entity).next
}

/** RFC 2046 §5.1.1: a line of two dashes and the boundary, two more at the end, and perhaps white space behind them. */
function boundaryLine(scan: Scan, at: number, next: number): { of: Open; closes: boolean } | undefined {
  let end = Math.min(next, scan.bytes.length)
  if (end - at > boundaryLimit + 10) return undefined
  while (end > at + 2 && scan.bytes[end - 1]! <= 0x20) end--
  const length = end - at - 2
  const known = scan.lengths.has(length) || scan.lengths.has(length - 2)
  const innermost = scan.open.at(-1)
  const mayBeLost = innermost?.outside !== undefined && innermost.entity.children.length === 0
  if (!known && !mayBeLost) return undefined
  const text = scan.bytes.toString('latin1', at + 2, end)
  const opened = scan.boundaries.get(text)
  if (opened) return { of: opened, closes: false }
  const closed = text.endsWith('--') ? scan.boundaries.get(text.slice(0, -2)) : undefined
  if (closed) return { of: closed, closes: true }
  if (!mayBeLost || !isLostBoundary(scan, innermost!, text, next)) return undefined
  scan.reading.warnings.add('Its parts are not divided as its header says; they were told apart by how they look.')
  innermost!.boundaries.push(text)
  noteBoundaries(scan)
  return { of: innermost!, closes: false }
}

/** Before the first part of a multipart whose boundary is lost or another: what looks like one, with a part behind it. */
function isLostBoundary(scan: Scan, { boundaries }: Open, text: string, next: number): boolean {
  if (!/^[^\s]{1,200}$/.test(text) || !/[a-z0-9]/i.test(text)) return false
  return looksLikePart(scan.bytes, next) || (boundaries.length === 0 && isBlank(scan.bytes, next))
}

function looksLikePart(bytes: Buffer, at: number): boolean {
  return /^content-[a-z-]{1,40}[ \t]{0,10}:/i.test(bytes.toString('latin1', at, Math.min(at + 60, bytes.length)))
}

/** RFC 2046 §5.1.1: the line break before a boundary belongs to the boundary. */
function endBefore(bytes: Buffer, at: number): number {
  if (bytes[at - 1] !== lineFeed) return at
  return bytes[at - 2] === carriageReturn ? at - 2 : at - 1
}

function isBlank(bytes: Buffer, at: number): boolean {
  let end = at
  while (bytes[end] === carriageReturn) end++
  return end >= bytes.length || bytes[end] === lineFeed
}

/** All that is within `open` ends here; all that was opened, without it. A boundary ends inner ones, too (RFC 2046 §5.1.2). */
function leave(scan: Scan, open: Open | undefined, end: number): void {
  const { bytes, leaf } = scan
  if (leaf) close(bytes, leaf, end)
  scan.leaf = undefined
  const inner = scan.open.splice(open ? scan.open.indexOf(open) + 1 : 0).reverse()
  if (inner.length > 0) noteBoundaries(scan)
  for (const one of inner) {
    leaveOutside(scan, one, end)
    close(bytes, one, end)
    if (one.entity.children.length === 0) readWithoutParts(scan, one.entity)
  }
  if (open) leaveOutside(scan, open, end)
}

function close(bytes: Buffer, { entity, start, body }: { entity: Entity; start: number; body: number }, end: number) {
  entity.bytes = bytes.subarray(start, Math.max(start, end))
  entity.body = bytes.subarray(body, Math.max(body, end))
}

function leaveOutside({ bytes }: Scan, { entity, outside }: Open, end: number): void {
  if (outside === undefined || end <= outside || entity.outside.length >= partLimit) return
  entity.outside.push(bytes.subarray(outside, end))
}

function noteBoundaries(scan: Scan): void {
  scan.boundaries = new Map(scan.open.flatMap((open) => open.boundaries.map((boundary) => [boundary, open])))
  scan.lengths = new Set([...scan.boundaries.keys()].map(({ length }) => length))
}

/** A multipart in which no boundary was found: it is encoded as a whole, or it is text. */
function readWithoutParts(scan: Scan, entity: Entity): void {
  entity.outside = []
  if (scan.reading.decoded < decodedLimit && readDecoded(scan, entity)) return
  if (isBlank(entity.body, 0) && entity.body.length < 5) return
  scan.reading.warnings.add('Its parts cannot be told apart; the text is shown as it was found.')
  entity.type = /^\s{0,100}<(!doctype|html|head|body)\b/i.test(entity.body.toString('latin1', 0, 200))
    ? 'text/html'
    : 'text/plain'
}

function readDecoded(scan: Scan, entity: Entity): boolean {
  if (!/^(base64|quoted-printable)$/.test(entity.encoding)) return false
  const sent = { ...entity }
  scan.reading.decoded++
  const inner = scanOf(decodeTransfer(entity.body, entity.encoding).bytes, scan.reading, scan.depth + scan.open.length)
  openMultipart(inner, Object.assign(entity, { encoding: '' }), 0, 0)
  readLines(inner, 0)
  if (entity.children.length > 0) return true
  Object.assign(entity, sent)
  return false
}

/** Reads a header and says where the lines behind it begin. */
function readEntity(scan: Scan, start: number, parent: Entity | undefined): { entity: Entity; next: number } {
  const { bytes, reading } = scan
  const { end, next } = headerEnd(scan, start)
  const block = bytes.subarray(start, Math.min(end, start + headerLimit))
  if (end - start > headerLimit)
    reading.warnings.add(`A header is longer than ${headerLimit} bytes; the rest is not read.`)
  const { from: stray, skipped } = strayText(block, { blankLine: next > end, isPart: parent !== undefined })
  if (skipped !== '' && !/^>?From /.test(skipped))
    reading.warnings.add(`In a header there is text that belongs to none of its fields: “${oneLine(skipped, 300)}”`)
  // The header of a letter is what the door takes for it, wherever its text may begin (arrival.ts).
  const header = parseHeader(stray !== undefined && parent ? block.subarray(0, stray) : block)
  const entity = entityOf(header, parent)
  const body = isLetterItself(entity, parent) ? start : stray === undefined ? next : start + stray
  if (!hasContentType(header) && beginsWithPart(bytes, body)) entity.type = 'multipart/mixed'
  reading.parts++
  parent?.children.push(entity)
  const deep = scan.depth + scan.open.length >= depthLimit
  const isMultipart = entity.type.startsWith('multipart/')
  if (isMultipart && deep)
    reading.warnings.add(`Deeper than ${depthLimit} levels it is not read; the rest is in the raw letter.`)
  if (isMultipart && !deep) openMultipart(scan, entity, start, body)
  else scan.leaf = { entity, start, body }
  return { entity, next: body }
}

/** A letter of a digest without the blank line before it, which would end the header of the part (RFC 2046 §5.1.5). */
function isLetterItself({ header }: Entity, parent: Entity | undefined): boolean {
  if (parent?.type !== 'multipart/digest' || hasContentType(header)) return false
  return header.some(({ name }) => ['from', 'subject', 'date', 'received'].includes(name))
}

/** The line that ends a header: an empty one, or a boundary. */
function headerEnd(scan: Scan, start: number): { end: number; next: number } {
  const { bytes } = scan
  let at = start
  while (at < scan.end) {
    const next = afterLine(bytes, at)
    if (isBlank(bytes, at)) return { end: at, next: Math.min(next, scan.end) }
    if (bytes[at] === dash && bytes[at + 1] === dash && boundaryLine(scan, at, next)) return { end: at, next: at }
    at = next
  }
  return { end: scan.end, next: scan.end }
}

function openMultipart(scan: Scan, entity: Entity, start: number, body: number): void {
  const boundary = (entity.parameters.boundary ?? '').trimEnd().slice(0, boundaryLimit)
  // A header is read as UTF-8 where it can be; boundaries are compared as bytes.
  const spellings = new Set([boundary, Buffer.from(boundary).toString('latin1')])
  const boundaries = [...spellings].filter((one) => one !== '')
  scan.open.push({ entity, start, body, boundaries, outside: body })
  scan.leaf = undefined
  noteBoundaries(scan)
}

function entityOf(header: Header, parent: Entity | undefined): Entity {
  const { value, parameters } = parseParameters(headerValue(header, 'content-type') ?? '')
  const disposition = headerValue(header, 'content-disposition')
  const nothing = Buffer.alloc(0)
  return {
    ...{ header, type: typeOf(value, parent), parameters },
    disposition: disposition === undefined ? undefined : lowerValue(parseParameters(disposition)),
    encoding: encodingOf(headerValue(header, 'content-transfer-encoding') ?? ''),
    ...{ bytes: nothing, body: nothing, children: [], outside: [] },
  }
}

/** Without what stands behind it; `8 bit` is one word to those who write it so. */
function encodingOf(value: string): string {
  return value
    .replace(/^([78])\s+bit/i, '$1bit')
    .split(/[\s;(]/, 1)[0]!
    .toLowerCase()
}

/** RFC 2045 §5.2: what cannot be understood is plain text; a word that says the kind is understood. */
function typeOf(value: string, parent: Entity | undefined): string {
  const written = value
    .trim()
    .toLowerCase()
    .replace(/^[<"']/, '')
  if (/^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/.test(written)) return written
  if (written.startsWith('multipart')) return 'multipart/mixed'
  if (/^(text\/?)?html\b/.test(written)) return 'text/html'
  if (/^(application|image|audio|video|font|model)\b/.test(written)) return 'application/octet-stream'
  return written === '' && parent?.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
}

function lowerValue({ value, parameters }: Parameters): Parameters {
  return { value: value.trim().toLowerCase(), parameters }
}

function hasContentType(header: Header): boolean {
  return headerValue(header, 'content-type') !== undefined
}

/** A letter that lost its Content-Type, or the one who wrote it forgot: its body begins with a boundary. */
function beginsWithPart(bytes: Buffer, at: number): boolean {
  let start = at
  while (bytes[start] === carriageReturn || bytes[start] === lineFeed) start++
  if (bytes[start] !== dash || bytes[start + 1] !== dash) return false
  return looksLikePart(bytes, afterLine(bytes, start))
}
