/** Writes docs/settings.md and the values in docs/templates.md from the code; with --check says whether they are out of date instead. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NoticeKind } from '@podatelna/contracts'
import { type Values, valuesOf } from '@podatelna/notices'
import { describeSettings, readSettings } from '@podatelna/runtime'

const introduction = `# Settings

Made from \`libs/runtime/src/settings.ts\` by \`npm run docs\`; a change made here would be lost.

Settings are environment variables. All of them are read together before the first socket opens, and all problems are
told at once, a sentence each. An empty variable counts as not set. None is needed for \`npm start\`; services that run
as separate processes need \`DATABASE_URL\` and \`AMQP_URL\`, and the same \`SECRET_KEYS\`.
`

const valuesIntroduction = `Made from \`libs/notices/src/samples.ts\` by \`npm run docs\`. What may be empty is asked for with \`if\` before it is used.
`

const pages = [
  { name: 'settings.md', page: settingsPage },
  { name: 'templates.md', page: templatesPage },
]

for (const { name, page } of pages) {
  const file = join(import.meta.dirname, '../docs', name)
  const before = readFileSync(file, 'utf8')
  const after = page(before)
  if (!process.argv.includes('--check')) writeFileSync(file, after)
  else if (before !== after) {
    process.stderr.write(`docs/${name} is out of date; run "npm run docs".\n`)
    process.exitCode = 1
  }
}

function settingsPage(): string {
  const rows = describeSettings().map(({ name, meaning }) => [`\`${name}\``, defaultOf(name), meaning])
  return `${introduction}\n${table([['variable', 'default', 'meaning'], ...rows])}`
}

/** Only its last part is made here. */
function templatesPage(before: string): string {
  const heading = '## Values'
  const written = before.split(`\n${heading}\n`)[0]!
  const kinds = NoticeKind.options.map(
    (kind) => `### \`${kind}\`\n\n${table([['value', 'is'], ...valueRows(valuesOf(kind))])}`,
  )
  return `${written}\n${heading}\n\n${valuesIntroduction}\n${kinds.join('\n')}`
}

/** @param shown how a name is written, behind those it stands within */
function valueRows(values: Values, shown = (name: string) => `\`${name}\``): string[][] {
  return Object.entries(values).flatMap(([name, value]) => {
    const words = value.is === 'word' ? `: ${value.words.map((word) => `\`${word}\``).join(', ')}` : ''
    const row = [shown(name), `${value.is}${words}${value.maybeEmpty ? '; may be empty' : ''}`]
    if (!('of' in value)) return [row]
    const inner = (part: string) =>
      value.is === 'list' ? `${shown(name)}, each: \`${part}\`` : shown(`${name}.${part}`)
    return [row, ...valueRows(value.of, inner)]
  })
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
