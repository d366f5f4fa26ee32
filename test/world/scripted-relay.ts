import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { createSecureContext, TLSSocket } from 'node:tls'
import { certificate, certificateKey } from './certificate.ts'

/**
 * A relay that says line by line what a test wants, for what no proper server does: `says.RCPT = '451 4.7.1 Greylisted'`.
 * Keys are the commands, `greeting`, `body` (the first line of a letter), `.` (its end) and `hello` (what EHLO offers, with
 * `TLS` where it is encrypted). `hang up` cuts the connection, `nothing` leaves the client waiting.
 */
export type ScriptedRelay = {
  port: number
  says: Record<string, string>
  /** Milliseconds before each answer. */
  slow: number
  heard: string[]
  /** Letters answered `250`, and those that it has although it never said so. */
  taken: { to: string; raw: string; answered: boolean }[]
  /** Takes no connections; those that are open end. */
  away(): Promise<void>
  back(): Promise<void>
  /** Ends open connections, whatever they wait for. */
  hangUp(): void
  close(): Promise<void>
}

export async function startScriptedRelay(): Promise<ScriptedRelay> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    say(socket, 'greeting', '220 relay.test')
    converse(socket, false)
  })

  function say(socket: Socket, moment: string, usual: string): string {
    const reply = relay.says[moment] ?? usual
    if (reply === 'hang up') socket.destroy()
    else if (reply !== 'nothing' && relay.slow > 0) setTimeout(() => socket.write(`${reply}\r\n`), relay.slow)
    else if (reply !== 'nothing') socket.write(`${reply}\r\n`)
    return reply
  }

  function converse(socket: Socket, encrypted: boolean): void {
    let [to, letter] = ['', undefined as string[] | undefined]
    const lines = createInterface(socket)
    lines.on('error', () => {})
    lines.on('line', (line) => {
      relay.heard.push(line)
      if (letter && line !== '.') {
        letter.push(line)
        if (letter.length === 1 && relay.says.body === 'hang up') socket.destroy()
      } else if (letter) {
        const reply = relay.says['.'] ?? '250'
        if (!/^[45]/.test(reply)) relay.taken.push({ to, raw: letter.join('\n'), answered: reply.startsWith('250') })
        letter = undefined
        say(socket, '.', '250 2.0.0 Taken')
      } else if (/^RCPT/.test(line)) {
        to = /<(.*)>/.exec(line)![1]!
        say(socket, 'RCPT', '250 2.1.5 Fine')
      } else if (/^EHLO/.test(line)) say(socket, 'EHLO', hello(encrypted))
      else if (/^STARTTLS/.test(line)) encrypt(socket, say(socket, 'STARTTLS', '220 Go on'), lines)
      else if (/^DATA/.test(line) && !say(socket, 'DATA', '354 Go on').startsWith('354')) return
      else if (/^DATA/.test(line)) letter = []
      else if (/^AUTH/.test(line)) say(socket, 'AUTH', '235 2.7.0 Welcome')
      else say(socket, line.split(/[ :]/)[0]!, '250 2.0.0 Fine')
    })
  }

  function hello(encrypted: boolean): string {
    const offers = (encrypted && relay.says['hello TLS']) || relay.says.hello || '8BITMIME'
    const [last, ...others] = ['relay.test', ...offers.split(' ')].reverse()
    return [...others.reverse().map((word) => `250-${word}`), `250 ${last}`].join('\r\n').replaceAll('=', ' ')
  }

  function encrypt(socket: Socket, reply: string, lines: { close(): void }): void {
    if (!reply.startsWith('220') || reply.includes('\n')) return
    lines.close()
    socket.removeAllListeners('data')
    const secureContext = createSecureContext({ cert: certificate, key: certificateKey })
    const safe = new TLSSocket(socket, { isServer: true, secureContext })
    safe.on('error', () => {})
    converse(safe, true)
  }

  const listen = async (port: number) => {
    server.listen(port, '0.0.0.0')
    await once(server, 'listening')
    relay.port = (server.address() as AddressInfo).port
  }
  const relay: ScriptedRelay = {
    ...{ port: 0, says: {}, slow: 0, heard: [], taken: [] },
    async away() {
      const closed = once(server, 'close')
      server.close()
      relay.hangUp()
      await closed
    },
    back: () => listen(relay.port),
    hangUp() {
      for (const socket of sockets) socket.destroy()
    },
    async close() {
      if (server.listening) await relay.away()
    },
  }
  await listen(0)
  return relay
}
