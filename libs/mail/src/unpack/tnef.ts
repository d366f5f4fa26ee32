/** Outlook's `winmail.dat`: the Transport Neutral Encapsulation Format, [MS-OXTNEF]. */
import { admits, type Budget, deeper, type UnpackedFile } from './budget.ts'
import { decodeCodePage } from './code-pages.ts'
import { type Properties, propertyNumber, propertyText, readProperties } from './mapi.ts'
import { readRtf } from './rtf.ts'
import { decompressRtf } from './rtf-decompress.ts'
import { wrappedLetter } from './wrapped-letter.ts'

export type Tnef = {
  /** IPM.Note, IPM.Schedule.Meeting.Request and others. */
  message_class: string
  subject: string | undefined
  text: string | undefined
  html: string | undefined
  /** What the text was made of; `whole` when it shows all of it: no picture is lost. */
  rtf: { content: Buffer; whole: boolean } | undefined
  attachments: UnpackedFile[]
  properties: Properties['values']
  warnings: string[]
}

/** Undefined when it is no TNEF at all. What is broken is read as far as it goes, and told. */
export function readTnef(bytes: Buffer, budget: Budget): Tnef | undefined {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== signature) return undefined
  const warnings = new Set<string>()
  const { message, files } = group(readAttributes(bytes, warnings))
  const properties = readProperties(message.get(attribute.properties) ?? Buffer.alloc(0))
  if (properties.broken) warnings.add(brokenProperties)
  const codePage = codePageOf(message, properties)
  const text = (id: number, old: number) =>
    propertyText(properties.values.get(id), codePage) ?? oldText(message.get(old), codePage)
  const attachments = files.flatMap((file) => readFile(file, codePage, budget, warnings))
  return {
    message_class: text(0x001a, attribute.messageClass) ?? '',
    subject: text(0x0037, attribute.subject),
    ...bodyOf(message, properties.values, codePage, budget, warnings),
    ...{ attachments, properties: properties.values, warnings: [...warnings] },
  }
}

const signature = 0x223e9f78

const moreThanUnpacked = 'winmail.dat has more in it than is unpacked; the rest is in the raw letter.'
const brokenProperties = 'Properties of winmail.dat are damaged; it is shown as far as it could be read.'

/* Attributes: [MS-OXTNEF] §2.1.3.1 */

const attribute = {
  ...{ subject: 0x8004, messageClass: 0x8008, body: 0x800c, data: 0x800f, title: 0x8010, metafile: 0x8011 },
  ...{ rendering: 0x9002, properties: 0x9003, recipients: 0x9004, fileProperties: 0x9005, codePage: 0x9007 },
}

type Attribute = { id: number; ofFile: boolean; value: Buffer }

function readAttributes(bytes: Buffer, warnings: Set<string>): Attribute[] {
  const attributes: Attribute[] = []
  let at = 6
  while (at < bytes.length) {
    const level = bytes[at]!
    if (attributes.length >= attributeLimit) {
      warnings.add(moreThanUnpacked)
      break
    }
    if (isPadding(bytes, at)) break
    if (at + 9 > bytes.length || (level !== 1 && level !== 2)) {
      warnings.add('Behind the end of winmail.dat is something else; it is not read.')
      break
    }
    const start = at + 9
    const length = bytes.readUInt32LE(at + 5)
    const value = bytes.subarray(start, start + length)
    at = start + length + 2
    attributes.push({ id: bytes.readUInt16LE(start - 8), ofFile: level === 2, value })
    if (at > bytes.length) warnings.add('The end of winmail.dat is missing; it is shown as far as it could be read.')
    else if (sum(value) !== bytes.readUInt16LE(at - 2))
      warnings.add('winmail.dat is damaged: a checksum is wrong. It is shown as it could be read.')
  }
  return attributes
}

/** A thousand files have fewer. */
const attributeLimit = 20_000

function isPadding(bytes: Buffer, at: number): boolean {
  return bytes.length - at < 16 && bytes.subarray(at).every((byte) => byte === 0 || byte === 0x0a || byte === 0x0d)
}

function sum(bytes: Buffer): number {
  let total = 0
  for (const byte of bytes) total = (total + byte) & 0xffff
  return total
}

type Attributes = Map<number, Buffer>

/** A file begins with its rendering data (§2.1.3.1.1), or, where that is missing, with what the one before has already. */
function group(attributes: Attribute[]): { message: Attributes; files: Attributes[] } {
  const message: Attributes = new Map()
  const files: Attributes[] = []
  for (const { id, ofFile, value } of attributes) {
    const file = files.at(-1)
    if (!ofFile) message.set(id, message.get(id) ?? value)
    else if (!file || id === attribute.rendering || file.has(id)) files.push(new Map([[id, value]]))
    else file.set(id, value)
  }
  return { message, files }
}

