import { describe, expect, test } from 'vitest'
import { afterAnswer, type Due } from './attempts.ts'

const now = Date.parse('2026-11-27T12:00:00Z')
const day = 24 * 3_600_000

describe('what follows from an answer', () => {
  test('2xx ends it', () => {
    for (const status of [200, 201, 204, 299])
      expect(after({ status })).toMatchObject({ outcome: 'delivered', wait: null })
  })

  test('it waits longer each time, for three days in all', () => {
    const waits: number[] = []
    for (let tries = 0, age = 0; ; tries++) {
      const { wait, outcome } = after(
        { status: 500 },
        { tries, attempts: tries, firstTriedAt: new Date(now - age * 1_000) },
      )
      if (wait === null) {
        expect(outcome).toBe('failed')
        break
      }
      waits.push(wait)
      age += wait
      expect(age).toBeLessThanOrEqual(3 * 86_400)
    }
    expect(waits.slice(0, 9)).toEqual([5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 21_600])
    expect(waits.length).toBeGreaterThan(15)
  })

  test('what was replayed has all its tries again', () => {
    expect(after({ status: 500 }, { attempts: 17, tries: 0 }).wait).toBe(5)
  })

  test('a server may ask for an hour, and no more', () => {
    expect(after({ status: 429, retryAfter: 900 })).toMatchObject({ wait: 900, rest: 900 })
    expect(after({ status: 503, retryAfter: 1e9 })).toMatchObject({ wait: 3_600, rest: 3_600 })
  })

  test('a webhook rests from its third failure on, longer each time, a minute at most', () => {
    const rests = [0, 1, 2, 3, 4, 8, 30].map(
      (failures) => after({ status: null, words: 'away' }, {}, { failures }).rest,
    )
    expect(rests).toEqual([0, 0, 1, 2, 4, 60, 60])
  })

  test('410 disables it at once, anything else after five days', () => {
    expect(after({ status: 410 })).toMatchObject({ outcome: 'failed', disable: 'It answered 410: it is gone.' })
    const failing = (age: number) => after({ status: 500 }, {}, { failures: 9, failingSince: new Date(now - age) })
    expect(failing(5 * day - 1_000).disable).toBeNull()
    expect(failing(5 * day + 1_000).disable).toBe('It took nothing for five days.')
  })
})

function after(answer: object, more: Partial<Due> = {}, webhook: Partial<Due['webhook']> = {}) {
  const due: Due = {
    ...{ id: 'delivery', url: 'https://example.com/', attempts: 0, tries: 0, firstTriedAt: new Date(now) },
    webhook: { id: 'webhook', version: 1, previousUntil: null, failures: 0, failingSince: null, ...webhook },
    told: { type: 'ping', at: new Date(now), event: null },
    ...more,
  }
  return afterAnswer(due, { status: 200, words: '', milliseconds: 1, retryAfter: 0, ...answer }, now)
}
