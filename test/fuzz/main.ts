/**
 * `npm run fuzz`: letters of the corpus, or our own where it is absent, made worse at random, through all that reads
 * letters: nothing may throw, take longer than two seconds, or break what holds of any letter. Options: `--minutes 10`,
 * `--seed 1`, `--from N` (begin with that letter), `--letters N` (so many). With `--baits` instead each kind of bait
 * (baits.ts) in each place of a letter.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lettersIn } from '../corpus/letters.ts'
import { corpusAbsent, corpusDir } from '../world/corpus.ts'
import { baitAll } from './bait-all.ts'
import { type Find, fuzz } from './run.ts'
import { ownSamples } from './samples.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    letters: { type: 'string' },
    baits: { type: 'boolean', default: false },
  },
})
if (values.baits) {
  const { letters, finds } = await baitAll()
  process.stdout.write(`${[`${letters} letters, ${finds.length} late or failed`, ...finds].join('\n')}\n`)
  process.exit(finds.length > 0 ? 1 : 0)
}
const [minutes, seed, begin] = [values.minutes, values.seed, values.from].map(Number) as [number, number, number]
const most = values.letters === undefined ? Number.POSITIVE_INFINITY : Number(values.letters)
const corpus = corpusDir()
if (!corpus) process.stdout.write(`${corpusAbsent} Our own letters are taken.\n`)
const samples = corpus ? lettersIn(corpus).map((path) => readFileSync(path)) : await ownSamples()
process.stdout.write(`${samples.length} letters, seed ${seed}, ${minutes} minutes…\n`)

const end = Date.now() + minutes * 60_000
const { letters, finds, slowest, memory } = await fuzz(samples, {
  ...{ seed, begin },
  until: (done) => done >= most || Date.now() >= end,
})
const quarters = [0.25, 0.5, 0.75, 1].map((share) => memory[Math.max(0, Math.ceil(share * memory.length) - 1)] ?? 0)
process.stdout.write(`letters              ${letters}
finds                ${finds.length}
slowest, ms          ${slowest.toFixed(0)} (the limit is 2000)
RSS at the quarters  ${quarters.map((bytes) => `${(bytes / 1024 / 1024).toFixed(0)}`).join(' / ')} MiB
`)
for (const find of finds.slice(0, 50)) tell(find)
process.exitCode = finds.length > 0 ? 1 : 0

/** Outside of the repository: it may hold words of real people. */
function tell({ number, letter, problems }: Find): void {
  const folder = join(tmpdir(), 'podatelna-fuzz')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${seed}-${number}.eml`)
  writeFileSync(file, letter)
  const again = `npm run fuzz -- --seed ${seed} --from ${number} --letters 1`
  process.stdout.write(`\n${file} (${again})\n${problems.map((problem) => `  ${problem}`).join('\n')}\n`)
}
