import type { Envelope, Subscription } from '@podatelna/contracts'
import { concurrency, crashLimit, type Receiver, type Transport } from './transport.ts'

/** More than this waits in the outbox instead of in memory. */
const queueLimit = 10_000

/** Carries events within one process. The outbox row is deleted only after `send` resolved, so a crash loses nothing. */
export function inProcessTransport(): Transport {
  const queues: Queue[] = []
  let open = true
  return {
    async send(event, attempts) {
      if (!open) throw new Error('the process is stopping')
      const takers = queues.filter((queue) => queue.subscription.events.some((type) => type.name === event.name))
      if (takers.length === 0) throw new Error(`nobody consumes ${event.name} yet`)
      await Promise.all(takers.map((queue) => queue.push(event, attempts)))
    },
    async consume(subscription, receiver) {
      queues.push(new Queue(subscription, receiver))
    },
    isUp: () => open,
    async close() {
      open = false
      await Promise.all(queues.map((queue) => queue.drained()))
    },
  }
}

class Queue {
  readonly subscription: Subscription
  readonly #receiver: Receiver
  readonly #waiting: (() => void)[] = []
  #running = 0
  #whenDrained: (() => void)[] = []

  constructor(subscription: Subscription, receiver: Receiver) {
    this.subscription = subscription
    this.#receiver = receiver
  }

  async push(event: Envelope, attempts: number): Promise<void> {
    if (this.#waiting.length >= queueLimit) throw new Error(`${this.subscription.consumer} is too far behind`)
    if (this.#running >= concurrency) await new Promise<void>((go) => this.#waiting.push(go))
    this.#running++
    try {
      if (attempts > crashLimit) await this.#receiver.bury(event, `handed out ${attempts} times without being finished`)
      else await this.#receiver.handle(event)
    } finally {
      this.#running--
      this.#waiting.shift()?.()
      if (this.#running === 0 && this.#waiting.length === 0) for (const done of this.#whenDrained.splice(0)) done()
    }
  }

  async drained(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((done) => this.#whenDrained.push(done))
  }
}
