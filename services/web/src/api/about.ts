import { STATUS_CODES } from 'node:http'
import { api } from '@podatelna/contracts'
import type { z } from 'zod'

type Tag =
  | 'Mailboxes'
  | 'Organizations'
  | 'Contacts'
  | 'Agents'
  | 'Mail'
  | 'Deliveries'
  | 'Tickets'
  | 'People'
  | 'Filters'
  | 'Legacy systems'
  | 'Webhooks'

/** What a call says about itself at /api/docs, beside its shapes. */
export function about(tag: Tag, summary: string, description?: string) {
  return { tags: [tag], summary, ...(description && { description }), security: eitherWay }
}

const eitherWay: Record<string, string[]>[] = [{ bearer: [] }, { session: [] }]

export const forAdmins = { role: 'admin' } as const

/** The answers of a call: the good ones, those every call can give, and the failures that are its own. */
export function answers<Good extends Record<number, z.ZodType>, Failure extends number = never>(
  good: Good,
  ...failures: Failure[]
): Good & Record<Failure | CommonFailure, ProblemAnswer> {
  return { ...problems<Failure | CommonFailure>(...commonFailures, ...failures), ...good }
}

const commonFailures = [400, 401, 403, 500, 503] as const
type CommonFailure = (typeof commonFailures)[number]

export function problems<Status extends number>(...statuses: Status[]): Record<Status, ProblemAnswer> {
  return Object.fromEntries(statuses.map((status) => [status, problemAnswer(status)])) as Record<Status, ProblemAnswer>
}

function problemAnswer(status: number): ProblemAnswer {
  const description = STATUS_CODES[status] ?? 'Error'
  return { description, content: { 'application/problem+json': { schema: api.Problem } } }
}

type ProblemAnswer = { description: string; content: { 'application/problem+json': { schema: typeof api.Problem } } }
