import { Tokenizer } from 'htmlparser2'

/** What is read of HTML, in its order. Names are in lower case; a run of text may come in several pieces. */
export type Reader = {
  open(name: string, attributes: Attributes): void
  close(name: string): void
  text(text: string): void
}

export type Attributes = ReadonlyMap<string, string>

/**
 * Splits HTML into tags and text as browsers do, in time linear in its length. Comments, declarations and processing
 * instructions are left out. Of attributes those we know are kept, of a repeated one the first, so that a million of
 * them cost no memory. Of tags that are written alike the attributes may be one object.
 */
export function readTokens(html: string, reader: Reader): void {
  new Splitter(html, reader).read()
}

/** Attributes are of one that opens. */
type Tag = { name: string; attributes: Attributes | undefined }

/**
 * htmlparser2 reads what is new, character by character. But the tags of a letter are mostly ones it had before: those,
 * and the text between, are recognised as a whole. The tokenizer is given pieces up to a `>`, where alone a tag can end.
 */
class Splitter {
  readonly #html: string
  readonly #reader: Reader
  readonly #tokenizer: Tokenizer
  readonly #known = new Map<string, Tag>()
  /** How far it is read. */
  #at = 0
  /** How much of that the tokenizer was not given: so far its places are behind ours. */
  #skipped = 0
  /** The tokenizer is in text, and nothing that it was given matters any more. */
  #isAtRest = true
  /** The tag that the last piece ended, when nothing that follows is read by other rules for it. */
  #read: Tag | undefined
  /** The element whose content the tokenizer now looks for the end of. */
  #special = ''

  constructor(html: string, reader: Reader) {
    this.#html = html
    this.#reader = reader
    this.#tokenizer = this.#newTokenizer()
  }

  read(): void {
    while (this.#at < this.#html.length) {
      if (this.#special !== '') this.#readSpecial()
      else if (this.#isAtRest && this.#html[this.#at] !== '<') this.#readText()
      else this.#readTag()
    }
    this.#tokenizer.end()
  }

  #readText(): void {
    const found = this.#html.indexOf('<', this.#at)
    const end = found < 0 ? this.#html.length : found
    const text = this.#html.slice(this.#at, end)
    const entity = text.lastIndexOf('&')
    if (entity >= 0) {
      this.#feed(end)
      this.#isAtRest = /[^a-z\d#]/i.test(text.slice(entity + 1))
    } else {
      this.#reader.text(text)
      this.#skipTo(end)
    }
  }

  #readTag(): void {
    const end = behind(this.#html.indexOf('>', this.#at), this.#html)
    if (!this.#isAtRest || end - this.#at > knownLength) return this.#feed(end)
    const source = this.#html.slice(this.#at, end)
    const known = this.#known.get(source)
    if (known) {
      this.#skipTo(end)
      this.#tell(known)
    } else {
      this.#feed(end)
      if (this.#read && this.#known.size < knownLimit && beginsTag.test(source)) this.#known.set(source, this.#read)
    }
  }

  /** In one piece, as its reader may not understand halves. */
  #readSpecial(): void {
    const close = indexOf(this.#html, new RegExp(`</${this.#special}[ \\t\\n\\f\\r>]`, 'gi'), this.#at)
    this.#special = ''
    this.#feed(behind(this.#html.indexOf('>', close), this.#html))
  }

  #readRaw(name: string): void {
    const close = new RegExp(`</${name}(?=[\\s/>])`, 'gi')
    const end = name === 'plaintext' ? this.#html.length : indexOf(this.#html, close, this.#at)
    this.#reader.text(this.#html.slice(this.#at, end))
    this.#skipTo(end)
  }

  #feed(end: number): void {
    const piece = this.#html.slice(this.#at, end)
    this.#at = end
    this.#isAtRest = false
    this.#read = undefined
    this.#tokenizer.write(piece)
  }

  #skipTo(end: number): void {
    this.#skipped += end - this.#at
    this.#at = end
  }

