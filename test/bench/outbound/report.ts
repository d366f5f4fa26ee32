/** Milliseconds for a batch: by the clock, of the process, and of the database server. */
export type Cost = { ms: number; own: number; server: number }
/** `bare` is nodemailer as it comes, `hasty` the same without the delay that its way of writing costs. */
export type Batch = { letters: number } & Record<Who, Cost>
type Who = 'ours' | 'bare' | 'hasty'

const aim = 0.5

/** @returns whether the aim was reached */
export function report(batches: Batch[], memory: number[], peak: number, say: (text: string) => void): boolean {
  const letters = batches.reduce((sum, { letters }) => sum + letters, 0)
  const total = (who: Who, what: keyof Cost) => batches.reduce((sum, batch) => sum + batch[who][what], 0)
  const rate = (who: Who) => (letters / total(who, 'ms')) * 1_000
  const row = (title: string, of: (who: Who) => string) =>
    say([title.padEnd(32), ...(['ours', 'bare', 'hasty'] as const).map((who) => of(who).padEnd(12))].join(''))
  const perLetter = (what: keyof Cost) => (who: Who) => (total(who, what) / letters).toFixed(2)
  row(`${letters} letters`, (who) => ({ ours: 'ours', bare: 'nodemailer', hasty: 'with noDelay' })[who])
  row('letters/s', (who) => rate(who).toFixed(0))
  row('processor, ms a letter', perLetter('own'))
  row('  and of the database', perLetter('server'))
  row('ratio, all batches', (who) => (rate('ours') / rate(who)).toFixed(2))
  for (const [name, share] of [
    ['lowest', 0],
    ['median', 0.5],
    ['highest', 1],
  ] as const) {
    row(`  ${name} of a batch`, (who) =>
      at(
        share,
        batches.map((batch) => batch[who].ms / batch.ours.ms),
      ).toFixed(2),
    )
  }
  say(`RSS at each fifth, MiB: ${memory.map(mib).join(' / ')} (peak ${mib(peak)})`)
  say(`Aim: a ratio of at least ${aim} to nodemailer`)
  return rate('ours') / rate('bare') >= aim
}

function at(share: number, values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]!
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}
