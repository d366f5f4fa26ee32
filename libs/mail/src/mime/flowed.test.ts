import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unflow } from './flowed.ts'

test.each([
  ['lines that end with a space go on', 'It burns \nin the \ncellar.\nBye', 'It burns in the cellar.\nBye'],
  ['quotes of one depth go on', '> It burns \n> here.\n>> Where? \n> There.', '> It burns here.\n>> Where? \n> There.'],
  ['a signature stands alone', 'Bye \n-- \nJana \nMalá', 'Bye \n-- \nJana Malá'],
  ['a quoted signature, too', '> Bye \n> -- \n> Jana', '> Bye \n> -- \n> Jana'],
  ['a space in front is stuffing', ' From here\n  two\n >no quote', 'From here\n two\n>no quote'],
  ['empty lines stay', 'a\n\n\nb \n\nc', 'a\n\n\nb \nc'],
  ['the last line may want to go on', 'a \nb ', 'a b '],
])('%s', (_, sent, expected) => {
  expect(unflow(sent, false)).toBe(expected)
})

test('with DelSp the space that breaks a line is none of the text (RFC 3676 §4.1)', () => {
  expect(unflow('漢字 \nかな\nover  \nthere', true)).toBe('漢字かな\nover there')
})

test('no character but spaces, line breaks and marks of quotes is lost', () => {
  const piece = fc.constantFrom('a', 'b', ' ', '\n', '>', '> ', '-- \n', ' \n')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, delSp) => {
      const text = pieces.join('')
      expect(unflow(text, delSp).replace(/[\s>]/g, '')).toBe(text.replace(/[\s>]/g, ''))
    }),
  )
})
