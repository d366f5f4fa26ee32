import { describe, expect, test } from 'vitest'
import { type Entity, leavesOf, readTree } from './tree.ts'

describe('the tree of a letter', () => {
  test.each([['\n'], ['\r\n'], ['\r']])('is the same with lines that end with %j', (lineEnd) => {
    const letter = `Content-Type: multipart/mixed; boundary=o

preamble
--o
Content-Type: multipart/alternative; boundary="i n"

--i n
Content-Type: text/plain

words
of two lines
--i n  \t
Content-Type: text/html

<p>words</p>

--i n--
--o
Content-Type: image/png
Content-Transfer-Encoding: BASE64 (as always)
Content-Disposition: Attachment; filename=a.png

AAAA
--o--
epilogue
`
    const { root } = readTree(Buffer.from(letter.replaceAll('\n', lineEnd)))
    expect(shape(root)).toEqual(['multipart/mixed', ['multipart/alternative', 'text/plain', 'text/html'], 'image/png'])
    const [plain, html, image] = leavesOf(root)
    expect([plain, html, image].map((part) => lines(part!.body))).toEqual([
      'words\nof two lines',
      '<p>words</p>\n',
      'AAAA',
    ])
    expect(image).toMatchObject({
      encoding: 'base64',
      disposition: { value: 'attachment', parameters: { filename: 'a.png' } },
    })
    expect(root.outside.map((one) => lines(one).trim())).toEqual(['preamble', 'epilogue'])
    expect(lines(image!.bytes)).toMatch(/^Content-Type: image\/png\n.*AAAA$/s)
  })

  test.each([
    [
      'without its end',
      ['--i', '', 'one', '--o', '', 'two', '--o--'],
      ['multipart/mixed', ['multipart/mixed', 'one'], 'two'],
    ],
    ['that nobody ends', ['--i', '', 'one'], ['multipart/mixed', ['multipart/mixed', 'one']]],
    [
      'that goes on behind its end',
      ['--i', '', 'one', '--i--', '--i', '', 'two', '--o--'],
      ['multipart/mixed', ['multipart/mixed', 'one', 'two']],
    ],
    [
      'whose boundary is longer than a line that begins like it',
      ['--i', '', 'one', '--ix', 'two', '--o--'],
      ['multipart/mixed', ['multipart/mixed', 'one\n--ix\ntwo']],
    ],
    [
      'with two dashes more in its text',
      ['--i', '', '--', '---i', '--i--'],
      ['multipart/mixed', ['multipart/mixed', '--\n---i']],
    ],
    [
      'with a part that has neither header nor body',
      ['--i', '--i', '', 'two', '--i--'],
      ['multipart/mixed', ['multipart/mixed', '', 'two']],
    ],
  ])('keeps every part of an inner multipart %s', (_, body, expected) => {
    const letter = [
      'Content-Type: multipart/mixed; boundary=o',
      '',
      '--o',
      'Content-Type: multipart/mixed; boundary=i',
      '',
      ...body,
    ]
    expect(words(readTree(Buffer.from(letter.join('\n'))).root)).toEqual(expected)
  })

  test('has the parts of a boundary with all that RFC 2046 allows in it, and with more', () => {
    for (const boundary of [`'()+_,-./:=?`, 'a b', 'a--', 'ř', '=_"quoted"']) {
      const quoted = boundary.replace(/["\\]/g, '\\$&')
      const letter = `Content-Type: multipart/mixed; boundary="${quoted}"\n\n--${boundary}\n\none\n--${boundary}\n\ntwo\n--${boundary}--\n`
      expect([boundary, ...words(readTree(Buffer.from(letter)).root).slice(1)]).toEqual([boundary, 'one', 'two'])
    }
  })

  test.each([
    ['is lost', 'multipart/mixed', '--x\nContent-Type: text/plain\n\none\n--x--'],
    ['is lost, and parts have no header', 'multipart/mixed', '--x\n\none\n--x--'],
    ['is another', 'multipart/mixed; boundary=b', 'a preamble\n--x\nContent-Type: text/plain\n\none\n--x--'],
    ['is written in other letters', 'multipart/mixed; boundary=abc', '--ABC\nContent-Type: text/plain\n\none\n--ABC--'],
    ['has no semicolon before it', 'multipart/mixed boundary=x', '--x\nContent-Type: text/plain\n\none\n--x--'],
  ])('has the parts of a multipart whose boundary %s', (_, type, body) => {
    const { root, warnings } = readTree(Buffer.from(`Content-Type: ${type}\n\n${body}\n`))
    expect(words(root)).toEqual(['multipart/mixed', 'one'])
    expect(warnings.length).toBeLessThanOrEqual(1)
  })

  test('is one text where no part can be found', () => {
    const { root, warnings } = readTree(
      Buffer.from('Content-Type: multipart/mixed; boundary=b\n\nDear all,\n--\nJana\n'),
    )
    expect(root).toMatchObject({ type: 'text/plain', children: [] })
    expect(lines(root.body)).toBe('Dear all,\n--\nJana\n')
    expect(warnings).toEqual(['Its parts cannot be told apart; the text is shown as it was found.'])
  })

  test('is found in a multipart that is encoded as a whole', () => {
    const body = Buffer.from('--b\n\none\n--b--\n').toString('base64')
    const letter = `Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n${body}\n`
    expect(words(readTree(Buffer.from(letter)).root)).toEqual(['multipart/mixed', 'one'])
  })

  test('is found where the Content-Type is missing and the body begins with a part', () => {
    const { root } = readTree(Buffer.from('Subject: x\n\n--b\nContent-Type: text/plain\n\none\n--b--\n'))
    expect(words(root)).toEqual(['multipart/mixed', 'one'])
  })

  test.each([
    ['text', 'text/plain'],
    ['multipart', 'multipart/mixed'],
    ['html', 'text/html'],
    ['image', 'application/octet-stream'],
    ['TEXT/HTML', 'text/html'],
    ['<html>', 'text/html'],
    ['???', 'text/plain'],
    ['', 'text/plain'],
  ])('takes the type %j for %s', (written, type) => {
    expect(readTree(Buffer.from(`Content-Type: ${written}\n\nx`)).root.type).toBe(
      type === 'multipart/mixed' ? 'text/plain' : type,
    )
  })

  test('takes the parts of a digest for letters (RFC 2046 §5.1.5)', () => {
    const part = 'From: jana@acme.test\nSubject: one\n\nwords'
    const letter = `Content-Type: multipart/digest; boundary=b\n\n--b\n\n${part}\n--b\n${part}\n--b\nContent-Type: text/plain\n\nx\n--b--\n`
    const { root } = readTree(Buffer.from(letter))
    expect(shape(root)).toEqual(['multipart/digest', 'message/rfc822', 'message/rfc822', 'text/plain'])
    expect(
      leavesOf(root)
        .slice(0, 2)
        .map(({ body }) => lines(body)),
    ).toEqual([part, part])
  })
})

test.each([
  ['8 bit', '8bit'],
  ['Base64 (as always)', 'base64'],
  ['quoted-printable; charset=x', 'quoted-printable'],
])('the transfer encoding %j is %s', (written, encoding) => {
  expect(readTree(Buffer.from(`Content-Transfer-Encoding: ${written}\n\nx`)).root.encoding).toBe(encoding)
})

describe('text that stands where a header should', () => {
  test.each([
    ['behind the fields of a part', 'Content-Type: text/plain\nDear all,\n\nbye'],
    ['in place of a header', 'Dear all,\n\nbye'],
    ['in place of a header, and looks like one', 'Note: Dear all,\n\nbye'],
    ['behind the fields, up to the end', 'Content-Type: text/plain\nDear all,\nbye'],
    ['as a link', 'Content-Type: text/plain\nhttps://acme.test Dear all,\nbye'],
  ])('is text %s', (_, part) => {
    const letter = `Content-Type: multipart/mixed; boundary=b\n\n--b\n${part}\n--b--\n`
    const [text] = leavesOf(readTree(Buffer.from(letter)).root)
    expect(text!.type).toBe('text/plain')
    expect(lines(text!.body)).toMatch(/Dear all,\n+bye$/)
  })

  test('is text behind the fields of a letter', () => {
    const { root } = readTree(Buffer.from('Subject: x\nDear all,\n\nbye\n'))
    expect(lines(root.body)).toBe('Dear all,\n\nbye\n')
    expect(root.header).toMatchObject([{ name: 'subject', value: 'x', odd: true }])
  })

  test('is none where fields follow that stand in headers only', () => {
    const { root } = readTree(Buffer.from('From jana Mon Jan 1\nSubject: x\nno field\nContent-Type: text/html\n\nbody'))
    expect(root).toMatchObject({ type: 'text/html' })
    expect(lines(root.body)).toBe('body')
  })

  test('is that of a multipart, where its first boundary follows the header', () => {
    const part = '--b\nContent-Type: text/html\n\none\n--b--\n'
    const { root } = readTree(Buffer.from(`Content-Type: multipart/mixed; boundary=b\nFor those without MIME\n${part}`))
    expect(words(root)).toEqual(['multipart/mixed', 'one'])
    expect(lines(root.outside[0]!)).toBe('For those without MIME')
  })

  test('is a parameter that lost its indentation', () => {
    const { root } = readTree(Buffer.from('Content-Type: text/html;\ncharset=koi8-r\n\nbody'))
    expect(root).toMatchObject({ type: 'text/html', parameters: { charset: 'koi8-r' } })
    expect(lines(root.body)).toBe('body')
  })
})

describe('the limits', () => {
  test('end the reading at the thousandth part, with a warning', () => {
    const { root, warnings } = readTree(
      Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(100_000)}`),
    )
    expect(root.children).toHaveLength(999)
    expect(warnings).toEqual(['Only the first 1000 parts are read; the rest is in the raw letter.'])
  })

  test('end the reading at fifty levels, with a warning', () => {
    const level = (_: unknown, depth: number) => `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n`
    const letter = Array.from({ length: 10_000 }, level).join('')
    const { root, warnings } = readTree(Buffer.from(letter))
    expect(depthOf(root)).toBe(50)
    expect(warnings[0]).toBe('Deeper than 50 levels it is not read; the rest is in the raw letter.')
  })

  test('hold for a header of many megabytes', () => {
    const { root, warnings } = readTree(Buffer.from(`Subject: ${'x'.repeat(5_000_000)}\n\nbody`))
    expect(lines(root.body)).toBe('body')
    expect(warnings).toEqual(['A header is longer than 1048576 bytes; the rest is not read.'])
  })

  test.each([
    ['dashes', '--\n'],
    ['lines that are nearly the boundary', '--bc\n'],
    ['ends', '--b--\n'],
    ['ends and words', '--b--\nx\n'],
    ['bare CR', '\r'],
    ['lost boundaries', '--x\nContent-x\n'],
    ['nothing but colons', ':'],
  ])('are kept by a hundred thousand times %s', (_, line) => {
    for (const type of ['multipart/mixed; boundary=b', 'multipart/mixed', 'text/plain']) {
      expect(
        leavesOf(readTree(Buffer.from(`Content-Type: ${type}\n\n${line.repeat(100_000)}`)).root).length,
      ).toBeLessThan(1001)
    }
  })
})

/** Types, a list for each multipart. */
type Shape = string | Shape[]
function shape({ type, children }: Entity): Shape {
  return children.length > 0 ? [type, ...children.map(shape)] : type
}

/** The same with the body of each leaf. */
function words({ type, body, children }: Entity): Shape {
  return children.length > 0 ? [type, ...children.map(words)] : lines(body).trim()
}

function lines(body: Buffer): string {
  return body.toString().replace(/\r\n?/g, '\n')
}

function depthOf({ children }: Entity): number {
  return children.length === 0 ? 0 : 1 + Math.max(...children.map(depthOf))
}
