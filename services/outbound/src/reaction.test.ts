import { expect, test } from 'vitest'
import { inWords } from './reaction.ts'

const [minute, hour, day] = [60, 3_600, 86_400]

test.each([
  [undefined, '', 0],
  [0, 'hour', 0],
  [hour, 'hour', 0],
  [hour + minute, 'hours', 2],
  [3 * hour, 'hours', 4],
  [8 * hour, 'hours', 8],
  [9 * hour, 'day', 0],
  [day, 'day', 0],
  [day + minute, 'days', 2],
  [7 * day, 'days', 7],
  [7 * day + minute, '', 0],
])('%s seconds are told as %j %d', (seconds, within, count) => {
  expect(inWords(seconds)).toEqual({ within, count })
})
