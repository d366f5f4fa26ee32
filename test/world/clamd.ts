import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from './ports.ts'
import { end, endsWithUs } from './processes.ts'

/** A private clamd that knows one virus: the test file of EICAR. */
export type ClamdServer = {
  address: string
  stop(): Promise<void>
  /** Ends it, and starts it again at the same address. */
  kill(): Promise<void>
  restart(): Promise<void>
}

/** What every scanner takes for a virus and is none, in two halves: scanners read source code, too. */
export const eicar = Buffer.from(
  `X5O!P%@AP[4\\PZX54(P^)7CC)7}$${'EICAR'}-STANDARD-${'ANTIVIRUS'}-TEST-FILE!$H+H*`,
  'latin1',
)

const program = '/usr/sbin/clamd'

/** @throws Error with a sentence that says what to do where there is none and none can be installed */
export async function startClamd(): Promise<ClamdServer> {
  await ensureClamd()
  const folder = await mkdtemp(join(tmpdir(), 'podatelna-clamd-'))
  const [port] = await freePorts(1)
  const config = join(folder, 'clamd.conf')
  await writeFile(join(folder, 'test.ndb'), `Podatelna.Test:0:*:${eicar.toString('hex')}\n`)
  await writeFile(
    config,
    [
      `DatabaseDirectory ${folder}`,
      `TCPSocket ${port}`,
      'TCPAddr 127.0.0.1',
      'Foreground yes',
      `User ${userInfo().username}`,
      `TemporaryDirectory ${folder}`,
      'StreamMaxLength 4M',
      'MaxFileSize 40M',
      'MaxScanSize 40M',
    ].join('\n'),
  )
  let server = await start(config, folder, port!)
  return {
    address: `127.0.0.1:${port}`,
    kill: () => end(server, 'SIGKILL'),
    async restart() {
      await end(server, 'SIGKILL')
      server = await start(config, folder, port!)
    },
    async stop() {
      await end(server, 'SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ensureClamd(): Promise<void> {
  if (existsSync(program)) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '--yes', '--no-install-recommends', 'clamav-daemon']
  for (const args of process.getuid?.() === 0 ? [['update'], install] : []) {
    await run('apt-get', args, { env }).catch(() => {})
  }
  if (existsSync(program)) return
  throw new Error(
    'The tests of virus scanning need clamd. Install the package clamav-daemon (it need not be started), or run them as ' +
      'root on Debian or Ubuntu, where they install it themselves.',
  )
}

async function start(config: string, folder: string, port: number): Promise<ChildProcess> {
  const server = spawn(program, ['--config-file', config], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  server.once('exit', endsWithUs(server.pid!, folder))
  let said = ''
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk) => (said = (said + chunk).slice(-4000)))
  while (!(await accepts(port))) {
    if (server.exitCode !== null) throw new Error(`clamd did not start:\n${said}`)
    await new Promise((again) => setTimeout(again, 50))
  }
  return server
}

function accepts(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => tell(true))
    socket.once('error', () => tell(false))
    socket.once('connect', () => socket.destroy())
  })
}

const run = promisify(execFile)
