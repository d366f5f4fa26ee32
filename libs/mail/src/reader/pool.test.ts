import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { openPool } from './pool.ts'
import type { TroubleJob } from './trouble.fixture.ts'

const script = new URL('./trouble.fixture.ts', import.meta.url)
const pool = openPool<TroubleJob, unknown>({ script, workers: 1, deadlineMs: 30_000, memoryMiB: 256 })
const hasty = openPool<TroubleJob, unknown>({ script, workers: 2, deadlineMs: 1_000, memoryMiB: 256 })
afterAll(() => Promise.all([pool.close(), hasty.close()]))

const add: TroubleJob = { job: 'add', numbers: [1, 2] }
const three = { ok: true, result: 3 }

describe('a process of the pool', () => {
  test('does its jobs in turn, however many are asked for at once', async () => {
    const sums = [1, 2, 3, 4, 5].map((n) => pool.run({ job: 'add', numbers: [n, n] }))
    expect(await Promise.all(sums)).toEqual([2, 4, 6, 8, 10].map((result) => ({ ok: true, result })))
    expect(await pool.run({ job: 'pid' })).toEqual(await pool.run({ job: 'pid' }))
  })

  test('that never ends its job is ended, and replaced', async () => {
    const [hung, sum] = await Promise.all([hasty.run({ job: 'hang' }), hasty.run(add)])
    expect(hung).toMatchObject({ ok: false, trouble: 'deadline' })
    expect(sum).toEqual(three)
    expect(await hasty.run(add)).toEqual(three)
  })

  test.each(['hoardObjects', 'hoardAtOnce', 'hoardBuffers'] as const)(
    'that takes too much memory (%s) is ended, and replaced; we live on',
    async (job) => {
      expect(await pool.run({ job })).toMatchObject({ ok: false, trouble: 'memory' })
      expect(await pool.run(add)).toEqual(three)
    },
  )

  test('that fails at its job says so, and stays', async () => {
    const before = await pool.run({ job: 'pid' })
    const failed = await pool.run({ job: 'fail' })
    expect(failed).toMatchObject({ trouble: 'error', detail: expect.stringContaining('this is no letter') })
    expect(await pool.run({ job: 'pid' })).toEqual(before)
  })

  test('that leaves, or is killed from outside, is no fault of its job', async () => {
    expect(await pool.run({ job: 'leave' })).toMatchObject({ ok: false, trouble: 'ended' })
    const { result: pid } = (await pool.run({ job: 'pid' })) as { result: number }
    const hung = pool.run({ job: 'hang' })
    process.kill(pid, 'SIGKILL')
    expect(await hung).toMatchObject({ ok: false, trouble: 'ended' })
    expect(await pool.run(add)).toEqual(three)
  })

  test('finishes its job although a service manager signals all processes', async () => {
    const { result: pid } = (await pool.run({ job: 'pid' })) as { result: number }
    process.kill(pid, 'SIGTERM')
    process.kill(pid, 'SIGINT')
    expect(await pool.run({ job: 'pid' })).toEqual({ ok: true, result: pid })
  })

  test('knows no secrets of ours, and writes no files', async () => {
    expect(await pool.run({ job: 'secret' })).toEqual({ ok: true, result: [] })
    const written = await pool.run({ job: 'write' })
    expect(written).toMatchObject({ trouble: 'error', detail: expect.stringContaining('has been restricted') })
  })
})

test('a process whose parent was killed ends, even in the middle of an endless job', async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', doomed], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = Number(await once(parent.stdout, 'data'))
  expect(lives(pid)).toBe(true)
  parent.kill('SIGKILL')
  while (lives(pid)) await setImmediate()
})

const doomed = `
  import { openPool } from ${JSON.stringify(new URL('./pool.ts', import.meta.url))}
  const script = new URL(${JSON.stringify(script)})
  const pool = openPool({ script, workers: 1, deadlineMs: 600_000, memoryMiB: 256 })
  const { result } = await pool.run({ job: 'pid' })
  pool.run({ job: 'hang' })
  console.log(result)`

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a closed pool finishes what is under way and takes nothing new', async () => {
  const closing = openPool<TroubleJob, unknown>({ script, workers: 1, deadlineMs: 30_000, memoryMiB: 256 })
  const sums = [closing.run(add), closing.run(add)]
  await closing.close()
  expect(await Promise.all(sums)).toEqual([three, three])
  await expect(closing.run(add)).rejects.toThrow('closed')
})

test('a process that cannot start is no fault of the job', async () => {
  const nowhere = new URL('./nowhere.ts', import.meta.url)
  const broken = openPool({ script: nowhere, workers: 1, deadlineMs: 30_000, memoryMiB: 256 })
  await expect(broken.run({})).rejects.toThrow('cannot start')
  await broken.close()
})
