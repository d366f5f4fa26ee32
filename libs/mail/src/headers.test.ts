import { describe, expect, test } from 'vitest'
import { headerMailboxes, headerMessageIds, headerText, headerValue, parseHeader, readHeader } from './headers.ts'

describe('a header', () => {
  test.each([
    ['CRLF', '\r\n'],
    ['LF', '\n'],
    ['a bare CR', '\r'],
    ['CRCRLF', '\r\r\n'],
  ])('is read up to its end where lines end with %s', (_, lineEnd) => {
    const letter = ['Subject: one', ' two', 'X: y', '', 'To: body'].join(lineEnd)
    const header = readHeader(Buffer.from(letter))
    expect(header.map(({ name }) => name)).toEqual(['subject', 'x'])
    expect(headerValue(header, 'subject')).toMatch(/^one\s+two$/)
  })

  test('is empty when a letter begins with a blank line', () => {
    expect(readHeader(Buffer.from('\nSubject: x\n\nbody'))).toEqual([])
  })

  test.each([
    ['a control character', 'Subject: a\0b', 'ab'],
    ['a bare CR', 'Subject: a\rb', 'a\rb'],
    ['a space before its colon', 'Subject : a', 'a'],
    ['a line behind it that is no field', 'Subject: a\nb', 'a'],
    ['a parameter behind it that lost its indentation', 'Subject: a;\nb=c', 'a; b=c'],
  ])('has a field that is odd by %s', (_, block, value) => {
    expect(parseHeader(Buffer.from(block))).toMatchObject([{ name: 'subject', value, odd: true }])
  })

  test('skips what is no field', () => {
    const header = parseHeader(Buffer.from('From jana@acme.test Mon Jan 1\n>From x\nSubject: a\n: b\nno colon'))
    expect(header.map(({ name }) => name)).toEqual(['subject'])
  })

  test('has raw 8-bit of each field by itself, UTF-8 where it can be', () => {
    const block = Buffer.concat([Buffer.from('Subject: Hoří\nTo: '), Buffer.from('J\xfcrgen <j@acme.test>', 'latin1')])
    expect(headerText(parseHeader(block), 'subject')).toBe('Hoří')
    expect(headerMailboxes(parseHeader(block), 'to')).toEqual([{ name: 'Jürgen', address: 'j@acme.test' }])
  })

  test('has mailboxes of all its fields of that name, with their names decoded', () => {
    const header = parseHeader(
      Buffer.from('To: =?utf-8?Q?Ji=C5=99=C3=AD?= <a@b.test>\nTo: "=?utf-8?B?xb0=?=" <c@d.test>'),
    )
    expect(headerMailboxes(header, 'to')).toEqual([
      { name: 'Jiří', address: 'a@b.test' },
      { name: 'Ž', address: 'c@d.test' },
    ])
  })

  test('has Message-IDs in order, without what is around them', () => {
    const header = parseHeader(Buffer.from('References: <a@b.test> junk <c@d.test>\r\n\t<e@f.test>'))
    expect(headerMessageIds(header, 'references')).toEqual(['a@b.test', 'c@d.test', 'e@f.test'])
    const long = parseHeader(Buffer.from(`References: ${'<a@b.test> '.repeat(1_000)}<newest@b.test>`))
    expect(headerMessageIds(long, 'references')).toHaveLength(200)
    expect(headerMessageIds(long, 'references').at(-1)).toBe('newest@b.test')
  })
})
