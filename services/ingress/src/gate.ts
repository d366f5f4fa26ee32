/** Before the first word: who connects, whether there is room for them, and whether they are one of ours. */
import type { Socket } from 'node:net'
import { type Metrics, type Networks, networks, type Settings } from '@podatelna/runtime'
import type { SMTPServer } from 'smtp-server'
import {
  type Connections,
  type Guesses,
  type LastWord,
  tooManyConnections,
  tooManyGuesses,
  tooManyOfYours,
} from './limits.ts'
import { readProxyHeader } from './proxy.ts'

/** One connection that was let in. */
export type Visit = { peer: string; relay: boolean; leave(): void }

export type Gate = {
  /** Under the id of their sessions. */
  visits: ReadonlyMap<string, Visit>
  leave(id: string): void
  close(): void
}

/**
 * Takes over accepting from the server, which knows addresses but no networks, PROXY version 1 but not 2, and a limit
 * overall but none per peer.
 */
export function openGate(server: SMTPServer, { settings, connections, guesses, relays, metrics }: Threshold): Gate {
  const visits = new Map<string, Visit>()
  const waiting = new Set<Socket>()
  const balancers = networks(settings.PROXY_FROM)
  let count = 0

  const arrive = async (socket: Socket) => {
    const peer = balancers.includes(socket.remoteAddress) ? await proxied(socket) : plain(socket.remoteAddress)
    if (peer !== undefined && !socket.destroyed) enter(socket, peer)
    else socket.destroy()
  }

  const proxied = async (socket: Socket) => {
    if (waiting.size >= settings.MAX_CONNECTIONS) return undefined
    waiting.add(socket)
    const header = await readProxyHeader(socket)
    waiting.delete(socket)
    return header && plain(header.address ?? socket.remoteAddress)
  }

  const enter = (socket: Socket, peer: string) => {
    const relay = relays.includes(peer)
    if (connections.full) return turnAway(socket, tooManyConnections)
    if (!relay && guesses.tooMany(peer, Date.now())) return turnAway(socket, tooManyGuesses)
    const leave = connections.enter(peer, relay)
    if (!leave) return turnAway(socket, tooManyOfYours)
    const id = `${++count}`
    visits.set(id, { peer, relay, leave })
    server.connect(socket, { id, remoteAddress: peer })
  }

  const turnAway = (socket: Socket, { code, text, reason }: LastWord) => {
    metrics.turnedAway.inc({ reason })
    socket.on('error', () => {})
    socket.write(`${code} ${text}\r\n`)
    socket.destroySoon()
  }

  server.server.removeAllListeners('connection').on('connection', (socket: Socket) => void arrive(socket))
  return {
    visits,
    leave: (id) => {
      visits.get(id)?.leave()
      visits.delete(id)
    },
    close: () => {
      for (const socket of waiting) socket.destroy()
    },
  }
}

/** What the gate looks at; `relays` are the peers that may speak for others at this door. */
export type Threshold = {
  settings: Settings
  connections: Connections
  guesses: Guesses
  relays: Networks
  metrics: Metrics
}

/** A listener on :: sees an IPv4 peer under its mapped address (RFC 4291 §2.5.5.2). */
function plain(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
