import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import type { Listen, Settings } from '@podatelna/runtime'
import { type Finding, fault, ok } from './finding.ts'

/** A door is fine when a Podatelna answers there, or nobody, and one could be opened. */
export async function checkMailDoor(setting: 'SMTP_LISTEN' | 'LMTP_LISTEN', settings: Settings): Promise<Finding[]> {
  const listen = settings[setting]
  if (!listen) return []
  const subject = `${setting.slice(0, 4)} ${written(listen)}`
  const greeting = await greetingOf(listen)
  if (greeting === undefined) return [await checkFree(subject, listen)]
  if (greeting.includes('Podatelna')) return [ok(subject, 'Podatelna answers.')]
  const waits = greeting === '' && settings.PROXY_FROM.length > 0
  if (waits) return [ok(subject, 'is open, and waits for a PROXY header.')]
  return [taken(subject, greeting ? `says "${greeting.slice(0, 80)}"` : 'says nothing', setting)]
}

export async function checkHttpDoor(listen: Listen): Promise<Finding[]> {
  const subject = `HTTP ${written(listen)}`
  if ((await greetingOf(listen, 0)) === undefined) return [await checkFree(subject, listen)]
  const alive = await ask(listen, '/healthz')
  if (alive?.alive !== true) return [taken(subject, 'is no Podatelna', 'HTTP_LISTEN')]
  const { ready, parts = {} } = (await ask(listen, '/readyz')) ?? {}
  if (ready === true) return [ok(subject, 'Podatelna answers, and is ready.')]
  const away = Object.entries(parts).filter(([, state]) => state !== 'ok')
  return [
    fault(
      subject,
      `Podatelna answers, but is not ready: ${away.map(([part, state]) => `${part}: ${state}`).join('; ')}.`,
      {
        why: 'Letters are put off with 451 while the database is away, and wait while the broker is.',
      },
    ),
  ]
}

/** The first line; empty when the other side says nothing for a while; undefined when nobody listens. */
async function greetingOf(listen: Listen, patienceMs = 3_000): Promise<string | undefined> {
  const socket = createConnection(reached(listen))
  socket.on('error', () => {})
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(3_000) })
    if (patienceMs === 0) return ''
    const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(patienceMs) }).catch(() => [''])
    return String(chunk).split('\r\n')[0]!
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

async function checkFree(subject: string, listen: Listen): Promise<Finding> {
  const probe = createServer()
  try {
    probe.listen(listen.port, listen.host)
    await once(probe, 'listening')
    return ok(subject, 'is free: no Podatelna runs there now.')
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    return fault(subject, `cannot be listened on: ${reasons[code] ?? code}.`, { why: 'Podatelna would not start.' })
  } finally {
    probe.close()
  }
}

const reasons: Record<string, string> = {
  EADDRINUSE: 'another program has it',
  EADDRNOTAVAIL: 'it is not an address of this machine',
  EACCES: 'this account may not; ports below 1024 need more rights',
  ENOTFOUND: 'the name is not known here',
}

function taken(subject: string, whatItDoes: string, setting: string): Finding {
  return fault(subject, `another program listens there, and ${whatItDoes}.`, {
    why: 'Podatelna would not start.',
    change: `Stop it, or choose another ${setting}.`,
  })
}

type Health = { alive?: boolean; ready?: boolean; parts?: Record<string, string> }

async function ask(listen: Listen, path: string): Promise<Health | undefined> {
  const { host, port } = reached(listen)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`
  return fetch(url, { signal: AbortSignal.timeout(4_000) })
    .then(
      (answer) => answer.json() as Promise<Health>,
      () => undefined,
    )
    .catch(() => undefined)
}

/** "All addresses" is no address to connect to. */
function reached({ host, port }: Listen): Listen {
  return { host: { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host, port }
}

function written({ host, port }: Listen): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
