/**
 * `npm run bench`: letters through the whole real path (SMTP, verdict by DKIM, ticket committed, acknowledgement at a
 * relay) beside the floor: a bare server that does per letter what nobody can leave out. Both in one run, because
 * timings of different runs cannot be compared. Options: `--letters 20000 --connections 16`.
 */
import { parseArgs } from 'node:util'
import { preparedLetters } from './letters.ts'
import { type Load, paced, saturated } from './load.ts'
import { openStage } from './stage.ts'
import { floorSystem, ourSystem, type System } from './systems.ts'

const { values } = parseArgs({
  options: {
    letters: { type: 'string', default: '5000' },
    paced: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '16' },
  },
})
const count = Number(values.letters)
const pacedCount = Number(values.paced)
const connections = Number(values.connections)

say(`Signing ${count + pacedCount} letters of 4 KB…`)
const letters = await preparedLetters(count + pacedCount)
const stage = await openStage()
try {
  // Twice in turn: what the machine does meanwhile then hits both alike.
  const floor = await measure(floorSystem, 'floor')
  const ours = await measure(ourSystem, 'ours')
  const ratio = ours.full.perSecond / floor.full.perSecond
  say(report(floor, ours))
  say(`\nRatio of the floor: ${ratio.toFixed(2)} (aim: at least 0.35)`)
} finally {
  await stage.close()
}
process.exit(0)

type Measured = { full: Load; slow: Load; memory: System['memory'] }

async function measure(open: typeof ourSystem, name: string): Promise<Measured> {
  say(`Measuring ${name}: ${count} letters over ${connections} connections…`)
  const system = await open(stage)
  try {
    const full = await saturated(system, letters.slice(0, count), connections)
    const rate = full.perSecond / 2
    const slow = await paced(system, letters.slice(count), connections, rate)
    return { full, slow, memory: system.memory }
  } finally {
    await system.close()
  }
}

function report(floor: Measured, ours: Measured): string {
  const rows = [
    ['', 'floor', 'ours'],
    ['letters/s, to the last one done', perSecond(floor.full), perSecond(ours.full)],
    ['letters/s, to the last 250', perSecond(floor.full, 'taken'), perSecond(ours.full, 'taken')],
    ['at half that rate:', '', ''],
    ...(['answer', 'ticket', 'acknowledgement'] as const).map((what) => [
      what === 'answer' ? '  DATA to 250, p50/p95/p99 ms' : `  250 to ${what}, p50/p95/p99 ms`,
      percentiles(floor.slow[what]),
      percentiles(ours.slow[what]),
    ]),
    ['peak RSS, MiB', mib(floor.memory.peak()), mib(ours.memory.peak())],
    ['RSS at 25/50/75/100 % of the letters, MiB', quarters(floor.memory), quarters(ours.memory)],
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('   ')).join('\n')
}

function perSecond(load: Load, until: 'done' | 'taken' = 'done'): string {
  return (until === 'done' ? load.perSecond : load.takenPerSecond).toFixed(0)
}

function percentiles(times: number[]): string {
  if (times.length === 0) return '–'
  const sorted = [...times].sort((a, b) => a - b)
  return [0.5, 0.95, 0.99].map((p) => sorted[Math.floor((sorted.length - 1) * p)]!.toFixed(1)).join(' / ')
}

function quarters(memory: System['memory']): string {
  return memory.quarters().map(mib).join(' / ')
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
