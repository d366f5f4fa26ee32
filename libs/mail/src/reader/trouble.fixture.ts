/** A process of a pool that can be asked to misbehave (pool.test.ts). */
import { answerJobs } from './answer.ts'

const jobs = {
  add: ([a, b]: number[]) => a! + b!,
  pid: () => process.pid,
  hang: () => {
    for (;;);
  },
  hoardObjects: () => {
    const hoard: number[][] = []
    for (;;) hoard.push([hoard.length])
  },
  // One allocation of more than is left: within a worker thread, it would end the whole process.
  hoardAtOnce: () => new Array(200_000_000).fill(0.5),
  hoardBuffers: () => {
    const hoard: Buffer[] = []
    for (;;) hoard.push(Buffer.alloc(1_000_000, 1))
  },
  fail: () => {
    throw new Error('this is no letter')
  },
  leave: () => process.exit(3),
  secret: () => Object.keys(process.env),
  write: () => import('node:fs').then(({ writeFileSync }) => writeFileSync('/tmp/podatelna-was-here', '')),
}

export type TroubleJob = { job: keyof typeof jobs; numbers?: number[] }

answerJobs(({ job, numbers = [] }: TroubleJob): unknown => jobs[job](numbers))
