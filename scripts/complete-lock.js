/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out because its registry does not
 * carry them; without their entries `npm ci` calls the lock file out of step. To be run after the lock file changed.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const known = [`${path}/node_modules/${name}`, `node_modules/${name}`].some((place) => lock.packages[place])
    if (known || !/^\d/.test(version)) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...platform(name),
    }
    process.stdout.write(`added ${name}\n`)
  }
}
const { '': root, ...rest } = lock.packages
lock.packages = { '': root, ...Object.fromEntries(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, 'en'))) }
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)

/** Their names say where they belong: `…/cli-linux-x64-musl`, `…/windows-64`. */
function platform(name) {
  const [os, cpu, libc] = name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/^cli-/, '')
    .split('-')
  const known = { windows: 'win32', 64: 'x64' }
  return { os: [known[os] ?? os], cpu: [known[cpu] ?? cpu], ...(libc ? { libc: [libc] } : {}) }
}
