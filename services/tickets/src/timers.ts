import { setTimeout as delay } from 'node:timers/promises'
import { expireLetters } from '@podatelna/admission'
import type { App, Service } from '@podatelna/process'
import { type Clamd, passTime, scanContents, tidyContents } from '@podatelna/ticketing'

/**
 * What time alone brings about. Any number of processes may have these timers: each takes rows that no other has in
 * hand. The first rounds are at the start, and catch up with what was missed while none ran.
 */
export function startTimers({
  store,
  log,
  settings,
  metrics,
}: Pick<App, 'store' | 'log' | 'settings' | 'metrics'>): Service {
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
    repeat(3_600_000, 'contents cannot be tidied', () => tidyContents(store)),
    // Tickets close and return to the second; looking costs an index scan that finds nothing.
    repeat(1_000, 'tickets cannot move', () => passTime(store)),
    ...(settings.CLAMD
      ? [repeat(1_000, 'attachments cannot be scanned', scanner(settings.CLAMD, { store, log, metrics }))]
      : []),
  ]
  return {
    async close() {
      stopping.abort()
      await Promise.all(rounds)
    },
  }
}

/** That the scanner is away is said once, not every second. */
function scanner(clamd: Clamd, { store, log, metrics }: Pick<App, 'store' | 'log' | 'metrics'>) {
  let away: string | undefined
  return async () => {
    const before = away
    away = await scanContents(store, clamd)
    metrics.scannerAway.set(away === undefined ? 0 : 1)
    if (away !== before) log.warn({ cause: away }, away ? 'clamd is away; attachments wait for it' : 'clamd is back')
  }
}
