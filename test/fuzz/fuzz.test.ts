import { inspectLetter } from '@podatelna/mail'
import { expect, test } from 'vitest'
import { broken } from './invariants.ts'
import { fuzz, letterOf } from './run.ts'
import { ownSamples } from './samples.ts'

test('five hundred letters made worse at random are read, in time, and lose nothing', async () => {
  const { letters, finds } = await fuzz(await ownSamples(), { seed: 7, until: (done) => done >= 500 })
  expect(finds.map(({ number, problems }) => ({ number, problems }))).toEqual([])
  expect(letters).toBeGreaterThanOrEqual(500)
})

test('the same seed makes the same letters', async () => {
  const samples = [Buffer.from('Subject: a\n\nb'), Buffer.from('Subject: c\n\nd')]
  expect(letterOf(samples, 3, 5)).toEqual(letterOf(samples, 3, 5))
  expect(letterOf(samples, 3, 5)).not.toEqual(letterOf(samples, 3, 6))
})

test.each([
  [{ html: '<script>x</script>' }, /has <script/],
  [{ html: '<p onclick="x">y</p>' }, /handler/],
  [{ html: '<a href="javascript:x">y</a>' }, /points to/],
  [{ html: '<p>half a tag <b' }, /not written plainly/],
  [{ visible_text: 'Less' }, /Folding lost/],
  [{ subject: '\ud800' }, /half a character/],
])('what must not be is found: %j', (change, problem) => {
  const seen = inspectLetter(Buffer.from('Subject: x\n\nAll of it\n'))
  expect(broken(seen)).toEqual([])
  expect(broken({ ...seen, ...change }).join(' ')).toMatch(problem)
})
