/**
 * HTML as a browser would understand it: elements that end where they must, whatever the letter closes, forgets to close
 * or closes in another order. What it tells a writer is a tree of elements that letters may have; text of others stays.
 *
 * It follows HTML §13.2.6 as far as that can be done in one pass, without taking back what was told: nothing is moved
 * out of a table, it gets a row and a cell of its own instead. Each step looks at no more than the elements open, and
 * those are few, so time is linear.
 */
import { cleanCharacters } from './characters.ts'
import { breakOut, headings, type Kind, type Plan, planOf, scopes, tableFrames } from './elements.ts'
import { marker, markerText, unsaidTarget, withWords } from './links.ts'
import { type Look, Looks } from './looks.ts'
import { initial } from './settle.ts'
import { Sheet } from './sheet.ts'
import { asCharacters } from './symbols.ts'
import { type Attributes, type Reader, readTokens } from './tokens.ts'

export type Element = {
  name: string
  /** How the letter named it. */
  source: string
  kind: Kind
  look: Look
  open: boolean
  /** Its end came where it could not end yet; it does as soon as it can. */
  ended: boolean
}

/** Is told of a well-formed tree, in order. */
export type Writer = {
  open(element: Element): void
  close(element: Element): void
  /** An element that has nothing in it. */
  empty(element: Element): void
  words(text: string): void
  /** The open link, which ends here, leads elsewhere than its words say. */
  target(target: string): void
}

export type Options = {
  /** What `markFolds` was given; marks without it are the letter's own, and no folds. */
  foldKey?: string
}

export function writeTree(html: string, writer: Writer, options: Options = {}): void {
  const tree = new Tree(writer, options)
  readTokens(html, tree)
  tree.end()
}

/** Deeper, and elements leave their text only. Browsers stop at 512. */
const depthLimit = 150
/** Elements that are begun again at once behind blocks; a person sees no more of them. */
const formattingLimit = 16
/** What may be added to a letter, in characters: elements begun again, style from sheets. */
const additionLimit = 1024 * 1024

class Tree implements Reader {
  readonly #writer: Writer
  readonly #options: Options
  readonly #stack: Element[] = []
  /** To be begun again where they were closed too early; `undefined` parts what is in a cell from what is around. */
  readonly #formatting: (Element | undefined)[] = []
  /** Elements too deep to be opened, whose end tags are to end nothing else. */
  readonly #tooDeep = new Map<string, number>()
  readonly #sheet = new Sheet()
  readonly #looks = new Looks()
  #text = ''
  #paragraphs = 0
  #additions = additionLimit
  #dropping: { source: string; depth: number } | undefined
  readonly #links: { href: string; words: string }[] = []
  /** Words in a link that may say where it leads, as we wrote it before; and whether there are more of them. */
  #held: string | undefined
  #isHolding = false
  /** Right behind `<pre>`, where one line break belongs to the tag. */
  #atStart = false

  constructor(writer: Writer, options: Options) {
    this.#writer = writer
    this.#options = options
  }

