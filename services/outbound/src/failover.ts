import type { Answer, Relay } from './relay.ts'

/** One relay. `reach` says whether the letter came before it, so that nobody has it twice. */
export type OneRelay = {
  try(letter: Parameters<Relay['send']>[0]): Promise<{ answer: Answer; reach: Reach }>
  close(): void
}

/**
 * - `reached`: it answered to this letter, whatever it answered
 * - `away`: it took no connection, or refused us before the letter was begun
 * - `broke_off`: the connection ended, and nobody knows how far it came
 */
export type Reach = 'reached' | 'away' | 'broke_off'

/** So long a relay that was away or broke off is tried only when there is no other. */
const restMs = 30_000

/**
 * Several relays as one: the first that is there takes all letters. A relay's no to a letter is the answer; only one that
 * is away hands over to the next.
 */
export function failover(relays: OneRelay[], connections: number): Relay {
  const restsUntil = new Map<OneRelay, number>()
  const resting = (relay: OneRelay) => (restsUntil.get(relay) ?? 0) > performance.now()
  return {
    connections,
    async send(letter) {
      let last: Answer = { outcome: 'deferred', smtp: '' }
      for (const relay of [...relays].sort((a, b) => Number(resting(a)) - Number(resting(b)))) {
        const { answer, reach } = await relay.try(letter)
        if (reach === 'reached') restsUntil.delete(relay)
        else restsUntil.set(relay, performance.now() + restMs)
        if (reach !== 'away') return answer
        last = answer
      }
      return last
    },
    close() {
      for (const relay of relays) relay.close()
    },
  }
}
