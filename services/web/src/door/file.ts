/** Files of strangers, given out so that no browser ever takes them for a page of ours (rules §7). */
import { create } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { parse } from 'range-parser'
import type { StoredFile } from '../reads/attachments.ts'

/** Types that no browser runs anything of. All others are bytes and nothing else. */
const harmless =
  /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp)|application\/pdf|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain)$/

/** What a browser shows within a page: raster images, by their first bytes, whatever their sender calls them. */
export function rasterType(beginning: Buffer): string | undefined {
  return signatures.find(([, pattern]) => pattern.test(beginning.toString('latin1', 0, 16)))?.[0]
}

const signatures: [type: string, beginning: RegExp][] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
]

/**
 * Headers of the answer, and the part of the file that was asked for: RFC 9110 §13 (If-None-Match) and §14 (one range;
 * several are answered with the whole file).
 *
 * @param shownAs the type of an image that is shown within a page; absent: it is downloaded
 * @returns undefined when the answer has no content: 304 or 416
 */
export function prepareFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: Pick<StoredFile, 'sha256' | 'filename' | 'type' | 'bytes'>,
  shownAs?: string,
): { start: number; end: number } | undefined {
  const etag = `"${file.sha256.toString('hex')}"`
  const type = harmless.test(file.type) ? file.type : 'application/octet-stream'
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=3600',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'content-type': shownAs ?? type,
    'content-disposition': create(file.filename, { type: shownAs ? 'inline' : 'attachment' }),
  })
  const { 'if-none-match': known, 'if-range': condition, range } = request.headers
  if (known !== undefined && matches(known, etag)) {
    reply.code(304)
    return undefined
  }
  const whole = { start: 0, end: file.bytes - 1 }
  const asked =
    range === undefined || (condition !== undefined && condition !== etag) ? [whole] : rangesOf(file.bytes, range)
  if (!asked) {
    reply.code(416).header('content-range', `bytes */${file.bytes}`)
    return undefined
  }
  const part = asked.length === 1 ? asked[0]! : whole
  if (part !== whole) reply.code(206).header('content-range', `bytes ${part.start}-${part.end}/${file.bytes}`)
  reply.header('content-length', part.end - part.start + 1)
  return part
}

/** Undefined when none of it is in the file; none when the header cannot be read, and then does not count. */
function rangesOf(bytes: number, header: string) {
  const { code, type, ranges } = parse(bytes, header)
  if (type !== 'bytes' || code === malformed) return []
  return code === unsatisfiable ? undefined : [...ranges]
}

/** What range-parser calls them. */
const malformed = 1
const unsatisfiable = 2

function matches(known: string, etag: string): boolean {
  return known.trim() === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
