import { expect, test } from 'vitest'
import type { Step } from './deliveries.ts'
import type { Letter } from './letterhead.ts'
import { together } from './together.ts'

test('steps that come within a moment are committed together', async () => {
  const { commit, batches } = recorder()
  await Promise.all([step('a'), step('b'), step('c')].map(commit))
  expect(batches).toEqual([['a', 'b', 'c']])
})

test('two letters to one address are in two commits, and so are letters of two mailboxes', async () => {
  const { commit, batches } = recorder()
  await Promise.all(
    [step('a'), step('b'), step('c', 'b@client.test'), step('d', 'd@client.test', 'sales@desk.test'), step('e')].map(
      commit,
    ),
  )
  expect(batches).toEqual([['a', 'b', 'e'], ['c'], ['d']])
})

test('a step that cannot be committed fails alone', async () => {
  const { commit, batches } = recorder((causes) => {
    if (causes.includes('wrong')) throw new Error('invalid byte sequence')
  })
  const done = await Promise.allSettled([step('a'), step('b'), step('wrong'), step('c')].map(commit))
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect(batches).toEqual([['a', 'b', 'wrong', 'c'], ['a'], ['b'], ['wrong'], ['c']])
})

test('a database that is away is away for all, and asked once', async () => {
  const { commit, batches } = recorder((causes) => {
    if (causes.length > 1) throw new Error('connect ECONNREFUSED')
  })
  const done = await Promise.allSettled([step('a'), step('b'), step('c')].map(commit))
  expect(done.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(batches).toHaveLength(1)
})

function recorder(look: (causes: string[]) => void = () => {}) {
  const batches: string[][] = []
  const commit = together(async (steps) => {
    const causes = steps.map(({ cause }) => cause)
    batches.push(causes)
    look(causes)
    return { current: new Set(causes), queued: new Set() }
  })
  return { commit, batches }
}

function step(cause: string, to = `${cause}@client.test`, mailbox = 'support@desk.test'): Step {
  return { cause, letters: [{ to, mailbox, source: Buffer.from('Subject: x') } as Letter], lease: 30 }
}