/* The letter */

function codePageOf(message: Attributes, { values }: Properties): number {
  const primary = message.get(attribute.codePage)
  const told = primary && primary.length >= 4 ? primary.readUInt32LE(0) : propertyNumber(values.get(0x3ffd))
  return told || 1252
}

function oldText(value: Buffer | undefined, codePage: number): string | undefined {
  if (!value) return undefined
  const end = value.indexOf(0)
  return decodeCodePage(end < 0 ? value : value.subarray(0, end), codePage)
}

function bodyOf(
  message: Attributes,
  values: Properties['values'],
  codePage: number,
  budget: Budget,
  warnings: Set<string>,
): Pick<Tnef, 'text' | 'html' | 'rtf'> {
  const plain = propertyText(values.get(0x1000), codePage) ?? oldText(message.get(attribute.body), codePage)
  const html = htmlOf(values, codePage)
  const packed = values.get(0x1009)?.value
  const found = packed && decompressRtf(packed, Math.min(rtfLimit, budget.left.bytes))
  if (packed && !found) warnings.add('The text of Outlook is damaged.')
  if (!found) return { text: plain, html, rtf: undefined }
  budget.left.bytes -= found.rtf.length
  if (found.warning) warnings.add(found.warning)
  const { kind, text, objects, cut } = readRtf(found.rtf, budget)
  if (cut) warnings.add('The text of Outlook is too long; only its beginning is shown.')
  const words = kind === 'html' ? undefined : text
  return {
    text: plain?.trim() ? plain : words,
    html: html ?? (kind === 'html' ? text : undefined),
    rtf: { content: found.rtf, whole: kind !== 'rtf' || !objects },
  }
}

const rtfLimit = 16 * 1024 * 1024

function htmlOf(values: Properties['values'], codePage: number): string | undefined {
  const html = values.get(0x1013)
  if (!html || html.value.length === 0) return undefined
  return propertyText(html, codePage) ?? decodeCodePage(html.value, propertyNumber(values.get(0x3fde)) || codePage)
}

/* Its files */

function readFile(file: Attributes, codePage: number, budget: Budget, warnings: Set<string>): UnpackedFile[] {
  if (budget.left.attachments < 1) {
    warnings.add(moreThanUnpacked)
    return []
  }
  const { values, broken } = readProperties(file.get(attribute.fileProperties) ?? Buffer.alloc(0))
  if (broken) warnings.add(brokenProperties)
  const text = (id: number) => propertyText(values.get(id), codePage) || undefined
  const filename =
    text(0x3707) ?? text(0x3704) ?? text(0x3001) ?? (oldText(file.get(attribute.title), codePage) || 'attachment')
  const content_id = text(0x3712)
  const found = contentOf(file, values, budget, warnings)
  if (!found) return []
  const type = text(0x370e) ?? (isOle(found.content) ? 'application/x-ole-storage' : 'application/octet-stream')
  const unpacked: UnpackedFile = { filename, type, content: found.content, ...(content_id && { content_id }) }
  if (found.letter) Object.assign(unpacked, { filename: `${filename}.eml`, type: 'message/rfc822' })
  if (admits(budget, found.content.length)) return [unpacked]
  warnings.add(moreThanUnpacked)
  return []
}

/** An object of another program, a document within the letter ([MS-CFB] §2.2); also what old Office files are. */
function isOle(content: Buffer): boolean {
  return content.length >= 8 && content.readBigUInt64BE(0) === 0xd0cf11e0a1b11ae1n
}

type Content = { content: Buffer; letter?: true }

function contentOf(
  file: Attributes,
  values: Properties['values'],
  budget: Budget,
  warnings: Set<string>,
): Content | undefined {
  const object = values.get(0x3701)
  const data = file.get(attribute.data)
  if (object?.type === 0x0d && object.value.length > 16) {
    const content = object.value.subarray(16)
    const inside = object.value.subarray(0, 16).equals(messageInterface) && deeper(budget)
    const letter = inside ? readTnef(content, inside) : undefined
    for (const warning of letter?.warnings ?? []) warnings.add(warning)
    return letter ? { content: wrappedLetter(letter), letter: true } : { content }
  }
  if (object?.type === 0x102 && object.value.length > 0) return { content: object.value }
  // A metafile is only the icon of the file.
  return data && { content: data }
}

/** IID_IMessage: the file is a letter ([MS-OXTNEF] §2.1.3.3.15). */
const messageInterface = Buffer.from('0703020000000000c000000000000046', 'hex')
