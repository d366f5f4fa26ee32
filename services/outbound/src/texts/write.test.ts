import { Language, TextKind } from '@podatelna/contracts'
import { describe, expect, test } from 'vitest'
import { inParts } from './alphabet.ts'
import { mostParts, type TextValues, writeText } from './write.ts'

const link = 'https://support.example.com/t/aaaaaaaaaabbbbbbbbbbcccccc'
const values: TextValues = {
  ...{ kind: 'ticket_opened', language: 'en', number: 'P-100042', title: 'Printer on fire' },
  ...{ sender: 'Support', link },
}

test('a text says who writes, what happened, about what, and where to look', () => {
  expect(writeText(values, 6)).toEqual({
    body: `Support: Urgent ticket P-100042 is open: Printer on fire\n${link}`,
    parts: 1,
  })
})

describe('in each language and of each kind', () => {
  const all = Language.options.flatMap((language) => TextKind.options.map((kind) => [language, kind] as const))
  test.each(all)('%s, %s: it has number, subject and link', (language, kind) => {
    const { body, parts } = writeText({ ...values, language, kind }, 6)
    expect(body).toMatch(/^Support: .*P-100042.*: Printer on fire\n/)
    expect(body.endsWith(`\n${link}`)).toBe(true)
    expect(parts).toBeLessThanOrEqual(2)
    expect(inParts(body, 6).alphabet).toBe(['cs', 'sk'].includes(language) ? 'ucs2' : 'gsm7')
  })

  test('what is said differs', () => {
    expect(new Set(all.map(([language, kind]) => writeText({ ...values, language, kind }, 6).body)).size).toBe(15)
  })

  test('a language that we do not speak is English', () => {
    expect(writeText({ ...values, language: 'fr' }, 6).body).toContain('Urgent ticket')
  })
})

describe('a subject is cut so that the link survives', () => {
  test.each([
    ['2,000 characters', 'long '.repeat(400)],
    ['2,000 characters with hooks', 'žluťoučký kůň '.repeat(143)],
    ['nothing but emoji', '👩‍👩‍👧‍👦🔥'.repeat(300)],
    ['one character of 2,000 marks', `e${'\u0301'.repeat(2_000)}`],
    ['right to left', 'המדפסת בוערת '.repeat(150)],
    ['characters of two septets', '€[]{}'.repeat(400)],
  ])('%s', (_, title) => {
    for (const language of Language.options) {
      for (const header of [6, 7] as const) {
        const { body, parts } = writeText({ ...values, language, title }, header)
        expect(body.endsWith(`\n${link}`)).toBe(true)
        expect(parts).toBeLessThanOrEqual(mostParts)
        expect(parts).toBe(inParts(body, header).parts.length)
        expect(body.isWellFormed()).toBe(true)
      }
    }
  })

  test('as late as possible, and that it goes on is shown', () => {
    const { body } = writeText({ ...values, title: 'x'.repeat(2_000) }, 6)
    expect(body).toHaveLength(3 * 153)
    expect(body).toContain('xxx...\n')
  })

  test('one that just fits is whole', () => {
    const room = 3 * 153 - writeText({ ...values, title: '' }, 6).body.length - 2
    expect(writeText({ ...values, title: 'x'.repeat(room) }, 6).body).not.toContain('...')
    expect(writeText({ ...values, title: 'x'.repeat(room + 1) }, 6).body).toContain('...')
  })

  test('emoji of several people stay together', () => {
    const family = '👩‍👩‍👧‍👦'
    const { body } = writeText({ ...values, title: family.repeat(100) }, 6)
    expect(body.split(': ').at(-1)!.split('...')[0]!.length % family.length).toBe(0)
  })
})

test('line breaks and turning characters of a subject do not reach the link', () => {
  const { body } = writeText({ ...values, title: 'a\r\nhttps://evil.example/\u202egpj' }, 6)
  expect(body.split('\n')).toHaveLength(2)
  expect(body).not.toContain('\u202e')
})

test('words go out as they are written: no hook is taken off, and no letter of GSM 7-bit is spelt in two', () => {
  expect(writeText({ ...values, title: 'Nejde přihlášení' }, 6).body).toContain('Nejde přihlášení')
  const { body } = writeText({ ...values, title: 'perche\u0301 no' }, 6)
  expect(inParts(body, 6).alphabet).toBe('gsm7')
})

test('a link so long that nothing else fits goes with the number alone', () => {
  const long = `https://support.example.com/${'x'.repeat(71)}/t/${'a'.repeat(26)}`
  const sender = 'Oddělení péče o zákazníky'
  expect(writeText({ ...values, language: 'cs', link: long, sender }, 6)).toEqual({
    body: expect.stringMatching(/^Oddělení péče o záka\.\.\.: Naléhavý požadavek P-100042 je založen/),
    parts: 3,
  })
  const longer = `https://support.example.com/${'x'.repeat(130)}/t/${'a'.repeat(26)}`
  expect(writeText({ ...values, language: 'cs', link: longer }, 6)).toEqual({ body: `P-100042\n${longer}`, parts: 2 })
})
