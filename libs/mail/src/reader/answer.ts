/** The other end of pool.ts: what a process of the pool runs. */
import { Worker } from 'node:worker_threads'

/** What a process says of its job. */
export type Answer = { result: unknown } | { error: string }

/** Says that it is ready, then answers one job after the other until the pool lets it go. */
export function answerJobs<Job, Result>(answer: (job: Job) => Result | Promise<Result>): void {
  // Whoever stops a service may signal all of its processes: what is under way is finished, the pool ends this one.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.once('disconnect', () => process.exit())
  process.on('message', async (job: Job) => process.send!(await answered(job)))
  watch()
  process.send!({ result: 'ready' } satisfies Answer)

  async function answered(job: Job): Promise<Answer> {
    try {
      return { result: await answer(job) }
    } catch (error) {
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }
}

/** A thread of its own notices what this one, deep in its job, would not. */
function watch(): void {
  const memoryMiB = Number(process.argv[2])
  new Worker(new URL('./guard.ts', import.meta.url), {
    workerData: { memoryMiB, parent: process.ppid },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
  }).unref()
}
