import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { end, endsWithUs } from './processes.ts'

const root = join(import.meta.dirname, '../..')

/** One process of ours, started as an operator starts it. */
export type Process = {
  child: ChildProcess
  /** All it printed so far, both streams. */
  output(): string
  /** Resolves when it has printed that; fails when it ends before. */
  prints(text: string | RegExp): Promise<void>
  /** Its exit code, once it has ended by itself or by a signal. */
  exitCode(): Promise<number | null>
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** @param env nothing else of our own environment is passed on, so that a developer's settings change no test */
export function startProcess(service: string, env: Record<string, string>, args: string[] = []): Process {
  const child = spawn(process.execPath, [join(root, `services/${service}/src/main.ts`), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, LOG_FORMAT: 'json', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.once('exit', endsWithUs(child.pid!))
  let printed = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      printed += chunk
      child.emit('printed')
    })
  }
  const exited = once(child, 'exit')
  return {
    child,
    output: () => printed,
    async prints(text) {
      while (!(typeof text === 'string' ? printed.includes(text) : text.test(printed))) {
        const ended = await Promise.race([once(child, 'printed').then(() => false), exited.then(() => true)])
        if (ended) throw new Error(`${service} ended before it printed ${text}:\n${printed}`)
      }
    },
    exitCode: async () => (await exited)[0],
    stop: (signal = 'SIGTERM') => end(child, signal),
  }
}
