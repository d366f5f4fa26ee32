import { writeStyle } from './css.ts'
import { escapeAttribute, escapeText } from './escape.ts'
import { marker, markerText } from './links.ts'
import type { Look } from './looks.ts'
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

/** From here on tags are left out, and from there on text; more than twice what is read of a letter. */
const tagLimit = 4 * 1024 * 1024
const textLimit = 6 * 1024 * 1024

export class HtmlWriter implements Writer {
  readonly #pieces: string[] = []
  readonly #endTags: string[] = []
  readonly #startTags = new WeakMap<Look, string>()
  #length = 0

  html(): string {
    return this.#pieces.join('')
  }

  open(element: Element): void {
    const isWritten = this.#length < tagLimit || element.kind === 'table part'
    if (isWritten) this.#write(this.#startTag(element))
    this.#endTags.push(isWritten ? `</${element.name}>` : '')
  }

  close(): void {
    this.#write(this.#endTags.pop() ?? '')
  }

  empty(element: Element): void {
    if (this.#length < tagLimit) this.#write(this.#startTag(element))
  }

  words(text: string): void {
    const escaped = escapeText(text)
    const rest = textLimit - this.#length
    this.#write(escaped.length <= rest ? escaped : escaped.slice(0, Math.max(0, rest)).replace(/&[a-z]{0,4}$/, ''))
  }

  /** Within the link, so that it is read out with its words, and needs no script and no pointer. */
  target(target: string): void {
    this.#write(`<span ${marker}="">${escapeText(markerText(target))}</span>`)
  }

  #startTag({ look }: Element): string {
    const known = this.#startTags.get(look)
    if (known !== undefined) return known
    const tag = startTag(look)
    this.#startTags.set(look, tag)
    return tag
  }

  #write(piece: string): void {
    this.#length += piece.length
    this.#pieces.push(piece)
  }
}

function startTag({ name, attributes, style }: Look): string {
  let tag = `<${name}`
  for (const [attribute, value] of attributes) tag += ` ${attribute}="${escapeAttribute(value)}"`
  if (style.size > 0) tag += ` style="${escapeAttribute(writeStyle(style))}"`
  return `${tag}>`
}
