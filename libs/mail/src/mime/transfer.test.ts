import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeTransfer } from './transfer.ts'

const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const base64 = bytes.toString('base64')

describe('base64', () => {
  test.each([
    ['in lines', base64.replace(/(.{76})/g, '$1\r\n')],
    ['without padding', base64.replace(/=+$/, '')],
    ['in lines of any length, indented', base64.replace(/(.{7})/g, '  $1\n')],
    ['with characters that are none of it', base64.replace(/(.{50})/g, '$1!\n')],
    ['behind an empty line', `\n\n${base64}\n\n`],
    [
      'in pieces, each with its padding',
      [0, 50, 100, 200].map((at, n, all) => bytes.subarray(at, all[n + 1]).toString('base64')).join('\n'),
    ],
    [
      'in pieces that follow on the same line',
      `${bytes.subarray(0, 4).toString('base64')}${bytes.subarray(4).toString('base64')}`,
    ],
    ['with words behind the padding', `${bytes.toString('base64')} ignored words`],
  ])('is read %s', (_, body) => {
    expect(decoded(body, 'base64')).toEqual(bytes)
  })

  test('with text behind it, as lists add, gives both', () => {
    const body = `${base64.replace(/(.{76})/g, '$1\n')}\n\n_____________\nTo leave the list, write to us\nbye\n`
    const { bytes: read, appended } = decodeTransfer(Buffer.from(body), 'base64')
    expect(read).toEqual(bytes)
    expect(appended?.toString().trim()).toBe('_____________\nTo leave the list, write to us\nbye')
  })

  test('that is cut off gives what there is', () => {
    expect(decoded(base64.replace(/(.{76})/g, '$1\n').slice(0, -9), 'base64')).toEqual(bytes.subarray(0, -5))
  })

  test('that is short and dirty is read', () => {
    expect(decoded('PGh0*bWw+Cg==\n', 'base64').toString()).toBe('<html>\n')
    expect(decoded('PGh0bWw+Cg==\n--end-->\nwords of text', 'base64').toString()).toBe('<html>\n')
  })

  test('that is plain text is shown as it is', () => {
    const { bytes: read, warning } = decodeTransfer(Buffer.from('Hello Jana,\nit is about the printer.\n'), 'BASE64')
    expect(read.toString()).toBe('Hello Jana,\nit is about the printer.\n')
    expect(warning).toBe('A part is said to be base64, and is not; it is shown as it is.')
  })
})

describe('quoted-printable', () => {
  test.each([
    ['both cases of its digits', '=C5=99=c5=99', 'řř'],
    ['soft line breaks of every system', 'a=\r\nb=\nc=\rd', 'abcd'],
    ['space behind a soft line break', 'a= \t\nb', 'ab'],
    ['a soft line break at the very end', 'a=', 'a'],
    ['what is no code', '1+1=2, =ZZ and =5', '1+1=2, =ZZ and =5'],
    ['raw 8-bit', 'ř=C5=99', 'řř'],
    ['nothing of it', 'plain', 'plain'],
  ])('is read with %s', (_, body, expected) => {
    expect(decoded(body, 'quoted-printable').toString()).toBe(expected)
  })
})

test('uuencode as a transfer encoding is read', () => {
  const body = 'Here it is:\n\nbegin 644 note.txt\n&1F%H;&\\*\n`\nend\n'
  expect(decoded(body, 'x-uuencode').toString('latin1')).toHaveLength(6)
  expect(decodeTransfer(Buffer.from('no such thing'), 'uuencode').warning).toMatch(/is not; it is shown as it is/)
})

test.each([['7bit'], ['8BIT'], ['8-bit'], ['binary'], ['']])('%j leaves the bytes alone', (encoding) => {
  expect(decodeTransfer(bytes, encoding)).toEqual({ bytes })
})

test('an encoding that is unknown leaves the bytes alone, with a warning', () => {
  const { bytes: read, warning } = decodeTransfer(bytes, 'x-secret')
  expect(read).toEqual(bytes)
  expect(warning).toBe('The transfer encoding x-secret is unknown; the part is shown as it is.')
})

test('any bytes give bytes, by every encoding', () => {
  const piece = fc.constantFrom('=', '=\n', 'QUJD', 'Q', '\n', '\r\n', ' ', '!', 'begin 644 a\n', 'end\n', '`\n', 'ř')
  const body = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join('')))
  fc.assert(
    fc.property(body, fc.constantFrom('base64', 'quoted-printable', 'x-uuencode'), (sent, encoding) => {
      // A line of uuencode may have lost zeros at its end: some, not megabytes of them.
      expect(decodeTransfer(sent, encoding).bytes.length).toBeLessThanOrEqual(sent.length + 64 * 1024)
    }),
  )
})

test('what was encoded comes out unchanged', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (sent) => {
      const original = Buffer.from(sent)
      expect(decoded(original.toString('base64').replace(/(.{20})/g, '$1\r\n'), 'base64')).toEqual(original)
    }),
  )
})

function decoded(body: string, encoding: string): Buffer {
  return decodeTransfer(Buffer.from(body), encoding).bytes
}
