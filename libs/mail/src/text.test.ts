import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { oneLine } from './text.ts'

describe('one line', () => {
  test('is one line, without control characters, and no longer than asked', () => {
    expect(oneLine(' a\r\nBcc: b\0\tc\u2028d ', 100)).toBe('a Bcc: b c d')
    expect(oneLine('abcdef', 4)).toBe('abc…')
  })

  test.each([
    ['an override, which hides what a name is', 'invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['an override that ends', '\u202dJana\u202c', 'Jana'],
    ['an embedding that would turn what follows the name', '\u202bJana', 'Jana'],
    ['an isolate whose end was cut off', `\u2067${'a'.repeat(20)}\u2069`, 'aaaa…'],
  ])('turns nothing around it: %s', (_, written, shown) => {
    expect(oneLine(written, shown === 'aaaa…' ? 6 : 100)).toBe(shown)
  })

  test('stays as it is when it is made one line again', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\0',
      '\u202b',
      '\u202c',
      '\u202e',
      '\u2067',
      '\u2069',
      '\ud83d',
      '😀',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 2, max: 20 }), (pieces, length) => {
        const line = oneLine(pieces.join(''), length)
        expect(line).not.toMatch(/ {2}|^ | $/)
        expect(oneLine(line, length)).toBe(line)
      }),
    )
  })

  test('keeps what begins and ends within it, so that a number in Hebrew reads right', () => {
    expect(oneLine('שלום \u2066P-100001\u2069', 100)).toBe('שלום \u2066P-100001\u2069')
  })
})
