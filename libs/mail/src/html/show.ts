/** A letter's HTML as it is shown and as text, of as few readings as can be. */
import { HtmlWriter } from './sanitise.ts'
import { htmlToText, TextWriter } from './text.ts'
import { type Element, type Options, type Writer, writeTree } from './tree.ts'

export type Shown = {
  /** As `sanitiseHtml` makes it. */
  html: string
  /** As `htmlToText` makes it, with marks of the folds that are in the HTML. */
  told: string
}

export function showHtml(html: string, options: Options): Shown {
  const shown = new HtmlWriter()
  const told = new TextWriter()
  writeTree(html, new Both(shown, told), options)
  return { html: shown.html(), told: told.text() }
}

class Both implements Writer {
  readonly #writers: [Writer, Writer]

  constructor(...writers: [Writer, Writer]) {
    this.#writers = writers
  }

  open(element: Element): void {
    for (const writer of this.#writers) writer.open(element)
  }

  close(element: Element): void {
    for (const writer of this.#writers) writer.close(element)
  }

  empty(element: Element): void {
    for (const writer of this.#writers) writer.empty(element)
  }

  words(text: string): void {
    for (const writer of this.#writers) writer.words(text)
  }

  target(target: string): void {
    for (const writer of this.#writers) writer.target(target)
  }
}

/** The texts of one letter's HTML: what was told already is not read again. */
export class Texts {
  readonly #known = new Map<string, string>()

  of(html: string): string {
    return this.#known.get(html) ?? this.know(html, htmlToText(html))
  }

  know(html: string, text: string): string {
    this.#known.set(html, text)
    return text
  }
}
