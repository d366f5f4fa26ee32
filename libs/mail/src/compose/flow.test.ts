import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unflow } from '../mime/flowed.ts'
import { flow } from './flow.ts'

test('long paragraphs are broken where they can be put together again', () => {
  const text = `${'word '.repeat(60).trim()}\n\nShort one.`
  const lines = flow(text).split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76)
  expect(unflow(flow(text), false)).toBe(text)
})

test('links, quotes and the mark of a signature keep their lines', () => {
  const text = `https://example.com/${'x'.repeat(200)}\n> ${'quoted '.repeat(40).trim()}\n-- \nSupport`
  expect(flow(text)).toBe(text)
})

test('what would be changed on the way is stuffed', () => {
  expect(flow('  indented\nFrom here\n>quoted')).toBe('   indented\n From here\n>quoted')
})

test('whatever is written comes back, but for spaces at the ends of lines', () => {
  const words = fc.constantFrom('a', 'From', '>', '--', '', 'x'.repeat(80), 'žluťoučký', '\u2028', ' ')
  const line = fc.array(words, { maxLength: 60 }).map((parts) => parts.join(' '))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const text = lines.filter((one) => !one.startsWith('>')).join('\n')
      const kept = text.split('\n').map((one) => (one === '-- ' ? one : one.trimEnd()))
      expect(unflow(flow(text), false)).toBe(kept.join('\n'))
    }),
    { numRuns: 2_000 },
  )
})
