/**
 * Whether a template that somebody wrote may be used. Its syntax tree holds nothing but what is allowed here, so none of it is
 * code, none of it is markup, and it names no value that its letters lack.
 */
import { api, type NoticeKind } from '@podatelna/contracts'
import Handlebars from 'handlebars'
import { isBlock, isContent, isMustache, type Template } from './compile.ts'
import { type Place, placeOf } from './fault.ts'
import { type Value, type Values, valuesOf } from './values.ts'

/** `message` is a sentence for whoever wrote it. */
export type TemplateProblem = { field: keyof Template; message: string } & Place

const deepest = 8
const mostBraces = 400
/** Whoever mends the first ones sees the others next. */
const mostProblems = 20

/** Of the sources alone; empty when nothing is wrong with them. */
export function checkSources(kind: NoticeKind, template: Template): TemplateProblem[] {
  return [...checkSource(kind, template, 'subject'), ...checkSource(kind, template, 'body')].slice(0, mostProblems)
}

function checkSource(kind: NoticeKind, template: Template, field: keyof Template): TemplateProblem[] {
  const source = template[field]
  const longest = api.templateLimits[field]
  if (source.length > longest)
    return [{ field, line: 1, column: 1, message: `It may have at most ${longest} characters.` }]
  // Parsing and compiling take time by the square of what stands within each other.
  if (source.split('{{').length > mostBraces) {
    return [{ field, line: 1, column: 1, message: `It may have at most ${mostBraces} pairs of braces.` }]
  }
  const parsed = parse(source)
  if ('message' in parsed) return [{ field, ...parsed }]
  const problems: TemplateProblem[] = []
  const walk: Walk = {
    tell(node, message) {
      problems.push({ field, ...(placeOf(node.loc) ?? { line: 1, column: 1 }), message })
    },
    depth: 0,
    values: valuesOf(kind),
  }
  if (field === 'subject') checkWords(parsed.program, walk)
  else checkBlocks(parsed.program, walk)
  return problems
}

function parse(source: string): { program: hbs.AST.Program } | ({ message: string } & Place) {
  try {
    return { program: Handlebars.parse(source) }
  } catch (error) {
    return unreadable(error as ParseError)
  }
}

/** The parser tells only of some faults where they are; of the others its lexer knows where it stood. */
function unreadable({ message, lineNumber, column }: ParseError): { message: string } & Place {
  const [, opened, closed] = /^(\S+) doesn't match (\S+)/.exec(message) ?? []
  const { first_line: line = 1, first_column: from = 0 } = lexer?.yylloc ?? {}
  const place = { line: lineNumber ?? line, column: (column ?? from) + 1 }
  if (opened)
    return { ...place, message: `{{#${opened}}} is closed by {{/${closed}}}; what is opened first is closed last.` }
  if (message.includes("got 'EOF'"))
    return { ...place, message: 'It ends before everything that was opened is closed.' }
  return { ...place, message: 'What stands between {{ and }} cannot be understood here.' }
}

type ParseError = Error & { lineNumber?: number; column?: number }
const { lexer } = (Handlebars as unknown as { Parser: { lexer?: { yylloc?: Record<string, number> } } }).Parser

type Walk = {
  /** What may be named here. */
  values: Values
  depth: number
  tell(node: hbs.AST.Node, message: string): void
}

/** Between blocks nothing is written. */
function checkBlocks(program: hbs.AST.Program | undefined, walk: Walk): void {
  checkEach(program, walk, (statement) => {
    if (isContent(statement)) {
      if (statement.value.trim() !== '') walk.tell(firstWord(statement), outside)
    } else if (isBlock(statement)) checkBlock(statement, walk)
    else if (isMustache(statement)) checkStanding(statement, walk)
  })
}

/** Within a paragraph, and in the subject. */
function checkWords(program: hbs.AST.Program | undefined, walk: Walk): void {
  checkEach(program, walk, (statement) => {
    if (isBlock(statement)) checkFlow(statement, walk, checkWords, 'if, unless, each')
    else if (isMustache(statement)) checkSaid(statement, walk)
  })
}

function checkEach(
  program: hbs.AST.Program | undefined,
  walk: Walk,
  check: (statement: hbs.AST.Statement) => void,
): void {
  if (!program) return
  for (const statement of program.body) {
    const refusal = foreign[statement.type]
    if (refusal) walk.tell(statement, refusal)
    else if (isMustache(statement) && !statement.escaped) walk.tell(statement, unescaped)
    else if (isBlock(statement) && walk.depth >= deepest) walk.tell(statement, tooDeep)
    else if (isBlock(statement) && namesItsOwn(statement)) walk.tell(statement, '"as |name|" cannot be used here.')
    else if (known.has(statement.type)) check(statement)
    else walk.tell(statement, 'This cannot be used here.')
  }
}

