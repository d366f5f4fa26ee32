/**
 * Processes of their own for work that no letter may turn against us: each does one job at a time, and one that takes
 * too long or too much memory is ended and replaced (docs/decisions/0023-a-process-reads.md).
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Answer } from './answer.ts'

export type PoolOptions = {
  /** The file that the processes run; it calls `answerJobs`. */
  script: URL
  workers: number
  /** What one job may take, from when it begins. */
  deadlineMs: number
  /** What a process may hold, whichever way: heap, buffers, and the program itself, which takes about 100 MiB. */
  memoryMiB: number
}

/** How a job went; `detail` is for the log. */
export type Done<Result> = { ok: true; result: Result } | { ok: false; trouble: Trouble; detail: string }

/** `ended` is an end that was none of ours: killed from outside, perhaps, and then no fault of the job. */
export type Trouble = 'deadline' | 'memory' | 'error' | 'ended'

export type Pool<Job, Result> = {
  /** @throws Error when no process can be started, or the pool is closed: neither is a fault of the job */
  run(job: Job): Promise<Done<Result>>
  /** Finishes what is under way. */
  close(): Promise<void>
}

/** Processes are started when they are first needed. */
export function openPool<Job, Result>(options: PoolOptions): Pool<Job, Result> {
  const idle: Process[] = []
  const waiting: (() => void)[] = []
  const underWay = new Set<Promise<unknown>>()
  let free = options.workers
  let closed = false

  async function run(job: Job): Promise<Done<Result>> {
    if (closed) throw new Error('The reader is closed.')
    const done = turn(job)
    underWay.add(done)
    return done.finally(() => underWay.delete(done))
  }

  async function turn(job: Job): Promise<Done<Result>> {
    if (free > 0) free--
    else await new Promise<void>((next) => waiting.push(next))
    try {
      const worker = livingOne() ?? (await startProcess(options))
      const done = await worker.run(job)
      if (!worker.ended) idle.push(worker)
      return done as Done<Result>
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }

  function livingOne(): Process | undefined {
    for (;;) {
      const worker = idle.pop()
      if (!worker?.ended) return worker
    }
  }

  async function close(): Promise<void> {
    closed = true
    await Promise.allSettled(underWay)
    await Promise.all(idle.map((worker) => worker.stop()))
  }

  return { run, close }
}

type Process = { run(job: unknown): Promise<Done<unknown>>; stop(): Promise<void>; readonly ended: boolean }

async function startProcess(options: PoolOptions): Promise<Process> {
  const child = spawnFor(options)
  const lastWords = keepEnd(child)
  let answer: (done: Done<unknown>) => void = () => {}
  let tooLate = false
  const ready = new Promise<void>((resolve, reject) => {
    const failed = (why: string) => reject(new Error(`The process that reads letters cannot start: ${why}`))
    child.once('message', () => resolve())
    child.once('error', (error) => failed(error.message))
    child.once('exit', () => failed(lastWords() || 'it ended at once'))
  })
  // A process that is gone cannot be told anything, and says so here; its end is heard below.
  child.on('error', () => {})
  child.on('message', (message: Answer) => answer(doneBy(message)))
  child.once('exit', (code, signal) => answer(endOf({ tooLate, code, signal, lastWords: lastWords() })))
  await ready

  function run(job: unknown): Promise<Done<unknown>> {
    return new Promise((resolve) => {
      // Not before what has arrived is heard: it is we who may be late.
      const deadline = setTimeout(() => setImmediate(kill), options.deadlineMs)
      answer = (done) => {
        clearTimeout(deadline)
        answer = () => {}
        resolve(done)
      }
      if (hasEnded(child)) answer(endOf({ tooLate, code: child.exitCode, signal: child.signalCode, lastWords: '' }))
      else child.send(job as object, () => {})
    })
  }

  function kill(): void {
    tooLate = true
    child.kill('SIGKILL')
  }

  async function stop(): Promise<void> {
    if (hasEnded(child)) return
    child.disconnect()
    await once(child, 'exit')
  }

  return {
    run,
    stop,
    get ended() {
      return hasEnded(child) || tooLate
    },
  }
}

/** It is given no secrets of ours by its environment, and may neither write files nor start programs. */
function spawnFor({ script, memoryMiB }: PoolOptions): ChildProcess {
  return fork(script, [String(memoryMiB)], {
    serialization: 'advanced',
    env: {},
    execArgv: [`--max-old-space-size=${memoryMiB}`, '--permission', '--allow-fs-read=*', '--allow-worker'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

function doneBy(message: Answer): Done<unknown> {
  if ('result' in message) return { ok: true, result: message.result }
  return { ok: false, trouble: 'error', detail: message.error }
}

type End = { tooLate: boolean; code: number | null; signal: NodeJS.Signals | null; lastWords: string }

function endOf({ tooLate, code, signal, lastWords }: End): Done<unknown> {
  if (tooLate) return { ok: false, trouble: 'deadline', detail: 'took too long' }
  // SIGUSR2 is the guard's (guard.ts); V8 itself gives up with words of its own.
  const outOfMemory = signal === 'SIGUSR2' || lastWords.includes('heap out of memory')
  if (outOfMemory) return { ok: false, trouble: 'memory', detail: 'took too much memory' }
  return { ok: false, trouble: 'ended', detail: `ended with ${signal ?? code}. ${lastWords}`.trim() }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** The last of what it said on its error output. */
function keepEnd(child: ChildProcess): () => string {
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-4_000)
  })
  return () => said.trim()
}
