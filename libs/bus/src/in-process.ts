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
    room: () => (open ? Math.min(...queues.map((queue) => queue.room())) : 0),
    async close() {
      open = false
      await Promise.all(queues.map((queue) => queue.close()))
    },
  }
}

class Queue {
  readonly subscription: Subscription
  readonly #receiver: Receiver
  readonly #waiting: { go(): void; leave(reason: Error): void }[] = []
  #running = 0
  #whenDrained: (() => void)[] = []

  constructor(subscription: Subscription, receiver: Receiver) {
    this.subscription = subscription
    this.#receiver = receiver
  }

  room(): number {
    return queueLimit - this.#waiting.length
  }

  async push(event: Envelope, attempts: number): Promise<void> {
    if (this.room() <= 0) throw new Error(`${this.subscription.consumer} is too far behind`)
    if (this.#running < concurrency) this.#running++
    else await new Promise<void>((go, leave) => this.#waiting.push({ go, leave }))
    try {
      if (attempts > crashLimit) await this.#receiver.bury(event, `handed out ${attempts} times without being finished`)
      else await this.#receiver.handle(event)
    } finally {
      this.#makeWay()
    }
  }

  /** What waits stays in the outbox; what runs is waited for. */
  async close(): Promise<void> {
    for (const { leave } of this.#waiting.splice(0)) leave(new Error('the process is stopping'))
    if (this.#running > 0) await new Promise<void>((done) => this.#whenDrained.push(done))
  }

  /** The next in line takes over the place, so that nobody else can slip in between. */
  #makeWay(): void {
    const next = this.#waiting.shift()
    if (next) return next.go()
    this.#running--
    if (this.#running === 0) for (const done of this.#whenDrained.splice(0)) done()
  }
}
