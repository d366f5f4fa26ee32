import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect } from 'amqplib'
import { freePorts } from './ports.ts'
import { end, endsWithUs } from './processes.ts'

export type Rabbit = {
  url: string
  /** Process id of the broker; another one after a restart. */
  readonly pid: number
  /** Ends it in order, and removes all it left behind. */
  stop(): Promise<void>
  /** `kill -9`. What it had on disk stays for `restart`. */
  kill(): Promise<void>
  /** Ends it in order when it runs, and starts it again with its data, at the same URL. */
  restart(): Promise<void>
}

/** Starts a private RabbitMQ on loopback: node name, ports, data, logs and epmd of its own. Takes about 8 s. */
export async function startRabbit(): Promise<Rabbit> {
  return (await ensureRabbit()) === 'installed' ? startInstalled() : startContainer()
}

/**
 * Sees to it that there is a RabbitMQ to start: the one installed here, else installed now by apt-get, else Docker's.
 *
 * @throws Error with a sentence that says what to do
 */
export async function ensureRabbit(): Promise<'installed' | 'docker'> {
  if (existsSync(program)) return 'installed'
  if (process.getuid?.() === 0 && (await installed())) return 'installed'
  if (await succeeds('docker', ['info'])) return 'docker'
  throw new Error(
    'The tests need RabbitMQ. Install the package rabbitmq-server (it need not be started), or make Docker available, ' +
      'or run them as root on Debian or Ubuntu, where they install it themselves.',
  )
}

/** Debian's own `rabbitmq-server` command insists on the user rabbitmq; the one beneath it does not. */
const program = '/usr/lib/rabbitmq/bin/rabbitmq-server'

async function installed(): Promise<boolean> {
  const install = ['install', '--yes', '--no-install-recommends', 'rabbitmq-server']
  return (await succeeds('apt-get', ['update'])) && (await succeeds('apt-get', install)) && existsSync(program)
}

async function startInstalled(): Promise<Rabbit> {
  const folder = await mkdtemp(join(tmpdir(), 'podatelna-rabbit-'))
  const [port, distPort, epmdPort] = await freePorts(3)
  const env = await settings(folder, { port: port!, distPort: distPort!, epmdPort: epmdPort! })
  const epmd = startEpmd(epmdPort!)
  let broker = await startBroker(env)
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    get pid() {
      return broker.pid!
    },
    kill: () => end(broker, 'SIGKILL'),
    async restart() {
      await end(broker, 'SIGTERM')
      broker = await startBroker(env)
    },
    async stop() {
      await end(broker, 'SIGTERM')
      await end(epmd, 'SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function settings(folder: string, ports: { port: number; distPort: number; epmdPort: number }) {
  await writeFile(join(folder, 'plugins'), '[].')
  // A developer's disk may be nearly full without the broker refusing to publish.
  await writeFile(join(folder, 'rabbitmq.conf'), 'disk_free_limit.absolute = 50MB\n')
  return {
    PATH: process.env.PATH,
    HOME: folder,
    RABBITMQ_NODENAME: `podatelna-${ports.port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.port),
    RABBITMQ_DIST_PORT: String(ports.distPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(ports.epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // Makes the start script become the broker, instead of standing between it and our signals.
    RUNNING_UNDER_SYSTEMD: 'true',
  }
}

/** The broker would start one itself, but leave it behind as a daemon that nobody knows. */
function startEpmd(port: number): ChildProcess {
  const epmd = spawn('epmd', ['-address', '127.0.0.1', '-port', String(port)], { detached: true, stdio: 'ignore' })
  epmd.once('exit', endsWithUs(epmd.pid!))
  return epmd
}

async function startBroker(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  // Detached: Ctrl-C is for us; we end the broker when the tests have let go of it.
  const broker = spawn(program, { env, cwd: env.HOME, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  broker.once('exit', endsWithUs(broker.pid!, env.HOME))
  let log = ''
  await new Promise<void>((done, fail) => {
    broker.once('error', fail)
    broker.once('close', () => fail(new Error(`RabbitMQ did not start:\n${log}`)))
    for (const stream of [broker.stdout, broker.stderr]) {
      stream.on('data', (chunk) => {
        log = (log + chunk).slice(-4000)
        if (log.includes('Starting broker... completed')) done()
      })
    }
  })
  broker.stdout.removeAllListeners('data').resume()
  broker.stderr.removeAllListeners('data').resume()
  await (await connect(`amqp://127.0.0.1:${env.RABBITMQ_NODE_PORT}`)).close()
  return broker
}

async function startContainer(): Promise<Rabbit> {
  const [port] = await freePorts(1)
  const image = 'rabbitmq:3.13-alpine'
  const id = await docker('run', '--detach', '--publish', `127.0.0.1:${port}:5672`, image)
  const ready = () => docker('exec', id, 'rabbitmqctl', 'await_startup', '--timeout', '60')
  const processId = async () => Number(await docker('inspect', '--format', '{{.State.Pid}}', id))
  await ready()
  let pid = await processId()
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    get pid() {
      return pid
    },
    kill: async () => void (await docker('kill', id)),
    async restart() {
      await docker('restart', id)
      await ready()
      pid = await processId()
    },
    stop: async () => void (await docker('rm', '--force', '--volumes', id)),
  }
}

async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args)).stdout.trim()
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  return run(command, args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).then(
    () => true,
    () => false,
  )
}

const run = promisify(execFile)
