/** Figures as tables of Markdown: docs/bench.md holds such ones. */
import type { Plan } from './plans.ts'

/** Milliseconds in the full and in the empty desk, by the clock, and of the processor on average; the goal is a ratio. */
export type Pair = {
  name: string
  full: number[]
  empty: number[]
  processor: { full: number; empty: number }
  goal?: number
}
/** Milliseconds by the clock, and of the processor on average; the goal is for p95. `stopped`: how many pages ended early. */
export type Timed = { name: string; times: number[]; processor: number; goal: number; stopped: number }

export function timingReport(pairs: Pair[], timings: Timed[]): string {
  const writing = pairs.map(({ name, full, empty, processor, goal }) => {
    const ratio = percentile(full, 0.5) / percentile(empty, 0.5)
    const [more, less] = [processor.full, processor.empty]
    const spent = `${more.toFixed(1)} / ${less.toFixed(1)} = ${(more / less).toFixed(2)}`
    return [name, ms(full), ms(empty), ratio.toFixed(2), spent, goal ? verdict(ratio, goal) : '']
  })
  const reading = timings.map(({ name, times, processor, goal, stopped }) => [
    name,
    ms(times),
    processor.toFixed(1),
    stopped ? `${Math.round(100 * stopped)} %` : '',
    verdict(percentile(times, 0.95), goal, ' ms'),
  ])
  return [
    table(['', 'full: p50 / p95, ms', 'empty: p50 / p95, ms', 'ratio of p50', 'processor, ms', 'goal'], writing),
    table(['', 'p50 / p95, ms', 'processor, ms', 'stopped early', 'goal for p95'], reading),
  ].join('\n\n')
}

/** @returns the plans in short, and how many statements read a big table from end to end */
export function planReport(plans: Plan[], big: Set<string>): { text: string; scans: number } {
  const rows = [...groupBy(plans, ({ during }) => during)].map(([during, own]) => {
    const acts = [...groupBy(own, ({ act }) => act).values()].map((plans) => sum(plans.map(({ buffers }) => buffers)))
    const worst = own.reduce((a, b) => (b.buffers > a.buffers ? b : a))
    const used = [...new Set(worst.scans)].slice(0, 5).map((scan) => scan.replace(/ using (\S+) on \S+/, ' $1'))
    const buffers = [0.5, 0.95].map((p) => percentile(acts, p)).join(' / ')
    return [during, (own.length / acts.length).toFixed(0), buffers, `${worst.buffers}: ${used.join(', ')}`]
  })
  const scanning = plans.filter(({ wholeTables }) => wholeTables.some((name) => big.has(name)))
  const faults = [...groupBy(scanning, ({ statement }) => statement).values()].map(([plan]) => {
    const { during, wholeTables, buffers, statement } = plan!
    return `SEQ SCAN over ${wholeTables.filter((name) => big.has(name)).join(', ')} (${buffers} buffers) during "${during}":\n${statement}`
  })
  const head = ['', 'statements', 'buffers: p50 / p95', 'the statement with most']
  const end = faults.length === 0 ? 'No statement reads a big table from end to end.' : faults.join('\n\n')
  return { text: `${table(head, rows)}\n\n${end}`, scans: faults.length }
}

function groupBy<Item, Key>(items: Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

function verdict(value: number, goal: number, unit = ''): string {
  return `${value <= goal ? 'met' : 'MISSED'} (≤ ${goal}${unit})`
}

function ms(times: number[]): string {
  return [0.5, 0.95].map((p) => percentile(times, p).toFixed(1)).join(' / ')
}

function percentile(times: number[], p: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN
}

function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
