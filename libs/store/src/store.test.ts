import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, inject, test } from 'vitest'
import { isDatabaseAway, openStore, Prisma, type Store } from './store.ts'

let store: Store
afterEach(() => store.close())

test.each([
  ['statements of the letter’s path', () => store.query(Prisma.sql`SELECT pg_sleep(20)::text`)],
  ['Prisma', () => store.prisma.$queryRaw`SELECT pg_sleep(20)::text`],
])('a database that does not answer is away, and the next connection may reach it again: %s', async (_name, ask) => {
  store = open({ patienceMs: 200 })
  const error = await ask().catch((reason) => reason)
  expect(isDatabaseAway(error), String(error)).toBe(true)
  await store.ping()
})

test('a statement that is wrong does not count as the database being away', async () => {
  store = open({})
  const error = await store.query(Prisma.sql`SELECT 1/0`).catch((reason) => reason)
  expect(isDatabaseAway(error)).toBe(false)
})

test('a process that has closed its store ends by itself', () => {
  store = open({})
  const script = `
    import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'store.ts'))}
    const store = openStore({ databaseUrl: ${JSON.stringify(inject('databaseUrl'))}, letterFolder: '.' })
    await store.ping()
    await store.close()`
  const ended = spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', script], { timeout: 20_000 })
  expect(ended.status, String(ended.stderr)).toBe(0)
})

function open(options: { patienceMs?: number }): Store {
  return openStore({ databaseUrl: inject('databaseUrl'), letterFolder: tmpdir(), ...options })
}
