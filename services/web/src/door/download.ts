/** Bytes that never change, as HTTP hands them out: when they are asked for anew, whole, or in part (RFC 9110 §13, §14). */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { parse } from 'range-parser'
import { answerProblem, problem } from './problem.ts'

export type Download = {
  /** Their hash: the same content has the same one, so a strong validator. */
  etag: string
  bytes: number
  /** What goes with them: type, disposition. */
  headers: Record<string, string>
  /** First and last byte; absent: all of them. @throws when they cannot be read */
  open(range?: Range): Promise<Buffer | Readable>
}

export type Range = { start: number; end: number }

/** Answers with what of it the caller needs, to a GET or a HEAD. */
export async function sendDownload(
  request: FastifyRequest,
  reply: FastifyReply,
  { etag, bytes, headers, open }: Download,
): Promise<FastifyReply> {
  // Kept by the browser alone, and asked about each time: who may see it, and what the scanner says, may change.
  reply.headers({ etag, 'cache-control': 'private, no-cache', 'accept-ranges': 'bytes' })
  if (names(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const range = rangeOf(request, etag, bytes)
  if (range === 'not satisfiable') {
    reply.header('content-range', `bytes */${bytes}`)
    return answerProblem(
      request,
      reply,
      problem(416, `There are ${bytes} bytes; none of those asked for is among them.`),
    )
  }
  // Opened first: once an answer has begun, it cannot become another one.
  const body = request.method === 'HEAD' ? Readable.from([]) : await open(range)
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`)
  reply.headers({ ...headers, 'content-length': String(range ? range.end - range.start + 1 : bytes) })
  return reply.send(body)
}

/** Several ranges are answered with the whole, as RFC 9110 §14.2 allows; so is what is no range of bytes. */
function rangeOf(request: FastifyRequest, etag: string, bytes: number): Range | 'not satisfiable' | undefined {
  const { range, 'if-range': onlyIf } = request.headers
  if (request.method !== 'GET' || range === undefined) return undefined
  // A date, too, is none that we gave out (§13.1.5).
  if (onlyIf !== undefined && onlyIf !== etag) return undefined
  const { code, type, ranges } = parse(bytes, range)
  if (type !== 'bytes' || (code & malformed) !== 0) return undefined
  if (ranges.length === 0) return 'not satisfiable'
  return ranges.length === 1 ? ranges[0] : undefined
}

/** As range-parser says it; the other one is a range that begins behind the end. */
const malformed = 1

/** Whether the caller has it already; weak comparison (§8.8.3.2), as §13.1.2 asks. */
function names(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false
  return given.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
}
