import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseAway } from '@podatelna/store'
import type { Committed, Step } from './deliveries.ts'

/** Letters in one commit are kept in memory twice while it runs. */
const bytesAtATime = 4 * 1024 * 1024

/** How long a step waits for others to be committed with. */
const lingerMs = 5

/**
 * Commits steps for their callers one by one, for the database many at once: those that come within a moment, or while a commit
 * runs. Every commit locks the paces of its mailbox (budgets.ts), so they could not run beside each other anyway. Of those
 * in one commit each has recipients of its own, since a budget's row is counted once in a statement.
 *
 * @param commit of steps of one mailbox; rejects for all of them
 */
export function together(commit: (steps: Step[]) => Promise<Committed>): (step: Step) => Promise<Committed> {
  let waiting: Waiting[] = []
  let running = false

  async function run(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      await delay(lingerMs)
      const fitting = thatFit(waiting)
      waiting = waiting.filter((one) => !fitting.includes(one))
      await commitAll(fitting)
    }
    running = false
  }

  async function commitAll(all: Waiting[]): Promise<void> {
    try {
      const committed = await commit(all.map(({ step }) => step))
      for (const { done } of all) done(committed)
    } catch (error) {
      if (all.length === 1 || isDatabaseAway(error)) for (const { fail } of all) fail(error)
      // One of them is wrong, and shall not be the ruin of the others.
      else for (const one of all) await commitAll([one])
    }
  }

  return (step) => {
    const { promise, resolve: done, reject: fail } = Promise.withResolvers<Committed>()
    waiting.push({ step, done, fail })
    if (!running) void run()
    return promise
  }
}

/** In their order; what is left out comes before what is still to come. */
function thatFit(waiting: readonly Waiting[]): Waiting[] {
  const mailbox = waiting[0]!.step.letters[0]!.mailbox
  const told = new Set<string>()
  let bytes = 0
  const fits = ({ step: { letters } }: Waiting) => {
    bytes += letters.reduce((sum, { source }) => sum + source.length, 0)
    const free = letters.every((letter) => letter.mailbox === mailbox && !told.has(letter.to))
    if (bytes > bytesAtATime || !free) return false
    for (const { to } of letters) told.add(to)
    return true
  }
  return waiting.filter((one, place) => fits(one) || place === 0)
}

type Waiting = { step: Step; done(committed: Committed): void; fail(error: unknown): void }
