import { decide, type Region } from './decide.ts'
import type { Circumstances } from './index.ts'
import { type Cut, type Element, nameOf, type Page, readPage } from './page.ts'

const lengthLimit = 2 * 1024 * 1024
const lineLimit = 64 * 1024
/** Most characters of tags that folds may add. */
const addedLimit = 256 * 1024
/** Pieces of one fold that a table may need. */
const pieceLimit = 200

/**
 * HTML in which what is folded is wrapped as `<details data-folded="history"><summary></summary>…</details>`, with
 * nothing else changed. It reads classes, ids and styles, so it comes before sanitising, which lets through `details`
 * with that attribute alone, and `summary`. Of the letter's own, neither is left: what bears the mark is ours. `key`,
 * which no letter can know, says so to `sanitiseHtml`.
 */
export function markFolds(html: string, letter: Circumstances = {}, key = ''): string {
  const page = html.length > lengthLimit ? undefined : readPage(html)
  const regions = !page || page.lines.length > lineLimit ? [] : decide(page.lines, letter)
  const folds: Edit[] = []
  let added = 0
  for (const region of regions) {
    const edits = wrapped(html, page!, region, key)
    added += edits.reduce((sum, { text }) => sum + text.length, 0)
    // What is opened again was opened as long as its author liked.
    if (added > addedLimit) break
    folds.push(...edits)
  }
  return edited(html, [...ownFolds(html), ...folds])
}

/** Wherever it looks like one: what is no tag here may be one for another reader. */
function ownFolds(html: string): Edit[] {
  return [...html.matchAll(/<\/?(details|summary)(?![\w-])/gi)].map(({ 0: tag, 1: name, index }) => {
    const to = index + tag.length
    return { from: to - name!.length, to, text: 'div' }
  })
}

/** What stands in the place of a range; an empty range is an insertion. */
type Edit = { from: number; to: number; text: string }

function edited(html: string, edits: Edit[]): string {
  const parts: string[] = []
  let at = 0
  for (const { from, to, text } of edits.toSorted((one, other) => one.from - other.from)) {
    parts.push(html.slice(at, from), text)
    at = to
  }
  return parts.join('') + html.slice(at)
}

/**
 * A region may begin deep within elements and end elsewhere. They are closed before it and opened again inside, so that
 * one fold holds it; tables and lists cannot be opened again in their middle, and get a fold for each piece.
 */
function wrapped(html: string, page: Page, { from, to, reason }: Region, key: string): Edit[] {
  const mark = key === '' ? `data-folded="${reason}"` : `data-folded="${reason}" data-fold-key="${key}"`
  const edits: Edit[] = []
  let start = page.cuts[from]!
  const end = nearestEnd(page, start, page.cuts[to]!)
  for (let pieces = 0; pieces < pieceLimit && start.at < end.at; pieces++) {
    const piece = nextPiece(page, start, end)
    if (piece.fold && lastWords(page, piece.end) >= piece.start.at) {
      edits.push(...foldOf(html, piece.start, piece.end, mark, html.length))
    }
    start = piece.next
  }
  return edits
}

/** Of all places behind the last words, the end of the element that the region begins in, if it is one of them. */
function nearestEnd(page: Page, start: Cut, end: Cut): Cut {
  const last = lastWords(page, end)
  const element = chainOf(start).find((one) => hosts.has(one.name) && one.end > last && one.end <= end.at)
  return element ? { at: element.end, within: element, unclosed: '' } : end
}

/** Where the last words before a place begin. */
function lastWords({ words }: Page, { at }: Cut): number {
  return words[firstAtLeast(words, at) - 1] ?? -1
}

function firstAtLeast(sorted: number[], value: number): number {
  let low = 0
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

type Piece = { fold: boolean; start: Cut; end: Cut; next: Cut }

function nextPiece(page: Page, start: Cut, end: Cut): Piece {
  const shared = new Set(chainOf(end))
  const left = chainOf(start).filter((element) => !shared.has(element))
  if (start.within && isFrame(start.within))
    return { fold: false, start, end, next: firstWithin(page, start.within, start) }
  const inner = left.find(isFixed)
  if (inner) return { fold: true, start, end: { at: inner.end, within: inner, unclosed: '' }, next: behind(inner) }
  const entered = chainOf(end).filter((element) => element.begin >= start.at)
  const outer = entered.findLast(isFixed)
  if (outer) {
    const before = { at: outer.begin, within: outer.parent, unclosed: '' }
    return { fold: true, start, end: before, next: { at: outer.inside, within: outer, unclosed: '' } }
  }
  return { fold: true, start, end, next: end }
}

function behind(element: Element): Cut {
  const unclosed = element.end === element.behind ? `</${element.name}>` : ''
  return { at: element.behind, within: element.parent, unclosed }
}

/** Into the next element of a table or list. */
function firstWithin({ elements, begins }: Page, frame: Element, start: Cut): Cut {
  const element = elements[firstAtLeast(begins, start.at)]
  return element && element.begin < frame.end ? { at: element.inside, within: element, unclosed: '' } : behind(frame)
}

function foldOf(html: string, start: Cut, end: Cut, mark: string, length: number): Edit[] {
  const shared = sharedHost(start, end)
  const closing = chainOf(start).filter((element) => !shared.has(element))
  const reopened = chainOf(end).filter((element) => !shared.has(element) && element.begin < start.at)
  const entered = chainOf(end).filter((element) => !shared.has(element) && element.begin >= start.at)
  const opening = `<details ${mark}><summary></summary>${tags(html, closing)}`
  const ending = `${ends([...entered, ...reopened])}</details>`
  const after = end.at < length ? tags(html, [...entered, ...reopened]) : ''
  return [
    { from: start.at, to: start.at, text: `${start.unclosed}${ends(closing)}${opening}` },
    { from: end.at, to: end.at, text: `${end.unclosed}${ending}${after}` },
  ]
}

/** The elements around both places, up to one that may hold a fold. */
function sharedHost(start: Cut, end: Cut): Set<Element> {
  const around = new Set(chainOf(end))
  const shared = chainOf(start).filter((element) => around.has(element))
  const host = shared.findIndex(({ name }) => hosts.has(name))
  return new Set(host < 0 ? [] : shared.slice(host))
}

/** From the innermost out, without what is no element of HTML. */
function chainOf({ within }: Cut): Element[] {
  const chain: Element[] = []
  for (let element = within; element; element = element.parent) {
    if (/^[a-z][a-z0-9]*$/.test(element.name)) chain.push(element)
  }
  return chain
}

function ends(elements: Element[]): string {
  return elements.map(({ name }) => `</${nameOf(name)}>`).join('')
}

function tags(html: string, elements: Element[]): string {
  const pieces = elements.toReversed().map(({ begin, inside }) => html.slice(begin, inside))
  return pieces.map((tag) => edited(tag, ownFolds(tag))).join('')
}

/** Cannot be closed and opened again without becoming another. */
function isFixed({ name }: Element): boolean {
  return fixed.has(name)
}

/** Has no words of its own, only in its elements. */
function isFrame({ name }: Element): boolean {
  return frames.has(name)
}

const frames = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'ul', 'ol', 'dl', 'colgroup'])
const fixed = new Set([...frames, 'html', 'body', 'td', 'th', 'caption', 'li', 'dt', 'dd'])
const hosts = new Set(
  'html body div td th li dd blockquote center section article main aside header footer form fieldset caption'.split(
    ' ',
  ),
)
