import { setTimeout as delay } from 'node:timers/promises'
import { openClient } from '../world/client.ts'
import type { PreparedLetter } from './letters.ts'
import type { Processor, System } from './systems.ts'

export type Load = {
  /** Letters a second until the last one was dealt with completely, and until the last 250. */
  perSecond: number
  takenPerSecond: number
  /** Milliseconds of processor time for a letter. */
  processor: Processor
  /** Milliseconds: from the start of sending to 250, from 250 to the ticket, from 250 to the acknowledgement. */
  answer: number[]
  ticket: number[]
  acknowledgement: number[]
}

/** As fast as the system takes them: every connection sends its next letter as soon as the last was answered. */
export async function saturated(system: System, letters: PreparedLetter[], connections: number): Promise<Load> {
  return run(system, letters, connections, () => 0)
}

/** At a given rate, spread evenly. */
export async function paced(
  system: System,
  letters: PreparedLetter[],
  connections: number,
  perSecond: number,
): Promise<Load> {
  const started = Date.now()
  return run(system, letters, connections, (index) => started + (index / perSecond) * 1000 - Date.now())
}

async function run(
  system: System,
  letters: PreparedLetter[],
  connections: number,
  pause: (index: number) => number,
): Promise<Load> {
  const before = await system.done()
  const used = system.processor()
  const taken = new Map<string, number>()
  const answer: number[] = []
  let next = 0
  const started = Date.now()
  const lane = async () => {
    const client = await openClient({ port: system.port, helo: 'mx.acme.cz' })
    for (let index = next++; index < letters.length; index = next++) {
      const wait = pause(index)
      if (wait > 0) await delay(wait)
      const { id, raw, from } = letters[index]!
      const sent = performance.now()
      const { code, text } = await client.send(raw, { from, to: 'support@desk.test' })
      if (code !== 250) throw new Error(`A letter was answered ${code} ${text}`)
      answer.push(performance.now() - sent)
      taken.set(id, Date.now())
    }
    client.close()
  }
  await Promise.all(Array.from({ length: connections }, lane))
  const allTaken = Date.now()
  while ((await system.done()) < before + letters.length) await delay(20)
  const allDone = Date.now()
  const processor = system.processor()
  const perLetter = (what: keyof Processor) => (processor[what] - used[what]) / letters.length
  const since = (times: Map<string, number>) =>
    [...taken].flatMap(([id, at]) => (times.has(id) ? Math.max(0, times.get(id)! - at) : []))
  return {
    perSecond: (letters.length * 1000) / (allDone - started),
    takenPerSecond: (letters.length * 1000) / (allTaken - started),
    processor: { own: perLetter('own'), server: perLetter('server') },
    answer,
    ticket: since(await system.ticketTimes()),
    acknowledgement: since(await system.acknowledgementTimes()),
  }
}
