import { expect, test } from 'vitest'
import { backOff, Tries } from './imap-tries.ts'

test('a letter that cannot be taken is tried again after a longer and longer while', () => {
  expect([1, 2, 3, 9, 10, 1_000].map(backOff)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000])
})

test('it is not due before its time, and others are', () => {
  const tries = new Tries()
  expect(tries.failed('first', 0)).toBe(false)
  expect(tries.due(['first', 'second', 'third'], 999)).toEqual(['second', 'third'])
  expect(tries.wait(400)).toBe(600)
})

test('when it is due, it comes behind those that never failed', () => {
  const tries = new Tries()
  tries.failed('first', 0)
  expect(tries.due(['first', 'second', 'third'], 1_000)).toEqual(['second', 'third', 'first'])
})

test('in the end it is given up, and nothing waits for it', () => {
  const tries = new Tries()
  let count = 1
  for (let now = 0; !tries.failed('poison', now); now += 300_000) count++
  expect(count).toBe(13)
  expect(tries.due(['poison'], Number.MAX_SAFE_INTEGER)).toEqual([])
  expect(tries.wait(0)).toBe(Number.POSITIVE_INFINITY)
})

test('a letter that is gone is forgotten', () => {
  const tries = new Tries()
  tries.giveUp('gone')
  tries.keepOnly(new Map([['another', 2]]))
  expect(tries.due(['gone'], 0)).toEqual(['gone'])
})
