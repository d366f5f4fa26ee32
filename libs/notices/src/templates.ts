/**
 * Notices as text and HTML. One source per kind and language is compiled twice: every block of it (p, quote, link, body)
 * renders itself as text in one environment and as HTML in the other. The built-in sources are templates/<kind>/<language>.hbs;
 * a language is added by adding its files. A mailbox may have sources of its own.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NoticeKind } from '@podatelna/contracts'
import { oneLine } from '@podatelna/mail'
import type Handlebars from 'handlebars'
import type { Output, Room } from './blocks.ts'
import { type Compiled, compile, compileLayout, type Template } from './compile.ts'
import { faultOf, TemplateFault } from './fault.ts'
import { type NoticeValues, samples } from './samples.ts'

const folder = join(import.meta.dirname, '../templates')
const fallback = 'en'

export type Templates = {
  /**
   * @param own the mailbox's words, in that language
   * @returns with `fault` when those could not be rendered, and the built-in ones were
   */
  render<Kind extends NoticeKind>(
    kind: Kind,
    language: string,
    values: NoticeValues[Kind],
    sign: Sender,
    own?: Compiled,
  ): Rendered & { fault?: TemplateFault }
  /** @throws TemplateFault when it cannot be rendered, or renders nothing */
  renderOwn<Kind extends NoticeKind>(
    own: Compiled,
    place: { kind: Kind; language: string },
    values: NoticeValues[Kind],
    sign: Sender,
  ): Rendered
  /** As it is written in the files. */
  builtIn(kind: NoticeKind, language: string): Template
}
export type Rendered = { language: string; subject: string; text: string; html: string }
/** Who signs: the mailbox, with its signature or else its name and address. */
export type Sender = { name: string; address: string; signature: string }

/** Of a mailbox's own words: more than any letter needs that is worth reading. */
const ownRoom: Room = { characters: 8_000_000, turns: 5_000 }
const allRoom: Room = { characters: Number.POSITIVE_INFINITY, turns: Number.POSITIVE_INFINITY }

/**
 * Reads and compiles all templates.
 *
 * @param timeZone of the moments they tell
 * @throws Error naming the template that is missing, broken, or asks for a value nobody gives it
 */
export function loadTemplates(timeZone = 'UTC'): Templates {
  const templates = loaded.get(timeZone) ?? load(timeZone)
  loaded.set(timeZone, templates)
  return templates
}

const loaded = new Map<string, Templates>()

function load(timeZone: string): Templates {
  const layout = compileLayout(readFileSync(join(folder, 'layout.html.hbs'), 'utf8'))
  const notices = new Map(NoticeKind.options.map((kind) => [kind, readKind(kind)]))
  const find = (kind: NoticeKind, language: string) => notices.get(kind)!.get(language)
  const write = (compiled: Compiled, language: string, values: object, sign: Sender, room: Room): Rendered => {
    const place = { language, timeZone }
    const subject = subjectOf(() => run(compiled.subject, place, values, room).between)
    const plain = run(compiled.text, place, values, room)
    const rich = run(compiled.html, place, values, room)
    if (plain.blocks.every((block) => block.trim() === '')) throw new TemplateFault('It says nothing.')
    const signature = sign.signature.trim() || `${sign.name}\n${sign.address}`
    return {
      language,
      subject,
      // RFC 3676 §4.3: readers fold all that stands below "-- ", which what is quoted must not be.
      text: `${[...plain.blocks, plain.history, `-- \n${signature}`].filter(Boolean).join('\n\n')}\n`,
      html: layout({ language, subject, signature, blocks: rich.blocks.join('\n'), history: rich.history }),
    }
  }
  const renderBuiltIn = (kind: NoticeKind, wanted: string, values: object, sign: Sender): Rendered => {
    const language = find(kind, wanted) ? wanted : fallback
    return write(find(kind, language)!.compiled, language, values, sign, allRoom)
  }
  const templates: Templates = {
    renderOwn: (own, { language }, values, sign) => write(own, language, values, sign, ownRoom),
    render(kind, language, values, sign, own) {
      if (!own) return renderBuiltIn(kind, language, values, sign)
      try {
        return write(own, language, values, sign, ownRoom)
      } catch (error) {
        return { ...renderBuiltIn(kind, language, values, sign), fault: faultOf(error) }
      }
    },
    builtIn: (kind, language) => (find(kind, language) ?? find(kind, fallback)!).template,
  }
  for (const [kind, languages] of notices) for (const language of languages.keys()) tryOut(templates, kind, language)
  return templates
}

function readKind(kind: NoticeKind): Map<string, { template: Template; compiled: Compiled }> {
  const files = readdirSync(join(folder, kind)).filter((file) => file.endsWith('.hbs'))
  if (!files.includes(`${fallback}.hbs`)) throw new Error(`There is no template ${kind}/${fallback}.hbs.`)
  return new Map(
    files.map((file) => {
      const template = readTemplate(join(kind, file))
      return [file.slice(0, -'.hbs'.length), { template, compiled: compile(template) }]
    }),
  )
}

/** The first line of a file is its subject, the rest its body. */
function readTemplate(file: string): Template {
  const source = readFileSync(join(folder, file), 'utf8')
  const [, subject, body] = /^\{\{#subject\}\}(.*)\{\{\/subject\}\}\n(.*)$/s.exec(source) ?? []
  if (!subject || !body) throw new Error(`Template ${file}: its first line has to be {{#subject}}…{{/subject}}.`)
  return { subject, body }
}

function subjectOf(write: () => string): string {
  try {
    const subject = oneLine(write(), 500)
    if (subject !== '') return subject
    throw new TemplateFault('The subject is empty.')
  } catch (error) {
    throw Object.assign(faultOf(error), { field: 'subject' })
  }
}

function run(
  template: Handlebars.TemplateDelegate,
  place: { language: string; timeZone: string },
  values: object,
  room: Room,
) {
  const output: Output = { ...place, blocks: [], history: '', room: { ...room } }
  const between = template(values, { data: { output } })
  return { ...output, between }
}

/** A template that cannot be rendered shall stop the start, not a notice at night. */
function tryOut(templates: Templates, kind: NoticeKind, language: string): void {
  const sign = { name: 'Support', address: 'support@example.com', signature: '' }
  for (const values of samples[kind]) {
    try {
      templates.render(kind, language, values, sign)
    } catch (error) {
      throw new Error(`Template ${kind}/${language}.hbs: ${(error as Error).message}`)
    }
  }
}
