/**
 * `npm run bench`: letters through the whole real path (SMTP, verdict by DKIM, ticket committed, acknowledgement at a
 * relay) beside the floor: a bare server that does per letter what nobody can leave out. Both in one run, because
 * timings of different runs cannot be compared. Options: `--letters 20000 --connections 16`. `npm run bench -- mail`
 * measures reading letters instead (mail.ts), `npm run bench -- tickets` a desk with a million tickets (tickets/), and
 * `npm run bench -- outbound` letters that leave (outbound/).
 */
import { parseArgs } from 'node:util'
import { preparedLetters } from './letters.ts'
import { type Load, paced, saturated } from './load.ts'
import { benchMail } from './mail.ts'
import { benchOutbound } from './outbound/index.ts'
import { openStage } from './stage.ts'
import { floorSystem, ourSystem, type System } from './systems.ts'
import { benchTickets } from './tickets/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    letters: { type: 'string' },
    paced: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '16' },
    tickets: { type: 'string', default: '1000000' },
    folder: { type: 'string' },
    repetitions: { type: 'string', default: '100' },
    key: { type: 'string', default: 'rsa' },
  },
})
const count = 4 * Math.ceil(Number(values.letters ?? 5_000) / 4)
const pacedCount = Number(values.paced)
const connections = Number(values.connections)

if (positionals.includes('mail')) {
  say(await benchMail())
  process.exit(0)
}
if (positionals.includes('tickets')) {
  const [tickets, repetitions] = [Number(values.tickets), Number(values.repetitions)]
  process.exit((await benchTickets({ tickets, folder: values.folder, repetitions }, say)) ? 0 : 1)
}
if (positionals.includes('outbound')) {
  process.exit((await benchOutbound({ letters: Number(values.letters ?? 50_000), key: values.key }, say)) ? 0 : 1)
}

say(`Signing ${count + pacedCount} letters of 4 KB…`)
const letters = await preparedLetters(count + pacedCount)
const stage = await openStage()
const opened: System[] = []
try {
  opened.push(await floorSystem(stage), await ourSystem(stage))
  const systems = opened as [System, System]
  say(`Measuring ${count} letters over ${connections} connections…`)
  // In turn, a quarter at a time: what the machine does meanwhile then hits both alike.
  const full: [Load[], Load[]] = [[], []]
  for (let quarter = 0; quarter < 4; quarter++) {
    for (const which of [0, 1] as const) {
      const part = letters.slice((count / 4) * quarter, (count / 4) * (quarter + 1))
      full[which].push(await saturated(systems[which], part, connections))
      systems[which].memory.mark()
    }
  }
  const slow: Load[] = []
  for (const which of [0, 1] as const) {
    slow.push(await paced(systems[which], letters.slice(count), connections, mean(full[which], 'perSecond') / 2))
  }
  const [floor, ours] = ([0, 1] as const).map((which) => {
    return { full: full[which], slow: slow[which]!, memory: systems[which].memory }
  }) as [Measured, Measured]
  say(report(floor, ours))
  const ratio = mean(ours.full, 'perSecond') / mean(floor.full, 'perSecond')
  say(`\nRatio of the floor: ${ratio.toFixed(2)} (aim: at least 0.35)`)
} finally {
  for (const system of opened) await system.close()
  await stage.close()
}
process.exit(0)

type Measured = { full: Load[]; slow: Load; memory: System['memory'] }

/** Harmonic: every quarter has as many letters as the others. */
function mean(loads: Load[], what: 'perSecond' | 'takenPerSecond'): number {
  return loads.length / loads.reduce((sum, load) => sum + 1 / load[what], 0)
}

function report(floor: Measured, ours: Measured): string {
  const rows = [
    ['', 'floor', 'ours'],
    ['letters/s, to the last one done', perSecond(floor.full), perSecond(ours.full)],
    ['letters/s, to the last 250', perSecond(floor.full, 'takenPerSecond'), perSecond(ours.full, 'takenPerSecond')],
    ['processor, ms a letter: its own + the database', processor(floor.full), processor(ours.full)],
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

function perSecond(loads: Load[], until: 'perSecond' | 'takenPerSecond' = 'perSecond'): string {
  return mean(loads, until).toFixed(0)
}

function processor(loads: Load[]): string {
  const average = (what: 'own' | 'server') => loads.reduce((sum, load) => sum + load.processor[what], 0) / loads.length
  return `${average('own').toFixed(2)} + ${average('server').toFixed(2)}`
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
