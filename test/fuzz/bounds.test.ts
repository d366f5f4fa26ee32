import { openReader } from '@podatelna/mail'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { baitedAllOver, baitsOf } from './baits.ts'
import { bombs } from './bombs.ts'

/** Generous for a busy machine; what is not bounded takes minutes, or all the memory there is. */
const deadlineMs = 30_000

const troubles: string[] = []
const reader = openReader({ deadlineMs, onTrouble: (trouble) => troubles.push(trouble) })
beforeEach(() => troubles.splice(0))
afterAll(() => reader.close())

describe('read within 512 MiB and the deadline, in full or with a warning:', () => {
  test.each(bombs)('$name', async ({ letter, warns }) => {
    const { warnings } = await reader.inspect(letter())
    expect(troubles).toEqual([])
    if (warns) expect(warnings.join(' ')).toMatch(warns)
  })
})

/** Of every fourth kind; `npm run fuzz -- --baits` goes through all of them, in each place by itself. */
test('no run of any characters, anywhere in a letter, costs more than its length', { timeout: 300_000 }, async () => {
  const slow: string[] = []
  for (const bait of baitsOf(60_000).filter((_, at) => at % 4 === 0)) {
    for (const letter of baitedAllOver(bait)) await reader.inspect(letter)
    if (troubles.splice(0).length > 0) slow.push(bait.name)
  }
  expect(slow).toEqual([])
})