function namesItsOwn({ program, inverse }: hbs.AST.BlockStatement): boolean {
  return [program, inverse].some((part) => part?.blockParams?.length)
}

const tooDeep = `Blocks may stand within each other ${deepest} deep.`
const outside = 'These words stand outside of any block; put them into {{#p}} … {{/p}}.'
const unescaped = 'Three braces, or {{&, would put values into the letter unescaped; write two braces.'
const known = new Set(['ContentStatement', 'MustacheStatement', 'BlockStatement', 'CommentStatement'])
const foreign: Record<string, string> = {
  PartialStatement: 'Other templates ({{> …}}) cannot be used here.',
  PartialBlockStatement: 'Other templates ({{#> …}}) cannot be used here.',
  Decorator: '{{* …}} cannot be used here.',
  DecoratorBlock: '{{#* …}} cannot be used here.',
}

function checkBlock(block: hbs.AST.BlockStatement, walk: Walk): void {
  const name = simpleName(block.path)
  if (name === 'p' || name === 'quote') return checkParagraph(block, walk, name)
  if (name === 'history') return checkHistory(block, walk)
  checkFlow(block, walk, checkBlocks, 'p, quote, history, if, unless, each')
}

function checkParagraph(block: hbs.AST.BlockStatement, walk: Walk, name: string): void {
  if (block.params.length > 0 || block.hash)
    walk.tell(block, `{{#${name}}} is written without anything behind ${name}.`)
  if (!block.program || block.inverse) return walk.tell(block, `{{#${name}}} has no else.`)
  checkWords(block.program, deeper(walk))
}

function checkHistory(block: hbs.AST.BlockStatement, walk: Walk): void {
  const value = only(block, walk, 'history', 'group')
  if (!block.program || block.inverse) return walk.tell(block, '{{#history}} has no else.')
  if (value) checkWords(block.program, deeper({ ...walk, values: partsOf(value) }))
}

/** @param check of what stands within */
function checkFlow(block: hbs.AST.BlockStatement, walk: Walk, check: typeof checkBlocks, here: string): void {
  const name = simpleName(block.path)
  if (name !== 'if' && name !== 'unless' && name !== 'each') {
    return walk.tell(block, `{{#${shown(block.path)}}} is not known here; there are ${here}.`)
  }
  const value = only(block, walk, name, ...(name === 'each' ? (['list'] as const) : []))
  const { program, inverse } = block
  if (value) check(program, deeper(name === 'each' ? { ...walk, values: partsOf(value) } : walk))
  // "else if" goes on at the same depth.
  check(inverse, isChain(inverse) ? walk : deeper(walk))
}

function isChain(program: hbs.AST.Program | undefined): boolean {
  return (program as { chained?: boolean } | undefined)?.chained === true
}

/** A mustache between blocks. */
function checkStanding(statement: hbs.AST.MustacheStatement, walk: Walk): void {
  const name = simpleName(statement.path)
  const form = name === undefined || statement.params.length === 0 ? undefined : standing.get(name)
  if (form) return checkForm(statement, walk, form)
  walk.tell(statement, `{{${shown(statement.path)}}} cannot stand by itself; put it into {{#p}} … {{/p}}.`)
}

/** A mustache within words. */
function checkSaid(statement: hbs.AST.MustacheStatement, walk: Walk): void {
  const name = simpleName(statement.path)
  if (statement.params.length === 0 && !statement.hash) return void valueAt(statement.path, walk, 'it', ...printable)
  if (name === 'choose') return checkChoice(statement, walk)
  const form = name === undefined ? undefined : said.get(name)
  if (form) return checkForm(statement, walk, form)
  if (name !== undefined && standing.has(name))
    return walk.tell(statement, `{{${name} …}} stands by itself, outside of {{#p}} and {{#quote}}.`)
  walk.tell(statement, `{{${shown(statement.path)} …}} is not known here; there are strong, date, choose.`)
}

/** What a helper is given, in its order; `words` are written in quotation marks. */
type Form = { example: string; params: ('words' | Value['is'] | 'words or text')[] }
const standing = new Map<string, Form>([
  ['link', { example: '{{link page "Open the ticket"}}', params: ['link', 'words'] }],
  ['file', { example: '{{file url filename bytes}}', params: ['link', 'text', 'number'] }],
  ['body', { example: '{{body message}}', params: ['message'] }],
])
const said = new Map<string, Form>([
  ['strong', { example: '{{strong number}}', params: ['words or text'] }],
  ['date', { example: '{{date validUntil}}', params: ['moment'] }],
])
const printable = ['text', 'number', 'word', 'link'] as const

