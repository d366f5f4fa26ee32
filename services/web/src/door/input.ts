import { api } from '@podatelna/contracts'
import type { FastifyInstance, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'

/** Something in a request does not fit; `errors` says what and why, field by field. */
export class BadInput extends Error {
  readonly statusCode = 400
  readonly errors: api.FieldError[]
  /** Which part of the request: params, querystring, body. */
  readonly part: string
  constructor(part: string, errors: api.FieldError[]) {
    super('the request does not fit')
    this.part = part
    this.errors = errors
  }
}

export const checkInput: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'body' }) =>
  (data) => {
    const result = schema.safeParse(data, { error: api.sentence })
    if (result.success) return { value: result.data }
    return { error: new BadInput(httpPart, api.fieldErrors(result.error)) }
  }

/** Many clients name a content type with every call, also with one that has no body. */
export function readJson(web: FastifyInstance) {
  const parse = web.getDefaultJsonParser('error', 'error')
  return (request: FastifyRequest, text: string, done: (error: Error | null, body?: unknown) => void) => {
    if (text === '') done(null, undefined)
    else parse(request, text, done)
  }
}
