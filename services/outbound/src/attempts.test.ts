import { expect, test } from 'vitest'
import { afterAnswer } from './attempts.ts'

const now = Date.parse('2026-01-06T00:00:00Z')
const delivery = { id: 'd', to: 'a@b.example', envelopeFrom: '', source: Buffer.alloc(0), attempts: 0 }
const minutes = (count: number) => count * 60_000

test('a deferred letter is tried again after 1, 2, 4 … minutes, at most an hour apart', () => {
  const waits = Array.from({ length: 9 }, (_, attempts) => after({ attempts }).wait! / 60)
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
})

test('after five days it has failed', () => {
  const lastTry = after({ attempts: 120, age: minutes(5 * 24 * 60 - 61) })
  expect(lastTry).toMatchObject({ outcome: 'deferred', wait: 3600 })
  expect(after({ attempts: 121, age: minutes(5 * 24 * 60 - 1) })).toMatchObject({ outcome: 'failed', wait: null })
})

test.each(['sent', 'captured', 'failed'] as const)('a letter that was %s is not tried again', (outcome) => {
  expect(afterAnswer({ ...delivery, createdAt: new Date(now) }, { outcome, smtp: '' }, now).wait).toBeNull()
})

function after({ attempts, age = 0 }: { attempts: number; age?: number }) {
  return afterAnswer(
    { ...delivery, attempts, createdAt: new Date(now - age) },
    { outcome: 'deferred', smtp: '451' },
    now,
  )
}
