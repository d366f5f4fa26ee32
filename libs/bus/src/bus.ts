import { setTimeout as delay } from 'node:timers/promises'
import type { Envelope, Subscription } from '@podatelna/contracts'
import type { Logger, Metrics } from '@podatelna/runtime'
import { type Database, isDatabaseAway, Prisma, type Store } from '@podatelna/store'
import { inProcessTransport } from './in-process.ts'
import { rabbitTransport } from './rabbitmq.ts'
import type { Transport } from './transport.ts'

/** How a step went. Whoever saw the failure chooses. */
export type Outcome = 'done' | { retry: string } | { reject: string }

export type Consumer = {
  subscription: Subscription
  /** Deals with one event in one commit of its own, inbox row included. May be called twice with the same event. */
  handle(event: Envelope): Promise<Outcome>
  /** What has to be written when the event is given up, in the same commit as its burial. */
  abandon?(event: Envelope, reason: string, database: Database): Promise<void>
}

export type Bus = {
  /** Publishes events that are committed in the outbox. Never rejects: what is not taken now, the sweeper brings. */
  publish(events: Envelope[]): void
  consume(consumer: Consumer): Promise<void>
  /** Rejects while the transport is away. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Tries of one event before it is buried, when the database is there and the step still fails. */
const triesBeforeBurial = 8
/** Tries of what belongs to a burial; an event must be buried even when that cannot be done. */
const abandonTries = 3
const sweepEveryMs = 1_000
const sweepLimit = 500
/** How long a taken event's outbox row may wait for others to be deleted with. */
const lingerMs = 20

export function openBus(options: {
  store: Store
  log: Logger
  metrics: Metrics
  /** RabbitMQ; absent for events that stay within the process. */
  amqpUrl: string | undefined
  namespace: string
}): Bus {
  const { amqpUrl, namespace, log } = options
  const transport = amqpUrl ? rabbitTransport({ url: amqpUrl, namespace, log }) : inProcessTransport()
  return new OutboxBus(options.store, transport, log, options.metrics)
}

class OutboxBus implements Bus {
  readonly #store: Store
  readonly #transport: Transport
  readonly #log: Logger
  readonly #metrics: Metrics
  readonly #stopping = new AbortController()
  /** Events this process is sending: the sweeper leaves them alone. */
  readonly #sending = new Set<string>()
  #taken: string[] = []
  #forgetting: Promise<void> | undefined
  #nextForgetting = 0
  readonly #sweeping: Promise<void>

  constructor(store: Store, transport: Transport, log: Logger, metrics: Metrics) {
    this.#store = store
    this.#transport = transport
    this.#log = log
    this.#metrics = metrics
    this.#sweeping = this.#sweepForever()
  }

  publish(events: Envelope[]): void {
    for (const event of events) void this.#send(event, 0)
  }

  consume(consumer: Consumer): Promise<void> {
    return this.#transport.consume(consumer.subscription, {
      handle: (event) => this.#handle(consumer, event),
      bury: (event, reason) => this.#bury(consumer, event, reason),
    })
  }

  async ping(): Promise<void> {
    if (!this.#transport.isUp()) throw new Error('the broker is away')
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#sweeping
    await this.#transport.close()
    await this.#forgetting
  }

  async #send(event: Envelope, attempts: number): Promise<void> {
    this.#sending.add(event.id)
    try {
      await this.#transport.send(event, attempts)
      this.#forget(event)
    } catch (error) {
      this.#log.debug({ event: event.id, name: event.name, cause: String(error) }, 'event stays in the outbox')
    } finally {
      this.#sending.delete(event.id)
    }
  }

  /** Deletes outbox rows in batches: one statement serves all events taken within a moment. */
  #forget(event: Envelope): void {
    this.#taken.push(event.id)
    this.#forgetting ??= this.#forgetTaken().finally(() => {
      this.#forgetting = undefined
    })
  }

  async #forgetTaken(): Promise<void> {
    while (this.#taken.length > 0) {
      await delay(lingerMs)
      const ids = this.#taken.splice(0)
      try {
        await this.#store.query(Prisma.sql`DELETE FROM outbox WHERE id = ANY(${ids}::uuid[])`)
      } catch (error) {
        // They will be published again, which is harmless.
        this.#log.debug({ cause: String(error) }, 'outbox rows not deleted')
      }
    }
  }

  async #sweepForever(): Promise<void> {
    const signal = this.#stopping.signal
    while (!signal.aborted) {
      await delay(sweepEveryMs, undefined, { signal, ref: false }).catch(() => {})
      const room = Math.min(this.#transport.room(), sweepLimit)
      if (signal.aborted || room <= 0) continue
      try {
        await this.#sweep(room)
        await this.#forgetOldDone()
      } catch (error) {
        this.#log.warn({ cause: String(error) }, 'the outbox cannot be swept now')
      }
    }
  }

  /** Publishes what its writer left behind: it died, or the transport was away. */
  async #sweep(room: number): Promise<void> {
    const left = await this.#store.query<Envelope & { attempts: number }>(Prisma.sql`
      UPDATE outbox SET attempts = attempts + 1, sweep_at = now() + interval '10 seconds'
      WHERE id IN (
        SELECT id FROM outbox WHERE sweep_at <= now() AND id <> ALL(${[...this.#sending]}::uuid[])
        ORDER BY sweep_at LIMIT ${room} FOR UPDATE SKIP LOCKED)
      RETURNING id, name, payload, attempts`)
    this.#metrics.outbox.set(left.length)
    for (const { attempts, ...event } of left) void this.#send(event, attempts)
  }

  /** No transport brings an event again after so long. */
  async #forgetOldDone(): Promise<void> {
    if (Date.now() < this.#nextForgetting) return
    this.#nextForgetting = Date.now() + 3_600_000
    await this.#store.query(Prisma.sql`DELETE FROM inbox WHERE done_at < now() - interval '30 days'`)
  }

  async #handle(consumer: Consumer, event: Envelope): Promise<void> {
    const name = consumer.subscription.consumer
    let tries = 0
    for (let round = 1; ; round++) {
      const { outcome, away } = await this.#try(consumer, event)
      if (outcome === 'done') {
        this.#metrics.events.inc({ consumer: name, outcome: 'done' })
        return
      }
      if ('reject' in outcome) return this.#bury(consumer, event, outcome.reject)
      // The database being away is nobody's fault: it is waited for, however long, and counts as no try.
      if (!away) tries++
      if (tries >= triesBeforeBurial) return this.#bury(consumer, event, outcome.retry)
      this.#metrics.events.inc({ consumer: name, outcome: 'retry' })
      this.#log.warn({ consumer: name, event: event.id, round, cause: outcome.retry }, 'step will be tried again')
      await this.#pause(round)
    }
  }

  async #try(consumer: Consumer, event: Envelope): Promise<{ outcome: Outcome; away?: boolean }> {
    const type = consumer.subscription.events.find((candidate) => candidate.name === event.name)
    const payload = type?.payload.safeParse(event.payload)
    if (!payload?.success) return { outcome: { reject: `${event.name} with a payload this version does not know` } }
    try {
      return { outcome: await consumer.handle({ ...event, payload: payload.data }) }
    } catch (error) {
      return { outcome: { retry: String(error) }, away: isDatabaseAway(error) }
    }
  }

  /** Nothing is dropped: a given-up event stays in dead_events, with its reason, until somebody replays it. */
  async #bury(consumer: Consumer, event: Envelope, reason: string): Promise<void> {
    const name = consumer.subscription.consumer
    let failures = 0
    for (let round = 1; ; round++) {
      try {
        await this.#store.prisma.$transaction(async (database) => {
          await database.$executeRaw`
            INSERT INTO dead_events (id, consumer, name, payload, reason)
            VALUES (${event.id}::uuid, ${name}, ${text(event.name)}, ${JSON.stringify(event.payload)}::jsonb, ${text(reason)})
            ON CONFLICT DO NOTHING`
          if (failures < abandonTries) await consumer.abandon?.(event, reason, database)
        })
        this.#metrics.events.inc({ consumer: name, outcome: 'dead' })
        this.#log.error({ consumer: name, event: event.id, reason }, 'event was given up; see dead_events')
        return
      } catch (error) {
        if (!isDatabaseAway(error)) failures++
        this.#log.warn({ consumer: name, event: event.id, cause: String(error) }, 'event cannot be buried yet')
        await this.#pause(round)
      }
    }
  }

  /** Waits before the next try, longer each time. Rejects when the process is stopping: the event is given back. */
  async #pause(round: number): Promise<void> {
    await delay(Math.min(50 * 2 ** round, 10_000), undefined, { signal: this.#stopping.signal })
  }
}

/** PostgreSQL's texts have no NUL, and what failed may well quote one. */
function text(words: string): string {
  return words.replaceAll('\0', '')
}
