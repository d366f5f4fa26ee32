/** Ends a process that outgrows its memory, or whose parent died and can no longer end it. */
import { workerData } from 'node:worker_threads'

const { memoryMiB, parent } = workerData as { memoryMiB: number; parent: number }

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  // The limit of V8 counts neither buffers nor what they are copied to.
  if (process.memoryUsage.rss() > memoryMiB * 1024 * 1024) process.kill(process.pid, 'SIGUSR2')
}, 50)
