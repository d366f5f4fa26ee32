/**
 * What a peer may take of us: connections, errors, commands, guesses at addresses. Counting only; smtp-door.ts acts. Our
 * own relays speak for the whole world, so of these only the overall number of connections holds for them.
 */
import { isIPv6 } from 'node:net'

/** Connections at a time, overall and per peer. */
export class Connections {
  readonly #most: number
  readonly #mostPerPeer: number
  readonly #perPeer = new Map<string, number>()
  #all = 0

  constructor(most: number, mostPerPeer: number) {
    this.#most = most
    this.#mostPerPeer = mostPerPeer
  }

  get full(): boolean {
    return this.#all >= this.#most
  }

  /** @returns what counts the connection off again; undefined when the peer already has all it may have */
  enter(address: string, relay: boolean): (() => void) | undefined {
    const peer = neighbourhood(address)
    const mine = this.#perPeer.get(peer) ?? 0
    if (!relay && mine >= this.#mostPerPeer) return undefined
    this.#all++
    this.#perPeer.set(peer, mine + 1)
    return () => this.#leave(peer)
  }

  #leave(peer: string): void {
    this.#all--
    const left = this.#perPeer.get(peer)! - 1
    if (left > 0) this.#perPeer.set(peer, left)
    else this.#perPeer.delete(peer)
  }
}

/** Errors and commands of one session since the last letter that was taken. */
export class Patience {
  readonly #mostErrors: number
  readonly #mostCommands: number
  #errors = 0
  #commands = 0

  constructor(mostErrors: number, mostCommands: number) {
    this.#mostErrors = mostErrors
    this.#mostCommands = mostCommands
  }

  /** Counts one reply of ours. @returns why this was the last one, if it was */
  answered(code: number): LastWord | undefined {
    this.#commands++
    if (code >= 400) this.#errors++
    if (this.#errors >= this.#mostErrors) return tooManyErrors
    return this.#commands >= this.#mostCommands ? tooManyCommands : undefined
  }

  /** A letter was taken: whoever brings mail may also err. */
  restore(): void {
    this.#errors = 0
    this.#commands = 0
  }
}

/** Who asks for addresses that do not exist is looking for those that do: remembered for an hour, across sessions. */
export class Guesses {
  readonly #most: number
  readonly #perPeer = new Map<string, { count: number; since: number }>()

  constructor(most: number) {
    this.#most = most
  }

  note(address: string, now: number): void {
    const peer = neighbourhood(address)
    const known = this.#recent(peer, now)
    if (known) known.count++
    else this.#remember(peer, now)
  }

  tooMany(address: string, now: number): boolean {
    return (this.#recent(neighbourhood(address), now)?.count ?? 0) >= this.#most
  }

  #recent(peer: string, now: number) {
    const known = this.#perPeer.get(peer)
    return known && now - known.since < anHour ? known : undefined
  }

  /** A map keeps its order: the first one is the oldest. */
  #remember(peer: string, now: number): void {
    this.#perPeer.delete(peer)
    this.#perPeer.set(peer, { count: 1, since: now })
    if (this.#perPeer.size > peersRemembered) this.#perPeer.delete(this.#perPeer.keys().next().value!)
  }
}

/** Whom an address stands for: with IPv6 one customer commonly has a whole /64 (RFC 6177 §2). */
export function neighbourhood(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail = ''] = address.split('%')[0]!.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0')
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}

const anHour = 3_600_000
const peersRemembered = 20_000

/** What the peer is told last, and the word for it in the metric. */
export type LastWord = { code: 421; text: string; reason: string }

function lastWord(reason: string, text: string): LastWord {
  return { code: 421, text, reason }
}

export const tooManyConnections = lastWord('connections', '4.3.2 Too many connections; please try again shortly')
export const tooManyOfYours = lastWord('connections of one peer', '4.7.0 Too many connections from your address')
export const tooManyGuesses = lastWord('unknown recipients', '4.7.0 Too many recipients that do not exist here')
export const tooSlow = lastWord('time', '4.4.2 No letter came in the time that one may take')
const tooManyErrors = lastWord('errors', '4.7.0 Too many errors')
const tooManyCommands = lastWord('commands', '4.7.0 Too many commands without a letter')
