/** What only the whole style of an element shows: whether it would leave its box. */
import { largestFont, lineHeightPx, readLength, type Style } from './css.ts'
import { type SymbolFont, symbolFontIn } from './symbols.ts'

/** What an element hands on to those in it. */
export type Inherited = {
  /** In px, as the next one. */
  fontSize: number
  /** Absent when lines are as high as what is in them needs. */
  lineHeight: number | undefined
  /** Its text is in letters that stand for signs. */
  symbols: SymbolFont | undefined
}

export const initial: Inherited = { fontSize: 16, lineHeight: undefined, symbols: undefined }

/** Mends the style where it would lead out of the element's box. */
export function settle(name: string, style: Style, fontSize: number, around: Inherited): Inherited {
  if (fontSize > largestFont) {
    style.set('font-size', `${largestFont}px`)
    return settle(name, style, largestFont, around)
  }
  const lineHeight = settleLines(style, fontSize, around)
  const symbols = settleFont(style, around)
  if (style.size > 0) {
    settleIndent(style, fontSize)
    settleHeight(name, style)
    if (!cells.has(name) && name !== 'img') settleWidth(style)
  }
  // The same object, so that what is within is known to be in a place alike (looks.ts).
  const isAsAround = fontSize === around.fontSize && lineHeight === around.lineHeight && symbols === around.symbols
  return isAsAround ? around : { fontSize, lineHeight, symbols }
}

/** Signs are written as characters, for a reader who has not that font. */
function settleFont(style: Style, around: Inherited): SymbolFont | undefined {
  const family = style.get('font-family')
  if (family === undefined) return around.symbols
  const symbols = symbolFontIn(family)
  if (symbols) style.delete('font-family')
  return symbols
}

/** Letters higher than their lines would stand in the line above, and the first ones above the letter. */
function settleLines(style: Style, fontSize: number, around: Inherited): number | undefined {
  const own = style.get('line-height')
  const height = own === undefined ? around.lineHeight : lineHeightPx(own, fontSize)
  if (height === undefined || height >= fontSize) return height
  style.delete('line-height')
  style.set('line-height', 'normal')
  return undefined
}

/** A first line may hang out as far as its block was moved in, which is how Word writes lists. */
function settleIndent(style: Style, fontSize: number): void {
  const indent = px(style.get('text-indent'), fontSize)
  if (indent < 0 && -indent > leftOf(style, 'margin', fontSize) + leftOf(style, 'padding', fontSize) + 0.01) {
    style.delete('text-indent')
  } else if (indent === 0 && !style.has('text-indent') && style.get('display')?.startsWith('inline-')) {
    // It would hang out of one that is itself moved out with the line it is in.
    style.set('text-indent', '0')
  }
}

function leftOf(style: Style, property: string, fontSize: number): number {
  let left = 0
  for (const [name, value] of style) {
    if (name === property) {
      const sides = value.split(' ')
      left = px(sides[3] ?? sides[1] ?? sides[0], fontSize)
    } else if (name === `${property}-left`) left = px(value, fontSize)
  }
  return left
}

function px(value: string | undefined, fontSize: number): number {
  return (value && readLength(value, { fontSize })?.px) || 0
}

/** What does not fit a block would lie on what follows it; so the height is the least one, unless the rest is hidden. */
function settleHeight(name: string, style: Style): void {
  if (cells.has(name) || name === 'img' || name === 'table' || style.get('overflow') === 'hidden') return
  const height = style.get('height')
  if (height !== undefined) {
    style.delete('height')
    if (height !== 'auto' && !height.endsWith('%') && !style.has('min-height')) style.set('min-height', height)
  }
  style.delete('max-height')
}

/** A column of 600 px, or one as wide as its page with a padding besides, must fit a telephone. */
function settleWidth(style: Style): void {
  const width = style.get('width')
  if (width === undefined || width === 'auto') return
  if (!width.endsWith('%') && !style.has('max-width')) style.set('max-width', '100%')
  const isPadded = [...style.keys()].some((property) => /^(?:padding|border)(?:-(?:left|right|width))?$/.test(property))
  if (isPadded && !style.has('box-sizing')) style.set('box-sizing', 'border-box')
}

const cells = new Set(['td', 'th', 'tr', 'col', 'colgroup', 'thead', 'tbody', 'tfoot', 'caption'])
