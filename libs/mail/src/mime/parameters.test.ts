import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseParameters, safeFilename } from './parameters.ts'

describe('parameters are read as they are meant', () => {
  test.each([
    ['text/plain', 'text/plain', {}],
    ['', '', {}],
    ['text/plain; charset=utf-8', 'text/plain', { charset: 'utf-8' }],
    ['Text/HTML; Charset="UTF-8"; Format=flowed', 'Text/HTML', { charset: 'UTF-8', format: 'flowed' }],
    ['text/plain; charset=us-ascii (Plain text)', 'text/plain', { charset: 'us-ascii' }],
    ['text/plain (a; b="c"); (d) charset="us-ascii" (e)', 'text/plain', { charset: 'us-ascii' }],
    ['attachment; filename="a\\"b\\\\c.txt"', 'attachment', { filename: 'a"b\\c.txt' }],
    // RFC 2231.
    ["attachment; filename*=utf-8''P%C5%99%C3%ADloha.pdf", 'attachment', { filename: 'Příloha.pdf' }],
    ["attachment; filename*=iso-8859-2'cs'%BElu%BB.pdf", 'attachment', { filename: 'žluť.pdf' }],
    [
      "attachment; filename*0*=utf-8''%C5; filename*1*=%BElu; filename*2=%20.pdf",
      'attachment',
      { filename: 'žlu%20.pdf' },
    ],
    ['attachment; filename*1=b.pdf; filename*0="a "', 'attachment', { filename: 'a b.pdf' }],
    ['attachment; filename*1="b"; filename*3="d.pdf"', 'attachment', { filename: 'bd.pdf' }],
    ["attachment; filename=plain.pdf; filename*=utf-8''%C5%BE.pdf", 'attachment', { filename: 'ž.pdf' }],
    ['attachment; filename*=%C5%BE.pdf', 'attachment', { filename: 'ž.pdf' }],
    ["attachment; filename*=''%C5%BE.pdf", 'attachment', { filename: 'ž.pdf' }],
    // Encoded words, against RFC 2047 §5; in pieces, too.
    ['attachment; filename="=?utf-8?Q?P=C5=99=C3=ADloha=2Epdf?="', 'attachment', { filename: 'Příloha.pdf' }],
    ['attachment; filename==?utf-8?Q?a;b=3D.pdf?=', 'attachment', { filename: 'a;b=.pdf' }],
    ['x; name="=?utf-8?B?xb5sdcWl?= =?utf-8?B?LnBkZg==?="', 'x', { name: 'žluť.pdf' }],
    ['x; name*0="=?utf-8?B?xb5s"; name*1="dcWl?="', 'x', { name: 'žluť' }],
    ['x; name=P%C5%99%C3%ADloha.pdf', 'x', { name: 'Příloha.pdf' }],
    ['x; name="100%25 %ff.pdf"', 'x', { name: '100%25 %ff.pdf' }],
    // What should have been quoted, or was badly.
    [
      'attachment; filename=My report (1); final.pdf; size=3',
      'attachment',
      { filename: 'My report (1); final.pdf', size: '3' },
    ],
    ['attachment; filename=My report.pdf size=3', 'attachment', { filename: 'My report.pdf', size: '3' }],
    ['attachment filename="a.pdf"', 'attachment', { filename: 'a.pdf' }],
    ['text/plain charset=utf-8', 'text/plain', { charset: 'utf-8' }],
    ['text/plain; charset="utf-8" format=flowed', 'text/plain', { charset: 'utf-8', format: 'flowed' }],
    ['text/plain; charset="utf-8', 'text/plain', { charset: 'utf-8' }],
    ["text/plain; charset='utf-8'", 'text/plain', { charset: 'utf-8' }],
    ['attachment; filename="a.pdf; size=3', 'attachment', { filename: 'a.pdf', size: '3' }],
    ['attachment; filename="the "big" one.pdf"; size=3', 'attachment', { filename: 'the "big" one.pdf', size: '3' }],
    ['attachment; filename="C:\\docs\\new.pdf"', 'attachment', { filename: 'C:\\docs\\new.pdf' }],
    ['attachment; filename=Příloha.pdf', 'attachment', { filename: 'Příloha.pdf' }],
    ['attachment; filename = "a.pdf" ;', 'attachment', { filename: 'a.pdf' }],
    ['attachment;; ; filename=a.pdf;', 'attachment', { filename: 'a.pdf' }],
    ['a; charset=x; charset=y', 'a', { charset: 'x' }],
    ['a; lonely; charset=y', 'a', { charset: 'y' }],
    ['multipart/mixed; boundary="=_?Q?=20 x"', 'multipart/mixed', { boundary: '=_?Q?=20 x' }],
    [
      'x; constructor=1; __proto__=2',
      'x',
      Object.fromEntries([
        ['constructor', '1'],
        ['__proto__', '2'],
      ]),
    ],
  ])('%j', (value, first, parameters) => {
    expect(parseParameters(value)).toEqual({ value: first, parameters })
  })
})

test('any value gives well-formed parameters', () => {
  const piece = fc.constantFrom(
    ';',
    '=',
    '"',
    '\\',
    '(',
    ')',
    ' ',
    'name',
    '*',
    '*0',
    '*1*',
    "'",
    '%C5',
    '=?utf-8?B?xb4?=',
    'é',
  )
  const value = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(value, (raw) => {
      const { value: first, parameters } = parseParameters(raw)
      for (const text of [first, ...Object.entries(parameters).flat()]) expect(text.isWellFormed()).toBe(true)
      for (const name of Object.keys(parameters)) expect(name).toBe(name.toLowerCase())
    }),
    { numRuns: 3000 },
  )
})

test.each(['a="', 'a="x"y ', 'a="\\"; ', '(', '; ', 'a=', 'a*0=b;', ' ', 'a b', "a*=utf-8''%C5;", '"'])(
  'megabytes of %j are read in one go',
  (piece) => {
    parseParameters(`x; ${piece.repeat(3_000_000 / piece.length)}`)
  },
)

test('a file is named by the last part of its path, without what deceives', () => {
  expect(safeFilename('C:\\Users\\jana\\Příloha 1.pdf')).toBe('Příloha 1.pdf')
  expect(safeFilename('../../etc/passwd')).toBe('passwd')
  expect(safeFilename('dir/')).toBe('dir')
  expect(safeFilename('invoice\u202efdp.exe')).toBe('invoicefdp.exe')
  expect(safeFilename('a\r\n\0b\t.pdf . ')).toBe('a b .pdf')
  expect(safeFilename('.htaccess')).toBe('.htaccess')
  for (const empty of ['', ' ', '.', '..', '/', '\\', '\u202e', '\0']) expect(safeFilename(empty)).toBe('attachment')
})

test('a long name keeps its extension, and no half characters', () => {
  const name = safeFilename(`${'ž'.repeat(300)}.pdf`)
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
  expect(name).toMatch(/^ž+\.pdf$/)
  expect(safeFilename(`${'.'.repeat(60_000)}a`)).toMatch(/a$/)
})

test('any name is safe', () => {
  const odd = fc.constantFrom('/', '\\', '.', ' ', '\0', '\u202e', 'ž', '😀', '\ud800', 'a')
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 400 }), (chars) => {
      const name = safeFilename(chars.join(''))
      expect(name).toMatch(/^[^/\\\p{Cc}\p{Bidi_Control}]+$/u)
      expect(name.isWellFormed()).toBe(true)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
      expect(['.', '..']).not.toContain(name)
    }),
    { numRuns: 2000 },
  )
})
