/** Patterns of old ticket systems, in linear time whatever is written and whatever is read (RE2). */
import type { api } from '@podatelna/contracts'
import { RE2JS } from 're2js'

export type Patterns = { field: api.LegacyField; find(text: string): string | undefined }[]
export type Problem = { path: string; message: string }

/** What is looked at of one text; a subject or an address that is longer has no ticket number behind that. */
const readLimit = 2_000

/** @returns the patterns, or every one that cannot be used with the reason */
export function compilePatterns(patterns: api.LegacySystem['patterns']): { patterns: Patterns; problems: Problem[] } {
  const problems: Problem[] = []
  const compiled = patterns.flatMap(({ field, pattern }, index) => {
    const find = finder(pattern)
    if (typeof find === 'function') return { field, find }
    problems.push({ path: `patterns.${index}.pattern`, message: find.problem })
    return []
  })
  return { patterns: compiled, problems }
}

/** Every sample that does not go as it should. */
export function trySamples(patterns: Patterns, samples: api.LegacySystem['samples']): Problem[] {
  const found = (text: string) => patterns.some(({ find }) => find(text) !== undefined)
  return [
    ...samples.match.flatMap((text, index) =>
      found(text) ? [] : { path: `samples.match.${index}`, message: 'is matched by none of the patterns.' },
    ),
    ...samples.no_match.flatMap((text, index) =>
      found(text) ? { path: `samples.no_match.${index}`, message: 'is matched by one of the patterns.' } : [],
    ),
  ]
}

function finder(pattern: string): Patterns[number]['find'] | { problem: string } {
  let expression: RE2JS
  try {
    expression = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
  } catch (error) {
    return { problem: `cannot be used: ${(error as Error).message.replace(/^error parsing regexp: /, '')}.` }
  }
  if (expression.matches('')) return { problem: 'matches everything, even an empty text.' }
  const group = 'number' in expression.namedGroups() ? 'number' : Math.min(expression.groupCount(), 1)
  return (text) => {
    const matcher = expression.matcher(text.slice(0, readLimit))
    return (matcher.find() && matcher.group(group)?.trim().slice(0, 100)) || undefined
  }
}
