/** What a template that passed the check of its source does with the samples: it has to bring what the built-in one brings. */
import { type NoticeKind, ticketNumbersIn } from '@podatelna/contracts'
import { checkSources, type TemplateProblem } from './check.ts'
import { type Compiled, compile, type Template } from './compile.ts'
import { faultOf, type Place } from './fault.ts'
import { samples } from './samples.ts'
import type { Rendered, Templates } from './templates.ts'
import { type Value, type Values, valuesOf } from './values.ts'

/** Everything that is wrong with it; empty when it may be used. */
export function checkTemplate(
  templates: Templates,
  kind: NoticeKind,
  language: string,
  template: Template,
): TemplateProblem[] {
  const problems = checkSources(kind, template)
  if (problems.length > 0) return problems
  const own = compile(template)
  for (const [index, values] of samples[kind].entries()) {
    const problem = tryOn(templates, { kind, language, template, own }, values)
    if (problem) return [{ ...problem, message: `${problem.message} (With sample ${index}.)` }]
  }
  return []
}

type Sample = (typeof samples)[NoticeKind][number]
type About = { kind: NoticeKind; language: string; template: Template; own: Compiled }

function tryOn(
  templates: Templates,
  { kind, language, template, own: compiled }: About,
  values: Sample,
): TemplateProblem | undefined {
  const sign = { name: 'Support', address: 'support@example.com', signature: '' }
  const builtIn = templates.render(kind, language, values, sign)
  try {
    const renderAs = (told: object) => templates.renderOwn(compiled, language, told, sign)
    const own = renderAs(values)
    const missing = whatIsMissing(own, builtIn, valuesOf(kind), values)
    if (missing) return { field: 'body', ...endOf(template.body), message: missing }
    if ('unproved' in values && own.text === renderAs({ ...values, unproved: !values.unproved }).text) {
      return { field: 'body', ...endOf(template.body), message: unprovedNeeded }
    }
    if (namesAnother(own, builtIn)) return { field: 'subject', line: 1, column: 1, message: oneTicket }
    return undefined
  } catch (error) {
    const { message, at, field } = faultOf(error)
    return { field, ...(at ?? { line: 1, column: 1 }), message }
  }
}

function whatIsMissing(own: Rendered, builtIn: Rendered, values: Values, sample: Sample): string | undefined {
  const link = linksIn(values, sample).find(({ url }) => hasLink(builtIn, url) && !hasLink(own, url))
  if (link) return `The letter needs a link to "${link.name}", such as ${link.example}.`
  const message = messagesIn(values, sample).find(({ text }) => builtIn.text.includes(text) && !own.text.includes(text))
  if (message) return `The letter needs what was written: {{body ${message.name}}}.`
  if (builtIn.text.startsWith(mark) && !own.text.startsWith(mark)) return markNeeded
  return undefined
}

/** Rules §1: plainly marked. */
const unprovedNeeded =
  'The letter has to say when nobody has verified who wrote: {{#if unproved}}{{#p}}words for it{{/p}}{{/if}}.'

/** Above it stands what agents answer by mail. */
const mark = '##- '
const markNeeded =
  'The letter has to begin as {{#p}}##- Write your answer above this line -##{{/p}}: by ##- the answer is told from what it quotes.'

function linksIn(values: Values, sample: object): { name: string; url: string; example: string }[] {
  return named(values, sample).flatMap(([name, value, given]) => {
    const example = name === 'url' ? '{{file url filename bytes}}' : `{{link ${name} "words for it"}}`
    if (value.is === 'link') return given ? { name, url: String(given), example } : []
    return Array.isArray(given) && value.is === 'list' ? given.flatMap((item) => linksIn(value.of, item)) : []
  })
}

function messagesIn(values: Values, sample: object): { name: string; text: string }[] {
  return named(values, sample).flatMap(([name, value, given]) => {
    return value.is === 'message' ? { name, text: (given as { text: string }).text } : []
  })
}

function named(values: Values, sample: object): [name: string, value: Value, given: unknown][] {
  return Object.entries(values).map(([name, value]) => [name, value, (sample as Record<string, unknown>)[name]])
}

/** On a line of its own, where programs that show text make it one. */
function hasLink({ text, html }: Rendered, url: string): boolean {
  return text.split('\n').includes(url) && html.includes(`href="${url}"`)
}

/** An answer would be filed by it. */
function namesAnother(own: Rendered, builtIn: Rendered): boolean {
  const right = ticketNumbersIn(builtIn.subject)
  return ticketNumbersIn(own.subject).some((number) => !right.includes(number))
}

const oneTicket = 'The subject may name the ticket that an answer belongs to, and no other.'

function endOf(source: string): Place {
  const lines = source.split('\n')
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}
