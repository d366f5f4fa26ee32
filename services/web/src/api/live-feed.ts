import { setTimeout as delay } from 'node:timers/promises'
import type { WebSocket } from '@fastify/websocket'
import type { App } from '@podatelna/process'
import { eventsAfter, presentMoment } from '@podatelna/ticketing'
import { notAPlace, showEvent } from './events.ts'

const lookEveryMs = 250
const atOnce = 200
/** A reader that is so far behind is sent away; it comes back and resumes. Bytes. */
const patience = 4 * 1024 * 1024

/** Tells everybody who listens; while nobody does, the database is not asked. */
export class LiveFeed {
  readonly #app: Pick<App, 'store' | 'log'>
  readonly #listeners = new Map<WebSocket, string>()
  readonly #stopping = new AbortController()
  #looking: Promise<void> | undefined

  constructor(app: Pick<App, 'store' | 'log'>) {
    this.#app = app
  }

  /** @param after absent: from now on */
  async follow(socket: WebSocket, after?: string): Promise<void> {
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.#listeners.delete(socket))
    try {
      const place = after ?? (await presentMoment(this.#app.store))
      if ((await eventsAfter(this.#app.store, place, 1)) === undefined) return socket.close(1008, notAPlace)
      if (socket.readyState !== socket.OPEN) return
      this.#listeners.set(socket, place)
    } catch (error) {
      this.#app.log.warn({ cause: String(error) }, 'nobody can follow the events now')
      return socket.close(1013, 'The database does not answer. Please come back in a moment.')
    }
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    for (const socket of this.#listeners.keys()) socket.close(1001, 'Shutting down.')
    await this.#looking
  }

  async #look(): Promise<void> {
    const { signal } = this.#stopping
    while (this.#listeners.size > 0 && !signal.aborted) {
      try {
        // Those who are at the same place, usually all of them, are served by one question.
        const places = Map.groupBy(this.#listeners, ([, place]) => place)
        for (const [place, listeners] of places)
          await this.#tell(
            place,
            listeners.map(([socket]) => socket),
          )
      } catch (error) {
        this.#app.log.warn({ cause: String(error) }, 'events cannot be told now')
      }
      await delay(lookEveryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  async #tell(place: string, sockets: WebSocket[]): Promise<void> {
    const events = (await eventsAfter(this.#app.store, place, atOnce)) ?? []
    const last = events.at(-1)
    if (!last) return
    const lines = events.map((event) => JSON.stringify(showEvent(event)))
    for (const socket of sockets) {
      if (socket.bufferedAmount > patience) socket.close(1013, 'Too far behind. Please come back and resume.')
      else for (const line of lines) socket.send(line)
      if (this.#listeners.has(socket)) this.#listeners.set(socket, last.after)
    }
  }
}
