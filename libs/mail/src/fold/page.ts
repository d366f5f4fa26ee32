/** HTML read as lines, as a person sees them, each with the place in its source where it may be cut. */
import { type Handler, Parser } from 'htmlparser2'
import { isAttribution } from './attribution.ts'
import { type Hint, isDelimiter, type Line, unquoted } from './lines.ts'

export type Page = {
  /** Where each begins: `cuts[at]` for `lines[at]`, and one more for the end. */
  lines: Line[]
  cuts: Cut[]
  /** Where something to read begins, piece by piece. */
  words: number[]
  /** All elements, in the order of their beginning. */
  elements: Element[]
  begins: number[]
}

/** A place between two tags. `within` is the innermost element that is open there; `unclosed`, whose end is implied. */
export type Cut = { at: number; within: Element | undefined; unclosed: string }

/** Offsets of its tags in the source; an end that is implied is empty. */
export type Element = {
  name: string
  parent: Element | undefined
  begin: number
  inside: number
  end: number
  behind: number
}

/** Deeper nesting than this is no letter, and costs the parser more than it should. */
const depthLimit = 1_000
const chunk = 16 * 1024

/** Undefined where it nests too deep. */
export function readPage(html: string): Page | undefined {
  const reader = new PageReader()
  const parser = new PlacingParser(html, {
    onopentag: (name, attributes) => reader.open(name, attributes, parser.startIndex, parser.endIndex + 1),
    onclosetag: (name, implied) => {
      const from = parser.startIndex
      reader.close(name, implied, from, behindTag(html, parser.endIndex) ?? from)
    },
    ontext: (text) => reader.text(text, parser.startIndex, parser.endIndex + 1),
  })
  for (let at = 0; at < html.length; at += chunk) {
    parser.write(html.slice(at, at + chunk))
    if (reader.depth > depthLimit) return undefined
  }
  reader.finish()
  parser.end()
  return reader.page()
}

/** Ends `</div >` where it ends; htmlparser2 tells its name's end, and lets the next token begin there. */
class PlacingParser extends Parser {
  readonly #html: string

  constructor(html: string, handler: Partial<Handler>) {
    super(handler)
    this.#html = html
  }

  override onclosetag(start: number, end: number): void {
    super.onclosetag(start, end)
    this.startIndex = behindTag(this.#html, end) ?? this.#html.length
  }
}

function behindTag(html: string, end: number): number | undefined {
  if (html[end] === '>') return end + 1
  const found = html.indexOf('>', end)
  return found < 0 ? undefined : found + 1
}

type Attributes = Record<string, string>

/** What an open element says of the lines within it. */
type Open = {
  element: Element
  depth: number
  hint: Hint | undefined
  once: Hint | undefined
  isBlock: boolean
  isHidden: boolean
  isPre: boolean
}

class PageReader {
  readonly #lines: Line[] = []
  readonly #cuts: Cut[] = []
  readonly #places: number[] = []
  readonly #elements: Element[] = []
  readonly #stack: Open[] = []
  #words = ''
  /** A space that may not be left out stands where no word does yet. */
  #spaced = false
  #depth = 0
  #hint: Hint | undefined
  /** For the next line with words. */
  #next: Hint | undefined
  #cut: Cut = { at: 0, within: undefined, unclosed: '' }
  #lineCut: Cut | undefined
  #bodyEnd: Cut | undefined
  #behind = 0
  /** What is left open ends here. */
  #end = Number.POSITIVE_INFINITY

  get depth(): number {
    return this.#stack.length
  }

  /** Before the parser ends: what follows the last whole tag or text is a tag or a comment that does not end. */
  finish(): void {
    this.#end = this.#behind
  }

