import type { api, Language, NoticeKind } from '@podatelna/contracts'
import { checkTemplate, type Templates } from '@podatelna/notices'

type BadTemplate = { ok: false; problem: 'bad_template'; detail: string; errors: api.FieldError[] }

/**
 * Undefined when the words may be used.
 *
 * @param within the field of the request that they are in, with a dot
 */
export function whatIsWrong(
  templates: Templates,
  words: { kind: NoticeKind; language: Language; template: api.TemplateWords },
  within = '',
): BadTemplate | undefined {
  const problems = checkTemplate(templates, words.kind, words.language, words.template)
  const [first] = problems
  if (!first) return undefined
  const { field, line, column, message } = first
  return {
    ok: false,
    problem: 'bad_template',
    detail: `These words cannot be used. Line ${line}, column ${column} of the ${field}: ${message}`,
    errors: problems.map(({ field, ...problem }) => ({ path: `${within}${field}`, ...problem })),
  }
}
