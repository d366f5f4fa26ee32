/**
 * The MIME tree of a report, read to the letter it returns: mailparser shows a letter as people read it, and melts the
 * parts that programs write for each other into it. Total and bounded: what is beyond the caps is not read.
 */
import { type Header, headerValue, parseHeader } from './headers.ts'
import { cleanText } from './text.ts'

const readLimit = 2 * 1024 * 1024
const partLimit = 1000
const depthLimit = 20

/** One leaf; a letter within the letter (message/rfc822) is one, too. Its body is as sent, a character a byte. */
export type Part = { header: Header; type: string; body: string }

/** In the order of the letter. Line ends are LF in the result, whatever they were: CRLF, LF or bare CR. */
export function leafParts(raw: Buffer): Part[] {
  const leaves: Part[] = []
  collect(raw.subarray(0, readLimit).toString('latin1').replace(/\r\n?/g, '\n'), 0, leaves)
  return leaves
}

/** The body as text: transfer encoding undone (RFC 2045 §6), charset read; an unknown one as UTF-8 or Latin-1. */
export function partText(part: Part): string {
  const bytes = decoded(part)
  const charset = parameter(headerValue(part.header, 'content-type') ?? '', 'charset')
  for (const label of [charset || 'utf-8', 'utf-8']) {
    try {
      return cleanText(new TextDecoder(label, { fatal: true }).decode(bytes))
    } catch {
      // Not that charset, or none that is known.
    }
  }
  return cleanText(bytes.toString('latin1'))
}

function collect(entity: string, depth: number, leaves: Part[]): void {
  if (leaves.length >= partLimit) return
  const blank = entity.startsWith('\n') ? 0 : entity.indexOf('\n\n')
  const header = parseHeader(Buffer.from(blank < 0 ? entity : entity.slice(0, blank + 1), 'latin1'))
  const body = blank < 0 ? '' : entity.slice(blank === 0 ? 1 : blank + 2)
  const contentType = headerValue(header, 'content-type') ?? 'text/plain'
  const type = contentType.split(/[;\s]/, 1)[0]!.toLowerCase()
  const inside = type.startsWith('multipart/') && depth < depthLimit
  const children = inside ? partsBetween(body, parameter(contentType, 'boundary')) : []
  if (children.length > 0) for (const child of children) collect(child, depth + 1, leaves)
  else leaves.push({ header, type: inside ? 'text/plain' : type, body })
}

/** Where the boundary that is named does not occur, or none is named, the first line that looks like one is taken. */
function partsBetween(body: string, boundary: string): string[] {
  const named = boundary ? between(body, boundary) : []
  if (named.length > 0) return named
  const found = /^--(\S{1,200})$/m.exec(body)?.[1]
  return found ? between(body, found) : []
}

function between(body: string, boundary: string): string[] {
  const children: string[][] = []
  let open: string[] | undefined
  for (const line of body.split('\n')) {
    if (line.startsWith(`--${boundary}`)) {
      const rest = line.slice(boundary.length + 2).trim()
      if (rest === '--') break
      if (rest === '') {
        open = []
        children.push(open)
        continue
      }
    }
    open?.push(line)
  }
  return children.map((lines) => lines.join('\n'))
}

function decoded({ header, body }: Part): Buffer {
  const encoding = headerValue(header, 'content-transfer-encoding')?.toLowerCase()
  if (encoding === 'base64') return Buffer.from(body, 'base64')
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1')
  const unfolded = body.replace(/=[ \t]{0,20}\n/g, '')
  return Buffer.from(
    unfolded.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

function parameter(value: string, name: string): string {
  const found = new RegExp(`[;\\s]${name}\\s{0,20}=\\s{0,20}(?:"([^"]*)"|([^\\s;"]+))`, 'i').exec(value)
  return found?.[1] ?? found?.[2] ?? ''
}
