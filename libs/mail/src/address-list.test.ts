import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readMailboxes } from './address-list.ts'

describe('the mailboxes of a header', () => {
  test.each([
    ['an address alone', 'jana@acme.test', '<jana@acme.test>'],
    ['a name before it', 'Jana Malá <jana@acme.test>', 'Jana Malá <jana@acme.test>'],
    ['a quoted name with a comma', '"Malá, Jana" <jana@acme.test>', 'Malá, Jana <jana@acme.test>'],
    ['a name with a comma that nobody quoted', 'Malá, Jana <jana@acme.test>', 'Malá, Jana <jana@acme.test>'],
    ['a comment for a name', 'jana@acme.test (Jana (Brno) Malá)', 'Jana (Brno) Malá <jana@acme.test>'],
    ['a comment beside a name', 'Jana (accounts) <jana@acme.test>', 'Jana <jana@acme.test>'],
    ['an escaped quote', '"Jana \\"J\\" Malá" <jana@acme.test>', 'Jana "J" Malá <jana@acme.test>'],
    ['a quote within a name', 'Jana "J" Malá <jana@acme.test>', 'Jana J Malá <jana@acme.test>'],
    ['a name without space', '"Jana"<jana@acme.test>', 'Jana <jana@acme.test>'],
    ['a quoted local part', '"Jana M"@acme.test', '<"Jana M"@acme.test>'],
    ['quotes that nothing needs', '"jana"@acme.test', '<jana@acme.test>'],
    ['quotes that nothing needs, in brackets', '<"jana"@acme.test>', '<jana@acme.test>'],
    ['comments and space within the address', 'jana (x) @ (y) acme.test', 'x <jana@acme.test>'],
    ['a route (RFC 5322 §4.4)', 'Jana <@relay.test,@hop.test:jana@acme.test>', 'Jana <jana@acme.test>'],
    ['an address literal', 'jana@[IPv6:2001:db8::1]', '<jana@[IPv6:2001:db8::1]>'],
    ['a link', '<mailto:jana@acme.test>', '<jana@acme.test>'],
    ['another address for a name', 'boss@acme.test <jana@acme.test>', 'boss@acme.test <jana@acme.test>'],
    ['a name in brackets', 'Jana <Brno> <jana@acme.test>', 'Jana Brno <jana@acme.test>'],
    ['an address twice', '<jana@acme.test jana@acme.test>', '<jana@acme.test>'],
    ['two ats', 'jana@acme.test@relay.test', '<jana@acme.test@relay.test>'],
    ['no address', 'MAILER-DAEMON', 'MAILER-DAEMON <>'],
    ['no address, and brackets', 'MAILER-DAEMON <>', 'MAILER-DAEMON <>'],
  ])('are read with %s', (_, value, expected) => {
    expect(shown(value)).toEqual([expected])
  })

  test.each([
    ['a list', 'jana@acme.test, Petr <petr@acme.test>'],
    ['semicolons, as Outlook shows them', 'jana@acme.test; Petr <petr@acme.test>'],
    ['a group (RFC 5322 §3.4)', 'Friends: jana@acme.test, Petr <petr@acme.test>;'],
    ['a group and one more', 'Friends: jana@acme.test; Petr <petr@acme.test>'],
    ['empty places (§4.4)', ', jana@acme.test,, Petr <petr@acme.test>,'],
    ['a bracket that is not closed', 'jana@acme.test, Petr <petr@acme.test'],
    ['a bracket that is not closed before the next', '<jana@acme.test, Petr <petr@acme.test>'],
    ['a bracket that is not opened', 'jana@acme.test, Petr petr@acme.test>'],
    ['a quote that is not closed', 'jana@acme.test, "Petr <petr@acme.test>'],
    ['a comment that is not closed', 'jana@acme.test, Petr (<petr@acme.test>'],
  ])('are read from %s', (_, value) => {
    expect(shown(value)).toEqual(['<jana@acme.test>', 'Petr <petr@acme.test>'])
  })

  test('are none in a group without members', () => {
    expect(readMailboxes('undisclosed-recipients:;')).toEqual([])
  })

  test('are read from anything, in one pass', () => {
    const piece = fc.constantFrom(...'"(<>),;:@\\[]. a', 'a@b')
    const value = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
    fc.assert(fc.property(value, (written) => readMailboxes(written).length <= written.length))
    for (const bait of ['"\\"', '(\\(', '<"', 'a@b,', 'a,']) readMailboxes(bait.repeat(100_000))
  })
})

function shown(value: string): string[] {
  return readMailboxes(value).map(({ name, address }) => `${name} <${address}>`.trim())
}
