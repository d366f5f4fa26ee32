import { expect, test } from 'vitest'
import { corpusAbsent, corpusDir } from '../world/corpus.ts'
import { runSecurity } from './security.ts'

const folder = corpusDir()

test.skipIf(!folder)(`no forgery proves its author (${folder ? 'corpus found' : corpusAbsent})`, async () => {
  const [report] = await runSecurity(folder!)
  expect(report!.cases).toBe(22)
  expect(report!.differences.filter(({ because }) => !because)).toEqual([])
})
