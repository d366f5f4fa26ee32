import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { cleanText, isDeadMailbox, recipient } from '@podatelna/mail'
import type { Settings } from '@podatelna/runtime'
import { createTransport, type NodemailerError, type SMTPPoolOptions } from 'nodemailer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { failover, type OneRelay, type Reach } from './failover.ts'

/** What became of one attempt, with the server's words. */
export type Answer = {
  outcome: 'sent' | 'captured' | 'deferred' | 'failed'
  smtp: string
  /** It failed because the recipient's mailbox or domain is not there. */
  noSuchMailbox?: true
}

/** Takes our letters to the world. `send` never rejects. */
export type Relay = {
  /** Letters it takes at the same time. */
  connections: number
  send(letter: { to: string; envelopeFrom: string; source: Buffer }): Promise<Answer>
  close(): void
}

/** The servers of RELAY_URL; without one, letters are captured: nothing leaves. */
export function openRelay({ RELAY_URL, MAIL_DOMAIN }: Settings, silenceMs = longestSilenceMs): Relay {
  if (RELAY_URL.length === 0) return capture
  const relays = failover(
    RELAY_URL.map((url) => smtpRelay(url, MAIL_DOMAIN, silenceMs)),
    connections,
  )
  return { ...relays, send: async (letter) => (oneAddress.test(letter.to) ? relays.send(letter) : noAddress) }
}

const connections = 16
/** Some relays scan a letter before they answer; giving up too early would send it twice. */
const longestSilenceMs = 120_000

const capture: Relay = {
  connections,
  send: async () => ({ outcome: 'captured', smtp: '' }),
  close() {},
}

function smtpRelay(url: string, mailDomain: string, silenceMs: number): OneRelay {
  const options: SMTPPoolOptions & { pool: true } = {
    pool: true,
    url,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    // A kept connection may have been closed just now; a second try on a new one costs nothing.
    maxRequeues: 1,
    name: mailDomain,
    opportunisticTLS: true,
    requireTLS: mustProve(url),
    tls: { rejectUnauthorized: mustProve(url) },
    getSocket: (options, ready) => {
      connect(options).then((connection) => ready(null, { connection }), ready)
    },
    greetingTimeout: 30_000,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  const transport = createTransport(options)
  return {
    async try({ to, envelopeFrom, source }) {
      if (isForeign(to) && (await knowsForeign(options)) === false) return { answer: notForeign, reach: 'reached' }
      try {
        const envelope = { from: envelopeFrom || false, to, size: source.length } as const
        const { response } = await transport.sendMail({ envelope, raw: source })
        return { answer: { outcome: 'sent', smtp: words(response) }, reach: 'reached' }
      } catch (error) {
        return { answer: failure(to, error as NodemailerError), reach: reachOf(error as NodemailerError) }
      }
    },
    close: () => transport.close(),
  }
}

/**
 * What can stand between the angle brackets of RCPT TO (RFC 5321 §4.1.2, RFC 6531 §3.3). Anything else nodemailer takes for a
 * list, or for a name with an address in it: somebody else's.
 */
const oneAddress =
  /^(?:[^\s\p{Cc}"(),:;<>@[\\\]]+|"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])*")@(?:[\p{L}\p{M}\p{N}_.-]+|\[[\w.:]+\])$/u
const noAddress: Answer = { outcome: 'failed', smtp: 'This is no address that a letter can be sent to.' }

/** With other letters than ASCII before the @: only for relays with SMTPUTF8 (RFC 6531). Domains are A-labels on the way. */
function isForeign(to: string): boolean {
  return /[^\0-\x7f]/.test(to.slice(0, to.lastIndexOf('@')))
}

const notForeign: Answer = {
  outcome: 'failed',
  smtp: 'Our relay takes no address with other letters than ASCII before the @ (SMTPUTF8).',
}

/**
 * Nodemailer names such an address to any relay, which may answer whatever it likes, or take it for somebody else. So it is
 * asked before; undefined when it does not answer, which is told by the attempt itself.
 */
async function knowsForeign(options: SMTPPoolOptions): Promise<boolean | undefined> {
  const { hostname, port, protocol } = new URL(options.url!)
  const host = hostname.replace(/^\[|\]$/g, '')
  const place = { host, port: Number(port) || undefined, secure: protocol === 'smtps:' }
  const socket = await connect(place).catch(() => undefined)
  if (!socket) return undefined
  const { url: _, pool: __, getSocket: ___, ...how } = options
  const connection = new SMTPConnection({ ...how, ...place, connection: socket })
  const { promise, resolve } = Promise.withResolvers<boolean | undefined>()
  connection.on('error', () => resolve(undefined))
  connection.on('end', () => resolve(undefined))
  connection.connect(() => resolve(/^250[ -]SMTPUTF8\b/im.test(String(connection.lastServerResponse))))
  const known = await promise
  connection.close()
  return known
}

/** Nodemailer writes a letter's body and its final dot apart; without noDelay the dot waits 40 ms for an ACK. */
async function connect({ host = 'localhost', port, secure }: SMTPPoolOptions): Promise<Socket> {
  const socket = createConnection({ host, port: Number(port ?? (secure ? 465 : 587)), noDelay: true, keepAlive: true })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(15_000) })
    return socket
  } catch (error) {
    socket.destroy()
    const reason = (error as Error).name === 'AbortError' ? new Error('Connection timeout') : (error as Error)
    throw Object.assign(reason, { command: 'CONNECT' })
  }
}

/**
 * Who takes our password has to prove who they are, unless they are on this machine. Without one STARTTLS is
 * opportunistic (RFC 7435): plain text would do, so an unknown certificate is no reason to go back to it.
 */
function mustProve(url: string): boolean {
  const { protocol, password, hostname } = new URL(url)
  const here = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  return !here && (protocol === 'smtps:' || password !== '')
}

/** The steps before a letter; what breaks off without a word may have been in the middle of one. */
function reachOf({ command = '', code, message }: NodemailerError): Reach {
  if (aboutTheLetter.test(command)) return 'reached'
  const before = /^(CONNECT|EHLO|HELO|LHLO|STARTTLS|AUTH\b.*)$/.test(command) || code === 'ETLS' || code === 'EAUTH'
  return before || /^(Invalid greeting|Greeting never received)/.test(message) ? 'away' : 'broke_off'
}

const aboutTheLetter = /^(MAIL FROM|RCPT TO|DATA)$/

/** "Never" counts only when it is about this letter: a relay that refuses us altogether may be repaired. */
function failure(to: string, { responseCode = 0, command = '', code, response, message }: NodemailerError): Answer {
  const tooLarge = command === 'MAIL FROM' && /^Message size larger/.test(message)
  const never = aboutTheLetter.test(command) && (responseCode >= 500 || tooLarge)
  // What stands there alone, as 502, says nothing of encryption.
  const smtp = words(`${code === 'ETLS' ? 'No encrypted connection: ' : ''}${response ?? message}`)
  if (!never) return { outcome: 'deferred', smtp }
  // Of a foreign address nobody knows whether it was understood.
  const dead = command === 'RCPT TO' && !isForeign(to) && isDeadMailbox(recipient('', { text: smtp }))
  return { outcome: 'failed', smtp, ...(dead && { noSuchMailbox: true }) }
}

function words(smtp: string): string {
  return cleanText(smtp).slice(0, 500)
}
