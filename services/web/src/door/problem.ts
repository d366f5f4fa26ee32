/** Every failure, said in words: application/problem+json to programs, a page to people. */
import { STATUS_CODES } from 'node:http'
import type { DirectoryProblem } from '@podatelna/admission'
import type { api } from '@podatelna/contracts'
import { isDatabaseAway } from '@podatelna/store'
import type { Problem as TicketProblem } from '@podatelna/ticketing'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { render } from '../pages/render.ts'
import { BadInput } from './input.ts'
import type { Web } from './web.ts'

export type ProblemWord =
  | TicketProblem
  | DirectoryProblem
  | 'no_mail'
  | 'not_possible'
  | 'no_link'
  | 'expired'
  | 'no_letter'
  | 'bad_pattern'
  | 'too_many'
  | 'bad_template'
  | 'no_sample'
  | 'admins_only'
export type Refusal = { ok: false; problem: ProblemWord; detail: string; errors?: api.FieldError[] }

/** What the libraries call a failure, and what HTTP calls it. */
export const statusOf: Record<ProblemWord, number> = {
  admins_only: 403,
  no_ticket: 404,
  not_a_participant: 404,
  not_found: 404,
  no_mail: 404,
  no_link: 404,
  no_attachment: 404,
  no_delivery: 404,
  not_resendable: 409,
  forbidden_move: 409,
  taken: 409,
  in_use: 409,
  not_possible: 409,
  expired: 410,
  no_date: 422,
  merged: 409,
  not_mergeable: 409,
  not_linkable: 409,
  not_linked: 404,
  not_splittable: 409,
  no_message: 404,
  no_upload: 422,
  infected: 422,
  deleted: 409,
  hidden: 409,
  not_for_them: 409,
  changed: 412,
  own_mailbox: 422,
  no_mailbox: 422,
  no_organization: 422,
  no_agent: 422,
  bad_address: 422,
  locked: 409,
  not_lockable: 409,
  not_allowed: 403,
  unreadable: 422,
  no_letter: 422,
  bad_pattern: 422,
  bad_template: 422,
  no_sample: 422,
  no_such_words: 422,
  words_in_reason: 422,
  is_agent: 409,
  busy: 409,
  too_many: 409,
}

/** The answer of a call that a library refused. */
export function refuse(reply: Answering, refusal: Refusal): api.Problem {
  return fail(reply, statusOf[refusal.problem], refusal.detail, refusal.errors)
}

/** The answer of a call that fails. */
export function fail(reply: Answering, status: number, detail: string, errors?: api.FieldError[]): api.Problem {
  reply.statusCode = status
  reply.type('application/problem+json')
  return problem(status, detail, errors)
}

export function problem(status: number, detail: string, errors?: api.FieldError[]): api.Problem {
  const title = STATUS_CODES[status] ?? 'Error'
  return { type: 'about:blank', title, status, detail, ...(errors && { errors }) }
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const said = explain(error, request.id)
  if (said.status >= 500) request.log.error({ err: error, route: request.routeOptions.url }, 'call failed')
  if (said.status === 503) reply.header('retry-after', '5')
  return answerProblem(request, reply, said)
}

export function answerUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answerProblem(request, reply, problem(404, 'There is nothing at this address.'))
}

/** In the form the caller reads. */
export function answerProblem(request: FastifyRequest, reply: FastifyReply, said: api.Problem): FastifyReply {
  reply.code(said.status)
  if (!wantsPage(request)) return reply.type('application/problem+json').send(JSON.stringify(said))
  return reply.type('text/html; charset=utf-8').send(render('problem', said))
}

/**
 * A known path asked with a method it does not have is a 405, not a 404. To be called before routes are added; what it
 * returns, when all of them are there.
 */
export function refuseOtherMethods(web: Web): () => void {
  const urls = new Set<string>()
  web.addHook('onRoute', ({ url }) => void urls.add(url))
  return () => {
    for (const url of [...urls]) refuseMethodsOf(web, url)
  }
}

function refuseMethodsOf(web: Web, url: string): void {
  const [known, others] = [true, false].map((wanted) =>
    methods.filter((method) => web.hasRoute({ url, method }) === wanted),
  )
  const allow = known?.join(', ')
  web.route({
    url,
    method: others ?? [],
    schema: { hide: true },
    handler: async (request, reply) => {
      reply.header('allow', allow)
      return answerProblem(request, reply, problem(405, `This address knows only ${allow}.`))
    },
  })
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

function explain(error: unknown, id: string): api.Problem {
  if (error instanceof BadInput) return badInput(error)
  if (isDatabaseAway(error)) return problem(503, 'The database does not answer. Please try again in a moment.')
  const { statusCode = 500, code = '' } = error instanceof Error ? (error as HttpError) : {}
  const words = wordsForCode[code] ?? wordsForStatus[statusCode]
  if (statusCode < 500) return problem(statusCode, words ?? 'The request cannot be understood.')
  return problem(500, `Something went wrong on our side. It has been noted; please quote ${id} when you report it.`)
}

function badInput({ part, errors }: BadInput): api.Problem {
  if (part === 'params') return problem(404, 'There is nothing at this address.')
  const [first] = errors
  return problem(400, `${first?.path || 'The body'} ${first?.message}`, errors)
}

const wordsForCode: Record<string, string> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_BAD_URL: 'The address is not spelled correctly: something is wrong behind a percent sign.',
}

const wordsForStatus: Record<number, string> = {
  404: 'There is nothing at this address.',
  413: 'The body is too large.',
  414: 'This address is too long.',
  415: 'A body of this content type is not taken here.',
  429: 'Too many tries. Please wait a while before the next one.',
}

function wantsPage(request: FastifyRequest): boolean {
  return !request.url.startsWith('/api') && (request.headers.accept ?? '').includes('text/html')
}

type HttpError = Error & { statusCode?: number; code?: string }
type Answering = { statusCode: number; type(contentType: string): unknown }
