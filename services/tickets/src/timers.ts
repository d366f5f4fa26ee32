import { setTimeout as delay } from 'node:timers/promises'
import { expireLetters } from '@podatelna/admission'
import type { App, Service } from '@podatelna/process'

const roundEveryMs = 60_000

/**
 * What time alone brings about. Any number of processes may have these timers: each takes rows that no other has in
 * hand. The first round is at the start, and catches up with what was missed while none ran.
 */
export function startTimers({ store, log }: Pick<App, 'store' | 'log'>): Service {
  const stopping = new AbortController()
  const { signal } = stopping
  const goRound = async () => {
    while (!signal.aborted) {
      await expireLetters(store).catch((error) => log.warn({ cause: String(error) }, 'letters cannot expire now'))
      await delay(roundEveryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const rounds = goRound()
  return {
    async close() {
      stopping.abort()
      await rounds
    },
  }
}