  open(name: string, attributes: Attributes, from: number, to: number): void {
    this.#behind = to
    const outer = this.#stack.at(-1)
    const element: Element = { name, parent: outer?.element, begin: from, inside: to, end: to, behind: to }
    this.#elements.push(element)
    const isBlock = blocks.has(name)
    if (isBlock) this.#break(from)
    if (paragraphs.has(name) && !/mso|margin:\s?0/i.test(`${attributes.class} ${attributes.style}`)) this.#blank()
    if (name === 'br') this.#endLine()
    const seen = seenIn(name, attributes)
    if (seen.mark) this.#next = seen.mark
    if (name === 'hr') this.#rule()
    else if (name === 'img' && !isTracker(attributes)) this.#add('\ufffc', from)
    else if (name.includes('@')) this.#add(`<${name}>`, from)
    const bare = seen.quotes === 'if attributed' && isAttribution(this.#lines.findLast(({ text }) => text)?.text ?? '')
    this.#stack.push({
      element,
      depth: (outer?.depth ?? 0) + (seen.quotes === true || bare ? 1 : 0),
      hint: seen.hint ?? outer?.hint,
      once: seen.quotes === true && seen.program ? 'attribution' : undefined,
      isBlock,
      isHidden: outer?.isHidden || hidden.has(name),
      isPre: outer?.isPre || name === 'pre',
    })
  }

  close(name: string, implied: boolean, from: number, to: number): void {
    const open = this.#stack.pop()
    if (!open) return
    if (!implied) this.#behind = to
    const isVoid = voids.has(name)
    open.element.end = isVoid ? open.element.inside : Math.min(from, this.#end)
    open.element.behind = isVoid ? open.element.inside : implied ? open.element.end : to
    if (name === 'body') this.#bodyEnd ??= { at: open.element.end, within: open.element, unclosed: '' }
    const isEnd = open.isBlock && !isVoid
    if (isEnd) this.#endLineIfAny()
    if (this.#words === '') this.#moveCut(open.element, implied && !isVoid)
    if (isEnd && paragraphs.has(name)) this.#blank()
  }

  text(text: string, from: number, to: number): void {
    this.#behind = to
    const open = this.#stack.at(-1)
    if (open?.isHidden) return
    if (!open?.isPre || !text.includes('\n') || to - from !== text.length) return this.#add(text, from)
    let at = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      this.#add(text.slice(at, end), from + at)
      at = end + 1
      this.#endLine()
      this.#cut = { at: from + at, within: open.element, unclosed: '' }
    }
    this.#add(text.slice(at), from + at)
  }

  page(): Page {
    this.#endLineIfAny()
    const end = this.#bodyEnd ?? { at: this.#end, within: undefined, unclosed: '' }
    return {
      lines: this.#lines,
      cuts: [...this.#cuts, end],
      words: this.#places,
      elements: this.#elements,
      begins: this.#elements.map(({ begin }) => begin),
    }
  }

  #add(text: string, place: number): void {
    if (text.trim() !== '') this.#places.push(place)
    if (this.#words === '') {
      if (text.trim() === '') {
        this.#spaced ||= text.includes('\u00a0')
        return
      }
      this.#begin()
    }
    if (this.#words.length < wordsLimit) this.#words += text
  }

  /** The line has its first word: now it is known what it stands in. */
  #begin(): void {
    this.#lineCut = this.#cut
    // Programs on the way add their words behind the end.
    this.#bodyEnd = undefined
    this.#spaced = false
    this.#depth = this.#outerDepth()
    this.#hint = this.#next ?? this.#stack.at(-1)?.hint
    this.#next = undefined
    for (let at = this.#stack.length - 1; at >= 0 && this.#stack[at]!.depth > 0; at--) {
      if (this.#stack[at]!.once) this.#hint ??= this.#stack[at]!.once
      this.#stack[at]!.once = undefined
    }
  }

  /** The end of a block that has nothing but a space in it is how Outlook writes a blank line. */
  #endLineIfAny(): void {
    if (this.#words !== '') this.#endLine()
    else if (this.#spaced) this.#blank()
    this.#spaced = false
  }

  #endLine(): void {
    const { depth, text } = unquoted(this.#words)
    const hint = text === '' ? undefined : (this.#hint ?? (isDelimiter(this.#words) ? 'delimiter' : undefined))
    this.#push({ text, depth: depth + (text === '' ? this.#outerDepth() : this.#depth), ...(hint && { hint }) })
    this.#words = ''
  }

  #push(line: Line): void {
    this.#lines.push(line)
    this.#cuts.push(line.text === '' ? this.#cut : (this.#lineCut ?? this.#cut))
    this.#lineCut = undefined
  }

  #blank(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1)!.text !== '') this.#push({ text: '', depth: this.#outerDepth() })
  }

  #rule(): void {
    this.#push({ text: '----------', depth: this.#outerDepth(), hint: 'rule' })
  }

  #outerDepth(): number {
    return this.#stack.at(-1)?.depth ?? 0
  }

