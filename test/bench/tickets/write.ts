/** What is written into a full desk and into an empty one, in turn, so that whatever else the machine does falls on both. */

import { seeded } from '../../world/random.ts'
import type { Directory } from './clients.ts'
import { type ApiDesk, type Env, openApiDesk } from './desk.ts'
import { type Answerable, answer, type MailDesk, openMailDesk, question } from './letters.ts'
import { ownTime, serverTime } from './processor.ts'
import type { Pair } from './report.ts'

type Both<Value> = { full: Value; empty: Value }
const sides = ['full', 'empty'] as const

/** First rounds that do not count: plans are made, caches are filled. */
const warmUp = 20

export async function writing(
  envs: Both<Env>,
  serverPid: number,
  directory: Directory,
  repetitions: number,
): Promise<Pair[]> {
  const count = repetitions + warmUp
  const databases = { full: nameOf(envs.full), empty: nameOf(envs.empty) }
  const used = (side: keyof Both<Env>) => serverTime(serverPid, databases[side])
  const desks = await both((side) => openMailDesk(envs[side]))
  const random = seeded(11)
  const opened = await inTurn('opening a ticket by mail', repetitions, used, () => {
    const written = question(random, directory)
    return (side) => received(desks[side], written)
  })
  const tickets = await both((side) => desks[side].answerable(3 * count))
  const answered = await inTurn('adding a reply by mail', repetitions, used, (i) => (side) => {
    return received(desks[side], answer(seeded(i), desks[side].app.keys, one(tickets[side], i)))
  })
  for (const side of sides) await desks[side].close()
  const apis = await both((side) => openApiDesk(envs[side]))
  const replied = await inTurn('adding a reply by an agent', repetitions, used, (i) => (side) => {
    return replies(apis[side], one(tickets[side], count + i))
  })
  for (const side of sides) await apis[side].close()
  return [opened, { ...answered, goal: 1.3 }, { ...replied, goal: 1.3 }]
}

async function both<Value>(make: (side: keyof Both<Value>) => Promise<Value>): Promise<Both<Value>> {
  return { full: await make('full'), empty: await make('empty') }
}

/**
 * @param used processor time of the database server for one side, so far
 * @param prepare gives what is done on either side, and how many milliseconds it took
 */
async function inTurn(
  name: string,
  repetitions: number,
  used: (side: 'full' | 'empty') => number,
  prepare: (i: number) => (side: 'full' | 'empty') => Promise<number>,
): Promise<Pair> {
  const pair: Pair = { name, full: [], empty: [], processor: { full: 0, empty: 0 } }
  for (let i = 0; i < repetitions + warmUp; i++) {
    if (i === warmUp) pair.processor = { full: -used('full'), empty: -used('empty') }
    const act = prepare(i)
    for (const side of i % 2 === 0 ? sides : [...sides].reverse()) {
      const before = ownTime()
      const ms = await act(side)
      if (i < warmUp) continue
      pair[side].push(ms)
      pair.processor[side] += ownTime() - before
    }
  }
  for (const side of sides) pair.processor[side] = (pair.processor[side] + used(side)) / repetitions
  return pair
}

function nameOf({ DATABASE_URL }: Env): string {
  return new URL(DATABASE_URL).pathname.slice(1)
}

async function received(desk: MailDesk, written: Parameters<MailDesk['receive']>[0]): Promise<number> {
  const { admitted, filed } = await desk.receive(written)
  return admitted + filed
}

async function replies(desk: ApiDesk, { number }: Answerable): Promise<number> {
  const start = performance.now()
  await desk.ask('POST', `/api/tickets/P-${number}/replies`, {
    text: 'Dobrý den,\n\nuž by to mělo jít.\n',
    status: 'waiting',
  })
  return performance.now() - start
}

function one<Item>(items: Item[], i: number): Item {
  return items[i % items.length]!
}
