import { setTimeout as delay } from 'node:timers/promises'
import { type Envelope, type Subscription, subscriptions } from '@podatelna/contracts'
import type { Logger } from '@podatelna/runtime'
import { newId } from '@podatelna/store'
import amqp, { type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage, type Options } from 'amqplib'
import { z } from 'zod'
import { concurrency, crashLimit, type Receiver, type Transport } from './transport.ts'

/**
 * Carries events over RabbitMQ: a durable topic exchange, a quorum queue per consumer, a dead-letter queue beside each.
 * Every process declares the whole topology, so services start in any order. Connects and reconnects by itself; while
 * the broker is away `send` rejects and letters wait in the outbox.
 */
export function rabbitTransport(options: { url: string; namespace: string; log: Logger }): Transport {
  return new RabbitTransport(options.url, options.namespace, options.log)
}

/** Every queue that a process declares: one a consumer, and its dead-letter queue. */
export function queueNames(namespace: string): string[] {
  return Object.values(subscriptions).flatMap((subscription) => {
    const queue = queueName(namespace, subscription)
    return [queue, deadQueueName(queue)]
  })
}

function queueName(namespace: string, { consumer }: Subscription): string {
  return `${namespace}.${consumer}`
}

function deadQueueName(queue: string): string {
  return `${queue}.dead`
}

class RabbitTransport implements Transport {
  readonly #url: string
  readonly #namespace: string
  readonly #log: Logger
  readonly #consumers: { subscription: Subscription; receiver: Receiver }[] = []
  readonly #returned = new Set<string>()
  readonly #stopping = new AbortController()
  #connection: ChannelModel | undefined
  #publishing: ConfirmChannel | undefined
  #consuming: { channel: Channel; tag: string }[] = []
  #running = 0
  #whenDrained: (() => void)[] = []
  readonly #connected: Promise<void>

  constructor(url: string, namespace: string, log: Logger) {
    this.#url = url
    this.#namespace = namespace
    this.#log = log
    this.#connected = this.#connect()
  }

  isUp(): boolean {
    return this.#publishing !== undefined
  }

  room(): number {
    return this.isUp() ? Number.POSITIVE_INFINITY : 0
  }

