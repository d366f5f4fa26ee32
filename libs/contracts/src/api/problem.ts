import { z } from 'zod'

/** What every failed call answers (RFC 9457), as application/problem+json. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('one or two sentences for the person who made the call'),
    errors: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          line: z.number().int().optional().describe('where in it, of a template; from 1'),
          column: z.number().int().optional(),
        }),
      )
      .optional()
      .describe('the fields that cannot be used, and why'),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

export type FieldError = { path: string; message: string; line?: number | undefined; column?: number | undefined }

/** Our words for a value that does not fit its shape; a message given with the shape goes before them. */
export function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is needed.' : `must be ${kinds[issue.expected] ?? `a ${issue.expected}`}.`
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}.`
    case 'invalid_format':
      return formats[issue.format] ?? 'does not have the right form.'
    case 'too_small':
      return smallest(issue)
    case 'too_big':
      return largest(issue)
    case 'invalid_union':
      return 'has none of the forms that are understood here.'
    default:
      return undefined
  }
}

/** One entry for each field in trouble. */
export function fieldErrors(error: z.core.$ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return { path: issue.path.join('.'), message: issue.message }
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not known here.' }))
  })
}

function smallest({ origin, minimum }: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall>): string {
  if (origin === 'string' && minimum === 1) return 'may not be empty.'
  if (origin === 'string') return `must have at least ${minimum} characters.`
  if (origin === 'array') return `must have at least ${minimum} ${minimum === 1 ? 'entry' : 'entries'}.`
  return `must be at least ${minimum}.`
}

function largest({ origin, maximum }: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig>): string {
  if (origin === 'string') return `may have at most ${maximum} characters.`
  if (origin === 'array') return `may have at most ${maximum} entries.`
  return `must be at most ${maximum}.`
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

const formats: Record<string, string> = {
  uuid: 'is not an id.',
  datetime: 'is not a time like 2030-01-31T12:00:00Z.',
  duration: 'is not a duration like P14D.',
}
