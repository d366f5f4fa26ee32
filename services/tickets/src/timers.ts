import { setTimeout as delay } from 'node:timers/promises'
import { expireLetters, resumeErasures } from '@podatelna/admission'
import type { App, Service } from '@podatelna/process'
import { type Clamd, deriveAgain, passTime, tidyContents } from '@podatelna/ticketing'
import { scanner } from './scanner.ts'

/** Files that one process has scanned at a time: a large archive does not keep the others waiting. */
const lanes = 3

/**
 * What time alone brings about. Any number of processes may have these timers: each takes rows that no other has in
 * hand. The first rounds are at the start, and catch up with what was missed while none ran.
 */
export function startTimers({
  store,
  bus,
  reader,
  log,
  settings,
  metrics,
}: Pick<App, 'store' | 'bus' | 'reader' | 'log' | 'settings' | 'metrics'>): Service {
  const stopping = new AbortController()
  const { signal } = stopping
  const repeat = async (everyMs: number, what: string, round: () => Promise<void>) => {
    while (!signal.aborted) {
      await round().catch((error) => log.warn({ cause: String(error) }, `${what} now`))
      await delay(everyMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const scanning = (clamd: Clamd) => {
    const scan = scanner({ store, log, metrics }, clamd, signal)
    return Array.from({ length: lanes }, () => repeat(1_000, 'attachments cannot be scanned', scan))
  }
  const rounds = [
    repeat(60_000, 'letters cannot expire', () => expireLetters(store)),
    repeat(60_000, 'messages cannot be derived again', () => deriveAgain({ store, reader }, signal)),
    repeat(60_000, 'erasures cannot be finished', () => resumeErasures({ store, bus })),
    repeat(3_600_000, 'contents cannot be tidied', () => tidyContents(store)),
    // Tickets close and return to the second; looking costs an index scan that finds nothing.
    repeat(1_000, 'tickets cannot move', () => passTime(store)),
    ...(settings.CLAMD ? scanning(settings.CLAMD) : []),
  ]
  return {
    async close() {
      stopping.abort()
      await Promise.all(rounds)
    },
  }
}
