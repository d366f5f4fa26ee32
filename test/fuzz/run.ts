/** Mutated letters through all that reads them, in the processes that read letters in earnest. */
import { cpus } from 'node:os'
import { openReader } from '@podatelna/mail'
import { broken } from './invariants.ts'
import { mutated, seeded } from './mutate.ts'

export type Find = { number: number; letter: Buffer; problems: string[] }
export type Outcome = { letters: number; finds: Find[]; slowest: number; memory: number[] }

const deadlineMs = 2_000

/**
 * @param until says when to stop, by how many letters there were so far
 * @param begin number of the first letter: with the seed it says which letter that is
 */
export async function fuzz(
  samples: Buffer[],
  { seed, until, begin = 0 }: { seed: number; until: (letters: number) => boolean; begin?: number },
): Promise<Outcome> {
  const outcome: Outcome = { letters: 0, finds: [], slowest: 0, memory: [] }
  const one = async () => {
    let trouble: string | undefined
    const reader = openReader({
      deadlineMs,
      onTrouble(what, detail) {
        trouble ??= `${what}: ${detail.slice(0, 500)}`
      },
    })
    try {
      while (!until(outcome.letters)) {
        const number = begin + outcome.letters++
        const letter = letterOf(samples, seed, number)
        trouble = undefined
        const started = performance.now()
        const seen = await reader.inspect(letter)
        outcome.slowest = Math.max(outcome.slowest, performance.now() - started)
        const problems = [...(trouble === undefined ? [] : [trouble as string]), ...broken(seen)]
        if (problems.length > 0) outcome.finds.push({ number, letter, problems })
        if (number % 500 === 0) outcome.memory.push(process.memoryUsage().rss)
      }
    } finally {
      await reader.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(cpus().length, 4) }, one))
  return outcome
}

/** The letter of that number is the same in every run with the same seed and samples. */
export function letterOf(samples: Buffer[], seed: number, number: number): Buffer {
  const random = seeded(seed * 1_000_003 + number)
  const [letter, other] = [0, 1].map(() => samples[Math.floor(random() * samples.length)]!)
  return mutated(letter!, other!, random)
}