  open(source: string, attributes: Attributes): void {
    if (this.#dropping && !this.#leavesDropped(source)) return
    const plan = this.#planOf(source, attributes)
    if (!plan) return
    if (plan.kind === 'dropped') {
      this.#dropping = { source, depth: 1 }
      return
    }
    this.#flush()
    if (plan.kind === 'table part') this.#openTablePart(plan, attributes)
    else if (this.#framed()) this.#openInFrame(source, plan, attributes)
    else this.#openInFlow(source, plan, attributes)
  }

  close(source: string): void {
    if (this.#dropping) {
      if (source === this.#dropping.source && --this.#dropping.depth === 0) this.#dropping = undefined
      return
    }
    const deep = this.#tooDeep.get(source)
    if (deep) return void this.#tooDeep.set(source, deep - 1)
    const plan = planOf(source)
    if (source === 'br') return this.open(source, noAttributes)
    if (!plan || unclosed.has(source)) return
    this.#flush()
    if (plan.kind === 'table part') this.#closeTablePart(source)
    else if (plan.kind === 'formatting') this.#closeFormatting(source)
    else if (plan.kind === 'inline') this.#closeInline(source)
    else if (plan.kind === 'block') this.#closeBlock(source)
  }

  text(text: string): void {
    if (!this.#dropping) this.#text += text
    else if (this.#dropping.source === 'style') {
      this.#sheet.add(text)
      this.#looks.forget()
    }
  }

  end(): void {
    this.#flush()
    this.#popTo(0)
  }

  #planOf(source: string, attributes: Attributes): Plan | undefined {
    if (source === 'details' || source === 'summary') {
      const ours = source === 'summary' ? this.#parent()?.name === 'details' : this.#isOurFold(attributes)
      return ours ? { name: source, kind: 'block' } : { name: 'div', kind: 'block' }
    }
    if (source === 'body' && (this.#stack.length > 0 || attributes.size === 0)) return undefined
    return planOf(source)
  }

  #isOurFold(attributes: Attributes): boolean {
    const { foldKey } = this.#options
    return foldKey !== undefined && attributes.get('data-fold-key') === foldKey && attributes.has('data-folded')
  }

  /** An element that is not closed must not take the letter with it, where browsers would not let it. */
  #leavesDropped(source: string): boolean {
    const dropping = this.#dropping!
    if (source === dropping.source) dropping.depth++
    if (!(dropping.source === 'svg' || dropping.source === 'xml') || !breakOut.has(source)) return false
    this.#dropping = undefined
    return true
  }

  #openInFlow(source: string, { name, kind }: Plan, attributes: Attributes): void {
    if (kind === 'block' || name === 'hr') this.#closeParagraph()
    if (name === 'li') this.#closeItem('li')
    if (name === 'dd' || name === 'dt') this.#closeItem('dd', 'dt')
    if (headings.has(name) && headings.has(this.#parent()?.name ?? ''))
      this.#popTo(this.#stack.lastIndexOf(this.#parent()!))
    if (source === 'a') this.#endLinks()
    if (kind !== 'block' && name !== 'hr') this.#reconstruct()
    const element = this.#elementOf(source, { name, kind }, attributes)
    if (!element) return
    if (kind === 'void') return this.#writeEmpty(element)
    if (attributes.has(marker) && element.look.plain && this.#parent()?.name === 'a') return this.#hold(element)
    if (!this.#hasRoomFor(name)) {
      this.#tooDeep.set(source, (this.#tooDeep.get(source) ?? 0) + 1)
      if (kind === 'block') this.#text += ' '
      return
    }
    this.#push(element)
    if (kind === 'formatting') this.#remember(element)
  }

  /** Between rows and cells nothing may stand. Browsers move it out of the table; here it gets a cell. */
  #openInFrame(source: string, plan: Plan, attributes: Attributes): void {
    if (plan.name === 'table') {
      this.#closeTablePart('table')
      this.#openInFlow(source, plan, attributes)
    } else if (plan.name === 'img') {
      this.#openCell()
      this.#openInFlow(source, plan, attributes)
    }
  }

  #openTablePart({ name, kind }: Plan, attributes: Attributes): void {
    const table = this.#stack.findLastIndex((element) => element.name === 'table')
    if (table < 0 || this.#tooDeep.get('table')) {
      this.#text += ' '
      return
    }
    if (name === 'tr') this.#closeInTable(table, 'tbody', 'thead', 'tfoot')
    else if (name === 'td' || name === 'th') this.#closeInTable(table, 'tr')
    else if (name === 'col') this.#closeInTable(table, 'colgroup')
    else this.#closeInTable(table)
    this.#openImplied(name)
    const element = this.#elementOf(name, { name, kind }, attributes)
    if (!element) return
    if (name === 'col') return this.#writeEmpty(element)
    this.#push(element)
    if (!tableFrames.has(name)) this.#formatting.push(undefined)
  }

  /** Up to the innermost of these frames of the table, or to the table itself. */
  #closeInTable(table: number, ...frames: string[]): void {
    const frame = this.#stack.findLastIndex((element, at) => at > table && frames.includes(element.name))
    this.#popTo((frame < 0 ? table : frame) + 1)
  }

  /** Rows and bodies that HTML lets one leave out. */
  #openImplied(name: string): void {
    const parent = this.#top()?.name
    if (name === 'col' && parent === 'table') this.#openPlain('colgroup')
    if ((name === 'td' || name === 'th') && parent === 'table') this.#openPlain('tbody')
    if (name === 'tr' && parent === 'table') this.#openPlain('tbody')
    if ((name === 'td' || name === 'th') && this.#top()?.name !== 'tr') this.#openPlain('tr')
  }

  #openCell(): void {
    this.#openTablePart({ name: 'td', kind: 'table part' }, noAttributes)
  }

  #openPlain(name: string): void {
    const element = this.#elementOf(name, planOf(name)!, noAttributes)
    if (element) this.#push(element)
  }

