import { setTimeout as delay } from 'node:timers/promises'
import type { Logger, Metrics, Settings } from '@podatelna/runtime'
import type { Store } from '@podatelna/store'
import { type Attempt, afterAnswer, type Due, recordAttempt, takeDue } from './attempts.ts'
import { feedWebhooks } from './feed.ts'
import { messageOf } from './message.ts'
import { openPosting, type Posting } from './request.ts'
import { signatures } from './secret.ts'
import { openTargets } from './target.ts'
import { tidyWebhooks } from './tidy.ts'

const roundEveryMs = 500
const tidyEveryMs = 60_000
const patienceAtCloseMs = 10_000

type Parts = {
  store: Store
  settings: Pick<Settings, 'WEBHOOK_NETWORKS' | 'PUBLIC_URL'>
  /** SECRET_KEYS. */
  keys: readonly string[]
  log: Logger
  metrics: Metrics
}

/** Tells webhooks what happens to tickets. Any number of processes may. */
export function startWebhooks(parts: Parts): { close(): Promise<void> } {
  return new WebhookPost(parts)
}

class WebhookPost {
  readonly #parts: Parts
  readonly #posting: Posting
  readonly #stopping = new AbortController()
  /** Each with its webhook. */
  readonly #inHand = new Map<string, string>()
  readonly #sending = new Set<Promise<void>>()
  readonly #rounds: Promise<void>
  #wake: (() => void) | undefined
  #feedAt = 0
  #tidyAt = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#posting = openPosting(openTargets(parts.settings.WEBHOOK_NETWORKS))
    this.#rounds = this.#goRound()
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#rounds
    // What is cut off here is told again, under the same id, when its lease has run out.
    await Promise.race([Promise.all(this.#sending), delay(patienceAtCloseMs, undefined, { ref: false })])
    this.#posting.close()
  }

  async #goRound(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.#feed()
        const taken = await takeDue(this.#parts.store, this.#inHand)
        for (const delivery of taken) this.#track(delivery)
      } catch (error) {
        this.#parts.log.warn({ cause: String(error) }, 'webhooks cannot be looked at now')
      }
      await this.#pause()
    }
  }

  async #feed(): Promise<void> {
    const now = performance.now()
    if (now < this.#feedAt) return
    const more = await feedWebhooks(this.#parts.store)
    this.#feedAt = more ? 0 : now + roundEveryMs
    if (now < this.#tidyAt) return
    this.#tidyAt = now + tidyEveryMs
    await tidyWebhooks(this.#parts.store)
  }

  #track(delivery: Due): void {
    this.#inHand.set(delivery.id, delivery.webhook.id)
    const sending = this.#send(delivery).finally(() => {
      this.#inHand.delete(delivery.id)
      this.#sending.delete(sending)
      // There is room again, for what a round may have had to leave.
      this.#wake?.()
    })
    this.#sending.add(sending)
  }

  async #send(delivery: Due): Promise<void> {
    const { log, metrics } = this.#parts
    const attempt = afterAnswer(delivery, await this.#posting.post(delivery.url, this.#sign(delivery)))
    const { outcome, status } = attempt
    metrics.webhooks.inc({ outcome })
    const level = outcome === 'failed' ? 'warn' : 'debug'
    log[level]({ webhook: delivery.webhook.id, delivery: delivery.id, outcome, status }, 'webhook')
    if (attempt.disable) log.warn({ webhook: delivery.webhook.id }, 'a webhook was disabled')
    await this.#record(attempt)
  }

  #sign({ id, webhook, told }: Due): { headers: Record<string, string>; body: string } {
    const { PUBLIC_URL } = this.#parts.settings
    const body = JSON.stringify(messageOf(told, PUBLIC_URL))
    const at = Math.floor(Date.now() / 1_000)
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': `Podatelna (${PUBLIC_URL})`,
        'webhook-id': id,
        'webhook-timestamp': String(at),
        'webhook-signature': signatures(this.#parts.keys, webhook, { id, at, body }),
      },
    }
  }

  async #record(attempt: Attempt): Promise<void> {
    for (;;) {
      try {
        return await recordAttempt(this.#parts.store, attempt)
      } catch (error) {
        this.#parts.log.warn({ cause: String(error) }, 'what became of a webhook cannot be written down yet')
        if (this.#stopping.signal.aborted) return
        await delay(roundEveryMs)
      }
    }
  }

  async #pause(): Promise<void> {
    const woken = new Promise<void>((done) => {
      this.#wake = done
    })
    const { signal } = this.#stopping
    const wait = this.#feedAt === 0 ? 0 : roundEveryMs
    await Promise.race([woken, delay(wait, undefined, { signal, ref: false }).catch(() => {})])
  }
}
