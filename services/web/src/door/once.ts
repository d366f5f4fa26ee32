/** Conditional and repeatable calls. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { actor } from './caller.ts'

/**
 * The id of what a call makes, by its Idempotency-Key: asked for again by the same caller, at the same address, it is the
 * same. Undefined without a key.
 */
export function idByKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  return typeof key === 'string' && key !== '' ? idOf(request, key) : undefined
}

/** The same for a form, whose key was made with it. */
export function idOf(request: FastifyRequest, key: string): string {
  const { email, name } = actor(request)
  const hash = createHash('sha256')
    .update([email ?? name, request.method, request.url, key].join('\0'))
    .digest('hex')
  // RFC 9562 §5.8: version 8, variant 10.
  return hash.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-a$4-$5')
}

/** As of RFC 9110 §8.8.3: a strong validator. */
export function etag(version: number): string {
  return `"${version}"`
}

/** The version in If-Match: undefined without one or for `*`; 0, which no ticket has, for any that is not ours. */
export function seenVersion(request: FastifyRequest): number | undefined {
  const value = request.headers['if-match']?.trim()
  if (value === undefined || value === '*') return undefined
  return Number(/^"(\d{1,9})"$/.exec(value)?.[1] ?? 0)
}
