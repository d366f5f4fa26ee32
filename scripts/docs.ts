/** Writes docs/settings.md from the table of settings; with --check says whether it is out of date instead. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeSettings, readSettings } from '@podatelna/runtime'

const introduction = `# Settings

Made from \`libs/runtime/src/settings.ts\` by \`npm run docs\`; a change made here would be lost.

Settings are environment variables. All of them are read together before the first socket opens, and all problems are
told at once, a sentence each. An empty variable counts as not set. None is needed for \`npm start\`; services that run
as separate processes need \`DATABASE_URL\` and \`AMQP_URL\`, and the same \`SECRET_KEYS\`.
`

const file = join(import.meta.dirname, '../docs/settings.md')
const page = settingsPage()
if (!process.argv.includes('--check')) writeFileSync(file, page)
else if (readFileSync(file, 'utf8') !== page) {
  process.stderr.write('docs/settings.md is out of date; run "npm run docs".\n')
  process.exitCode = 1
}

function settingsPage(): string {
  const rows = describeSettings().map(({ name, meaning }) => [`\`${name}\``, defaultOf(name), meaning])
  return `${introduction}\n${table([['variable', 'default', 'meaning'], ...rows])}`
}

/** Padded, as the formatter would. */
function table([head, ...rows]: string[][]): string {
  const widths = head!.map((_, column) => Math.max(...[head!, ...rows].map((row) => row[column]!.length)))
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('')
}

/** As it is written in the environment. The one that depends on where we run, and our names of fields, are told by the meaning. */
function defaultOf(name: string): string {
  if (name === 'LOG_FORMAT' || name === 'SMS_FIELDS') return ''
  const value = Object.entries(readSettings({})).find(([setting]) => setting === name)?.[1]
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return ''
  const written = typeof value === 'object' && 'port' in value ? `${value.host}:${value.port}` : String(value)
  return `\`${written}\``
}
