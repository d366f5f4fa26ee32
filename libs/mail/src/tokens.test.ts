import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeToken, numberAsUuid, readToken, uuidAsNumber } from './tokens.ts'

const keys = ['k'.repeat(32), 'older'.repeat(8)]
const serial = fc.bigInt({ min: 0n, max: 2n ** 48n - 1n })

test('a token gives back what it was made of, in small letters and in capitals', () => {
  fc.assert(
    fc.property(serial, (id) => {
      const token = makeToken(keys, 'thread', id)
      expect(token).toMatch(/^[a-z2-7]{26}$/)
      expect(readToken(keys, 'thread', token)).toBe(id)
      expect(readToken(keys, 'thread', token.toUpperCase())).toBe(id)
    }),
  )
})

test('a token with any one character changed is no token', () => {
  const characters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567189+=@ é')
  fc.assert(
    fc.property(serial, fc.nat({ max: 25 }), characters, (id, place, other) => {
      const token = makeToken(keys, 'thread', id)
      fc.pre(token[place] !== other)
      expect(readToken(keys, 'thread', token.slice(0, place) + other + token.slice(place + 1))).toBeUndefined()
    }),
  )
})

test('text that is no token never is one, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readToken(keys, 'thread', text)).toBeUndefined()
    }),
  )
})

test('a token of an older key is read as long as the key is there; new ones are made with the first', () => {
  const old = makeToken([keys[1]!], 'thread', 7n)
  expect(readToken(keys, 'thread', old)).toBe(7n)
  expect(readToken([keys[0]!], 'thread', old)).toBeUndefined()
})

test('a token of one kind is none of another', () => {
  const id = uuidAsNumber('019aa7f5-0000-7000-8000-00000000000f')
  const token = makeToken(keys, 'bounce', id)
  expect(numberAsUuid(readToken(keys, 'bounce', token)!)).toBe('019aa7f5-0000-7000-8000-00000000000f')
  expect(readToken(keys, 'thread', token)).toBeUndefined()
})
