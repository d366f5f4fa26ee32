import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '@podatelna/runtime'

/** SECRET_KEYS, or the key in DATA_DIR that the first start made. The first signs, all verify. */
export function secretKeys(settings: Pick<Settings, 'SECRET_KEYS' | 'DATA_DIR'>): string[] {
  if (settings.SECRET_KEYS.length > 0) return settings.SECRET_KEYS
  const file = join(settings.DATA_DIR, 'secret.key')
  mkdirSync(settings.DATA_DIR, { recursive: true })
  try {
    // 'wx': of two processes that start together one writes, the other reads what it wrote.
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return [readFileSync(file, 'utf8').trim()]
}