function checkForm(statement: hbs.AST.MustacheStatement, walk: Walk, { example, params }: Form): void {
  if (statement.hash || statement.params.length !== params.length)
    return walk.tell(statement, `It is written like ${example}.`)
  for (const [index, wanted] of params.entries()) {
    const given = statement.params[index]!
    if (wanted === 'words' || (wanted === 'words or text' && given.type === 'StringLiteral')) {
      if (given.type !== 'StringLiteral' || (given as hbs.AST.StringLiteral).value.trim() === '') {
        walk.tell(given, `Here words in quotation marks are needed, as in ${example}.`)
      }
    } else valueAt(given, walk, example, ...(wanted === 'words or text' ? printable : [wanted]))
  }
}

function checkChoice(statement: hbs.AST.MustacheStatement, walk: Walk): void {
  const [param] = statement.params
  const value = param && valueAt(param, walk, 'choose', 'word')
  if (value?.is !== 'word') return
  const pairs = statement.hash?.pairs ?? []
  if (statement.params.length !== 1 || pairs.length === 0) {
    return walk.tell(statement, `It is written like {{choose ${shown(param)} ${value.words[0]}="words for it"}}.`)
  }
  for (const { key, value: words, loc } of pairs) {
    if (!value.words.includes(key)) walk.tell({ type: '', loc }, `"${key}" is none of ${value.words.join(', ')}.`)
    if (words.type !== 'StringLiteral') walk.tell(words, 'Here words in quotation marks are needed.')
  }
}

/** The one thing behind the name of a block. */
function only(block: hbs.AST.BlockStatement, walk: Walk, name: string, ...wanted: Value['is'][]): Value | undefined {
  const [param] = block.params
  if (param && block.params.length === 1 && !block.hash) return valueAt(param, walk, `{{#${name}}}`, ...wanted)
  walk.tell(block, `{{#${name} …}} takes the name of one value.`)
  return undefined
}

/** The value that is named, if there is one, and it is what is wanted. */
function valueAt(node: hbs.AST.Node, walk: Walk, where: string, ...wanted: Value['is'][]): Value | undefined {
  if (node.type !== 'PathExpression') {
    walk.tell(node, 'Here the name of a value is needed.')
    return undefined
  }
  const { parts, original, data, depth } = node as hbs.AST.PathExpression
  if (data || depth > 0 || original !== parts.join('.') || parts.length === 0) {
    walk.tell(node, `"${shown(node)}" cannot be used here; values are called by their names alone.`)
    return undefined
  }
  const value = parts.reduce<Value | undefined>((at, part, index) => {
    return index === 0 ? walk.values[part] : at && (at.is === 'group' || at.is === 'message') ? at.of[part] : undefined
  }, undefined)
  if (!value)
    walk.tell(node, `There is no value "${shown(node)}" here; there are ${Object.keys(walk.values).join(', ')}.`)
  else if (wanted.length > 0 && !wanted.includes(value.is)) {
    walk.tell(node, wrongKind(original, value, where, wanted))
    return undefined
  }
  return value
}

function wrongKind(name: string, value: Value, where: string, wanted: Value['is'][]): string {
  return where === 'it'
    ? `"${name}" is ${a(value.is)} and cannot be written like this; write ${uses[value.is].replaceAll('…', name)}.`
    : `"${name}" is ${a(value.is)}; here ${a(wanted[0]!)} is needed.`
}

const uses: Record<Value['is'], string> = {
  text: '{{…}}',
  number: '{{…}}',
  word: '{{choose … word="words for it"}}',
  moment: '{{date …}}',
  'yes or no': '{{#if …}}',
  link: '{{link … "words"}} outside of {{#p}}',
  list: '{{#each …}}',
  group: '{{#if …}} and the names within it',
  message: '{{body …}} outside of {{#p}}',
}

function a(is: Value['is']): string {
  return is === 'yes or no' || is === 'text' ? is : `a ${is}`
}

function partsOf(value: Value): Values {
  return 'of' in value ? value.of : {}
}

function deeper(walk: Walk): Walk {
  return { ...walk, depth: walk.depth + 1 }
}

function simpleName(path: hbs.AST.Node): string | undefined {
  if (path.type !== 'PathExpression') return undefined
  const { parts, original, data, depth } = path as hbs.AST.PathExpression
  return !data && depth === 0 && parts.length === 1 && parts[0] === original ? original : undefined
}

function shown(node: hbs.AST.Node | undefined): string {
  const written = String((node as { original?: unknown } | undefined)?.original ?? '…')
  return written.length > 60 ? `${written.slice(0, 60).toWellFormed()}…` : written
}

function firstWord(statement: hbs.AST.ContentStatement): hbs.AST.Node {
  const { loc } = statement
  const before = /^\s*/.exec(String(statement.original))![0].split('\n')
  const column = before.length > 1 ? before.at(-1)!.length : loc.start.column + before[0]!.length
  return { type: '', loc: { ...loc, start: { line: loc.start.line + before.length - 1, column } } }
}
