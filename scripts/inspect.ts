/**
 * `npm run inspect -- FILE…`: what we make of a letter, as JSON (docs/inspect.md). `-` is the standard input, a folder
 * stands for all files in it, and with `--jsonl` each letter is one line.
 */
import { globSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { openReader } from '@podatelna/mail'

const asked = process.argv.slice(2).filter((argument) => argument !== '--jsonl')
const indent = process.argv.includes('--jsonl') ? 0 : 2
const reader = openReader()

process.stdout.on('error', leaveQuietly)
if (asked.length === 0) fail(2, 'Name the files of letters, folders of them, or - for the standard input.')
for (const file of asked.flatMap(filesOf)) await inspect(file)
await reader.close()

async function inspect(file: string): Promise<void> {
  const raw = await read(file)
  if (raw) await print({ file, ...(await reader.inspect(raw)) })
}

async function read(file: string): Promise<Buffer | undefined> {
  try {
    return await (file === '-' ? buffer(process.stdin) : readFile(file))
  } catch (error) {
    return fail(1, `${file}: ${(error as Error).message}`)
  }
}

function filesOf(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path]
  const files = globSync('**', { cwd: path, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => join(entry.parentPath, entry.name)).sort()
}

/** Waits until it is taken: of thousands of letters, one is in memory. */
function print(inspection: object): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(inspection, null, indent)}\n`, () => resolve())
  })
}

function fail(code: number, sentence: string): undefined {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = code
}

/** `inspect … | head` has read enough. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}
