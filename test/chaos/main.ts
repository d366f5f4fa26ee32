/**
 * `npm run chaos`: what `npm test` does a little of, in full: processes are killed while letters come in and go out, and
 * programs answer everything. All of it takes about half an hour; `npm run chaos -- deliveries`, `-- kill` or `-- storm` does
 * one part. Options: `--seed 1`, `--kills 100`, `--deliveries 1000`, `--letters 2000`, `--addresses 50`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const parts = {
  deliveries: 'test/chaos/deliveries.test.ts',
  kill: 'test/chaos/kill.test.ts',
  storm: 'test/scenarios/storm.test.ts',
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string', default: '100' },
    deliveries: { type: 'string', default: '1000' },
    letters: { type: 'string', default: '2000' },
    addresses: { type: 'string', default: '50' },
  },
})
const chosen = positionals.length > 0 ? positionals : Object.keys(parts)
const unknown = chosen.find((part) => !(part in parts))
if (unknown) {
  process.stderr.write(`There is no part ${unknown}: deliveries, kill and storm are known.\n`)
  process.exit(1)
}
process.stdout.write(`Seed ${values.seed}\n`)
const root = join(import.meta.dirname, '../..')
const files = chosen.map((part) => parts[part as keyof typeof parts])
const numbers = Object.entries(values).map(([name, value]) => [`CHAOS_${name.toUpperCase()}`, value])
const vitest = spawn(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--maxWorkers', '1', ...files],
  {
    cwd: root,
    env: { ...process.env, ...Object.fromEntries(numbers) },
    stdio: 'inherit',
  },
)
const [code] = await once(vitest, 'exit')
process.exit(code ?? 1)
