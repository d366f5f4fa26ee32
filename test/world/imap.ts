import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ImapFlow } from 'imapflow'
import { freePorts } from './ports.ts'
import { end, endsWithUs } from './processes.ts'

/** A provider's mail server that letters are collected from: Dovecot, on loopback, with one account for each name. */
export type ImapServer = {
  port: number
  /** As IMAP_URL has it. */
  url(user: string, at?: { port?: number; folder?: string }): string
  /** A letter arrives for somebody, in their INBOX unless told otherwise. */
  delivers(user: string, raw: Buffer, how?: { flags?: string[]; folder?: string }): Promise<void>
  /** Deletes a folder if it is there, and makes it anew: with another UIDVALIDITY. */
  renews(user: string, folder: string): Promise<void>
  /** The letters in a folder, by subject and with their flags. */
  folder(user: string, path: string): Promise<{ subject: string; flags: string[] }[]>
  /** Ends it in order when it runs, and starts it again with its letters, at the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startImap(): Promise<ImapServer> {
  await ensureDovecot()
  const folder = await mkdtemp(join(tmpdir(), 'podatelna-imap-'))
  const [port] = await freePorts(1)
  const config = await configure(folder, port!)
  let server = await startDovecot(config, folder)
  return {
    port: port!,
    url: (user, at = {}) =>
      `imap://${encodeURIComponent(user)}:${password}@127.0.0.1:${at.port ?? port}/${at.folder ?? 'INBOX'}`,
    delivers: (user, raw, { flags = [], folder = 'INBOX' } = {}) =>
      asUser(port!, user, async (client) => void (await client.append(folder, raw, flags))),
    renews: (user, folder) =>
      asUser(port!, user, async (client) => {
        await client.mailboxDelete(folder).catch(() => {})
        await client.mailboxCreate(folder)
      }),
    folder: (user, path) => asUser(port!, user, (client) => list(client, path)),
    async restart() {
      await end(server, 'SIGTERM')
      server = await startDovecot(config, folder)
    },
    async stop() {
      await end(server, 'SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Sees to it that there is a Dovecot to start: the one installed here, else installed now by apt-get.
 *
 * @throws Error with a sentence that says what to do
 */
async function ensureDovecot(): Promise<void> {
  if (existsSync(imapProgram)) return
  if (process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update'], { env }).catch(() => {})
    await run('apt-get', ['install', '--yes', '--no-install-recommends', 'dovecot-imapd'], { env }).catch(() => {})
  }
  if (existsSync(imapProgram)) return
  throw new Error(
    'The tests of IMAP need Dovecot. Install the package dovecot-imapd (it need not be started), or run them as root on ' +
      'Debian or Ubuntu, where they install it themselves.',
  )
}

const program = '/usr/sbin/dovecot'
const imapProgram = '/usr/lib/dovecot/imap'
const password = 'secret'

/** Everything in one folder and under one account: the package's own for root, who may not own mail; else our own. */
async function configure(folder: string, port: number): Promise<string> {
  const ownOf = async (kind: '-un' | '-gn') => (await run('id', [kind])).stdout.trim()
  const isRoot = process.getuid?.() === 0
  const [user, group] = isRoot ? ['dovecot', 'dovecot'] : [await ownOf('-un'), await ownOf('-gn')]
  const [config, mail] = [join(folder, 'dovecot.conf'), join(folder, 'mail')]
  await mkdir(mail)
  await Promise.all([chmod(folder, 0o755), chmod(mail, 0o777)])
  const text = `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${user} gid=${group} home=${mail}/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`
  await writeFile(config, text)
  return config
}

async function startDovecot(config: string, folder: string): Promise<ChildProcess> {
  const server = spawn(program, ['-F', '-c', config], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  server.once('exit', endsWithUs(server.pid!, folder))
  let log = ''
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.once('close', () => fail(new Error(`Dovecot did not start:\n${log}`)))
    server.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-4000)
      if (log.includes('starting up for imap')) done()
    })
  })
  return server
}

async function asUser<T>(port: number, user: string, use: (client: ImapFlow) => Promise<T>): Promise<T> {
  const auth = { user, pass: password }
  const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth, logger: false })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.logout()
  }
}

async function list(client: ImapFlow, path: string): Promise<{ subject: string; flags: string[] }[]> {
  if (!(await client.list()).some((folder) => folder.path === path)) return []
  const { exists } = await client.mailboxOpen(path, { readOnly: true })
  if (exists === 0) return []
  const letters = await client.fetchAll('1:*', { envelope: true, flags: true })
  return letters.map(({ envelope, flags }) => ({ subject: envelope?.subject ?? '', flags: [...(flags ?? [])].sort() }))
}

export type Cutter = { port: number; cuts: number; mended: boolean; close(): void }

/** Stands between a client and the server, and cuts the connection before what fits gets through. */
export async function startCutter(to: number, fits: RegExp): Promise<Cutter> {
  const sockets = new Set<Socket>()
  const cutter: Cutter = { port: 0, cuts: 0, mended: false, close: () => {} }
  const server = createServer((client) => {
    const upstream = connectTo(to, '127.0.0.1')
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => other.destroy())
    }
    upstream.pipe(client)
    client.on('data', (chunk) => {
      if (cutter.mended || !fits.test(chunk.toString('latin1'))) return void upstream.write(chunk)
      cutter.cuts++
      client.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cutter.port = (server.address() as { port: number }).port
  cutter.close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return cutter
}

const run = promisify(execFile)
