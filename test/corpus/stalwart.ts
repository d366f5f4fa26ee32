/**
 * Letters beside what Stalwart's parser makes of them: header fields, text, HTML, and each file with name, type and bytes;
 * letters within letters the same way, to the innermost.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLetter } from '@podatelna/mail'
import { type LetterReader, readers, type Seen } from './readers.ts'
import type { Difference, Report } from './report.ts'
import { differences } from './stalwart-differences.ts'
import type { Address, Letter, Part, Value } from './stalwart-letter.ts'

export async function runStalwart(folder: string): Promise<Report[]> {
  const ours = await compareAll(folder, readers.ours!)
  const peers = Object.entries(readers).filter(([name]) => name !== 'ours')
  const others = await Promise.all(peers.map(async ([name, read]) => [name, await compareAll(folder, read)] as const))
  return kinds.map((kind) => {
    const ones = ours.filter((field) => field.kind === kind)
    const shares = others.map(([name, fields]) => `${name} ${agreeing(fields, kind)}`)
    const differing = ones.filter(({ expected, seen }) => expected !== seen).map(difference)
    return { source: `stalwart: ${kind}`, cases: ones.length, differences: differing, note: shares.join(', ') }
  })
}

const kinds = ['header fields', 'text', 'html', 'number of files', 'files', 'malformed, lost words']

function agreeing(fields: Field[], kind: string): string {
  const ones = fields.filter((field) => field.kind === kind)
  return `${ones.filter(({ expected, seen }) => expected === seen).length} of ${ones.length}`
}

async function compareAll(folder: string, read: LetterReader): Promise<Field[]> {
  const suite = join(folder, 'parse', 'stalwart-mail-parser')
  const fields: Field[] = []
  for (const path of globSync('*/*.json', { cwd: suite }).sort()) {
    const name = path.replace(/\.json$/, '')
    const expected = JSON.parse(readFileSync(join(suite, path), 'utf8')) as Letter
    fields.push(...(await compareLetter(name, expected, readFileSync(join(suite, `${name}.eml`)), read)))
  }
  return fields
}

type File = Seen['files'][number]

type Field = { kind: string; name: string; expected: string; seen: string }

function difference({ name, expected, seen }: Field): Difference {
  const because = differences[name]
  return { case: name, ...shortened(expected, seen), ...(because && { because }) }
}

/** From shortly before where they part. */
function shortened(expected: string, seen: string): { expected: string; seen: string } {
  let at = 0
  while (at < expected.length && expected[at] === seen[at]) at++
  const cut = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 60))
  return { expected: cut(expected), seen: cut(seen) }
}

async function compareLetter(name: string, expected: Letter, raw: Buffer, read: LetterReader): Promise<Field[]> {
  const seen = await read(raw)
  const header = compareHeader(name, expected.parts[0]!, seen)
  // The suite's rule for these: no lost text; the structure may differ.
  if (name.startsWith('malformed/')) return [...header, ...compareWords(name, expected, seen)]
  const wanted = expectedFiles(expected)
  const html = bodies(expected, 'html_body')
  const field = (kind: string, is: string, ours: string) => ({
    kind,
    name: `${name} ${kind}`,
    expected: is,
    seen: ours,
  })
  const same = wanted.length === seen.files.length
  const files = same ? wanted.map((part, at) => compareFile(`${name} file ${at + 1}`, part, seen.files[at]!, read)) : []
  return [
    ...header,
    field('text', joined(bodies(expected, 'text_body').map(asText)), settled(seen.text)),
    ...(html.some(isHtml) ? [field('html', joined(html.map(asHtml)), settled(seen.html ?? ''))] : []),
    field('number of files', String(wanted.length), String(seen.files.length)),
    ...(await Promise.all(files)).flat(),
  ]
}

function bodies(letter: Letter, list: 'text_body' | 'html_body'): Part[] {
  return letter[list].map((at) => letter.parts[at]!)
}

function isHtml({ body }: Part): boolean {
  return 'Html' in body
}

/* Malformed letters */

function compareWords(name: string, expected: Letter, { text, html, files, warnings }: Seen): Field[] {
  const contents = files.map(({ content }) => content.toString())
  const seen = new Set(wordsOf([text, html ?? '', ...contents, ...warnings].join('\n')))
  const lost = wordsOf(textsOf(expected).join('\n')).filter((word) => !seen.has(word))
  return [{ kind: 'malformed, lost words', name, expected: '', seen: [...new Set(lost)].join(' ') }]
}

function textsOf({ parts }: Letter): string[] {
  return parts.flatMap(({ body }) => {
    if ('Message' in body) return textsOf(body.Message)
    return 'Text' in body ? [body.Text] : 'Html' in body ? [body.Html] : []
  })
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? []
}

/* The header */

function compareHeader(name: string, root: Part, seen: Seen): Field[] {
  const field = (what: string, expected: string, ours: string): Field[] =>
    expected === '' && ours === '' ? [] : [{ kind: 'header fields', name: `${name} ${what}`, expected, seen: ours }]
  const ids = (what: string) => idsOf(fieldValue(root, what))
  return [
    ...field('subject', textOf(fieldValue(root, 'subject')), seen.subject),
    ...field('from', addressesOf(fieldValue(root, 'from')), addresses(seen.from)),
    ...field('to', addressesOf(fieldValue(root, 'to')), addresses(seen.to)),
    ...field('cc', addressesOf(fieldValue(root, 'cc')), addresses(seen.cc)),
    ...field('reply-to', addressesOf(fieldValue(root, 'reply_to')), addresses(seen.reply_to)),
    ...field('date', dateOf(fieldValue(root, 'date')), seen.date ?? ''),
    ...field('message-id', ids('message_id'), seen.message_id ?? ''),
    ...field('in-reply-to', ids('in_reply_to'), seen.in_reply_to.join(' ')),
    ...field('references', ids('references'), seen.references.join(' ')),
  ]
}

