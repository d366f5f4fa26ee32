import { setTimeout as delay } from 'node:timers/promises'
import { expireLetters } from '@podatelna/admission'
import type { App, Service } from '@podatelna/process'
import { passTime } from '@podatelna/ticketing'

/**
 * What time alone brings about. Any number of processes may have these timers: each takes rows that no other has in
 * hand. The first rounds are at the start, and catch up with what was missed while none ran.
 */
export function startTimers({ store, log }: Pick<App, 'store' | 'log'>): Service {
  const stopping = new AbortController()
  const { signal } = stopping
  const repeat = async (everyMs: number, what: string, round: () => Promise<void>) => {
    while (!signal.aborted) {
      await round().catch((error) => log.warn({ cause: String(error) }, `${what} now`))
      await delay(everyMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const rounds = [
    repeat(60_000, 'letters cannot expire', () => expireLetters(store)),
    // Tickets close and return to the second; looking costs an index scan that finds nothing.
    repeat(1_000, 'tickets cannot move', () => passTime(store)),
  ]
  return {
    async close() {
      stopping.abort()
      await Promise.all(rounds)
    },
  }
}
