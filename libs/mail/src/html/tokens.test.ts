import fc from 'fast-check'
import { Tokenizer } from 'htmlparser2'
import { expect, test } from 'vitest'
import { readTokens } from './tokens.ts'

const pieces = [
  ...[
    '<p>',
    '</p>',
    '<p class="a">',
    "<a href='x&amp;y>z'>",
    '</a>',
    '<br>',
    '<br/>',
    '<td nowrap colspan=2>',
    '<P Class=a>',
  ],
  ...[
    '<',
    '<<',
    '</',
    '< p>',
    '</ p>',
    '</>',
    '<p',
    '<p class="',
    '"',
    "'",
    '>',
    '/>',
    '=',
    ' ',
    '\n',
    'words',
    'a > b',
  ],
  ...['&amp;', '&amp', '&', '&#38', '&#38;', '&nbsp;', '&no', ';', '&lt', '&notin', '&am'],
  ...['<!--', '-->', '--', '<!-->', '<!doctype html>', '<![CDATA[', ']]>', '<?', '?>'],
  ...[
    '<style>',
    '</style>',
    '</style >',
    'p > b{}',
    '<title>',
    '</title>',
    '<script>',
    '</script\n>',
    '<textarea>',
    '</xmp>',
  ],
]

test('tags that were seen before, and text, are read as the tokenizer reads them', () => {
  const letters = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((some) => some.join(''))
  fc.assert(
    fc.property(letters, (html) => {
      expect(tokensOf(html)).toEqual(tokensByItself(html))
    }),
    { numRuns: 2_000 },
  )
})

test('a sheet comes in one piece, and an end tag that breaks off is no text', () => {
  expect(tokensOf('<style>a > b{}</style>x</p y')).toEqual(['<style>', 'a > b{}', '</style>', 'x', '</p>'])
})

test('what is no markup is text up to its end', () => {
  expect(tokensOf('<p><iframe><p></iframex></iframe ><p>')).toEqual([
    '<p>',
    '<iframe>',
    '<p></iframex>',
    '</iframe>',
    '<p>',
  ])
})

/** Text between two tags in one piece. */
function tokensOf(html: string): string[] {
  const tokens = new Tokens()
  readTokens(html, {
    open: (name, attributes) => tokens.tag(`<${[name, ...[...attributes].map((one) => one.join('='))].join(' ')}>`),
    close: (name) => tokens.tag(`</${name}>`),
    text: (text) => tokens.text(text),
  })
  return tokens.all()
}

/** All of it at once, as htmlparser2 is meant to be used. */
function tokensByItself(html: string): string[] {
  const tokens = new Tokens()
  let name = ''
  let attributes = new Map<string, string>()
  let attribute = ''
  let value = ''
  const opened = () => {
    tokens.tag(`<${[name, ...[...attributes].map((one) => one.join('='))].join(' ')}>`)
    attributes = new Map()
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
        if (['class', 'colspan', 'href', 'nowrap', 'style', 'title'].includes(attribute) && !attributes.has(attribute))
          attributes.set(attribute, value)
      },
      onopentagend: opened,
      onselfclosingtag() {
        opened()
        if (['script', 'style', 'textarea', 'title'].includes(name)) tokens.tag(`</${name}>`)
      },
      onclosetag: (start, end) => tokens.tag(`</${html.slice(start, end).toLowerCase()}>`),
      ontext: (start, end) => tokens.text(start < 0 ? '' : html.slice(start, end)),
      ontextentity: (code) => tokens.text(String.fromCodePoint(code)),
      oncdata: (start, end, offset) => tokens.text(html.slice(start, end - offset)),
      oncomment() {},
      ondeclaration() {},
      onprocessinginstruction() {},
      onend() {},
    },
  )
  tokenizer.write(html)
  tokenizer.end()
  return tokens.all()
}

class Tokens {
  readonly #all: string[] = []
  #text = ''

  tag(tag: string): void {
    this.#end()
    this.#all.push(tag)
  }

  text(text: string): void {
    this.#text += text
  }

  all(): string[] {
    this.#end()
    return this.#all
  }

  #end(): void {
    if (this.#text !== '') this.#all.push(this.#text)
    this.#text = ''
  }
}
