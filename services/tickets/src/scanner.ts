import type { App } from '@podatelna/process'
import { type Clamd, clamdVersion, scanContents } from '@podatelna/ticketing'

/** A scanner that is away is asked again after 1, 2, 4 … 60 seconds. */
const longestPauseMs = 60_000

/** A round of scanning, for several to take in turns. That clamd is away, or back, is said once and by the metric. */
export function scanner(
  { store, log, metrics }: Pick<App, 'store' | 'log' | 'metrics'>,
  clamd: Clamd,
  signal: AbortSignal,
): () => Promise<void> {
  let pauseMs = 0
  let until = 0

  return async () => {
    if (performance.now() < until) return
    const { done, away } = await scanContents(store, clamd, signal)
    if (signal.aborted) return
    // What waited may have been scanned by another process.
    if (pauseMs > 0 && away === undefined && (done > 0 || (await answers(clamd)))) isBack()
    if (away !== undefined && performance.now() >= until) isAway(away)
  }

  function isAway(cause: string): void {
    if (pauseMs === 0) log.warn({ cause }, 'clamd is away; attachments wait for it')
    metrics.scannerAway.set(1)
    pauseMs = Math.min(longestPauseMs, pauseMs === 0 ? 1_000 : pauseMs * 2)
    until = performance.now() + pauseMs
  }

  function isBack(): void {
    if (pauseMs > 0) log.warn('clamd is back')
    metrics.scannerAway.set(0)
    pauseMs = 0
  }
}

function answers(clamd: Clamd): Promise<boolean> {
  return clamdVersion(clamd).then(
    () => true,
    () => false,
  )
}
