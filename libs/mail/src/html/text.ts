import { readLength, type Style } from './css.ts'
import { Flow } from './flow.ts'
import { type Element, type Writer, writeTree } from './tree.ts'

/**
 * The words of HTML in lines, as its author would have typed them without it: paragraphs, lists with their numbers, rows
 * of tables, quotes behind `>`, links with their address where they do not say it. What the letter hides is left out.
 * Any input gives a result, in time linear in its length.
 */
export function htmlToText(html: string): string {
  const writer = new TextWriter()
  writeTree(html, writer)
  return writer.lines().join('\n')
}

/** Lists and quotes that are deeper look like this one; a line would be nothing but signs. */
const depthLimit = 10
const lengthLimit = 4 * 1024 * 1024

class TextWriter implements Writer {
  readonly #flows = [new Flow()]
  readonly #open: Open[] = []
  readonly #links: Link[] = []
  #hidden = 0
  #depth = 0
  #length = 0
  /** Of the link before, which is not told twice. */
  #told = ''

  lines(): string[] {
    return this.#flow.lines()
  }

  open(element: Element): void {
    const around = this.#open.at(-1)
    const isHidden = hides(element)
    if (isHidden) this.#hidden++
    const isDeep = element.name === 'li' || isQuote(element)
    const hasFlow = this.#hidden === 0 && (isCell(element) || (isDeep && this.#depth < depthLimit))
    const open: Open = {
      isHidden,
      hasFlow,
      isExact: exactness.get(element.style.get('white-space') ?? element.name) ?? around?.isExact ?? false,
      fontSize: element.inherited.fontSize,
      item: Number(attributeOf(element, 'start') ?? 1),
      isNumbered: element.name === 'ol',
      marker: element.name === 'li' ? markerFor(element, around) : '',
      cells: [],
    }
    this.#open.push(open)
    if (this.#hidden > 0) return
    if (isBlock(element)) this.#flow.end(gap(element, 'top'))
    if (hasFlow) this.#flows.push(new Flow())
    if (hasFlow && isDeep) this.#depth++
    if (element.name === 'a') this.#links.push({ href: attributeOf(element, 'href') ?? '', words: '' })
    if (element.name === 'q') this.#add('“')
  }

  close(element: Element): void {
    const open = this.#open.pop()!
    if (this.#hidden === 0) {
      if (element.name === 'q') this.#add('”')
      if (element.name === 'a') this.#endLink(this.#links.pop()!)
      if (open.hasFlow) this.#endFlow(element, open)
      if (element.name === 'tr') this.#flow.addLines(rowOf(open.cells))
      if (isBlock(element)) this.#flow.end(gap(element, 'bottom'))
    }
    if (open.isHidden) this.#hidden--
  }

  empty(element: Element): void {
    if (this.#hidden > 0 || hides(element)) return
    if (element.name === 'br') this.#flow.break()
    else if (element.name === 'hr') this.#flow.addLines(['_'.repeat(32)])
    else if (element.name === 'img') this.#add(pictured(attributeOf(element, 'alt') ?? ''))
  }

  text(text: string): void {
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

  #add(text: string, isExact = false): void {
    if (this.#length > lengthLimit) return
    const seen = text.replace(/\u00ad|\u034f|\u200b|\u2060|\ufeff/g, '')
    this.#length += seen.length
    this.#flow.add(seen, isExact)
    const link = this.#links.at(-1)
    if (link && link.words.length < 2000) link.words += seen
  }

  #endFlow(element: Element, { marker }: Open): void {
    const lines = this.#flows.pop()!.lines()
    if (isCell(element)) return void this.#open.at(-1)?.cells.push(lines)
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

type Open = {
  isHidden: boolean
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

function attributeOf({ attributes }: Element, name: string): string | undefined {
  return attributes.find(([attribute]) => attribute === name)?.[1]
}

function hides({ style }: Element): boolean {
  if (style.get('display') === 'none' || style.get('visibility') === 'hidden' || style.get('opacity') === '0')
    return true
  return style.get('overflow') === 'hidden' && (style.get('max-height') === '0' || style.get('height') === '0')
}

function isBlock({ kind, style }: Element): boolean {
  return kind === 'block' || kind === 'table part' || blockDisplays.has(style.get('display') ?? '')
}

const blockDisplays = new Set(['block', 'list-item', 'table'])

function isCell({ name }: Element): boolean {
  return name === 'td' || name === 'th'
}

/** Some programs use the element to move a block in. */
function isQuote({ name, style }: Element): boolean {
  return name === 'blockquote' && !(style.get('border') === 'none' && !style.has('border-left'))
}

const exactness = new Map([
  ['pre', true],
  ['pre-wrap', true],
  ['pre-line', true],
  ['normal', false],
  ['nowrap', false],
])

/** Whether an empty line is left there, by the margin it has or browsers give it. */
function gap({ name, style }: Element, side: 'top' | 'bottom'): 1 | 2 {
  const margin = marginOf(style, side)
  if (margin === undefined) return spaced.has(name) ? 2 : 1
  return margin < 6 || name === 'li' ? 1 : 2
}

const spaced = new Set(['p', 'pre', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote'])

function marginOf(style: Style, side: 'top' | 'bottom'): number | undefined {
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
