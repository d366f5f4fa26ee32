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
 * them cost no memory.
 */
export function readTokens(html: string, reader: Reader): void {
  let at = 0
  while (at < html.length) at += readUntilRaw(at === 0 ? html : html.slice(at), reader)
}

/** Reads up to the end of an element whose content the tokenizer would take for markup; tells how far that is. */
function readUntilRaw(html: string, reader: Reader): number {
  let name = ''
  let attribute = ''
  let value = ''
  let attributes: Map<string, string> | undefined
  let read = html.length
  const opened = (end: number) => {
    reader.open(name, attributes ?? none)
    attributes = undefined
    if (!rawElements.has(name)) return
    tokenizer.pause()
    read = readRaw(html, end + 1, name, reader)
  }
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname(start, end) {
        name = html.slice(start, end).toLowerCase()
      },
      onattribname(start, end) {
        attribute = html.slice(start, end).toLowerCase()
        value = ''
      },
      onattribdata(start, end) {
        value += html.slice(start, end)
      },
      onattribentity(code) {
        value += String.fromCodePoint(code)
      },
      onattribend() {
        if (!knownAttributes.has(attribute) || attributes?.has(attribute)) return
        attributes ??= new Map()
        attributes.set(attribute, value)
      },
      onopentagend: opened,
      onselfclosingtag(end) {
        // `<div/>` opens an element all the same (HTML §13.2.6.1); but `<title/>` would swallow the letter.
        if (!swallowing.has(name)) return opened(end)
        reader.open(name, attributes ?? none)
        reader.close(name)
        attributes = undefined
      },
      onclosetag(start, end) {
        reader.close(html.slice(start, end).toLowerCase())
      },
      ontext(start, end) {
        reader.text(html.slice(start, end))
      },
      ontextentity(code) {
        reader.text(String.fromCodePoint(code))
      },
      // Browsers take it for a comment that ends at the first `>`. Here all that is in it is text.
      oncdata(start, end, offset) {
        reader.text(html.slice(start, end - offset))
      },
      oncomment() {},
      ondeclaration() {},
      onprocessinginstruction() {},
      onend() {},
    },
  )
  tokenizer.write(html)
  tokenizer.end()
  return read
}

function readRaw(html: string, from: number, name: string, reader: Reader): number {
  const close = new RegExp(`</${name}(?=[\\s/>])`, 'gi')
  close.lastIndex = from
  const end = name === 'plaintext' ? html.length : (close.exec(html)?.index ?? html.length)
  reader.text(html.slice(from, end))
  return end
}

const none: Attributes = new Map()

/** Their content is no markup (HTML §13.2.6.4.7); of such elements htmlparser2 knows script, style, title, textarea, xmp. */
const rawElements = new Set(['iframe', 'noembed', 'noframes', 'plaintext'])

const swallowing = new Set([...rawElements, 'script', 'style', 'textarea', 'title', 'xmp', 'template', 'svg', 'xml'])

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
