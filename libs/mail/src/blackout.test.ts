import { describe, expect, test } from 'vitest'
import { blackout, hiddenAddress, hiddenName, hiddenWords } from './blackout.ts'
import { sanitiseHtml } from './html/sanitise.ts'
import { keptHeader } from './kept-header.ts'

describe('words that are taken out', () => {
  const { text, html } = blackout([hiddenWords('Tajné  heslo <7>')])

  test.each([
    ['as they were typed', 'To je tajné heslo <7>.', 'To je █████.'],
    ['wrapped and quoted', '> To je Tajné\n> heslo <7>.', '> To je █████.'],
    ['with accents as marks of their own', 'tajne\u0301 heslo <7>', '█████'],
    ['twice', 'Tajné heslo <7>Tajné heslo <7>', '██████████'],
  ])('from text, %s', (_how, before, after) => {
    expect(text(before)).toBe(after)
  })

  test.each([
    ['', '<p>Je to Tajné heslo &lt;7&gt;, že?</p>', '<p>Je to █████, že?</p>'],
    ['across tags', '<p>Tajn<b>é hes</b>lo &lt;7&gt; &amp; víc</p>', '<p>█████<b></b> &amp; víc</p>'],
    ['across lines', '<p>Tajné<br>heslo &lt;7&gt;</p>', '<p>█████<br></p>'],
    ['from attributes', '<img alt="Tajné heslo &lt;7&gt;">', '<img alt="█████">'],
  ])('from HTML %s', (_how, before, after) => {
    expect(html(sanitiseHtml(before))).toBe(sanitiseHtml(after))
  })

  test('leave HTML alone that has none of them', () => {
    const letter = sanitiseHtml('<p style="color:red">A &lt; B &nbsp;<a href="https://a.cz/?a=1&amp;b=2">there</a></p>')
    expect(html(letter)).toBe(letter)
  })
})

test('an address is found in links and bounce addresses, but not at the end of a longer one', () => {
  const { text, html } = blackout([hiddenAddress('jana@acme.cz', 'x@erased.invalid')])
  expect(text('Jana@Acme.cz, diana.jana@acme.cz, jana@acme.cz.')).toBe(
    'x@erased.invalid, diana.jana@acme.cz, x@erased.invalid.',
  )
  expect(text('me+jana@acme.cz jana@acme.czx')).toBe('me+jana@acme.cz jana@acme.czx')
  expect(text('bounces+jana=acme.cz@list.test')).toBe('bounces+x@erased.invalid@list.test')
  expect(html('<a href="mailto:jana%40acme.cz">her</a>')).not.toContain('jana')
})

test('a name is found in either order, with and without accents; one word alone is not taken for a name', () => {
  const { text } = blackout([hiddenName('Jana Nováková', 'erased person')!])
  expect(text('Jana Nováková, Jana Novakova, Nováková, Jana; Nováková Jana')).toBe(
    'erased person, erased person, erased person; erased person',
  )
  expect(text('Jana Novákováová')).toBe('Jana Novákováová')
  expect(hiddenName('Jana', 'erased person')).toBeUndefined()
})

test('of a letter without its content only the header is kept that tells who wrote, when, and what it answers', () => {
  const letter = [
    'Received: from mx by us',
    'From: =?utf-8?q?Tajn=C3=A9?= <jana@acme.cz>',
    'To: support@desk.test',
    'Subject: secret',
    'Message-ID: <1@acme.cz>',
    'References: <a@x>',
    ' <b@x>',
    'DKIM-Signature: v=1; bh=abc',
    '',
    'secret',
  ].join('\r\n')
  const { finds } = blackout([hiddenWords('tajné')])
  expect(keptHeader(Buffer.from(letter), finds).toString()).toBe(
    'To: support@desk.test\r\nMessage-ID: <1@acme.cz>\r\nReferences: <a@x> <b@x>\r\n',
  )
})
