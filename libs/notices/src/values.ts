/** Which values a template of each kind may name, and what they are: read from the samples, which are all there is to know. */
import type { NoticeKind } from '@podatelna/contracts'
import { samples } from './samples.ts'

/**
 * - `word`: one of a closed list, for `choose`
 * - `link`: an address of ours, for `link` and `file`
 * - `message`: somebody's words, for `body`
 */
export type Value = { maybeEmpty: boolean } & (
  | { is: 'text' | 'number' | 'moment' | 'yes or no' | 'link' }
  | { is: 'word'; words: string[] }
  | { is: 'list' | 'group' | 'message'; of: Values }
)
/** By name. Without a prototype, so that nothing is found that is not there. */
export type Values = Record<string, Value>

const closedLists = ['status', 'priority', 'within', 'asked', 'answer']
const links = ['page', 'refusal', 'choice', 'url']

const known = new Map<NoticeKind, Values>()

export function valuesOf(kind: NoticeKind): Values {
  let values = known.get(kind)
  if (!values) {
    values = common(samples[kind])
    known.set(kind, values)
  }
  return values
}

/** What all of them have. */
function common(examples: object[]): Values {
  const names = Object.keys(examples[0] ?? {}).filter((name) => examples.every((one) => Object.hasOwn(one, name)))
  const values: Values = Object.create(null)
  for (const name of names)
    values[name] = asOneOf(
      name,
      examples.map((one) => (one as Record<string, unknown>)[name]),
    )
  return values
}

function asOneOf(name: string, examples: unknown[]): Value {
  const full = examples.filter((one) => !isEmpty(one))
  const maybeEmpty = full.length < examples.length
  const [first] = full
  if (Array.isArray(first)) return { is: 'list', maybeEmpty, of: common(full.flat() as object[]) }
  if (first instanceof Date) return { is: 'moment', maybeEmpty }
  if (typeof first === 'boolean') return { is: 'yes or no', maybeEmpty: false }
  if (typeof first === 'number') return { is: 'number', maybeEmpty: examples.includes(0) }
  if (typeof first === 'object') return groupOf(full as object[], maybeEmpty)
  if (closedLists.includes(name)) return { is: 'word', maybeEmpty, words: [...new Set(full as string[])] }
  return { is: links.includes(name) ? 'link' : 'text', maybeEmpty }
}

/** Of a message its HTML is not for templates: `body` takes it, where it belongs. */
function groupOf(examples: object[], maybeEmpty: boolean): Value {
  const { html, ...of } = common(examples)
  return html ? { is: 'message', maybeEmpty, of } : { is: 'group', maybeEmpty, of }
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}
