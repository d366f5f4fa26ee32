import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
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
  const holder = Number(await readFile(file, 'utf8').catch(() => ''))
  if (holder && holder !== process.pid && isPodatelna(holder)) {
    throw new Error(`another instance (process ${holder}) is running on the data folder ${folder}.`)
  }
  // What a killed instance left behind is removed first, so that 'wx' decides between two that start together.
  await rm(file, { force: true })
  const handle = await open(file, 'wx')
  await handle.writeFile(String(process.pid))
  await handle.close()
  return () => rm(file, { force: true })
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
