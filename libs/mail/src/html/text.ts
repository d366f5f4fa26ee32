import { readLength } from './css.ts'
import { Flow } from './flow.ts'
import type { Look } from './looks.ts'
import { type Element, type Writer, writeTree } from './tree.ts'

/**
 * The words of HTML in lines, as its author would have typed them without it: paragraphs, lists with their numbers, rows
 * of tables, quotes behind `>`, links with their address where they do not say it. What the letter hides is left out.
 * Any input gives a result, in time linear in its length.
 */
export function htmlToText(html: string): string {
  const writer = new TextWriter()
  writeTree(html, writer)
  return writer.text()
}

/** In the text of HTML with our folds: where one begins, then the first letter of its reason; and where it ends. */
export const foldBegin = '\ue000'
export const foldEnd = '\ue001'

/** Lists and quotes that are deeper look like this one; a line would be nothing but signs. */
const depthLimit = 10
const lengthLimit = 4 * 1024 * 1024

export class TextWriter implements Writer {
  readonly #flows = [new Flow()]
  readonly #open: Open[] = []
  readonly #links: Link[] = []
  readonly #manners = new WeakMap<Look, Manner>()
  #hidden = 0
  #depth = 0
  #length = 0
  /** Of the link before, which is not told twice. */
  #told = ''

  /** Our folds are marked in it, for who wrote them (tree.ts, `foldKey`). */
  text(): string {
    return this.#flow.lines().join('\n')
  }

  open(element: Element): void {
    if (element.name === 'summary') return
    // A word like any other: what is told may not depend on where a fold was put.
    if (element.name === 'details') return this.words(` ${foldBegin}${attributeOf(element, 'data-folded')?.[0]} `)
    const around = this.#open.at(-1)
    const manner = this.#mannerOf(element)
    if (manner.isHidden) this.#hidden++
    const isDeep = element.name === 'li' || manner.isQuote
    const hasFlow = this.#hidden === 0 && (manner.isCell || (isDeep && this.#depth < depthLimit))
    const open: Open = {
      manner,
      hasFlow,
      isExact: manner.isExact ?? around?.isExact ?? false,
      fontSize: element.look.inherited.fontSize,
      item: element.name === 'ol' ? Number(attributeOf(element, 'start') ?? 1) : 1,
      isNumbered: element.name === 'ol',
      marker: element.name === 'li' ? markerFor(element, around) : '',
      cells: [],
    }
    this.#open.push(open)
    if (this.#hidden > 0) return
    if (manner.isBlock) this.#flow.end(manner.top)
    if (hasFlow) this.#flows.push(new Flow())
    if (hasFlow && isDeep) this.#depth++
    if (element.name === 'a') this.#links.push({ href: attributeOf(element, 'href') ?? '', words: '' })
    if (element.name === 'q') this.#add('“')
  }

  close(element: Element): void {
    if (element.name === 'summary') return
    if (element.name === 'details') return this.words(` ${foldEnd} `)
    const open = this.#open.pop()!
    const { manner } = open
    if (this.#hidden === 0) {
      if (element.name === 'q') this.#add('”')
      if (element.name === 'a') this.#endLink(this.#links.pop()!)
      if (open.hasFlow) this.#endFlow(element, open)
      if (element.name === 'tr') this.#flow.addLines(rowOf(open.cells))
      if (manner.isBlock) this.#flow.end(manner.bottom)
    }
    if (manner.isHidden) this.#hidden--
  }

  empty(element: Element): void {
    if (this.#hidden > 0 || hides(element.look)) return
    if (element.name === 'br') this.#flow.break()
    else if (element.name === 'hr') this.#flow.addLines(['_'.repeat(32)])
    else if (element.name === 'img') this.#add(pictured(attributeOf(element, 'alt') ?? ''))
  }

  words(text: string): void {
    const open = this.#open.at(-1)
    // Some hide the first words of a newsletter by their size.
    if (this.#hidden > 0 || (open && open.fontSize < 2)) return
    if (!open?.isExact) return this.#add(text)
    text.split('\n').forEach((line, at) => {
      if (at > 0) this.#flow.break()
      this.#add(line, true)
    })
  }

  /** Its address is told whole. */
  target(): void {}

  get #flow(): Flow {
    return this.#flows.at(-1)!
  }

  #mannerOf(element: Element): Manner {
    const known = this.#manners.get(element.look)
    if (known) return known
    const manner = mannerOf(element)
    this.#manners.set(element.look, manner)
    return manner
  }

  #add(text: string, isExact = false): void {
    if (this.#length > lengthLimit) return
    const seen = text.replace(/\u00ad|\u034f|\u200b|\u2060|\ufeff/g, '')
    this.#length += seen.length
    this.#flow.add(seen, isExact)
    const link = this.#links.at(-1)
    if (link && link.words.length < 2000) link.words += seen
  }

  #endFlow(element: Element, { manner, marker }: Open): void {
    const lines = this.#flows.pop()!.lines()
    if (manner.isCell) return void this.#open.at(-1)?.cells.push(lines)
    this.#depth--
    if (element.name !== 'li') return this.#flow.addLines(lines.map((line) => (line === '' ? '>' : `> ${line}`)))
    const indent = ' '.repeat(marker.length)
    this.#flow.addLines(lines.map((line, at) => (at === 0 ? marker + line : line === '' ? '' : indent + line)))
  }

