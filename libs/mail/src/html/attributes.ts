/** What is kept of an element's attributes, with those that are about looks turned into style. */
import { cleanCharacters } from './characters.ts'
import { addStyle, type Declaration, fontSizeOf, readDeclarations, type Style } from './css.ts'
import { imageSource, isTracker } from './images.ts'
import { safeHref } from './links.ts'
import { type Inherited, settle } from './settle.ts'
import type { Sheet } from './sheet.ts'
import type { Attributes } from './tokens.ts'

export type Described = {
  /** In the order they are written in. */
  attributes: Attribute[]
  style: Style
  inherited: Inherited
  /** Style came from a sheet. */
  styled: boolean
}

export type Attribute = readonly [name: string, value: string]

/** Of the element `source` that is written as `name`; nothing when it is not to be seen at all. */
export function describe(
  source: string,
  name: string,
  given: Attributes,
  around: Inherited,
  sheet: Sheet | undefined,
): Described | undefined {
  const attributes = name === 'img' ? imageAttributes(given) : given.size === 0 ? [] : keptAttributes(name, given)
  if (!attributes) return undefined
  const rules = sheet?.declarationsFor(source, given) ?? []
  const declarations = [...hintsOf(source, given), ...rules, ...readDeclarations(given.get('style') ?? '')]
  const style: Style = new Map()
  const sizes = { parentSize: around.fontSize, fontSize: fontSizeOf(name, declarations, around.fontSize) }
  addStyle(style, declarations, sizes)
  return { attributes, style, inherited: settle(name, style, sizes.fontSize, around), styled: rules.length > 0 }
}

function keptAttributes(name: string, given: Attributes): Attribute[] {
  const kept: Attribute[] = []
  for (const [attribute, read] of readers.get(name) ?? []) {
    const value = given.get(attribute)
    const written = value === undefined ? undefined : read(value)
    if (written === undefined) continue
    kept.push([attribute, written])
    if (attribute === 'href') kept.push(['rel', 'noopener noreferrer nofollow'])
  }
  for (const [attribute, read] of readersOfAll) {
    const value = given.get(attribute)
    const written = value === undefined ? undefined : read(value)
    if (written !== undefined) kept.push([attribute, written])
  }
  return kept
}

/** A picture without a source and words is none. Its source comes first, where `restoreRemoteImages` looks for it. */
function imageAttributes(given: Attributes): Attribute[] | undefined {
  const source = imageSource(given.get('src') ?? given.get('data-remote-src'))
  const alt = words(given.get('alt') ?? '')
  const [width, height] = ['width', 'height'].map((name) => given.get(name)?.trim())
  const style = new Map(readDeclarations(given.get('style') ?? ''))
  if (source && isTracker(source, style.get('width') ?? width, style.get('height') ?? height)) return undefined
  if (!source && !alt) return undefined
  return [
    ...(source ? [source] : []),
    ...(alt ? [['alt', alt] as const] : []),
    ...sizeAttribute('width', width),
    ...sizeAttribute('height', height),
    ...keptAttributes('img', given),
  ]
}

/** As attributes they tell the shape of a picture before it is there. */
function sizeAttribute(name: string, value: string | undefined): Attribute[] {
  const match = /^(\d{1,4})(?:\.\d{0,9})?(%|px)?$/.exec(value ?? '')
  if (!match) return []
  const number = Number(match[1])
  return match[2] === '%' ? [[name, `${Math.min(number, 100)}%`]] : [[name, String(Math.min(number, 2000))]]
}

type Read = (value: string) => string | undefined

function integer(from: number, to: number): Read {
  return (value) => {
    const number = Number.parseInt(value.slice(0, 12), 10)
    return Number.isNaN(number) ? undefined : String(Math.min(Math.max(number, from), to))
  }
}

function oneOf(words: string): Read {
  const known = new Set(words.split(' '))
  return (value) => {
    const word = value.trim().toLowerCase()
    return known.has(word) ? word : undefined
  }
}

const words: Read = (value) => cleanCharacters(value.slice(0, 1000)).trim() || undefined

/** Wider tables than any letter has would cost a browser more than they show. */
const span = integer(1, 100)

const readers = new Map<string, [string, Read][]>([
  // No title: it would be read out in place of where the link leads.
  ['a', [['href', safeHref]]],
  ['abbr', [['title', words]]],
  ['dfn', [['title', words]]],
  [
    'td',
    [
      ['colspan', span],
      ['rowspan', span],
    ],
  ],
  [
    'th',
    [
      ['colspan', span],
      ['rowspan', span],
    ],
  ],
  ['col', [['span', span]]],
  ['colgroup', [['span', span]]],
  [
    'ol',
    [
      ['start', integer(-999, 9999)],
      ['reversed', () => ''],
    ],
  ],
  ['li', [['value', integer(-999, 9999)]]],
  // Comes to be one only where `markFolds` and the caller know the same key.
  ['details', [['data-folded', oneOf('history signature disclaimer')]]],
  [
    'table',
    [
      ['role', oneOf('presentation none')],
      ['border', integer(0, 20)],
      ['cellpadding', integer(0, 50)],
      ['cellspacing', integer(0, 50)],
    ],
  ],
])

const readersOfAll: [string, Read][] = [
  ['dir', oneOf('ltr rtl auto')],
  ['lang', (value) => /^[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,4}$/i.exec(value.trim())?.[0]],
]

