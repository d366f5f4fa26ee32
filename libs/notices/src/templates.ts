/**
 * Notices as text and HTML. One source per kind and language is compiled twice: every block of it (p, quote, link, body)
 * renders itself as text in one environment and as HTML in the other. The built-in sources are templates/<kind>/<language>.hbs;
 * a language is added by adding its files. A mailbox may have sources of its own.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NoticeKind } from '@podatelna/contracts'
import { oneLine } from '@podatelna/mail'
import { type Limits, type Output, type Room, withOneStop } from './blocks.ts'
import { type Compiled, compile, compileLayout, type Template } from './compile.ts'
import { faultOf, TemplateFault } from './fault.ts'
import { type NoticeValues, samples } from './samples.ts'
import { titledIn } from './title.ts'

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
  renderOwn(own: Compiled, language: string, values: object, sign: Sender): Rendered
  /** As it is written in the files. */
  builtIn(kind: NoticeKind, language: string): Template
}
export type Rendered = { language: string; subject: string; text: string; html: string }
/** Who signs: the mailbox, with its signature or else its name and address. */
export type Sender = { name: string; address: string; signature: string }

/** A mailbox's own words may write more than any letter needs that is worth reading. */
const ownLimits: Limits = { strict: true, room: { characters: 8_000_000, turns: 5_000 } }
const allRoom: Room = { characters: Number.POSITIVE_INFINITY, turns: Number.POSITIVE_INFINITY }
/** A letter with a gap in it is better than none. */
const lenient: Limits = { strict: false, room: allRoom }

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
  for (const [kind, languages] of notices) {
    for (const [language, { compiled }] of languages) tryOut(kind, { compiled, language, timeZone, layout })
  }
  const find = (kind: NoticeKind, language: string) => notices.get(kind)!.get(language)
  const renderBuiltIn = (kind: NoticeKind, wanted: string, values: object, sign: Sender): Rendered => {
    const language = find(kind, wanted) ? wanted : fallback
    const { compiled } = find(kind, language)!
    return write({ compiled, language, timeZone, layout }, values, sign, lenient)
  }
  const renderOwn: Templates['renderOwn'] = (compiled, language, values, sign) => {
    return write({ compiled, language, timeZone, layout }, values, sign, ownLimits)
  }
  return {
    renderOwn,
    render(kind, language, values, sign, own) {
      if (!own) return renderBuiltIn(kind, language, values, sign)
      try {
        return renderOwn(own, language, values, sign)
      } catch (error) {
        return { ...renderBuiltIn(kind, language, values, sign), fault: faultOf(error) }
      }
    },
    builtIn: (kind, language) => (find(kind, language) ?? find(kind, fallback)!).template,
  }
}

type Form = { compiled: Compiled; language: string; timeZone: string; layout: ReturnType<typeof compileLayout> }

/** @throws TemplateFault */
function write({ compiled, language, timeZone, layout }: Form, given: object, sign: Sender, limits: Limits): Rendered {
  const place = { language, timeZone, ...limits }
  const values = titledIn(language, given)
  const subject = subjectOf(() => run(compiled.subject, place, values).between)
  const plain = run(compiled.text, place, values)
  const rich = run(compiled.html, place, values)
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
    const subject = oneLine(withOneStop(write()), 500)
    if (subject !== '') return subject
    throw new TemplateFault('The subject is empty.')
  } catch (error) {
    throw Object.assign(faultOf(error), { field: 'subject' })
  }
}

function run(template: Compiled['text'], place: Omit<Output, 'blocks' | 'history'>, values: object) {
  const output: Output = { ...place, room: { ...place.room }, blocks: [], history: '' }
  const between = template(values, { data: { output } })
  return { ...output, between }
}

/** A template that cannot be rendered shall stop the start, not a notice at night. */
function tryOut(kind: NoticeKind, form: Form): void {
  const sign = { name: 'Support', address: 'support@example.com', signature: '' }
  for (const values of samples[kind]) {
    try {
      write(form, values, sign, { strict: true, room: allRoom })
    } catch (error) {
      throw new Error(`Template ${kind}/${form.language}.hbs: ${(error as Error).message}`)
    }
  }
}