  async send(event: Envelope): Promise<void> {
    const channel = this.#publishing
    if (!channel) throw new Error('RabbitMQ is away')
    const options: Options.Publish = {
      persistent: true,
      // Returned to us when no queue is bound, instead of vanishing behind a confirm.
      mandatory: true,
      messageId: event.id,
      type: event.name,
      contentType: 'application/json',
    }
    const body = Buffer.from(JSON.stringify(event.payload))
    await new Promise<void>((done, fail) => {
      channel.publish(this.#exchange, event.name, body, options, (error: unknown) => (error ? fail(error) : done()))
    })
    if (this.#returned.delete(event.id)) throw new Error(`no queue is bound for ${event.name}`)
  }

  /** Reads the queue from now on, or from when the broker is there. */
  async consume(subscription: Subscription, receiver: Receiver): Promise<void> {
    this.#consumers.push({ subscription, receiver })
    if (this.#connection) await this.#read(this.#connection, subscription, receiver)
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    for (const { channel, tag } of this.#consuming) await channel.cancel(tag).catch(() => {})
    if (this.#running > 0) await new Promise<void>((done) => this.#whenDrained.push(done))
    this.#publishing = undefined
    await this.#connection?.close().catch(() => {})
    await this.#connected
  }

  async #connect(): Promise<void> {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt++) {
      try {
        await this.#connectOnce()
        return
      } catch (error) {
        if (attempt % 10 === 0) this.#log.warn({ cause: String(error) }, 'RabbitMQ cannot be reached; trying on')
        const pause = Math.min(200 * 2 ** attempt, 3_000)
        await delay(pause, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => {})
      }
    }
  }

  async #connectOnce(): Promise<void> {
    // Without noDelay a single confirmed publish waits 40 ms for Nagle and delayed ACK.
    const connection = await amqp.connect(this.#url, { noDelay: true, timeout: 5_000 })
    let closed = false
    connection.on('error', (error: Error) => this.#log.warn({ cause: error.message }, 'RabbitMQ connection failed'))
    connection.once('close', () => {
      closed = true
      this.#lost(connection)
    })
    try {
      await this.#declareTopology(connection)
      const publishing = await connection.createConfirmChannel()
      this.#reconnectWhenClosed(connection, publishing, 'publishing')
      publishing.on('return', (message: { properties: { messageId: string } }) =>
        this.#returned.add(message.properties.messageId),
      )
      for (const { subscription, receiver } of this.#consumers) await this.#read(connection, subscription, receiver)
      if (closed) throw new Error('closed while connecting')
      this.#connection = connection
      this.#publishing = publishing
    } catch (error) {
      await connection.close().catch(() => {})
      throw error
    }
    this.#log.info('connected to RabbitMQ')
  }

  #lost(connection: ChannelModel): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#publishing = undefined
    this.#consuming = []
    if (this.#stopping.signal.aborted) return
    this.#log.warn('lost RabbitMQ; letters are still taken and wait in the outbox')
    void this.#connect()
  }

  get #exchange(): string {
    return `${this.#namespace}.events`
  }

  get #deadExchange(): string {
    return `${this.#namespace}.dead`
  }

  #queue(subscription: Subscription): string {
    return queueName(this.#namespace, subscription)
  }

  async #declareTopology(connection: ChannelModel): Promise<void> {
    const channel = await connection.createChannel()
    channel.on('error', () => {})
    await channel.assertExchange(this.#exchange, 'topic', { durable: true })
    await channel.assertExchange(this.#deadExchange, 'direct', { durable: true })
    for (const subscription of Object.values(subscriptions)) {
      const queue = this.#queue(subscription)
      await this.#declareQueue(connection, deadQueueName(queue), { 'x-queue-type': 'quorum' })
      await channel.bindQueue(deadQueueName(queue), this.#deadExchange, queue)
      await this.#declareQueue(connection, queue, {
        'x-queue-type': 'quorum',
        'x-delivery-limit': crashLimit,
        'x-dead-letter-exchange': this.#deadExchange,
        'x-dead-letter-routing-key': queue,
        'x-dead-letter-strategy': 'at-least-once',
        // At-least-once dead-lettering needs it (RabbitMQ, "Quorum Queues").
        'x-overflow': 'reject-publish',
      })
      for (const event of subscription.events) await channel.bindQueue(queue, this.#exchange, event.name)
    }
    await channel.close()
  }

  /** A queue that an older version declared with other arguments is used as it is: it may hold letters. */
  async #declareQueue(connection: ChannelModel, name: string, args: Record<string, unknown>): Promise<void> {
    const channel = await connection.createChannel()
    channel.on('error', () => {})
    try {
      await channel.assertQueue(name, { durable: true, arguments: args })
      await channel.close()
    } catch (error) {
      if ((error as { code?: number }).code !== 406) throw error
      this.#log.warn({ queue: name }, 'the queue has the arguments of an older version; using it as it is')
    }
  }

  async #read(connection: ChannelModel, subscription: Subscription, receiver: Receiver): Promise<void> {
    const queue = this.#queue(subscription)
    await this.#readQueue(connection, queue, (event) => receiver.handle(event))
    await this.#readQueue(connection, deadQueueName(queue), (event) =>
      receiver.bury(event, `handed out more than ${crashLimit} times without being finished`),
    )
  }

  async #readQueue(connection: ChannelModel, queue: string, take: (event: Envelope) => Promise<void>): Promise<void> {
    const channel = await connection.createChannel()
    this.#reconnectWhenClosed(connection, channel, queue)
    await channel.prefetch(concurrency)
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message) void this.#take(channel, message, take)
      // The broker ends a consumer whose queue was deleted; connecting anew declares it again.
      else connection.close().catch(() => {})
    })
    this.#consuming.push({ channel, tag: consumerTag })
  }

  /**
   * The broker closes a channel for one wrong word: a consumer that holds a message for half an hour, an exchange that
   * somebody deleted. Connecting anew declares everything and goes on.
   */
  #reconnectWhenClosed(connection: ChannelModel, channel: Channel, purpose: string): void {
    channel.on('error', (error: Error) =>
      this.#log.warn({ purpose, cause: error.message }, 'RabbitMQ closed a channel'),
    )
    channel.once('close', () => {
      if (!this.#stopping.signal.aborted) connection.close().catch(() => {})
    })
  }

  async #take(channel: Channel, message: ConsumeMessage, take: (event: Envelope) => Promise<void>): Promise<void> {
    this.#running++
    try {
      await take(readEvent(message))
      settle(() => channel.ack(message))
    } catch {
      settle(() => channel.nack(message, false, true))
    } finally {
      this.#running--
      if (this.#running === 0) for (const done of this.#whenDrained.splice(0)) done()
    }
  }
}

/** What is not an event of ours becomes one nobody knows, and is buried with its bytes instead of going in circles. */
function readEvent(message: ConsumeMessage): Envelope {
  const { messageId, type } = message.properties
  try {
    const event = { id: z.uuid().parse(messageId), name: z.string().parse(type) }
    return { ...event, payload: JSON.parse(message.content.toString(), refuseNul) }
  } catch {
    return { id: newId(), name: 'unreadable', payload: { base64: message.content.toString('base64') } }
  }
}

/** PostgreSQL's JSON has no NUL: such an event could neither be dealt with nor buried. */
function refuseNul(key: string, value: unknown): unknown {
  if (key.includes('\0') || (typeof value === 'string' && value.includes('\0'))) throw new Error('NUL')
  return value
}

/** A channel that closed meanwhile has already given its messages back; settling them then throws. */
function settle(act: () => void): void {
  try {
    act()
  } catch {}
}
