import type { Envelope, Subscription } from '@podatelna/contracts'

/**
 * What carries events between services. Two of them: RabbitMQ, and this process's own memory. Both promise the same:
 * an event whose `send` resolved will reach every consumer at least once, or be buried with a reason.
 */
export type Transport = {
  /**
   * Resolves once somebody else is answerable for the event: the broker has it on disk, or, in one process, every
   * consumer has dealt with it. Rejects when nobody is; the event then stays in the outbox.
   *
   * @param attempts how often it was sent before, by this process or its dead predecessors
   */
  send(event: Envelope, attempts: number): Promise<void>
  consume(subscription: Subscription, receiver: Receiver): Promise<void>
  isUp(): boolean
  /** How many events it would take now. More are not handed out: each return of one counts against it (`crashLimit`). */
  room(): number
  /** Takes no further events, waits for those under way, lets go. */
  close(): Promise<void>
}

export type Receiver = {
  /** Deals with one event to the end. Rejects only when this process is stopping: somebody else will get it. */
  handle(event: Envelope): Promise<void>
  /** The transport has given up on an event: it was handed out too often without ever being dealt with. */
  bury(event: Envelope, reason: string): Promise<void>
}

/** How often an event may be handed out and come back because its process died, before it counts as the cause. */
export const crashLimit = 10

/** Events of one consumer that are handled at the same time. */
export const concurrency = 16
