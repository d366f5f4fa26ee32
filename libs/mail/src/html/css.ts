/**
 * The style of one element, as far as it cannot leave its box, hide what is outside, or load anything: an allow-list of
 * properties, each with the values it may have. Values are read and written anew, never passed on as they came.
 */

/** Property → value, as written into a `style` attribute. */
export type Style = Map<string, string>

export type Declaration = readonly [property: string, value: string]

/** Size of the letters of the element and of its parent, in px. */
export type Context = { fontSize: number; parentSize: number }

/** As a sheet or an attribute has them; comments, strings and brackets are heeded, what cannot be read is left out. */
export function readDeclarations(css: string): Declaration[] {
  const declarations: Declaration[] = []
  if (css === '') return declarations
  for (const declaration of split(css, ';')) {
    const colon = declaration.indexOf(':')
    if (colon < 1) continue
    const property = declaration.slice(0, colon).trim().toLowerCase()
    const value = declaration.slice(colon + 1, colon + 1 + valueLimit).trim()
    // An escape or another rule within a value has no use but to deceive.
    if (property in grammar && !/[\\{}@<>]/.test(value)) {
      declarations.push([property, withoutImportance(value)])
    }
  }
  return declarations
}

/** Within one element nothing is more important than what comes later. */
function withoutImportance(value: string): string {
  const mark = value.lastIndexOf('!')
  return mark > 0 &&
    value
      .slice(mark + 1)
      .trim()
      .toLowerCase() === 'important'
    ? value.slice(0, mark).trimEnd()
    : value
}

/** Adds what is allowed; of contrary declarations the last one counts. */
export function addStyle(style: Style, declarations: readonly Declaration[], context: Context): void {
  for (const [property, value] of declarations) {
    const read = grammar[property]?.(value, context)
    if (read === undefined) continue
    for (const [name, written] of typeof read === 'string' ? [[property, read] as Declaration] : read) {
      // To the end, as a shorthand that follows overrides.
      style.delete(name)
      style.set(name, written)
    }
  }
}

/** In px, of an element that is written as `name`. */
export function fontSizeOf(name: string, declarations: readonly Declaration[], parentSize: number): number {
  const style: Style = new Map()
  const sizes = declarations.filter(([property]) => property === 'font-size' || property === 'font')
  if (sizes.length > 0) addStyle(style, sizes, { fontSize: parentSize, parentSize })
  const size = fontSizePx(style.get('font-size') ?? '', parentSize)
  return size ?? (usualSizes.get(name) ?? 1) * parentSize
}

/** As browsers set them, in parts of what is around. */
const usualSizes = new Map(
  Object.entries({ h1: 2, h2: 1.5, h3: 1.17, h5: 0.83, h6: 0.67, small: 0.83, sub: 0.83, sup: 0.83 }),
)

export function writeStyle(style: ReadonlyMap<string, string>): string {
  let css = ''
  for (const [property, value] of style) css += css === '' ? `${property}:${value}` : `;${property}:${value}`
  return css
}

/** Cut at a character outside of strings, brackets and comments; those are left out. */
export function split(css: string, separator: string): string[] {
  const pieces: string[] = []
  let piece = ''
  let from = 0
  let depth = 0
  for (let at = 0; at < css.length; at++) {
    const character = css[at]!
    if (character === '"' || character === "'") {
      const end = css.indexOf(character, at + 1)
      if (end < 0) break
      at = end
    } else if (character === '/' && css[at + 1] === '*') {
      piece += css.slice(from, at)
      const end = css.indexOf('*/', at + 2)
      at = end < 0 ? css.length : end + 1
      from = at + 1
    } else if (character === '(') depth++
    else if (character === ')') depth = Math.max(0, depth - 1)
    else if (character === separator && depth === 0) {
      pieces.push(piece + css.slice(from, at))
      piece = ''
      from = at + 1
    }
  }
  pieces.push(piece + css.slice(from))
  return pieces
}

/** More is in no value of a property we allow. */
const valueLimit = 500

type Written = string | readonly Declaration[] | undefined
type Grammar = (value: string, context: Context) => Written
/** Of one value of one property. */
type Word = (value: string, context: Context) => string | undefined

