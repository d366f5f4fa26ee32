import { expect, test } from 'vitest'
import { nextMorning } from './morning.ts'

test.each([
  ['before eight, it is today', 'Europe/Prague', '2026-01-15T06:59:59Z', '2026-01-15T07:00:00Z'],
  ['at eight, it is tomorrow', 'Europe/Prague', '2026-01-15T07:00:00Z', '2026-01-16T07:00:00Z'],
  ['clocks go forward in the night', 'Europe/Prague', '2026-03-28T20:00:00Z', '2026-03-29T06:00:00Z'],
  ['clocks go back in the night', 'Europe/Prague', '2026-10-24T20:00:00Z', '2026-10-25T07:00:00Z'],
  ['the date there is another one', 'Pacific/Auckland', '2026-07-01T19:30:00Z', '2026-07-01T20:00:00Z'],
  ['behind UTC', 'America/Los_Angeles', '2026-01-15T02:00:00Z', '2026-01-15T16:00:00Z'],
  ['the last evening of a year', 'UTC', '2026-12-31T23:00:00Z', '2027-01-01T08:00:00Z'],
  ['a quarter of an hour off', 'Asia/Kathmandu', '2026-01-15T00:00:00Z', '2026-01-15T02:15:00Z'],
])('eight in the morning: %s', (_, timeZone, now, morning) => {
  expect(nextMorning(timeZone, new Date(now))).toEqual(new Date(morning))
})
