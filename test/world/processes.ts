import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'

/**
 * Kills the process and removes its folder when ours ends, however it ends, `kill -9` included: a shell waits until
 * its pipe from us closes.
 *
 * @returns what calls this off, once the process has ended otherwise
 */
export function endsWithUs(pid: number, folder = ''): () => void {
  const script = 'read _; kill -9 "$1"; [ -z "$2" ] || { sleep 1; rm -rf "$2"; }'
  const guard = spawn('sh', ['-c', script, 'guard', String(pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const pipe = guard.stdin as Socket
  pipe.on('error', () => {})
  pipe.unref()
  guard.unref()
  return () => void guard.kill('SIGKILL')
}

/** Resolves when the process is gone, at once when it already was. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}
