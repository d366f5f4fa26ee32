import { setTimeout as delay } from 'node:timers/promises'
import type { Logger, Metrics } from '@podatelna/runtime'
import type { Store } from '@podatelna/store'
import { type Attempt, afterAnswer, type Due, recordAttempt, takeDue } from './attempts.ts'
import type { Provider } from './provider.ts'
import { tidyTexts } from './receipts.ts'

/** Longer than any attempt: three parts, each waited for 30 seconds, after a connection that took as long. */
const leaseSeconds = 180
/** A message centre may let in fewer of our processes than there are: those outside wait whether one inside takes a text. */
const standBackSeconds = 10
const atATime = 8
const roundEveryMs = 1_000
const tidyEveryMs = 60_000
const patienceAtCloseMs = 10_000

type Parts = { store: Store; provider: Provider; timeZone: string; log: Logger; metrics: Metrics }

/** Looks every second for texts that are due, and gives them to the provider. Any number of processes may. */
export function startTextPost(parts: Parts): { close(): Promise<void> } {
  return new TextPost(parts)
}

class TextPost {
  readonly #parts: Parts
  readonly #stopping = new AbortController()
  readonly #rounds: Promise<void>
  readonly #inHand = new Map<string, Promise<void>>()
  #restUntil = 0
  #tidyAt = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#rounds = this.#goRound()
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#rounds
    // What is cut off here counts as unclear, and is tried once more when its lease has run out.
    await Promise.race([Promise.all(this.#inHand.values()), delay(patienceAtCloseMs, undefined, { ref: false })])
    await this.#parts.provider.close()
  }

  async #goRound(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.#takeDue()
        await this.#tidy()
      } catch (error) {
        this.#parts.log.warn({ cause: String(error) }, 'texts cannot be looked at now')
      }
      await delay(roundEveryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  async #takeDue(): Promise<void> {
    const limit = atATime - this.#inHand.size
    if (limit <= 0 || performance.now() < this.#restUntil) return
    const { store, provider, timeZone } = this.#parts
    const leave = provider.isThere() ? 0 : standBackSeconds
    const due = await takeDue(store, { limit, inHand: [...this.#inHand.keys()], lease: leaseSeconds, leave, timeZone })
    for (const text of due) {
      this.#inHand.set(
        text.id,
        this.#send(text).finally(() => this.#inHand.delete(text.id)),
      )
    }
  }

  async #send(text: Due): Promise<void> {
    const { provider, log, metrics } = this.#parts
    const answer = await provider.send(text)
    if (answer.rest) this.#restUntil = performance.now() + answer.rest * 1_000
    const attempt = afterAnswer(text, answer)
    metrics.texts.inc({ outcome: attempt.outcome })
    const level = attempt.state === 'failed' || attempt.state === 'expired' ? 'warn' : 'debug'
    log[level]({ text: text.id, outcome: attempt.outcome, attempt: text.attempts + 1 }, 'text')
    await this.#record(attempt)
  }

  async #record(attempt: Attempt): Promise<void> {
    for (;;) {
      try {
        return await recordAttempt(this.#parts.store, attempt)
      } catch (error) {
        this.#parts.log.warn({ cause: String(error) }, 'what became of a text cannot be written down yet')
        if (this.#stopping.signal.aborted) return
        await delay(roundEveryMs)
      }
    }
  }

  async #tidy(): Promise<void> {
    if (performance.now() < this.#tidyAt) return
    this.#tidyAt = performance.now() + tidyEveryMs
    await tidyTexts(this.#parts.store)
  }
}