function oneOf(words: string): Word {
  const known = new Set(words.split(' '))
  return (value) => {
    const word = value.toLowerCase()
    return known.has(word) ? word : undefined
  }
}

type Range = { from?: number; to: number; percent?: number; also?: string }

/** A length of up to `to` px, or `percent` of its box; a larger one becomes that, one below `from` is none. */
function length({ from = 0, to, percent, also = '' }: Range): Word {
  const words = new Set(also.split(' '))
  return (value, context) => {
    const word = value.toLowerCase()
    if (words.has(word)) return word
    const read = readLength(word, context)
    if (!read) return undefined
    const { number, unit, px } = read
    if (unit === '%') return percent === undefined || number < 0 ? undefined : written(Math.min(number, percent), unit)
    if (px < from) return undefined
    return px > to ? `${to}px` : written(number, unit)
  }
}

function written(number: number, unit: string): string {
  const rounded = round(number)
  return rounded === 0 ? '0' : `${rounded}${unit}`
}

/** px of a length; a number alone counts as px, as where no standard is followed. */
export function readLength(value: string, { fontSize }: { fontSize: number }) {
  const match = /^([+-]?(?:\d{1,9}(?:\.\d{0,20})?|\.\d{1,20}))([a-z]{0,3}|%)$/.exec(value)
  if (!match) return undefined
  const number = Number(match[1])
  const unit = match[2] || 'px'
  const size = unit in units ? units[unit]! : relativeUnits.get(unit)?.(fontSize)
  return unit === '%' ? { number, unit, px: 0 } : size === undefined ? undefined : { number, unit, px: number * size }
}

const units: Record<string, number> = { px: 1, pt: 4 / 3, pc: 16, in: 96, cm: 96 / 2.54, mm: 9.6 / 2.54, rem: 16 }

const relativeUnits = new Map<string, (fontSize: number) => number>([
  ['em', (size) => size],
  ['ex', (size) => size / 2],
  ['ch', (size) => size / 2],
])

function round(number: number): number {
  return Math.round(number * 1000) / 1000
}

/** One to four values, for the sides of a box. */
function sides(each: Word): Word {
  return (value, context) => {
    const values = words(value).map((word) => each(word, context))
    return values.length > 0 && values.length <= 4 && values.every((one) => one !== undefined)
      ? values.join(' ')
      : undefined
  }
}

