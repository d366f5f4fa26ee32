/**
 * Notices as text and HTML. One source per kind and language, templates/<kind>/<language>.hbs, is compiled twice: every
 * block of it (subject, p, quote, link, body) renders itself as text in one environment and as HTML in the other.
 * A language is added by adding its files.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NoticeKind } from '@podatelna/contracts'
import Handlebars from 'handlebars'
import { htmlBlocks, inlineHelpers, type Output, textBlocks } from './blocks.ts'
import { type NoticeValues, samples } from './samples.ts'

const folder = join(import.meta.dirname, '../templates')
const fallback = 'en'

export type Templates = {
  render<Kind extends NoticeKind>(kind: Kind, language: string, values: NoticeValues[Kind], sign: Sender): Rendered
}
export type Rendered = { language: string; subject: string; text: string; html: string }
/** Who signs: the mailbox, with its signature or else its name and address. */
export type Sender = { name: string; address: string; signature: string }

/**
 * Reads and compiles all templates.
 *
 * @param timeZone of the moments they tell
 * @throws Error naming the template that is missing, broken, or asks for a value nobody gives it
 */
export function loadTemplates(timeZone = 'UTC'): Templates {
  const layout = compileLayout()
  const notices = new Map(NoticeKind.options.map((kind) => [kind, compileKind(kind)]))
  const templates: Templates = {
    render(kind, wanted, values, sign) {
      const languages = notices.get(kind)!
      const language = languages.has(wanted) ? wanted : fallback
      const { text, html } = languages.get(language)!
      const place = { language, timeZone }
      const plain = run(text, place, values)
      const rich = run(html, place, values)
      const { subject } = plain
      const signature = sign.signature.trim() || `${sign.name}\n${sign.address}`
      return {
        language,
        subject,
        // RFC 3676 §4.3: readers fold all that stands below "-- ", which what is quoted must not be.
        text: `${[...plain.blocks, plain.history, `-- \n${signature}`].filter(Boolean).join('\n\n')}\n`,
        html: layout({ language, subject, signature, blocks: rich.blocks.join('\n'), history: rich.history }),
      }
    },
  }
  tryAll(templates, notices)
  return templates
}

function compileKind(kind: NoticeKind): Map<string, Compiled> {
  const files = readdirSync(join(folder, kind)).filter((file) => file.endsWith('.hbs'))
  if (!files.includes(`${fallback}.hbs`)) throw new Error(`There is no template ${kind}/${fallback}.hbs.`)
  return new Map(files.map((file) => [file.slice(0, -'.hbs'.length), compile(join(kind, file))]))
}

function compile(file: string): Compiled {
  const source = readFileSync(join(folder, file), 'utf8')
  const text = environment(textBlocks).compile(source, { strict: true, noEscape: true })
  const html = environment(htmlBlocks).compile(source, { strict: true })
  return { text, html }
}

function environment(blocks: Handlebars.HelperDeclareSpec): typeof Handlebars {
  const handlebars = Handlebars.create()
  handlebars.registerHelper(inlineHelpers)
  handlebars.registerHelper(blocks)
  return handlebars
}

function run(template: Template, place: { language: string; timeZone: string }, values: object): Output {
  const output: Output = { ...place, subject: '', blocks: [], history: '' }
  const between = template(values, { data: { output } })
  if (between.trim()) throw new Error(`text outside of any block: "${between.trim().slice(0, 60)}"`)
  return output
}

function compileLayout() {
  const template = Handlebars.create().compile(readFileSync(join(folder, 'layout.html.hbs'), 'utf8'), { strict: true })
  return (values: { language: string; subject: string; signature: string; blocks: string; history: string }): string =>
    template({ ...values, signature: values.signature.split('\n') })
}

/** A template that cannot be rendered shall stop the start, not a notice at night. */
function tryAll(templates: Templates, notices: Map<NoticeKind, Map<string, Compiled>>): void {
  const sign = { name: 'Support', address: 'support@example.com', signature: '' }
  for (const [kind, languages] of notices) {
    for (const language of languages.keys()) {
      for (const values of samples[kind]) {
        try {
          const { subject } = templates.render(kind, language, values, sign)
          if (!subject) throw new Error('it has no subject')
        } catch (error) {
          throw new Error(`Template ${kind}/${language}.hbs: ${(error as Error).message}`)
        }
      }
    }
  }
}

type Template = Handlebars.TemplateDelegate<object>
type Compiled = { text: Template; html: Template }
