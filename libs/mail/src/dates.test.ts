import { expect, test } from 'vitest'
import { readDate } from './dates.ts'

test.each([
  ['as it should be', 'Sun, 22 Nov 2026 10:00:01 +0100', '2026-11-22T09:00:01.000Z'],
  ['with a comment', 'Sun, 22 Nov 2026 10:00:01 -0530 (somewhere)', '2026-11-22T15:30:01.000Z'],
  ['without day and seconds', '22 Nov 2026 10:00 GMT', '2026-11-22T10:00:00.000Z'],
  ['with two digits of the year (RFC 5322 §4.3)', '22 Nov 26 10:00:01 EST', '2026-11-22T15:00:01.000Z'],
  ['of the last century', '22 Nov 97 10:00:01 Z', '1997-11-22T10:00:01.000Z'],
  ['with an hour of one digit', 'Sun, 1 Nov 2026 9:00:01 +0100', '2026-11-01T08:00:01.000Z'],
  ['as C writes it', 'Sun Nov 22 10:00:01 2026 +0100', '2026-11-22T09:00:01.000Z'],
  ['as ISO 8601 has it', '2026-11-22T10:00:01.5+01:00', '2026-11-22T09:00:01.000Z'],
  ['as Americans write it', 'Sunday, November 22, 2026 11:00 PM -0500', '2026-11-23T04:00:00.000Z'],
  ['as macOS writes it', 'November 22, 2026 at 12:00:01 AM PST', '2026-11-22T08:00:01.000Z'],
  ['with the month first and the day of 24 hours', 'Nov 22, 2026 16:00 PST', '2026-11-23T00:00:00.000Z'],
  ['as Gmail quotes it', 'Sun, 22 November 2026 at 10:00 GMT', '2026-11-22T10:00:00.000Z'],
  ['in numbers', '22.11.2026 10:00 UTC', '2026-11-22T10:00:00.000Z'],
  ['with zeros', 'Sun, 022 Nov 2026 10:00:01 +0000', '2026-11-22T10:00:01.000Z'],
  ['with a leap second', '31 Dec 2016 23:59:60 +0000', '2016-12-31T23:59:59.000Z'],
])('a date %s is read', (_, written, date) => {
  const read = readDate(written)
  expect(read?.date.toISOString()).toBe(date)
  expect(read?.zoned).toBe(true)
})

test.each(['22 Nov 2026 10:00:01', '22 Nov 2026 10:00:01 -0000', '22 Nov 2026 10:00:01 XYZ'])(
  '%s has no zone, and is taken as UTC',
  (written) => {
    expect(readDate(written)).toEqual({ date: new Date('2026-11-22T10:00:01Z'), zoned: false })
  },
)

test.each([
  '',
  'Whenever',
  '31 Feb 2026 10:00:00 +0000',
  '22 Nov 2026 25:00:00 +0000',
  '1 Foo 2026 10:00',
  '11/22/2026 10:00',
  'November 22, 2026 13:00 PM',
  '1'.repeat(9_999),
])('“%s” is no date', (written) => {
  expect(readDate(written)).toBeUndefined()
})