  #closeTablePart(source: string): void {
    const scope = source === 'table' ? -1 : this.#stack.findLastIndex(({ name }) => name === 'table')
    const at = this.#stack.findLastIndex((element) => element.source === source)
    if (at > scope) this.#popTo(at)
  }

  #closeBlock(source: string): void {
    if (source === 'table') return this.#closeTablePart(source)
    const is = (element: Element) => element.source === source || (headings.has(source) && headings.has(element.name))
    const at = this.#inScope(is, source === 'li' ? lists : scopes)
    if (at >= 0) this.#popTo(at)
    else if (source === 'p' && !this.#framed()) {
      // Browsers see an empty paragraph, which parts what is before it from what follows.
      this.#openInFlow('p', planOf('p')!, noAttributes)
      this.#closeParagraph()
    }
  }

  #closeInline(source: string): void {
    for (let at = this.#stack.length - 1; at >= 0; at--) {
      const element = this.#stack[at]!
      if (element.source === source) return this.#popTo(at)
      if (isSpecial(element)) return
    }
  }

  /** What was opened since then and is no block is begun again behind it; out of blocks it ends when they do. */
  #closeFormatting(source: string): void {
    const at = this.#formatting.findLastIndex((element) => !element || element.source === source)
    const element = this.#formatting[at]
    if (!element) return this.#closeInline(source)
    if (element.open && this.#inScope((one) => one === element) < 0) return
    this.#formatting.splice(at, 1)
    if (element.open) this.#endEarly(element)
  }

  #endEarly(element: Element): void {
    const at = this.#stack.lastIndexOf(element)
    const within = this.#stack.slice(at + 1).filter(isSpecial)
    const divisible = within.length <= divisionLimit && within.every(({ name }) => name === 'div' || name === 'p')
    if (within.length > 0 && element.name !== 'a' && !(divisible && this.#affords(within))) {
      element.ended = true
      return
    }
    this.#popTo(at)
    if (within.length <= divisionLimit && (element.name !== 'a' || this.#affords(within))) {
      for (const block of within) this.#push(again(block))
    }
  }

  /** A link ends where the next one begins. */
  #endLinks(): void {
    const at = this.#formatting.findLastIndex((element) => !element || element.source === 'a')
    const link = this.#formatting[at]
    if (!link) return
    this.#formatting.splice(at, 1)
    if (link.open && this.#inScope((one) => one === link) >= 0) this.#endEarly(link)
  }

  #closeParagraph(): void {
    if (this.#paragraphs === 0) return
    const at = this.#inScope(({ name }) => name === 'p')
    if (at >= 0) this.#popTo(at)
  }

  /** An item ends where the next one begins, unless that is in a list of its own. */
  #closeItem(...names: string[]): void {
    for (let at = this.#stack.length - 1; at >= 0; at--) {
      const element = this.#stack[at]!
      if (names.includes(element.name)) return this.#popTo(at)
      if (isSpecial(element) && element.name !== 'div' && element.name !== 'p') return
    }
  }

  #inScope(is: (element: Element) => boolean, bounds = scopes): number {
    for (let at = this.#stack.length - 1; at >= 0; at--) {
      const element = this.#stack[at]!
      if (is(element)) return at
      if (bounds.has(element.name)) return -1
    }
    return -1
  }

  #remember(element: Element): void {
    const since = this.#formatting.lastIndexOf(undefined) + 1
    if (this.#formatting.length - since >= formattingLimit) this.#formatting.splice(since, 1)
    this.#formatting.push(element)
  }

  #reconstruct(): void {
    let from = this.#formatting.length
    while (from > 0 && this.#formatting[from - 1]?.open === false) from--
    for (let at = from; at < this.#formatting.length; at++) {
      const element = this.#formatting[at]!
      if (!this.#hasRoomFor(element.name) || !this.#affords([element])) {
        this.#formatting.splice(at)
        return
      }
      const begun = again(element)
      this.#formatting[at] = begun
      this.#push(begun)
    }
  }

  #elementOf(source: string, plan: Plan, given: Attributes): Element | undefined {
    const sheet = this.#additions > 0 ? this.#sheet : undefined
    const look = this.#looks.of(source, plan.name, given, this.#top()?.look.inherited ?? initial, sheet)
    if (!look) return undefined
    this.#additions -= look.added
    return { name: look.name, source, kind: plan.kind, look, open: false, ended: false }
  }

  #affords(elements: Element[]): boolean {
    for (const { name, look } of elements) {
      this.#additions -= 2 * name.length + 5
      for (const [attribute, value] of [...look.attributes, ...look.style])
        this.#additions -= attribute.length + value.length + 4
    }
    return this.#additions > 0
  }

  /** A table has room for rows and cells as well, without which its text would stand outside. */
  #hasRoomFor(name: string): boolean {
    return this.#stack.length < (name === 'table' ? depthLimit - 8 : depthLimit)
  }

  #top(): Element | undefined {
    return this.#stack.at(-1)
  }

  /** As others will read it: without those that tell nothing. */
  #parent(): Element | undefined {
    return this.#stack.findLast(({ look }) => !look.plain)
  }

  #framed(): boolean {
    return tableFrames.has(this.#top()?.name ?? '')
  }

  #push(element: Element): void {
    element.open = true
    this.#stack.push(element)
    if (element.name === 'p') this.#paragraphs++
    if (element.look.plain) return
    this.#release()
    if (element.kind === 'block') this.#hear(' ')
    this.#writer.open(element)
    if (element.name === 'a') this.#links.push({ href: attributeOf(element, 'href'), words: '' })
    this.#atStart = element.name === 'pre'
  }

  #writeEmpty(element: Element): void {
    this.#release()
    // While a picture is not there, its words are what is seen. Where a word may be broken, it goes on.
    if (element.name !== 'wbr') this.#hear(` ${attributeOf(element, 'alt')} `)
    this.#atStart = false
    this.#writer.empty(element)
  }

  #popTo(length: number): void {
    while (this.#stack.length > length) this.#pop()
    while (this.#top()?.ended) this.#pop()
  }

  #pop(): void {
    const element = this.#stack.pop()!
    element.open = false
    this.#tooDeep.clear()
    if (element.name === 'p') this.#paragraphs--
    if (scopes.has(element.name) && element.name !== 'table') {
      this.#formatting.splice(Math.max(0, this.#formatting.lastIndexOf(undefined)))
    }
    this.#isHolding = false
    if (element.look.plain) return
    if (element.name === 'a') this.#endLink()
    else this.#release()
    this.#writer.close(element)
    if (element.kind === 'block') this.#hear(' ')
    this.#atStart = false
  }

  #flush(): void {
    if (this.#text === '') return
    let text = cleanCharacters(this.#text)
    this.#text = ''
    if (this.#atStart) text = text.replace(/^\n+/, '')
    if (text === '') return
    if (this.#framed()) {
      if (/^\s*$/.test(text)) return
      this.#openCell()
    }
    if (this.#isHolding) {
      this.#held += text
      return
    }
    this.#release()
    this.#reconstruct()
    const symbols = this.#top()?.look.inherited.symbols
    this.#writeText(symbols ? asCharacters(text, symbols) : text)
  }

  #writeText(text: string): void {
    this.#hear(text)
    this.#writer.words(text)
    this.#atStart = false
  }

  #hold(element: Element): void {
    this.#release()
    this.#push(element)
    this.#held = ''
    this.#isHolding = true
  }

  /** Something follows, or says something else: then these are words like others. */
  #release(): void {
    const held = this.#held
    this.#held = undefined
    this.#isHolding = false
    if (held) this.#writeText(held)
  }

  #hear(words: string): void {
    const link = this.#links.at(-1)
    if (link) link.words = withWords(link.words, words)
  }

  #endLink(): void {
    const link = this.#links.at(-1)!
    let target = unsaidTarget(link.href, link.words)
    if (this.#held !== undefined && target !== undefined && this.#held === markerText(target)) this.#held = undefined
    else if (this.#held !== undefined) {
      this.#release()
      target = unsaidTarget(link.href, link.words)
    }
    if (target !== undefined) this.#writer.target(target)
    this.#links.pop()
    this.#hear(link.words)
  }
}

function attributeOf({ look }: Element, name: string): string {
  return look.attributes.find(([attribute]) => attribute === name)?.[1] ?? ''
}

function again(element: Element): Element {
  return { ...element, open: false, ended: false }
}

/** Ends what is inline (HTML §13.2.4.2). */
function isSpecial({ kind }: Element): boolean {
  return kind === 'block' || kind === 'table part'
}

/** Blocks that are divided where a link or a font ends in their middle. */
const divisionLimit = 8
/** To their end tags nothing belongs: what follows them still is of the letter. */
const unclosed = new Set(['body', 'br', 'hr', 'img', 'image', 'wbr', 'col'])
const lists = new Set([...scopes, 'ol', 'ul'])
const noAttributes: Attributes = new Map()
