import Handlebars from 'handlebars'
import { htmlBlocks, inlineHelpers, textBlocks } from './blocks.ts'

/** The source of a notice. `subject` has no blocks, `body` nothing else. */
export type Template = { subject: string; body: string }
export type Compiled = Record<'subject' | 'text' | 'html', Handlebars.TemplateDelegate>

/** They come with Handlebars, and reach further than a letter needs. */
const notOurs = ['lookup', 'with', 'log']
const names = [...Object.keys(inlineHelpers), ...Object.keys(textBlocks)]
const options = {
  strict: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries([...names.map((name) => [name, true]), ...notOurs.map((name) => [name, false])]),
}

const plain = environment(textBlocks)
const rich = environment(htmlBlocks)

/** Of a template that was checked, or is our own. Nothing is run, and no fault is found, before the first rendering. */
export function compile({ subject, body }: Template): Compiled {
  return {
    subject: plain.compile(prepared(subject), { ...options, noEscape: true }),
    text: plain.compile(prepared(body), { ...options, noEscape: true }),
    html: rich.compile(prepared(body, Handlebars.escapeExpression), options),
  }
}

export type Layout = { language: string; subject: string; signature: string; blocks: string; history: string }

export function compileLayout(source: string): (values: Layout) => string {
  const template = Handlebars.create().compile(source, { strict: true })
  return (values) => template({ ...values, signature: values.signature.split('\n') })
}

function environment(blocks: Handlebars.HelperDeclareSpec): typeof Handlebars {
  const handlebars = Handlebars.create()
  for (const name of notOurs) handlebars.unregisterHelper(name)
  handlebars.registerHelper(inlineHelpers)
  handlebars.registerHelper(blocks)
  return handlebars
}

/**
 * As it is compiled: a value is given to `say`, so that what a rendering writes can be counted; and what stands in the source
 * between values are words, not markup.
 */
function prepared(source: string, spell: Spell = (words) => words): hbs.AST.Program {
  const program = Handlebars.parse(source)
  prepare(program, spell)
  return program
}

function prepare(program: hbs.AST.Program | undefined, spell: Spell): void {
  for (const statement of program?.body ?? []) {
    if (isContent(statement)) statement.value = spell(statement.value)
    else if (isMustache(statement)) sayIt(statement)
    else if (isBlock(statement)) {
      prepare(statement.program, spell)
      prepare(statement.inverse, spell)
    }
  }
}

/** How words of the source are written. */
type Spell = (words: string) => string

function sayIt(statement: hbs.AST.MustacheStatement): void {
  if (statement.params.length > 0 || statement.hash) return
  statement.params = [statement.path]
  statement.path = { ...(statement.path as hbs.AST.PathExpression), parts: ['say'], original: 'say' }
}

export function isContent(node: hbs.AST.Node): node is hbs.AST.ContentStatement {
  return node.type === 'ContentStatement'
}

export function isMustache(node: hbs.AST.Node): node is hbs.AST.MustacheStatement {
  return node.type === 'MustacheStatement'
}

export function isBlock(node: hbs.AST.Node): node is hbs.AST.BlockStatement {
  return node.type === 'BlockStatement'
}
