import { type Declaration, readDeclarations, split } from './css.ts'
import type { Attributes } from './tokens.ts'

/**
 * The rules of a letter's style sheets for elements, classes and ids. What they say is written into the elements: without
 * them every letter of Outlook is set with gaps between its lines. Rules for screens of some size, states, and elements
 * within others are left out.
 */
export class Sheet {
  readonly #rules = new Map<string, Rule>()
  #read = 0

  add(css: string): void {
    const source = withoutComments(css.slice(0, Math.max(0, lengthLimit - this.#read)))
    this.#read += source.length
    for (let at = 0; at < source.length; ) {
      const open = source.indexOf('{', at)
      if (open < 0) return
      const prelude = source.slice(at, open).split(';').at(-1)!.trim()
      const end = prelude.startsWith('@') ? blockEnd(source, open) : source.indexOf('}', open)
      if (end < 0) return
      if (!prelude.startsWith('@')) this.#addRule(prelude, source.slice(open + 1, end))
      at = end + 1
    }
  }

  /** What they say of an element, the most telling last (CSS Cascading §6). */
  declarationsFor(name: string, attributes: Attributes): Declarations {
    if (this.#rules.size === 0) return none
    const found: Rule[] = []
    const look = (key: string) => {
      const rule = this.#rules.get(key)
      if (rule) found.push(rule)
    }
    look(name)
    const classes = attributes.get('class')?.slice(0, 500).split(/\s+/, classLimit) ?? []
    for (const each of classes) if (each) for (const key of [`.${each}`, `${name}.${each}`]) look(key)
    const id = attributes.get('id')
    if (id) for (const key of [`#${id}`, `${name}#${id}`]) look(key)
    if (found.length < 2) return found[0]?.declarations ?? none
    return found.sort((one, other) => one.weight - other.weight || one.order - other.order).flatMap(declarationsOf)
  }

  #addRule(prelude: string, body: string): void {
    const declarations = readDeclarations(body).slice(0, declarationLimit)
    if (declarations.length === 0) return
    for (const selector of split(prelude, ',')) {
      const match = simpleSelector.exec(selector.trim())
      const [, tag = '', kind = '', word = ''] = match ?? []
      const key = `${tag.toLowerCase()}${kind}${word}`
      if (match && key !== '') this.#addTo(key, (kind === '#' ? 4 : kind === '.' ? 2 : 0) + (tag ? 1 : 0), declarations)
    }
  }

  #addTo(key: string, weight: number, declarations: Declarations): void {
    const rule = this.#rules.get(key)
    if (rule) {
      if (rule.declarations.length < declarationLimit) rule.declarations = [...rule.declarations, ...declarations]
    } else if (this.#rules.size < ruleLimit) {
      this.#rules.set(key, { weight, order: this.#rules.size, declarations })
    }
  }
}

type Declarations = readonly Declaration[]
type Rule = { weight: number; order: number; declarations: Declarations }

const lengthLimit = 256 * 1024
const ruleLimit = 2000
const declarationLimit = 40
const classLimit = 10
const none: Declarations = []

const simpleSelector = /^([a-z][a-z0-9]{0,20})?(?:([.#])([\w-]{1,100}))?(?::link)?$/i

function declarationsOf({ declarations }: Rule): Declarations {
  return declarations
}

/** Word writes its sheet into a comment of HTML. */
function withoutComments(css: string): string {
  let kept = ''
  let at = 0
  for (;;) {
    const start = css.indexOf('/*', at)
    if (start < 0) break
    kept += css.slice(at, start)
    const end = css.indexOf('*/', start + 2)
    at = end < 0 ? css.length : end + 2
  }
  return (kept + css.slice(at)).replaceAll('<!--', ' ').replaceAll('-->', ' ')
}

function blockEnd(css: string, open: number): number {
  let depth = 0
  for (let at = open; at < css.length; at++) {
    if (css[at] === '{') depth++
    else if (css[at] === '}' && --depth === 0) return at
  }
  return -1
}
