import { expect, test } from 'vitest'
import { isMessageId } from './references.ts'

test('an id that we derived for a letter without Message-ID is never sent: its author has not seen it', () => {
  expect(isMessageId('a1b2@acme.cz')).toBe(true)
  expect(isMessageId('a29801c98c5b9c56@derived.invalid')).toBe(false)
})