  /** A block begins: its tag belongs to the line that follows. */
  #break(at: number): void {
    if (this.#words === '') return
    this.#endLine()
    this.#cut = { at, within: this.#stack.at(-1)?.element, unclosed: '' }
  }

  #moveCut({ name, behind, parent }: Element, implied: boolean): void {
    const before = this.#cut.at === behind ? this.#cut.unclosed : ''
    this.#cut = { at: behind, within: parent, unclosed: implied ? `${before}</${nameOf(name)}>` : '' }
  }
}

const wordsLimit = 4_000

/** Folds of the letter's own are no folds here (html.ts). */
export function nameOf(name: string): string {
  return name === 'details' || name === 'summary' ? 'div' : name
}

/** What classes, ids and styles of mail programs say about an element. `mark` is for the next line, wherever it stands. */
function seenIn(
  name: string,
  attributes: Attributes,
): { quotes?: boolean | 'if attributed'; program?: boolean; hint?: Hint; mark?: Hint } {
  const names = `${attributes.class ?? ''} ${attributes.id ?? ''}`.slice(0, 1000).toLowerCase()
  const style = (attributes.style ?? '').slice(0, 2000).toLowerCase()
  if (signatures.test(names) || attributes['data-signatureblock']) return { hint: 'signature' }
  if (attributionNames.test(names)) return { hint: 'attribution' }
  if (quoteNames.test(names) || attributes['data-marker'] === '__QUOTED_TEXT__') return { quotes: true, program: true }
  if (name === 'blockquote') return { quotes: isCitation(names, style, attributes) ? true : 'if attributed' }
  if (headerNames.test(names) || attributes['data-marker'] === '__HEADERS__') return { mark: 'header' }
  return topBorder.test(style) ? { mark: 'below rule' } : {}
}

/** Programs for quoting use the same element as people for setting in. */
function isCitation(names: string, style: string, attributes: Attributes): boolean {
  if (attributes.type === 'cite' || attributes.cite || attributes['data-email']) return true
  return (
    /gmail_quote|protonmail_quote|zmail|quote/.test(names) ||
    /border-left(?:-\w+)?:(?!\s?(?:none|0|medium none))/.test(style)
  )
}

const signatures =
  /(?:^|\s)(?:x_)*(?:gmail_signature|moz-signature|applemailsignature|signature|ms-outlook-mobile-signature|protonmail_signature_block|outlooksignature|ydp\w{1,40}signature)(?:\s|$)/
const attributionNames = /(?:^|\s)(?:x_)*(?:gmail_attr|moz-cite-prefix|tutanota_quote_header)(?:\s|$)/
const quoteNames =
  /yahoo_quoted|(?:^|\s)(?:x_)*(?:olk_src_body_section|tutanota_quote|mail-editor-reference-message-container|ms-outlook-mobile-reference-message|zmail_extra|qt-reply|wmquote|ymail_quoted)(?:\s|$)/
const headerNames = /(?:^|\s)(?:x_)*(?:divrplyfwdmsg|appendonsend|zwchr|stopspelling|replysplit)(?:\s|$)/
/** Word and Windows Mail draw a line above the header of what they quote. */
const topBorder =
  /border-top:\s?(?:solid #\w{6} 1(?:\.0)?pt|1(?:\.0)?p[tx] solid #(?:e1e1e1|b5c4df|ccc))|border-top-width: 1px/

function isTracker({ width, height, style }: Attributes): boolean {
  return (
    /^[012](?:px)?$/.test(width ?? '') || /^[012](?:px)?$/.test(height ?? '') || /display:\s?none/i.test(style ?? '')
  )
}

const words = (list: string) => new Set(list.split(/\s+/))

const blocks =
  words(`address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6
  header hr html li main ol p pre section summary table tbody tfoot thead tr ul caption`)
const paragraphs = words('p h1 h2 h3 h4 h5 h6 ul ol table')
const hidden = words('head style script title template noscript object select textarea')
const voids = words('area base br col embed hr img input link meta param source track wbr')
