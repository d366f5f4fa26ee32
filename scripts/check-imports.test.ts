import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { type Package, violations } from './check-imports.ts'

const everything = ['contracts', 'mail', 'store', 'ticketing', 'runtime', 'tickets', 'web'].map(
  (x) => `@podatelna/${x}`,
)

function workspace(folder: string, dependencies = everything): Package {
  return { folder, dependencies, forTests: ['vitest', 'typescript'] }
}

const packages = [
  ...['libs/contracts', 'libs/mail', 'libs/store', 'libs/ticketing', 'libs/runtime'].map((f) => workspace(f)),
  ...['services/tickets', 'services/web', 'services/standalone', 'services/console', 'test'].map((f) => workspace(f)),
]

test('imports in the order of the layers are fine', () => {
  const source = `
import { readFile } from 'node:fs/promises'
import {
  cleanText,
  oneLine,
} from '@podatelna/mail'
import type { Settings } from '@podatelna/runtime'
export { helper } from './helper.ts'
const late = await import('@podatelna/store')
`
  expect(violations(packages, 'libs/ticketing/src/index.ts', source)).toEqual([])
})

test.each([
  ['libs/mail/src/parse.ts', `import { openStore } from '@podatelna/store'`],
  ['libs/mail/src/parse.ts', `import type {\n  Act,\n} from "@podatelna/ticketing"`],
  ['libs/mail/src/index.ts', `export * from '@podatelna/store'`],
  ['libs/mail/src/parse.ts', `const store = await import('@podatelna/store')`],
  ['libs/contracts/src/index.ts', `import '@podatelna/runtime'`],
  ['libs/mail/src/parse.ts', `import { createLogger } from '@podatelna/runtime'`],
  ['libs/runtime/src/index.ts', `import { api } from '@podatelna/contracts'`],
  ['services/web/src/index.ts', `import { startTickets } from '@podatelna/tickets'`],
  ['services/console/src/main.tsx', `import { cleanText } from '@podatelna/mail'`],
])('an import against the order is one line: %s %s', (path, source) => {
  expect(violations(packages, path, source)).toEqual([
    expect.stringMatching(
      /^(libs|services)\/\S+: @podatelna\/\w+: runs against the order in scripts\/check-imports.ts$/,
    ),
  ])
})

test('standalone wires all services, tests use everything, the console shares the contracts', () => {
  const wiring = `import { startWeb } from '@podatelna/web'`
  expect(violations(packages, 'services/standalone/src/index.ts', wiring)).toEqual([])
  expect(violations(packages, 'test/desk.ts', wiring)).toEqual([])
  expect(violations(packages, 'services/console/src/main.tsx', `import { api } from '@podatelna/contracts'`)).toEqual(
    [],
  )
})

test('nobody reaches past the entry point of another package', () => {
  expect(violations(packages, 'services/web/src/a.ts', `import { x } from '@podatelna/mail/src/text.ts'`)).toEqual([
    'services/web/src/a.ts: @podatelna/mail/src/text.ts: reaches past the entry point; import @podatelna/mail',
  ])
  expect(violations(packages, 'libs/store/src/a.ts', `import { x } from '../../mail/src/text.ts'`)).toEqual([
    'libs/store/src/a.ts: ../../mail/src/text.ts: leaves the package; import another package by its name',
  ])
})

test('a package names what it imports; only tests may use the tools of the root', () => {
  const source = `import { v7 } from 'uuid'\nimport ts from 'typescript'\nimport { test } from 'vitest'`
  const missing = (path: string, name: string) =>
    `${path}: ${name}: is not among the dependencies in libs/mail/package.json`
  expect(violations(packages, 'libs/mail/src/a.ts', source)).toEqual(
    ['uuid', 'typescript', 'vitest'].map((name) => missing('libs/mail/src/a.ts', name)),
  )
  expect(violations(packages, 'libs/mail/src/a.test.ts', source)).toEqual([missing('libs/mail/src/a.test.ts', 'uuid')])
})

test('words about imports are not imports', () => {
  const source = `
/** Not an import: from 'nowhere'. */
// import { x } from 'nowhere'
const text = "import { x } from nowhere"
export const from = 'nowhere'
`
  expect(violations(packages, 'libs/mail/src/a.ts', source)).toEqual([])
})

test('a library without a place in the order is an error that says where to give it one', () => {
  const odd = [...packages, workspace('libs/odd', [])]
  expect(() => violations(odd, 'libs/odd/src/a.ts', `import { api } from '@podatelna/contracts'`)).toThrow(
    'libs/odd has no place in the order of imports',
  )
})

test('this repository keeps the order', () => {
  const { stderr } = spawnSync(process.execPath, ['scripts/check-imports.ts'], { encoding: 'utf8' })
  expect(stderr).toBe('')
})
