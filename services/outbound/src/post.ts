import { setTimeout as delay } from 'node:timers/promises'
import type { Bus } from '@podatelna/bus'
import type { Logger, Metrics } from '@podatelna/runtime'
import type { Store } from '@podatelna/store'
import { type Attempt, afterAnswer, lease, type Outgoing, recordAttempts, takeDue, withdrawn } from './attempts.ts'
import type { Relay } from './relay.ts'

/** Sends deliveries, a few at a time; what it has no room for stays due in the table. */
export type Post = {
  /** For how long a delivery that is written from now on is this post's alone; 0 seconds when there is no room. */
  lease(): Lease
  /** Deliveries that were written with that lease. */
  take(deliveries: Outgoing[], lease: Lease): void
  close(): Promise<void>
}

/** Counted from before the statement that writes it: a database may take its time to answer. */
export type Lease = { seconds: number; since: number }

/** After a crash, deliveries wait this long for another process; what takes longer to send has its lease renewed. */
const leaseSeconds = 30
const roomFor = 100
const roundEveryMs = 1_000
/** How long the note of an attempt may wait for others to be written with. */
const lingerMs = 10
const patienceAtCloseMs = 10_000

export function openPost(parts: Parts): Post {
  return new RelayPost(parts)
}

type Parts = { store: Store; bus: Pick<Bus, 'publish'>; relay: Relay; log: Logger; metrics: Metrics }

class RelayPost implements Post {
  readonly #store: Store
  readonly #bus: Parts['bus']
  readonly #relay: Relay
  readonly #log: Logger
  readonly #metrics: Metrics
  readonly #stopping = new AbortController()
  readonly #rounds: Promise<void>
  /** Since when each delivery is ours; from its taking until its attempt is written down. */
  readonly #inHand = new Map<string, number>()
  #waiting: Outgoing[] = []
  readonly #sending = new Set<Promise<void>>()
  #attempts: Attempt[] = []
  #recording: Promise<void> | undefined
  /** There may be more that is due than there was room for: the next round begins as soon as there is. */
  #leftBehind = false
  #whenRoom: (() => void) | undefined

  constructor({ store, bus, relay, log, metrics }: Parts) {
    this.#store = store
    this.#bus = bus
    this.#relay = relay
    this.#log = log
    this.#metrics = metrics
    this.#rounds = this.#goRound()
  }

  lease(): Lease {
    const room = this.#room() > 0 && !this.#stopping.signal.aborted
    if (!room) this.#leftBehind = true
    return { seconds: room ? leaseSeconds : 0, since: performance.now() }
  }

  take(deliveries: Outgoing[], { since }: Lease): void {
    for (const delivery of deliveries) this.#inHand.set(delivery.id, since)
    this.#waiting.push(...deliveries)
    this.#sendNext()
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#rounds
    await this.#giveBack()
    const done = Promise.all(this.#sending).then(() => this.#recording)
    // What is cut off here goes again, with the same Message-ID, when its lease has run out.
    await Promise.race([done, delay(patienceAtCloseMs, undefined, { ref: false })])
    this.#relay.close()
  }

  #room(): number {
    return roomFor - this.#inHand.size
  }

  #sendNext(): void {
    while (this.#sending.size < this.#relay.connections && !this.#stopping.signal.aborted) {
      const delivery = this.#waiting.shift()
      if (!delivery) return
      // Waited too long: it stays in the table, where it is looked at again before it is sent.
      if (this.#lateFor(delivery.id)) this.#letGo(delivery.id)
      else this.#track(this.#send(delivery))
    }
  }

  #track(sending: Promise<void>): void {
    this.#sending.add(sending)
    void sending.then(() => {
      this.#sending.delete(sending)
      this.#sendNext()
    })
  }

  async #send(delivery: Outgoing): Promise<void> {
    const attempt = afterAnswer(delivery, await this.#relay.send(delivery))
    this.#metrics.deliveries.inc({ outcome: attempt.outcome })
    const level = attempt.outcome === 'failed' ? 'warn' : 'debug'
    this.#log[level]({ delivery: delivery.id, outcome: attempt.outcome, attempt: delivery.attempts + 1 }, 'delivery')
    this.#attempts.push(attempt)
    this.#recording ??= this.#record().finally(() => {
      this.#recording = undefined
    })
  }

  /** One statement serves all attempts that ended within a moment, or while the last one ran. */
  async #record(): Promise<void> {
    while (this.#attempts.length > 0) {
      await delay(lingerMs)
      const batch = this.#attempts.splice(0, roomFor)
      try {
        this.#bus.publish(await recordAttempts(this.#store, batch))
        for (const { id } of batch) this.#letGo(id)
      } catch (error) {
        this.#log.warn({ cause: String(error) }, 'attempts cannot be written down yet')
        if (this.#stopping.signal.aborted) return
        this.#attempts.unshift(...batch)
        await delay(roundEveryMs)
      }
    }
  }

  async #goRound(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#renewLeases()
        await this.#forgetWithdrawn()
        await this.#takeDue()
      } catch (error) {
        this.#log.warn({ cause: String(error) }, 'deliveries cannot be looked at now')
      }
      await this.#pause()
    }
  }

  async #renewLeases(): Promise<void> {
    const waiting = new Set(this.#waiting.map(({ id }) => id))
    const slow = [...this.#inHand.keys()].filter((id) => !waiting.has(id) && this.#lateFor(id))
    const since = performance.now()
    await lease(this.#store, slow, leaseSeconds)
    for (const id of slow) if (this.#inHand.has(id)) this.#inHand.set(id, since)
  }

  /** What was redacted or is kept back while it waits here is not sent any more. */
  async #forgetWithdrawn(): Promise<void> {
    if (this.#waiting.length === 0) return
    const ids = await withdrawn(
      this.#store,
      this.#waiting.map(({ id }) => id),
    )
    const gone = this.#waiting.filter(({ id }) => ids.has(id))
    this.#waiting = this.#waiting.filter(({ id }) => !ids.has(id))
    for (const { id } of gone) this.#letGo(id)
  }

  async #takeDue(): Promise<void> {
    const room = this.#room()
    if (room <= 0) return
    this.#leftBehind = false
    const lease = { seconds: leaseSeconds, since: performance.now() }
    const due = await takeDue(this.#store, room, [...this.#inHand.keys()], lease.seconds)
    this.take(
      due.filter((delivery) => delivery.allowed),
      lease,
    )
    this.#metrics.deliveries.inc({ outcome: 'suppressed' }, due.filter((delivery) => !delivery.allowed).length)
    if (due.length === room) this.#leftBehind = true
  }

  async #pause(): Promise<void> {
    const roomAgain = new Promise<void>((done) => {
      this.#whenRoom = done
    })
    const { signal } = this.#stopping
    await Promise.race([roomAgain, delay(roundEveryMs, undefined, { signal, ref: false }).catch(() => {})])
  }

  async #giveBack(): Promise<void> {
    const notStarted = this.#waiting.splice(0).map(({ id }) => id)
    const ours = notStarted.filter((id) => !this.#lateFor(id))
    for (const id of notStarted) this.#letGo(id)
    await lease(this.#store, ours, 0).catch((error) => this.#log.warn({ cause: String(error) }, 'leases stay'))
  }

  #letGo(id: string): void {
    this.#inHand.delete(id)
    if (this.#leftBehind && this.#room() >= roomFor / 2) this.#whenRoom?.()
  }

  /** Half of the lease has gone; soon somebody else may have it. */
  #lateFor(id: string): boolean {
    return performance.now() - (this.#inHand.get(id) ?? 0) > (leaseSeconds / 2) * 1000
  }
}
