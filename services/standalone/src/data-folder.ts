import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Settings } from '@podatelna/runtime'
import { startEmbeddedDatabase } from '@podatelna/store'

export type DataFolder = { databaseUrl: string; close(): Promise<void> }

/**
 * Takes DATA_DIR for this process alone and starts the embedded database in it, unless DATABASE_URL names another.
 *
 * @throws Error with a sentence: the folder cannot be written, or another instance has it
 */
export async function openDataFolder(settings: Settings): Promise<DataFolder> {
  const folder = resolve(settings.DATA_DIR)
  await mkdir(folder, { recursive: true })
  const unlock = await lock(join(folder, 'podatelna.pid'), folder)
  try {
    if (settings.DATABASE_URL) return { databaseUrl: settings.DATABASE_URL, close: unlock }
    const database = await startEmbeddedDatabase(join(folder, 'database'))
    return {
      databaseUrl: database.url,
      async close() {
        await database.stop()
        await unlock()
      },
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

async function lock(file: string, folder: string): Promise<() => Promise<void>> {
  await oneAtATime(`${file}.lock`, async () => {
    const holder = Number(await readFile(file, 'utf8').catch(() => ''))
    if (holder && holder !== process.pid && isPodatelna(holder)) {
      throw new Error(`another instance (process ${holder}) is running on the data folder ${folder}.`)
    }
    await writeFile(file, String(process.pid))
  })
  return () => rm(file, { force: true })
}

/** Of processes that start together, each looks and writes undisturbed by the others. */
async function oneAtATime(guard: string, work: () => Promise<void>): Promise<void> {
  while (!(await made(guard))) {
    // It is held for milliseconds; an older one was left behind by a `kill -9` within them.
    if (await olderThan(guard, 5_000)) await rm(guard, { force: true })
    else await delay(20)
  }
  try {
    await work()
  } finally {
    await rm(guard, { force: true })
  }
}

async function made(guard: string): Promise<boolean> {
  try {
    await (await open(guard, 'wx')).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function olderThan(file: string, ms: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > ms
}

/** A process id may belong to somebody else by now; where /proc tells, only a Node.js process counts. */
function isPodatelna(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !existsSync('/proc/self') || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node')
}
