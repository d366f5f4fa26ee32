import { expect, test } from 'vitest'
import { corpusAbsent, corpusDir } from '../world/corpus.ts'
import { runAuth } from './auth.ts'

const folder = corpusDir()

test.skipIf(!folder)(
  `SPF, DKIM and ARC agree with their suites (${folder ? 'corpus found' : corpusAbsent})`,
  async () => {
    const reports = await runAuth(folder!)
    expect(reports.flatMap(({ differences }) => differences.filter(({ because }) => !because))).toEqual([])
    const agreed = reports.map(({ source, cases, differences }) => [source, cases, cases - differences.length])
    expect(agreed.slice(0, 2)).toEqual([
      ['SPF, RFC 7208', 203, 203],
      ['SPF, RFC 4408', 191, 191],
    ])
  },
)