/** Cut at white space outside of brackets and strings. */
function words(value: string): string[] {
  return value.match(/(?:[^\s("']|\([^()]{0,200}\)|"[^"]{0,200}"|'[^']{0,200}')+/g) ?? []
}

const color: Word = (value) => {
  const word = value.toLowerCase()
  if (/^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/.test(word) || colorNames.has(word)) return word
  return /^(?:rgb|hsl)a?\(\s{0,9}[\d.+-]{1,20}(?:deg)?%?(?:[\s,/]{1,9}[\d.+-]{1,20}%?){2,3}\s{0,9}\)$/.test(word)
    ? word.replace(/\s+/g, ' ')
    : undefined
}

const colorNames = new Set(
  (
    'transparent currentcolor inherit initial windowtext window buttonface buttontext canvas canvastext graytext ' +
    'aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood ' +
    'cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray ' +
    'darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen ' +
    'darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue ' +
    'firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew ' +
    'hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan ' +
    'lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray ' +
    'lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue ' +
    'mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred ' +
    'midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid ' +
    'palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple ' +
    'rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue ' +
    'slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white ' +
    'whitesmoke yellow yellowgreen'
  ).split(' '),
)

/** Of a background its colour; pictures would be loaded. */
const background: Grammar = (value, context) => {
  const found = words(value).flatMap((word) => color(word, context) ?? [])
  return found.length === 1 ? [['background-color', found[0]!]] : undefined
}

const borderWidth = length({ to: 20, also: 'thin medium thick' })
const borderStyle = oneOf('none hidden dotted dashed solid double groove ridge inset outset')

/** Width, style and colour in any order. */
const border: Word = (value, context) => {
  const parts = words(value)
  const read = parts.map((part) => borderStyle(part, context) ?? color(part, context) ?? borderWidth(part, context))
  return parts.length > 0 && parts.length <= 3 && read.every((one) => one !== undefined) ? read.join(' ') : undefined
}

const fontSizes = new Map(
  Object.entries({ 'xx-small': 9, 'x-small': 10, small: 13, medium: 16, large: 18, 'x-large': 24, 'xx-large': 32 }),
)
/** Larger ones are for posters. */
export const largestFont = 96

const fontSize: Word = (value, { parentSize }) => {
  const word = value.toLowerCase()
  const size = fontSizePx(word, parentSize)
  if (size === undefined) return undefined
  if (size > largestFont) return `${largestFont}px`
  const read = readLength(word, { fontSize: parentSize })
  return read ? written(read.number, read.unit) : word
}

export function fontSizePx(word: string, parentSize: number): number | undefined {
  if (word === 'larger') return parentSize * 1.2
  if (word === 'smaller') return parentSize / 1.2
  const read = readLength(word, { fontSize: parentSize })
  if (!read) return fontSizes.get(word)
  const size = read.unit === '%' ? (read.number / 100) * parentSize : read.px
  return size < 0 ? undefined : size
}

/** Lines may stand close, though not on each other. */
const lineHeight: Word = (value, context) => {
  const word = value.toLowerCase()
  if (word === 'normal') return word
  if (/^\d{0,3}(?:\.\d{1,20})?$/.test(word) && word !== '') {
    const factor = Number(word)
    return factor < 1 ? undefined : String(round(Math.min(factor, 4)))
  }
  const read = readLength(word, context)
  const px = lineHeightPx(word, context.fontSize)
  return read && px !== undefined && px <= 200 ? written(read.number, read.unit) : undefined
}

/** Of one that stays the same whatever is in the lines. */
export function lineHeightPx(word: string, fontSize: number): number | undefined {
  const read = /[a-z%]$/.test(word) ? readLength(word, { fontSize }) : undefined
  return read?.unit === '%' ? (read.number / 100) * fontSize : read?.px
}

const fontFamily: Word = (value) => {
  const names = value.split(',', 12).map((name) => name.trim().replace(/^(["'])(.*)\1$/, '$2'))
  const known = names.filter((name) => /^[\p{L}\p{N}_.-][\p{L}\p{N}_. -]{0,60}$/u.test(name))
  if (known.length === 0) return undefined
  return known.map((name) => (/^[a-z-]+$/i.test(name) ? name : `'${name.trim()}'`)).join(',')
}

const fontStyle = oneOf('normal italic oblique')
const fontVariant = oneOf('normal small-caps')
const fontWeight = oneOf('normal bold bolder lighter 100 200 300 400 500 600 700 800 900')

/** `italic bold 12pt/1.2 Arial, sans-serif` (CSS Fonts §2.9): size and family are always there. */
const font: Grammar = (value, context) => {
  const match =
    /^((?:[a-z0-9-]{1,20}\s{1,9}){0,4})([\w.%+-]{1,20})(?:\s{0,9}\/\s{0,9}([\w.%]{1,20}))?\s{1,9}(.{1,400})$/is.exec(
      value,
    )
  if (!match) return undefined
  const [, before = '', size = '', height, family = ''] = match
  const written: Declaration[] = []
  const add = (property: string, grammar: Word, word: string) => {
    const read = grammar(word, context)
    if (read !== undefined) written.push([property, read])
    return read !== undefined
  }
  if (!add('font-size', fontSize, size)) return undefined
  add('font-family', fontFamily, family)
  if (height) add('line-height', lineHeight, height)
  for (const word of words(before)) {
    if (word.toLowerCase() === 'normal') continue
    if (!add('font-weight', fontWeight, word) && !add('font-style', fontStyle, word))
      add('font-variant', fontVariant, word)
  }
  return written
}

/** Of several words those we know. */
function someOf(known: string): Word {
  const one = oneOf(known)
  return (value, context) => {
    const found = words(value).flatMap((word) => one(word, context) ?? [])
    return found.length > 0 ? [...new Set(found)].join(' ') : undefined
  }
}

const decoration = someOf('none underline overline line-through')
const textDecoration: Grammar = (value, context) => {
  const found = decoration(value, context)
  return found === undefined ? undefined : [['text-decoration', found]]
}

const listStyleType = oneOf(
  'none disc circle square decimal decimal-leading-zero lower-alpha upper-alpha lower-latin upper-latin lower-roman upper-roman lower-greek',
)
const listStyle: Grammar = (value, context) => {
  const found = words(value).flatMap((word) => listStyleType(word, context) ?? [])
  return found.length > 0 ? [['list-style-type', found[0]!]] : undefined
}

const opacity: Word = (value) => {
  const number = /^(?:0|1|0?\.\d{1,20}|1\.0{1,9})$/.test(value) ? Number(value) : undefined
  return number === undefined ? undefined : String(round(number))
}

const margin = length({ to: 200, percent: 50, also: 'auto' })
const padding = length({ to: 200, percent: 50 })
const extent = length({ to: 2000, percent: 100, also: 'auto' })
const largestExtent = length({ to: 2000, percent: 100, also: 'none' })
const spacing: Word = (value, context) => {
  const read = length({ to: 50 })
  const values = words(value).map((word) => read(word, context))
  return values.length > 0 && values.length <= 2 && values.every((one) => one !== undefined)
    ? values.join(' ')
    : undefined
}

const breaking = oneOf('normal break-word anywhere')

const grammar: Record<string, Grammar> = {
  __proto__: null as never,
  color,
  background,
  'background-color': color,
  border,
  'border-top': border,
  'border-right': border,
  'border-bottom': border,
  'border-left': border,
  'border-width': sides(borderWidth),
  'border-style': sides(borderStyle),
  'border-color': sides(color),
  'border-radius': sides(length({ to: 100, percent: 50 })),
  'border-collapse': oneOf('collapse separate'),
  'border-spacing': spacing,
  font,
  'font-family': fontFamily,
  'font-size': fontSize,
  'font-style': fontStyle,
  'font-variant': fontVariant,
  'font-weight': fontWeight,
  'line-height': lineHeight,
  // Below nothing, letters would run backwards, out of the box.
  'letter-spacing': length({ to: 20, also: 'normal' }),
  margin: sides(margin),
  'margin-top': margin,
  'margin-right': margin,
  'margin-bottom': margin,
  'margin-left': margin,
  padding: sides(padding),
  'padding-top': padding,
  'padding-right': padding,
  'padding-bottom': padding,
  'padding-left': padding,
  width: extent,
  height: extent,
  'min-height': extent,
  'max-width': largestExtent,
  'max-height': largestExtent,
  'box-sizing': oneOf('border-box content-box'),
  'text-align': oneOf('left right center justify start end -webkit-center'),
  'text-decoration': textDecoration,
  'text-decoration-line': textDecoration,
  'text-indent': length({ from: -200, to: 200, percent: 50 }),
  'text-transform': oneOf('none uppercase lowercase capitalize'),
  'vertical-align': oneOf('baseline top middle bottom text-top text-bottom sub super'),
  'white-space': oneOf('normal nowrap pre pre-wrap pre-line'),
  'word-break': oneOf('normal break-all break-word keep-all'),
  'word-wrap': breaking,
  'overflow-wrap': breaking,
  'list-style': listStyle,
  'list-style-type': listStyleType,
  'table-layout': oneOf('auto fixed'),
  'caption-side': oneOf('top bottom'),
  'empty-cells': oneOf('show hide'),
  direction: oneOf('ltr rtl'),
  // A direction of one's own must not turn what stands around it.
  'unicode-bidi': oneOf('isolate plaintext'),
  display: oneOf(
    'none block inline inline-block list-item table inline-table table-cell table-row table-row-group table-header-group table-footer-group',
  ),
  float: oneOf('left right none'),
  clear: oneOf('left right both none'),
  overflow: oneOf('hidden visible'),
  visibility: oneOf('visible hidden'),
  opacity,
}
