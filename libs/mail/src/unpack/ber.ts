/**
 * ASN.1 as programs write it in CMS: BER (X.690 §8), lengths known or not. Nothing is copied, and only what is asked for
 * is looked at: a stranger's structure costs no more than its bytes.
 */
export type Element = {
  /** Class, constructed or not, and number in one byte, as in the bytes. Higher tags are not used in CMS. */
  tag: number
  /** All of it, with its tag and length. */
  bytes: Buffer
  content: Buffer
}

export const tags = {
  ...{ boolean: 0x01, integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30, set: 0x31 },
  ...{ constructedOctets: 0x24, constructed0: 0xa0, constructed1: 0xa1, constructed2: 0xa2, constructed3: 0xa3 },
  ...{ primitive0: 0x80 },
}

/** The first element of these bytes; what follows is not looked at. */
export function readElement(bytes: Buffer): Element | undefined {
  const header = readHeader(bytes, 0)
  return header && elementAt(bytes, 0, header)
}

/** Undefined when one of them is broken, or there are more than a letter has reason for. */
export function childrenOf({ tag, content }: Element): Element[] | undefined {
  if (!isConstructed(tag)) return undefined
  const children: Element[] = []
  let at = 0
  while (at < content.length) {
    const header = readHeader(content, at)
    const child = header && elementAt(content, at, header)
    if (!child || children.length >= childLimit) return undefined
    children.push(child)
    at += child.bytes.length
  }
  return children
}

/** Of an OCTET STRING, in one piece or in many (X.690 §8.7.3). */
export function octetsOf(element: Element, depth = 3): Buffer | undefined {
  if (!isConstructed(element.tag)) return element.content
  const pieces = depth > 0 ? childrenOf(element)?.map((child) => octetsOf(child, depth - 1)) : undefined
  return pieces?.every((piece) => piece !== undefined) ? Buffer.concat(pieces) : undefined
}

/** In dots, as everybody writes it (X.690 §8.19). */
export function oidOf(element: Element | undefined): string {
  if (element?.tag !== tags.oid || element.content.length > 64) return ''
  const arcs: number[] = []
  let arc = 0
  for (const byte of element.content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [first = 0, ...rest] = arcs
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - top * 40, ...rest].join('.')
}

/** With the shortest length, as signatures are over (X.690 §10.1). */
export function derOf(tag: number, content: Buffer): Buffer {
  const { length } = content
  const digits = length < 0x80 ? [] : [...Buffer.from(length.toString(16).padStart(8, '0'), 'hex')]
  const bytes = digits.slice(digits.findIndex((digit) => digit !== 0))
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : [0x80 | bytes.length, ...bytes])]), content])
}

/** A letter of 100 MB in pieces of 1,000 bytes has as many. */
const childLimit = 100_000

function isConstructed(tag: number): boolean {
  return (tag & 0x20) !== 0
}

/** `length` is undefined when the end is marked by two zero bytes. */
type Header = { tag: number; start: number; length: number | undefined }

function readHeader(bytes: Buffer, at: number): Header | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  if (first < 0x80) return { tag, start: at + 2, length: first }
  if (first === 0x80) return isConstructed(tag) ? { tag, start: at + 2, length: undefined } : undefined
  const size = first & 0x7f
  if (size > 4 || at + 2 + size > bytes.length) return undefined
  return { tag, start: at + 2 + size, length: bytes.readUIntBE(at + 2, size) }
}

function elementAt(bytes: Buffer, at: number, { tag, start, length }: Header): Element | undefined {
  const end = length === undefined ? markedEnd(bytes, start) : start + length
  if (end === undefined || end > bytes.length) return undefined
  const next = length === undefined ? end + 2 : end
  return { tag, bytes: bytes.subarray(at, next), content: bytes.subarray(start, end) }
}

/** Where the two zero bytes stand that belong to it. */
function markedEnd(bytes: Buffer, from: number): number | undefined {
  let at = from
  let open = 1
  while (at < bytes.length) {
    const header = readHeader(bytes, at)
    if (!header) return undefined
    if (header.tag === 0 && header.length === 0) {
      open--
      if (open === 0) return at
      at = header.start
    } else if (header.length === undefined) {
      open++
      at = header.start
    } else at = header.start + header.length
  }
}
