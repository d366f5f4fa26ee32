import { expect, test } from 'vitest'
import { batched } from './batched.ts'

test('what is asked for while a look-up runs is looked up together', async () => {
  const asked: string[][] = []
  const look = batched(async (keys) => {
    asked.push(keys)
    return new Map(keys.map((key) => [key, key.toUpperCase()]))
  })
  expect(await look('a')).toBe('A')
  expect(await Promise.all(['b', 'c', 'c', 'd'].map(look))).toEqual(['B', 'C', 'C', 'D'])
  expect(asked).toEqual([['a'], ['b', 'c', 'd']])
})

test('a look-up that fails fails those who asked, and nobody after them', async () => {
  let broken = true
  const look = batched(async (keys) => {
    if (broken) throw new Error('away')
    return new Map(keys.map((key) => [key, 1]))
  })
  const [one, two] = await Promise.allSettled([look('a'), look('b')])
  expect([one.status, two.status]).toEqual(['rejected', 'rejected'])
  broken = false
  expect(await look('a')).toBe(1)
  expect(await look('unknown')).toBe(1)
})

test('what is not found is undefined', async () => {
  expect(await batched(async () => new Map())('a')).toBeUndefined()
})
