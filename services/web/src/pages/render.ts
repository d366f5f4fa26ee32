import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Audience, RedactionKind } from '@podatelna/contracts'
import Handlebars from 'handlebars'
import { undelivered } from '../reads/deliveries.ts'

const folder = import.meta.dirname

/** Who sees a message, as staff say it. */
const audiences: Record<Audience, string> = {
  internal: 'staff only',
  client: 'the client',
  end_customer: 'the client and the end customer',
}

/** Pages escape all they are given; no template has a triple brace. */
const handlebars = Handlebars.create()
const templates = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.hbs'))
    .map((file) => [file.slice(0, -'.hbs'.length), readFileSync(join(folder, file), 'utf8')] as const),
)
handlebars.registerPartial('layout', templates.get('layout') ?? '')
handlebars.registerPartial('document', templates.get('document') ?? '')
handlebars.registerHelper('time', (iso: string) => timeElement(iso, 'minute'))
handlebars.registerHelper('second', (iso: string) => timeElement(iso, 'second'))
handlebars.registerHelper('automatic', (scope: unknown) => scope === 'automatic')
handlebars.registerHelper('forWhom', (audience: unknown) => audiences[audience as Audience])
handlebars.registerHelper('active', (state: unknown) => state === 'active')
handlebars.registerHelper('removable', (person: { role: string; state: string }) => {
  return person.role === 'cc' && person.state === 'active'
})
handlebars.registerHelper('proposed', (state: unknown) => state === 'proposed')
handlebars.registerHelper('redaction', (what: RedactionKind) => redactions[what])
handlebars.registerHelper('undelivered', (state: unknown) => undelivered.some((one) => one === state))
handlebars.registerHelper('differ', (one: unknown, other: unknown) => one !== other)
handlebars.registerHelper('words', (name: unknown) => String(name).replaceAll('_', ' '))

const redactions: Record<RedactionKind, string> = {
  message: 'Removed by staff',
  text: 'Words in it were removed by staff',
  attachment: 'A file of it was removed by staff',
}

const pages = new Map([...templates].map(([name, source]) => [name, handlebars.compile(source)]))

export const stylesheet = readFileSync(join(folder, 'style.css'))

/** The page of this name as HTML. */
export function render(name: string, model: object): string {
  const page = pages.get(name)
  if (!page) throw new Error(`there is no page ${name}`)
  return page(model)
}

function timeElement(iso: string, precision: 'minute' | 'second') {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return ''
  const exact = time.toISOString()
  const shown = exact.replace('T', ' ').slice(0, precision === 'minute' ? 16 : 19)
  return new Handlebars.SafeString(`<time datetime="${exact}">${shown}</time>`)
}
