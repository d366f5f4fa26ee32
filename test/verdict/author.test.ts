import { soleAuthor } from '@podatelna/admission'
import { normalizeAddress, parseHeader } from '@podatelna/mail'
import fc from 'fast-check'
import { dkimVerify } from 'mailauth'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'

describe('the author of a letter', () => {
  test.each([
    ['jana@acme.cz'],
    ['<jana@acme.cz>'],
    ['Jana Nováková <Jana@ACME.cz>'],
    ['"Nováková, Jana" <jana@acme.cz>'],
    ['=?utf-8?Q?Jana_Nov=C3=A1kov=C3=A1?= <jana@acme.cz>'],
    ['jana@acme.cz (Jana from the <office>)'],
    ['(office) "Jana" <jana@acme.cz> (Acme)'],
    ['jana@acme.cz <jana@acme.cz>'],
    ['"jana@acme.cz" <jana@acme.cz>'],
    ['"boss@evil.test" <jana@acme.cz>'],
    ['Jana @ Acme [Praha] <jana@acme.cz>'],
    ['Jana\r\n <jana@acme.cz>'],
  ])('is read from %j', (value) => {
    expect(author(`From: ${value}`)).toBe('jana@acme.cz')
  })

  test.each([
    ['jana+tickets@acme.cz'],
    ["o'neil@acme.cz"],
    ['j..n@acme.cz'],
    ['žaneta@acme.cz'],
    ['jana@xn--hky-qla8m.cz'],
    ['root@server'],
  ])('may be %s', (address) => {
    expect(author(`From: ${address}`)).toBe(address)
  })

  test.each([
    ['nothing', ''],
    ['a name alone', 'Jana'],
    ['empty brackets', '<>'],
    ['two mailboxes', 'jana@acme.cz, petr@acme.cz'],
    ['a group', 'us: jana@acme.cz;'],
    ['a group without members', 'undisclosed-recipients:;'],
    ['a route', '<@evil.test,@any.test:jana@acme.cz>'],
    ['text after the address', '<x@evil.test>jana@acme.cz'],
    ['a second address in brackets', '<jana@acme.cz> <x@evil.test>'],
    ['an escaped comma', '<jana@acme.cz>\\,<x@evil.test>'],
    ['another address as its name, in the open', 'jana@acme.cz <x@evil.test>'],
    ['an address in an encoded word, and another', '=?utf-8?B?PGphbmFAYWNtZS5jej4=?=,<x@evil.test>'],
    ['an address in an encoded word alone', '=?utf-8?Q?jana=40acme.cz?='],
    ['an encoded word before the at', '=?utf-8?Q?jana?=@acme.cz'],
    ['a quoted local part', '"jana@acme.cz"@evil.test'],
    ['a comment within the address', 'jana(x)@acme.cz'],
    ['a nested comment', 'jana@acme.cz (a (b) c)'],
    ['an open quote', '"jana@acme.cz <x@evil.test>'],
    ['an open comment', '(jana@acme.cz <x@evil.test>'],
    ['an open bracket', '[<jana@acme.cz>'],
    ['two ats', 'jana@acme.cz@evil.test'],
    ['an address literal', 'jana@[127.0.0.1]'],
    ['a NUL', 'jana@acme.cz\0.evil.test'],
    ['a NUL in the name', 'jana@acme.cz\0 <x@evil.test>'],
    ['a bare CR', 'x@evil.test\rFrom: jana@acme.cz'],
    ['a line that is no field behind it', 'x@evil.test\r\njana@acme.cz'],
    ['full-width letters for a domain', 'jana@ａcme.cz'],
    ['an ideographic full stop', 'jana@acme。cz'],
    ['a zero-width space', 'ja\u200bna@acme.cz'],
    ['an empty label', 'jana@acme..cz'],
  ])('is nobody where From holds %s', (_, value) => {
    expect(author(`From: ${value}`)).toBeUndefined()
  })

  test.each([
    ['there is no From', 'Sender: jana@acme.cz'],
    ['there are two', 'From: jana@acme.cz\r\nFrom: jana@acme.cz'],
    ['one of two has a space before its colon', 'From: x@evil.test\r\nFrom : jana@acme.cz'],
    ['its name is folded', 'From\r\n : jana@acme.cz'],
  ])('is nobody when %s', (_, block) => {
    expect(author(block)).toBeUndefined()
  })

  test('has a domain of other letters in the form that DNS knows', () => {
    expect(author('From: Jana <jana@HÁČKY.cz>')).toBe('jana@xn--hky-ela4t.cz')
  })

  test('is somebody else where the domain only looks like it', () => {
    expect(author('From: jana@\u0430cme.cz')).toBe('jana@xn--cme-5cd.cz')
  })

  test('is the same for mailauth and mailparser, whenever there is one', async () => {
    const piece = fc.constantFrom(
      ...['jana@acme.cz', 'x@evil.test', 'Jana', '<', '>', '"', '(', ')', ',', ';', ':', '\\', '@', ' ', '\t', '\r\n '],
      ...['=?utf-8?Q?jana=40acme.cz?=', '=?utf-8?B?PGphbmFAYWNtZS5jej4=?=', '\0', '\r', '[', ']', '.', 'ž', '。', '<>'],
    )
    const value = fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(''))
    let found = 0
    const check = async (written: string) => {
      const raw = `From: ${written}\r\nSubject: Hello\r\n\r\nHello\r\n`
      const ours = author(raw.slice(0, raw.indexOf('\r\n\r\n')))
      if (!ours) return
      found++
      const [{ headerFrom }, { from }] = await Promise.all([dkimVerify(raw), simpleParser(raw)])
      expect(headerFrom.map(normalizeAddress)).toEqual([ours])
      expect(from!.value.map(({ address }) => normalizeAddress(address ?? ''))).toEqual([ours])
    }
    await fc.assert(fc.asyncProperty(value, check), { numRuns: 20_000 })
    expect(found).toBeGreaterThan(100)
  })
})

function author(block: string): string | undefined {
  return soleAuthor(parseHeader(Buffer.from(block)))
}
