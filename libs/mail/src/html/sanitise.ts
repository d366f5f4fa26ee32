import type { Attribute } from './attributes.ts'
import { withoutInvisible } from './characters.ts'
import { writeStyle } from './css.ts'
import { escapeAttribute, escapeText } from './escape.ts'
import { unsaidTarget } from './links.ts'
import { type Element, type Options, type Writer, writeTree } from './tree.ts'

/**
 * HTML of a stranger, made safe once, when it is stored: nothing in it runs, loads, leaves its box or says of a link what
 * it is not. Any input gives a result, in time linear in its length; what is safe already comes back as it is.
 *
 * Every tag is written anew from the allow-list of elements.ts and attributes.ts, nested as browsers nest it, values
 * quoted and escaped, and no element among them whose content browsers read by other rules: so all of them read the same.
 */
export function sanitiseHtml(html: string, options: Options = {}): string {
  const writer = new HtmlWriter()
  writeTree(html, writer, options)
  return writer.html()
}

/** From here on tags are left out, and from there on text; twice what is read of a letter, and more. */
const tagLimit = 4 * 1024 * 1024
const textLimit = 6 * 1024 * 1024

class HtmlWriter implements Writer {
  readonly #pieces: string[] = []
  readonly #endTags: string[] = []
  readonly #links: Link[] = []
  #length = 0

  html(): string {
    return this.#pieces.join('')
  }

  open(element: Element): void {
    const link = this.#links.at(-1)
    if (link) addWords(link, element.kind === 'block' ? ' ' : '', '\0')
    if (link && link.depth === this.#endTags.length && isMarker(element)) return this.#openMarker(link)
    const attributes = element.attributes.filter(([name]) => name !== marker)
    const told = this.#length < tagLimit || element.kind === 'table part'
    const written = told && (element.name !== 'span' || attributes.length > 0 || element.style.size > 0)
    if (written) this.#write(startTag(element, attributes))
    this.#endTags.push(written ? `</${element.name}>` : '')
    if (element.name !== 'a') return
    const href = attributes.find(([name]) => name === 'href')?.[1] ?? ''
    this.#links.push({ href, words: '', depth: this.#endTags.length, claim: undefined })
  }

  close(element: Element): void {
    const link = this.#links.at(-1)
    if (link && element.name === 'a') this.#closeLink(link)
    this.#write(this.#endTags.pop() ?? '')
    if (!link) return
    if (link.claim && link.claim.closed < 0) link.claim.closed = this.#pieces.length
    if (element.kind === 'block') addWords(link, ' ', '\0')
  }

  empty(element: Element): void {
    const link = this.#links.at(-1)
    // While a picture is not there, its words are what is seen.
    if (link) addWords(link, ` ${element.attributes.find(([name]) => name === 'alt')?.[1] ?? ''} `, '\0')
    if (this.#length < tagLimit) this.#write(startTag(element, element.attributes))
  }

  text(text: string): void {
    const link = this.#links.at(-1)
    if (link) addWords(link, text, text)
    if (this.#length < textLimit) this.#write(escapeText(text))
  }

  /** It may be ours, from when this was made safe before; that is seen when the link ends. */
  #openMarker(link: Link): void {
    this.#dropMarker(link.claim)
    link.claim = { opened: this.#pieces.length, closed: -1, before: link.words, text: '' }
    this.#write(markerTag)
    this.#endTags.push('</span>')
  }

  /** One that is not ours says what its author likes. */
  #dropMarker(claim: Claim | undefined): void {
    if (!claim) return
    this.#pieces[claim.opened] = ''
    if (claim.closed > 0) this.#pieces[claim.closed - 1] = ''
  }

  /** Where a link leads, shown within it: so it is read out with its words, and needs no script and no pointer. */
  #closeLink({ href, words, claim }: Link): void {
    this.#links.pop()
    const outer = this.#links.at(-1)
    if (outer) addWords(outer, words, '\0')
    if (href === '') return
    const claimed = claim?.closed === this.#pieces.length ? unsaidTarget(href, claim.before) : undefined
    if (claimed !== undefined && claim?.text === shown(claimed)) return
    this.#dropMarker(claim)
    const target = unsaidTarget(href, words)
    if (target !== undefined) this.#write(`${markerTag}${escapeText(shown(target))}</span>`)
  }

  #write(piece: string): void {
    if (piece === '') return
    this.#length += piece.length
    this.#pieces.push(piece)
  }
}

type Link = {
  href: string
  /** What is seen of it, as far as anybody reads. */
  words: string
  depth: number
  claim: Claim | undefined
}

/** A marker that was there already: where its tags stand, and the words of the link before it. */
type Claim = { opened: number; closed: number; before: string; text: string }

const wordLimit = 2000
const marker = 'data-real-target'
const markerTag = `<span ${marker}="">`

function shown(target: string): string {
  return ` [${target}]`
}

function addWords(link: Link, words: string, claimed: string): void {
  if (link.words.length < wordLimit) link.words += withoutInvisible(words.slice(0, wordLimit))
  if (link.claim && link.claim.closed < 0) link.claim.text += claimed.slice(0, wordLimit)
}

function isMarker({ name, attributes, style }: Element): boolean {
  return name === 'span' && style.size === 0 && attributes.length === 1 && attributes[0]![0] === marker
}

function startTag({ name, style }: Element, attributes: readonly Attribute[]): string {
  let tag = `<${name}`
  for (const [attribute, value] of attributes) tag += ` ${attribute}="${escapeAttribute(value)}"`
  if (style.size > 0) tag += ` style="${escapeAttribute(writeStyle(style))}"`
  return `${tag}>`
}