/** Attributes of old that are about looks, as the style they stand for (HTML §15.3 and following). */
function hintsOf(source: string, given: Attributes): Declaration[] {
  const hints: Declaration[] = impliedHints.get(source)?.slice() ?? []
  if (given.size === 0) return hints
  const add = (property: string, value: string | undefined) => {
    if (value !== undefined) hints.push([property, value])
  }
  add('background-color', colorOf(given.get('bgcolor')))
  if (given.has('hidden')) add('display', 'none')
  if (given.has('nowrap')) add('white-space', 'nowrap')
  if (given.has('valign')) add('vertical-align', given.get('valign'))
  for (const hint of alignment(source, given.get('align')?.trim().toLowerCase())) hints.push(hint)
  if (sized.has(source)) {
    add('width', extentOf(given.get('width')))
    if (source !== 'hr') add('height', extentOf(given.get('height')))
  }
  hintsOfElement.get(source)?.(given, add)
  return hints
}

type Add = (property: string, value: string | undefined) => void

const impliedHints = new Map<string, Declaration[]>([
  ['center', [['text-align', '-webkit-center']]],
  ['nobr', [['white-space', 'nowrap']]],
  ['textarea', [['white-space', 'pre-wrap']]],
  ['big', [['font-size', 'larger']]],
  // A frame around a fieldset is its own; to a header of a table cell browsers give the rest.
  [
    'fieldset',
    [
      ['border', '1px solid #c0c0c0'],
      ['padding', '6px 12px'],
    ],
  ],
])

const sized = new Set(['table', 'td', 'th', 'col', 'colgroup', 'tr', 'hr', 'thead', 'tbody', 'tfoot'])

const hintsOfElement = new Map<string, (given: Attributes, add: Add) => void>([
  ['body', (given, add) => add('color', colorOf(given.get('text')))],
  [
    'font',
    (given, add) => {
      add('color', colorOf(given.get('color')))
      add('font-family', given.get('face'))
      add('font-size', fontSizes[legacySize(given.get('size'))])
    },
  ],
  [
    'hr',
    (given, add) => {
      const size = /^\d{1,2}/.exec(given.get('size') ?? '')?.[0]
      const color = colorOf(given.get('color')) ?? (given.has('noshade') ? 'gray' : undefined)
      if (!size && !color) return
      add('border', '0')
      add('border-top', `${size ?? 1}px solid ${color ?? 'gray'}`)
    },
  ],
  [
    'img',
    (given, add) => {
      const border = /^\d{1,2}/.exec(given.get('border') ?? '')?.[0]
      if (border && Number(border) > 0) add('border', `${border}px solid`)
      const [across, along] = [pixels(given.get('hspace')), pixels(given.get('vspace'))]
      for (const side of ['left', 'right']) add(`margin-${side}`, across)
      for (const side of ['top', 'bottom']) add(`margin-${side}`, along)
    },
  ],
  ['table', (given, add) => add('border-color', colorOf(given.get('bordercolor')))],
  ['ol', listType],
  ['ul', listType],
  ['li', listType],
])

function listType(given: Attributes, add: Add): void {
  const type = given.get('type')?.trim() ?? ''
  add('list-style-type', listTypes.get(type) ?? type)
}

const listTypes = new Map([
  ['1', 'decimal'],
  ['a', 'lower-alpha'],
  ['A', 'upper-alpha'],
  ['i', 'lower-roman'],
  ['I', 'upper-roman'],
])

/** Tables and pictures move, of other blocks what is in them; and tables within those (HTML §15.3.3 “align descendants”). */
function alignment(source: string, align: string | undefined): Declaration[] {
  if (align === undefined) return []
  const to = align === 'middle' || align === 'absmiddle' ? 'center' : align
  if (source === 'table' || source === 'hr') {
    if (to === 'center')
      return [
        ['margin-left', 'auto'],
        ['margin-right', 'auto'],
      ]
    return source === 'table' && (to === 'left' || to === 'right') ? [['float', to]] : []
  }
  if (source === 'img') {
    if (to === 'left' || to === 'right') return [['float', to]]
    return [['vertical-align', to === 'center' ? 'middle' : to.replace('absbottom', 'bottom')]]
  }
  const around = source === 'p' || /^h[1-6]$/.test(source)
  return [['text-align', to === 'center' && !around ? '-webkit-center' : to]]
}

/** `#fff`, a name, or hexadecimal digits that lost their `#`. */
function colorOf(value: string | undefined): string | undefined {
  const color = value?.trim()
  return color && /^(?:[\da-f]{3}|[\da-f]{6})$/i.test(color) ? `#${color}` : color
}

function extentOf(value: string | undefined): string | undefined {
  const match = /^\s{0,9}(\d{1,6}(?:\.\d{1,9})?)\s{0,9}(%|px|pt)?/.exec(value ?? '')
  return match && Number(match[1]) > 0 ? `${match[1]}${match[2] ?? 'px'}` : undefined
}

function pixels(value: string | undefined): string | undefined {
  const number = /^\d{1,3}/.exec(value ?? '')?.[0]
  return number && Number(number) > 0 ? `${number}px` : undefined
}

/** `<font size>`: 1 to 7, or steps from 3. */
function legacySize(value: string | undefined): number {
  const match = /^\s{0,9}([+-]?)(\d{1,3})/.exec(value ?? '')
  if (!match) return 0
  const number = Number(match[2])
  const size = match[1] === '+' ? 3 + number : match[1] === '-' ? 3 - number : number
  return Math.min(Math.max(size, 1), 7)
}

const fontSizes = [undefined, '10px', '13px', '16px', '18px', '24px', '32px', '48px']
