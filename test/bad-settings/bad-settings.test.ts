import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BadSettings, readSettings } from '@podatelna/runtime'
import { expect, test } from 'vitest'
import { startProcess } from '../world/service.ts'

/**
 * Each file is a broken installation: settings as in the environment, and beneath `---` exactly what its operator is told.
 * Those in `process` are started as one.
 */
const files = globSync('**/*.env', { cwd: import.meta.dirname }).sort()
const alone = files.filter((file) => !file.startsWith('process/'))
const started = files.filter((file) => file.startsWith('process/'))

test.each(alone)('%s', (file) => {
  const { env, told } = read(file)
  expect(() => readSettings(env)).toThrow(new BadSettings(problemsIn(told)))
})

test.each(started)('%s', async (file) => {
  const { env, told } = read(file)
  const service = startProcess('ingress', env)
  expect(await service.exitCode()).toBe(1)
  expect(service.output()).toBe(`\nPodatelna cannot start: ${told}\n`)
})

function read(file: string): { env: Record<string, string>; told: string } {
  const [settings = '', told = ''] = readFileSync(join(import.meta.dirname, file), 'utf8').split('\n---\n')
  const lines = settings.split('\n').filter((line) => line.includes('=') && !line.startsWith('#'))
  const env = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return { env: Object.fromEntries(env), told: told.trimEnd() }
}

function problemsIn(told: string): string[] {
  return told
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}
