/** Every file of the corpus, whatever it is: no exception, nobody waits; and what a letter costs, in CPU time. */
import { readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { parseLetter } from '@podatelna/mail'
import { lettersIn, understandLetter } from './letters.ts'
import type { Difference, Report } from './report.ts'

const deadline = 2_000

export async function runParse(folder: string): Promise<Report[]> {
  const letters = lettersIn(folder)
  measure(folder, letters.slice(0, 100))
  const measured = measure(folder, letters)
  const sources = Map.groupBy(measured, ({ path }) => dirname(`${path}/`).split('/').slice(0, 2).join('/'))
  return [...sources, ['all', measured] as const].map(([source, ones]) => ({
    source: `parse, ${source}`,
    cases: ones.length,
    differences: ones.flatMap(({ trouble }) => trouble ?? []),
    note: spread(ones.map(({ cost }) => cost)),
  }))
}

type Measured = { path: string; cost: number; trouble?: Difference }

function measure(folder: string, letters: string[]): Measured[] {
  const measured: Measured[] = []
  for (const letter of letters) {
    const path = relative(folder, letter)
    const raw = readFileSync(letter)
    const started = performance.now()
    const before = process.cpuUsage()
    const trouble = troubleOf(path, raw)
    const took = performance.now() - started
    const { user, system } = process.cpuUsage(before)
    const cost = (user + system) / 1000
    const late =
      took > deadline ? { case: path, expected: `${deadline} ms`, seen: `${Math.round(took)} ms` } : undefined
    measured.push({ path, cost, ...(trouble || late ? { trouble: trouble ?? late! } : {}) })
  }
  return measured
}

function troubleOf(path: string, raw: Buffer): Difference | undefined {
  try {
    parseLetter(raw)
    understandLetter(raw)
  } catch (error) {
    return { case: path, expected: 'a letter', seen: String(error) }
  }
}

function spread(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => `${(sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1)} ms`
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`
}
