/**
 * Makes a clone ready to run: plain JavaScript for whatever Node (18 or newer) is preinstalled. Installs the packages
 * when the lock file has changed, and generates the database client when the schema has. Does nothing the second time.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const done = join(root, 'node_modules', '.podatelna')

once('packages', ['package-lock.json'], () => {
  process.stdout.write('Installing packages (once; about a minute)…\n')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
})
once('client', ['prisma/schema.prisma', 'package-lock.json'], () => {
  // Generating needs no engine, but looks for one and would download it; any existing file satisfies it.
  const env = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  }
  run(join(root, 'node_modules', '.bin', 'node'), [join(root, 'node_modules/prisma/build/index.js'), 'generate'], env)
})

function once(name, inputs, work) {
  const hash = createHash('sha256')
  for (const input of inputs) hash.update(readFileSync(join(root, input)))
  const digest = hash.digest('hex')
  const mark = join(done, name)
  if (existsSync(mark) && readFileSync(mark, 'utf8') === digest) return
  work()
  mkdirSync(done, { recursive: true })
  writeFileSync(mark, digest)
}

/** Without our own .bin on the PATH: npm would otherwise run on the very Node that it is replacing. */
function run(command, args, env = {}) {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, 'node_modules')))
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter), ...env },
    shell: process.platform === 'win32',
    encoding: 'utf8',
  })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}\n"${command} ${args.join(' ')}" failed.\n`)
  process.exit(1)
}