  /** Addresses longer than this are of machines, for machines. */
  #endLink({ href, words }: Link): void {
    const outer = this.#links.at(-1)
    if (outer) outer.words += words
    if (words.trim() === '' || href.length > 500 || href === this.#told || says(words, href)) return
    this.#told = href
    this.#add(` <${href.replace(/^mailto:/, '')}>`)
  }
}

/** What its look says of how an element is told. */
type Manner = {
  isHidden: boolean
  isBlock: boolean
  isCell: boolean
  isQuote: boolean
  isExact: boolean | undefined
  /** Lines that end before it and behind it; 2 to leave an empty one. */
  top: 1 | 2
  bottom: 1 | 2
}

type Open = {
  manner: Manner
  /** What is in it is put together by itself. */
  hasFlow: boolean
  isExact: boolean
  fontSize: number
  /** Number of the next item. */
  item: number
  isNumbered: boolean
  marker: string
  cells: string[][]
}

type Link = { href: string; words: string }

function attributeOf({ look }: Element, name: string): string | undefined {
  return look.attributes.find(([attribute]) => attribute === name)?.[1]
}

function mannerOf({ name, kind, look }: Element): Manner {
  const { style } = look
  return {
    isHidden: hides(look),
    isBlock: kind === 'block' || kind === 'table part' || blockDisplays.has(style.get('display') ?? ''),
    isCell: name === 'td' || name === 'th',
    // Some programs use the element to move a block in.
    isQuote: name === 'blockquote' && !(style.get('border') === 'none' && !style.has('border-left')),
    isExact: exactness.get(style.get('white-space') ?? name),
    top: gap(look, 'top'),
    bottom: gap(look, 'bottom'),
  }
}

function hides({ style }: Look): boolean {
  if (style.get('display') === 'none' || style.get('visibility') === 'hidden' || style.get('opacity') === '0')
    return true
  return style.get('overflow') === 'hidden' && (style.get('max-height') === '0' || style.get('height') === '0')
}

const blockDisplays = new Set(['block', 'list-item', 'table'])

const exactness = new Map([
  ['pre', true],
  ['pre-wrap', true],
  ['pre-line', true],
  ['normal', false],
  ['nowrap', false],
])

/** Whether an empty line is left there, by the margin it has or browsers give it. */
function gap({ name, style }: Look, side: 'top' | 'bottom'): 1 | 2 {
  const margin = marginOf(style, side)
  if (margin === undefined) return spaced.has(name) ? 2 : 1
  return margin < 6 || name === 'li' ? 1 : 2
}

const spaced = new Set(['p', 'pre', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote'])

function marginOf(style: Look['style'], side: 'top' | 'bottom'): number | undefined {
  const sides = style.get('margin')?.split(' ')
  const margin = style.get(`margin-${side}`) ?? (side === 'top' ? sides?.[0] : (sides?.[2] ?? sides?.[0]))
  return margin === undefined ? undefined : (readLength(margin, { fontSize: 16 })?.px ?? 0)
}

function markerFor(item: Element, list: Open | undefined): string {
  const number = Number(attributeOf(item, 'value') ?? list?.item ?? 1)
  if (list) list.item = number + 1
  return list?.isNumbered ? `${number}. ` : '• '
}

/** Cells of a line each make one line; what is longer is a layout, and read from left to right. */
function rowOf(cells: string[][]): string[] {
  const filled = cells.filter((lines) => lines.length > 0)
  const row = filled.flat()
  const isOneLine = filled.every((lines) => lines.length === 1) && row.reduce((sum, line) => sum + line.length, 0) < 200
  return isOneLine && row.length > 0 ? [row.join('  ')] : row
}

/** What stands for a picture; one that is a single sign is a smile. */
function pictured(alt: string): string {
  const words = alt.replace(/\s+/g, ' ').trim()
  return words === '' ? '' : /[\p{L}\p{N}]/u.test(words) ? `[${words}]` : words
}

/** Whether the words of a link are its address. */
function says(words: string, href: string): boolean {
  return bare(words) === bare(href)
}

function bare(address: string): string {
  return address
    .trim()
    .toLowerCase()
    .replace(/^(?:https?:\/\/|mailto:|tel:)?(?:www\.)?/, '')
    .replace(/[/.]$/, '')
}
