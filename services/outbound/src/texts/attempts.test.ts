import { expect, test } from 'vitest'
import { afterAnswer } from './attempts.ts'
import type { Answer } from './provider.ts'

const now = Date.UTC(2026, 10, 27, 12)
const hour = 3_600_000
const due = { id: 't', to: '+420601000000', body: 'Hello', taken: 0, attempts: 0, unclear: 1 }

test.each([
  [0, 30],
  [1, 60],
  [4, 480],
  [5, 900],
  [50, 900],
])('after %i attempts it waits for %i seconds', (attempts, wait) => {
  expect(after({ outcome: 'deferred' }, { attempts })).toMatchObject({ state: 'queued', outcome: 'deferred', wait })
})

test('a provider that wants more time is given it', () => {
  expect(after({ outcome: 'deferred', rest: 120 })).toMatchObject({ wait: 120 })
})

test('what was taken, and what never will be, has ended', () => {
  expect(after({ outcome: 'sent' })).toMatchObject({ state: 'sent', wait: null })
  expect(after({ outcome: 'failed' })).toMatchObject({ state: 'failed', wait: null })
})

test('a text that nobody knows the end of goes once more, and has failed then', () => {
  expect(after({ outcome: 'unclear' })).toMatchObject({ state: 'queued', wait: 300 })
  expect(after({ outcome: 'unclear' }, { unclear: 2 })).toMatchObject({
    state: 'failed',
    outcome: 'unclear',
    wait: null,
  })
})

test('a clear answer after an unclear one is no second unclear one', () => {
  expect(after({ outcome: 'deferred' }, { unclear: 2 })).toMatchObject({ state: 'queued' })
})

test('it is not tried when it would be of no use any more', () => {
  const soon = { expiresAt: new Date(now + 29_000) }
  expect(after({ outcome: 'deferred' }, soon)).toMatchObject({ state: 'expired', outcome: 'expired', wait: null })
  expect(after({ outcome: 'sent' }, soon)).toMatchObject({ state: 'sent' })
})

function after(answer: Pick<Answer, 'outcome' | 'rest'>, of: Partial<Parameters<typeof afterAnswer>[0]> = {}) {
  const expiresAt = new Date(now + 6 * hour)
  return afterAnswer({ ...due, expiresAt, ...of }, { words: '', taken: 0, ids: [], ...answer }, now)
}
