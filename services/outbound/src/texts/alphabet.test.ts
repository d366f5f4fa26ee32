import { describe, expect, test } from 'vitest'
import { encode, type HeaderBytes, inParts } from './alphabet.ts'

describe('how many short messages a text is', () => {
  test.each([
    ['a', 160, 6, 1],
    ['a', 161, 6, 2],
    ['a', 306, 6, 2],
    ['a', 307, 6, 3],
    ['a', 459, 6, 3],
    ['a', 460, 6, 4],
    ['a', 304, 7, 2],
    ['a', 305, 7, 3],
    ['č', 70, 6, 1],
    ['č', 71, 6, 2],
    ['č', 134, 6, 2],
    ['č', 135, 6, 3],
    ['č', 132, 7, 2],
    ['č', 133, 7, 3],
    ['€', 80, 6, 1],
    ['€', 81, 6, 2],
    ['€', 152, 6, 2],
    ['🔥', 35, 6, 1],
    ['🔥', 36, 6, 2],
    ['🔥', 66, 6, 2],
    ['🔥', 67, 6, 3],
  ])('%s, %i times, with a header of %i octets: %i', (letter, count, header, parts) => {
    expect(inParts(letter.repeat(count), header as HeaderBytes).parts).toHaveLength(parts)
  })

  test('one letter that GSM 7-bit does not know makes all of it UCS-2', () => {
    expect(inParts('Přihlášení', 6).alphabet).toBe('ucs2')
    expect(inParts('Größe: 5 €, perché {no}', 6).alphabet).toBe('gsm7')
    expect(inParts('“quoted”', 6).alphabet).toBe('ucs2')
    expect(inParts('\x1b', 6).alphabet).toBe('ucs2')
  })

  test('no character is torn, and nothing is lost between parts', () => {
    for (const text of [`${'a'.repeat(152)}€${'b'.repeat(200)}`, `${'č'.repeat(66)}🔥${'ž'.repeat(80)}`]) {
      const { parts } = inParts(text, 6)
      expect(parts.join('')).toBe(text)
      expect(parts.every((part) => part.isWellFormed())).toBe(true)
      expect([152, 66]).toContain(parts[0]!.length)
    }
  })

  test('a text of no characters is one message all the same', () => {
    expect(inParts('', 6).parts).toEqual([''])
  })
})

test('septets go out as the table says, those of the extension behind an escape', () => {
  expect([...encode('@£Δ_é Az€[', 'gsm7')]).toEqual([0, 1, 0x10, 0x11, 5, 0x20, 0x41, 0x7a, 0x1b, 0x65, 0x1b, 0x3c])
  expect([...encode('Ä§à¿', 'gsm7')]).toEqual([0x5b, 0x5f, 0x7f, 0x60])
  expect(encode('č🔥', 'ucs2')).toEqual(Buffer.from('010dd83ddd25', 'hex'))
})