  #tell({ name, attributes }: Tag): void {
    if (attributes) this.#reader.open(name, attributes)
    else this.#reader.close(name)
  }

  #newTokenizer(): Tokenizer {
    let name = ''
    let attribute = ''
    let value = ''
    let attributes: Map<string, string> | undefined
    const slice = (start: number, end: number) => this.#html.slice(start + this.#skipped, end + this.#skipped)
    const rest = () => {
      this.#isAtRest = true
    }
    const found = (tag: Tag) => {
      rest()
      this.#read = tag
      this.#tell(tag)
    }
    const opened = () => {
      const tag = { name, attributes: attributes ?? none }
      attributes = undefined
      found(tag)
    }
    return new Tokenizer(
      { decodeEntities: true },
      {
        onopentagname(start, end) {
          name = slice(start, end).toLowerCase()
        },
        onattribname(start, end) {
          attribute = slice(start, end).toLowerCase()
          value = ''
        },
        onattribdata(start, end) {
          value += slice(start, end)
        },
        onattribentity(code) {
          value += String.fromCodePoint(code)
        },
        onattribend() {
          if (!knownAttributes.has(attribute) || attributes?.has(attribute)) return
          attributes ??= new Map()
          attributes.set(attribute, value)
        },
        onopentagend: () => {
          opened()
          const isSpecial = specialElements.has(name)
          if (!isSpecial && !rawElements.has(name)) return
          this.#read = undefined
          if (isSpecial) this.#special = name
          else this.#readRaw(name)
        },
        onselfclosingtag: () => {
          // `<div/>` opens an element all the same (HTML §13.2.6.1); but `<title/>` would swallow the letter.
          opened()
          if (!swallowing.has(name)) return
          this.#read = undefined
          this.#reader.close(name)
        },
        onclosetag(start, end) {
          found({ name: slice(start, end).toLowerCase(), attributes: undefined })
        },
        ontext: (start, end) => {
          // Of an end tag that breaks off at the end of the letter the tokenizer tells that its text is at -1.
          if (start >= 0) this.#reader.text(slice(start, end))
        },
        ontextentity: (code) => this.#reader.text(String.fromCodePoint(code)),
        // Browsers take it for a comment that ends at the first `>`. Here all that is in it is text.
        oncdata: (start, end, offset) => {
          rest()
          this.#reader.text(slice(start, end - offset))
        },
        oncomment: rest,
        ondeclaration: rest,
        onprocessinginstruction: rest,
        onend() {},
      },
    )
  }
}

/** The place behind one that was looked for; the end, when it is not there. */
function behind(at: number, html: string): number {
  return at < 0 ? html.length : at + 1
}

function indexOf(html: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(html)?.index ?? html.length
}

/** A longer tag hardly comes twice, nor do so many of them. */
const knownLength = 1_000
const knownLimit = 2_000
/** Else `<` is text, and a tag may follow it. */
const beginsTag = /^<\/?[a-z]/i

const none: Attributes = new Map()

/** Their content is no markup (HTML §13.2.6.4.7). The first ones htmlparser2 knows. */
const specialElements = new Set(['script', 'style', 'textarea', 'title', 'xmp'])
const rawElements = new Set(['iframe', 'noembed', 'noframes', 'plaintext'])

const swallowing = new Set([...specialElements, ...rawElements, 'template', 'svg', 'xml'])

const knownAttributes = new Set([
  ...['align', 'alt', 'bgcolor', 'border', 'bordercolor', 'cellpadding', 'cellspacing', 'class', 'color', 'colspan'],
  ...[
    'data-fold-key',
    'data-folded',
    'data-real-target',
    'data-remote-src',
    'dir',
    'face',
    'height',
    'hidden',
    'href',
    'hspace',
    'id',
  ],
  ...['lang', 'noshade', 'nowrap', 'reversed', 'role', 'rowspan', 'size', 'span', 'src', 'start', 'style', 'text'],
  ...['title', 'type', 'valign', 'value', 'vspace', 'width'],
])