function fieldValue(part: Part, name: string): Value | undefined {
  return part.headers.find((header) => header.name === name)?.value
}

function textOf(value: Value | undefined): string {
  return typeof value === 'object' && 'Text' in value ? value.Text : ''
}

function idsOf(value: Value | undefined): string {
  if (typeof value !== 'object') return ''
  return 'TextList' in value ? value.TextList.join(' ') : textOf(value)
}

function addressesOf(value: Value | undefined): string {
  if (typeof value !== 'object' || !('Address' in value)) return ''
  const { Address } = value
  return addresses('List' in Address ? Address.List : Address.Group.flatMap(({ addresses: members }) => members))
}

function addresses(list: Address[]): string {
  return list.map(({ name, address }) => `${name ?? ''} <${address ?? ''}>`.trim()).join(', ')
}

function dateOf(value: Value | undefined): string {
  if (typeof value !== 'object' || !('DateTime' in value)) return ''
  const { year, month, day, hour, minute, second, tz_before_gmt, tz_hour, tz_minute } = value.DateTime
  const offset = (tz_before_gmt ? -1 : 1) * (tz_hour * 60 + tz_minute)
  return new Date(Date.UTC(year, month - 1, day, hour, minute - offset, second)).toISOString()
}

/* Bodies: what is expected is decoded, but neither joined, nor are its paragraphs, nor is HTML made safe. */

function asText(part: Part): string {
  return parseLetter(letterOf(part)).text
}

function asHtml(part: Part): string {
  const letter = parseLetter(letterOf(part))
  return letter.html ?? escaped(letter.text)
}

function letterOf(part: Part): Buffer {
  const { body } = part
  const text = 'Text' in body ? body.Text : 'Html' in body ? body.Html : ''
  const type = 'Html' in body ? 'text/html' : 'text/plain'
  const flow = ['format', 'delsp'].flatMap((name) => {
    const value = parameter(part, 'content_type', name)
    return value ? [`; ${name}=${value}`] : []
  })
  const header = `Content-Type: ${type}; charset=utf-8${flow.join('')}\nContent-Transfer-Encoding: base64`
  return Buffer.from(`${header}\n\n${Buffer.from(text).toString('base64')}\n`)
}

function joined(pieces: string[]): string {
  return settled(pieces.join('\n'))
}

/** Line breaks between and behind parts are ours to choose, not those within. */
function settled(text: string): string {
  return text.replace(/\n+/g, '\n').trim()
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br />\n')
}

/* Files */

/** Images shown among the text are files to us, too (rules §7). */
function expectedFiles({ parts, attachments, text_body, html_body }: Letter): Part[] {
  const media = [...text_body, ...html_body].filter((at) => {
    const { body } = parts[at]!
    return !('Text' in body || 'Html' in body)
  })
  return [...new Set([...attachments, ...media])].sort((a, b) => a - b).map((at) => parts[at]!)
}

async function compareFile(name: string, part: Part, file: File, read: LetterReader): Promise<Field[]> {
  const written = parameter(part, 'content_disposition', 'filename') ?? parameter(part, 'content_type', 'name')
  const type = typeOf(part)
  return [
    ...(type ? [{ kind: 'files', name: `${name} type`, expected: type, seen: file.type }] : []),
    ...(written ? [{ kind: 'files', name: `${name} name`, expected: written, seen: file.filename }] : []),
    ...(await compareContent(name, part, file, read)),
  ]
}

async function compareContent(name: string, part: Part, file: File, read: LetterReader): Promise<Field[]> {
  const { body } = part
  if ('Multipart' in body) return []
  if ('Message' in body) return compareLetter(name, body.Message, file.content, read)
  if ('Text' in body || 'Html' in body) {
    // Bytes, as sent; expected are their characters.
    const charset = parameter(part, 'content_type', 'charset') ?? 'unknown'
    const header = `Content-Type: text/plain; charset="${charset}"\n\n`
    const seen = parseLetter(Buffer.concat([Buffer.from(header), file.content])).text
    return [{ kind: 'files', name: `${name} text`, expected: asText(part), seen }]
  }
  const expected = Buffer.from('Binary' in body ? body.Binary : body.InlineBinary).toString('latin1')
  return [{ kind: 'files', name: `${name} bytes`, expected, seen: file.content.toString('latin1') }]
}

function parameter(part: Part, header: string, name: string): string | undefined {
  const value = fieldValue(part, header)
  if (typeof value !== 'object' || !('ContentType' in value)) return undefined
  return value.ContentType.attributes?.find((attribute) => attribute.name.toLowerCase() === name)?.value
}

function typeOf(part: Part): string | undefined {
  const value = fieldValue(part, 'content_type')
  if (typeof value !== 'object' || !('ContentType' in value)) return undefined
  const { c_type, c_subtype } = value.ContentType
  return c_subtype === null ? undefined : `${c_type}/${c_subtype}`.toLowerCase()
}
