/**
 * Keeps imports running one way (`order`), with runtime at the side: every package names what it imports, nobody reaches
 * past another's entry point, and no service knows another. One line per violation, exit code 1 when there is one.
 */
import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path'

/** Each may import the ones before it; after them come the services, standalone, and test. */
const order = ['contracts', 'mail', 'notices', 'store', 'bus', 'ticketing', 'webhooks', 'admission', 'process']
const withoutRuntime = ['contracts', 'mail', 'notices', 'console']

/** A workspace package: the packages it has when it runs, and those its tests have besides. */
export type Package = { folder: string; dependencies: string[]; forTests: string[] }

/** What is wrong with the imports of one file, a line each. */
export function violations(packages: Package[], path: string, source: string): string[] {
  const own = packages.find(({ folder }) => path.startsWith(`${folder}/`))
  if (!own) return []
  return imports(source).flatMap((target) => {
    const problem = problemWith(packages, own, path, target)
    return problem ? [`${path}: ${target}: ${problem}`] : []
  })
}

function checkRepository(root: string): string[] {
  const manifest = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
  const tools = [...Object.keys(manifest('package.json').devDependencies), 'vitest']
  const manifests = globSync(['libs/*/package.json', 'services/*/package.json', 'test/package.json'], { cwd: root })
  const packages = manifests.map((path): Package => {
    const { dependencies = {}, devDependencies = {} } = manifest(path)
    const forTests = [...Object.keys(devDependencies), ...tools]
    return { folder: dirname(path), dependencies: Object.keys(dependencies), forTests }
  })
  const sources = globSync('{libs,services,test}/**/*.{ts,mts,tsx}', { cwd: root, exclude: isForeign })
  return sources.sort().flatMap((path) => violations(packages, path, readFileSync(join(root, path), 'utf8')))
}

function problemWith(packages: Package[], own: Package, path: string, target: string): string | undefined {
  if (target.startsWith('.')) {
    const inside = normalize(join(dirname(path), target)).startsWith(`${own.folder}/`)
    return inside ? undefined : 'leaves the package; import another package by its name'
  }
  if (isBuiltin(target)) return undefined
  const name = target.split('/', target.startsWith('@') ? 2 : 1).join('/')
  const other = packages.find(({ folder }) => nameOf(folder) === name)
  if (other && target !== name) return `reaches past the entry point; import ${name}`
  if (other && !mayImport(own.folder, other.folder)) return 'runs against the order in scripts/check-imports.ts'
  const isTest = own.folder === 'test' || path.endsWith('.test.ts')
  if (own.dependencies.includes(name) || (isTest && own.forTests.includes(name))) return undefined
  return `is not among the dependencies in ${own.folder}/package.json`
}

function mayImport(from: string, to: string): boolean {
  const [importer, imported] = [shortName(from), shortName(to)]
  if (importer === 'console') return imported === 'contracts'
  if (importer === 'runtime') return false
  if (imported === 'runtime') return !withoutRuntime.includes(importer)
  return place(to) < place(from)
}

function place(folder: string): number {
  if (folder === 'test') return order.length + 2
  if (folder === 'services/standalone') return order.length + 1
  if (folder.startsWith('services/')) return order.length
  const at = order.indexOf(shortName(folder))
  if (at < 0)
    throw new Error(`${folder} has no place in the order of imports; give it one in scripts/check-imports.ts.`)
  return at
}

/** Targets of static, re-exporting and dynamic imports. A statement begins a line; text in comments does not. */
function imports(source: string): string[] {
  const statement =
    /^\s*(?:import|export)\b(?:[^'"`;]*?\bfrom\b)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm
  return [...source.matchAll(statement)].map(([, named, dynamic]) => named ?? dynamic!)
}

function isForeign(path: string): boolean {
  return /(^|\/)(node_modules|generated)$/.test(path)
}

function nameOf(folder: string): string {
  return `@podatelna/${shortName(folder)}`
}

function shortName(folder: string): string {
  return folder.split('/').at(-1)!
}

if (import.meta.main) {
  const found = checkRepository(join(import.meta.dirname, '..'))
  for (const line of found) process.stderr.write(`${line}\n`)
  process.exitCode = found.length > 0 ? 1 : 0
}
