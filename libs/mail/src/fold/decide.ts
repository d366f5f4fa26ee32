/** Which lines of a letter are folded, and why: the letter as blocks of words and quotes, then rules over their order. */
import { type Attribution, attributionEndingAt, isAttribution } from './attribution.ts'
import { disclaimerStart } from './disclaimer.ts'
import type { Circumstances, Reason } from './index.ts'
import { bare, hasWords, isBlank, type Line } from './lines.ts'
import { isForwardSubject, isRule, quotedHeaderEnd, separator } from './quoted-header.ts'
import { signatureStart } from './signature.ts'

/** Lines from `from` to before `to`. */
export type Region = { from: number; to: number; reason: Reason }

/**
 * In order, apart from each other. None where the letter would have nothing left to read, unless each of its lines bears
 * the mark of a quote that a program attributed: then its author wrote nothing, and that is what is shown.
 */
export function decide(lines: Line[], letter: Circumstances): Region[] {
  const blocks = readBlocks(lines, letter)
  const { regions, rest } = fromTheEnd(lines, blocks, letter)
  regions.push(...aboveTheAnswer(rest))
  regions.sort((one, other) => one.from - other.from)
  const onlyQuotes = blocks.every(({ kind, attribution }) => kind === 'quote' && attribution)
  return onlyQuotes || somethingIsLeft(lines, regions) ? joined(lines, regions) : []
}

/**
 * `words` are not quoted; `quote` is, by marks or structure; `rest` goes to the end of the letter, because programs mark
 * its beginning alone; `forward` is what the letter was sent for, and always stays.
 */
type Block = {
  kind: 'words' | 'quote' | 'rest' | 'forward'
  from: number
  to: number
  /** Of a quote: the lines that say whose it is, by a program; without them the author may have typed the marks. */
  attribution?: { from: number; to: number }
}

function readBlocks(lines: Line[], letter: Circumstances): Block[] {
  const attributions = findAttributions(lines)
  const forwarded = isForwardSubject(letter.subject)
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; ) {
    const block = beginsAt(lines, at, attributions)
    if (!block) {
      const last = blocks.at(-1)
      if (last?.kind === 'words') last.to = at + 1
      else if (!isBlank(lines[at]!)) blocks.push({ kind: 'words', from: at, to: at + 1 })
      at++
      continue
    }
    if (forwarded && block.kind !== 'words') return [...blocks, { kind: 'forward', from: at, to: lines.length }]
    blocks.push(block)
    at = block.to
  }
  return blocks
}

/** The block other than plain words that begins in this line. */
function beginsAt(lines: Line[], at: number, attributions: Map<number, Attribution>): Block | undefined {
  const line = lines[at]!
  if (isBlank(line) && line.depth === 0) return undefined
  if (line.depth > 0) return quoteFrom(lines, at, at)
  const toTheEnd = (kind: 'rest' | 'forward'): Block => ({ kind, from: at, to: lines.length })
  const kind = separator(line)
  if (kind === 'forward') return toTheEnd('forward')
  if (kind === 'original') return toTheEnd('rest')
  const attribution = attributions.get(at)
  if (attribution) {
    const next = nextWords(lines, attribution.to)
    if (next < lines.length && lines[next]!.depth > 0) return quoteFrom(lines, at, next, attribution)
    if (attribution.sure) return toTheEnd('rest')
  }
  const rule = isRule(line)
  const header = rule ? nextWords(lines, at + 1) : at
  if (header >= lines.length || header - at > 3) return undefined
  if (lines[header]!.depth > 0) {
    const quote = quoteFrom(lines, at, header)
    return quote.attribution ? quote : undefined
  }
  const belowRule = rule || lines[header]!.hint === 'below rule'
  if (quotedHeaderEnd(lines, header, belowRule) !== undefined) return toTheEnd('rest')
  // From and Date alone are as good as an attribution, when marks follow.
  const to = quotedHeaderEnd(lines, header, true)
  const next = to === undefined ? lines.length : nextWords(lines, to)
  return next < lines.length && lines[next]!.depth > 0 ? quoteFrom(lines, at, next, { from: at, to: to! }) : undefined
}

/** To the last line of the quote; blank lines within it are its own. */
function quoteFrom(lines: Line[], from: number, first: number, attribution?: Block['attribution']): Block {
  let to = first
  for (let at = first; at < lines.length; at++) {
    if (lines[at]!.depth > 0) to = at + 1
    else if (!isBlank(lines[at]!)) break
  }
  const opening = openingOf(lines, first, to)
  if (opening === 'forward') return { kind: 'forward', from, to: lines.length }
  const by = attribution ?? opening
  return { kind: 'quote', from, to, ...(by && { attribution: by }) }
}

/** A quote may carry the line that says whose it is within its marks, as Apple Mail and Outlook.com write it. */
function openingOf(lines: Line[], first: number, to: number): 'forward' | { from: number; to: number } | undefined {
  const at = nextWords(lines, first)
  if (at >= to) return undefined
  if (separator(lines[at]!) === 'forward') return 'forward'
  const inside = { from: at, to: at }
  if (separator(lines[at]!) || quotedHeaderEnd(lines, at, true) !== undefined) return inside
  for (let end = at; end < Math.min(at + 4, to) && !isBlank(lines[end]!); end++) {
    const text = lines
      .slice(at, end + 1)
      .map((line) => line.text)
      .join(' ')
    if (lines[end]!.hint === 'attribution' || isAttribution(text)) return inside
  }
  return undefined
}

/** By their first lines. Marks other than `>` that follow one are counted here, for alone they would not be believed. */
function findAttributions(lines: Line[]): Map<number, Attribution> {
  const found = new Map<number, Attribution>()
  for (let end = 0; end < lines.length; end++) {
    const line = lines[end]!
    if (line.depth > 0 || isBlank(line)) continue
    const attribution = line.hint === 'attribution' ? hintedAttribution(lines, end) : attributionEndingAt(lines, end)
    if (!attribution) {
      markInitials(lines, end)
      continue
    }
    found.set(attribution.from, attribution)
    markOddQuote(lines, attribution.to)
  }
  return found
}

function hintedAttribution(lines: Line[], at: number): Attribution {
  let to = at + 1
  while (to < lines.length && lines[to]!.hint === 'attribution') to++
  return { from: at, to, sure: false }
}

/** Below an attribution `| ` and `Jana> ` are marks, too. */
function markOddQuote(lines: Line[], from: number): void {
  const first = nextWords(lines, from)
  if (first >= lines.length || lines[first]!.depth > 0) return
  const mark = /^(?:\||[\p{L}\d]{1,12}>)(?= |$)/u.exec(lines[first]!.text)?.[0]
  if (mark) takeMarks(lines, first, mark)
}

/** Initials, as some programs for news mark: three lines on end at least, for a prompt of a shell looks like one. */
function markInitials(lines: Line[], at: number): void {
  const mark = /^(?!SQL|PS)[A-Z]{1,3}>(?= |$)/.exec(lines[at]!.text)?.[0]
  const run = mark ? [at, at + 1, at + 2].every((line) => lines[line]?.text.startsWith(mark)) : false
  if (mark && run) takeMarks(lines, at, mark)
}

function takeMarks(lines: Line[], from: number, mark: string): void {
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]!
    if (line.depth > 0 || !line.text.startsWith(mark)) return
    lines[at] = { ...line, text: line.text.slice(mark.length).trim(), depth: 1 }
  }
}

/** What ends the letter without being an answer: quotes that nothing follows, signatures, disclaimers; and the rest. */
function fromTheEnd(lines: Line[], blocks: Block[], letter: Circumstances): { regions: Region[]; rest: Block[] } {
  const regions: Region[] = []
  const rest = blocks.slice()
  for (let block = rest.at(-1); block; block = rest.at(-1)) {
    if (block.kind === 'words') {
      const endings = endingsOf(lines, block, letter)
      regions.push(...endings)
      const left = { ...block, to: endings.at(-1)?.from ?? block.to }
      rest.pop()
      if (lines.slice(left.from, left.to).some(hasWords)) return { regions, rest: [...rest, left] }
    } else if (block.kind === 'forward') {
      const above = rest.at(-2)
      return { regions: above?.kind === 'words' ? endingsOf(lines, above, letter) : [], rest }
    } else if (isHistory(lines, rest)) {
      regions.push({ from: block.from, to: block.to, reason: 'history' })
      rest.pop()
    } else break
  }
  return { regions, rest }
}

/** Whether the last block is what the letter answers, rather than what the author shows. */
function isHistory(lines: Line[], blocks: Block[]): boolean {
  const block = blocks.at(-1)!
  const above = blocks.at(-2)
  const introduced = above && lines.slice(above.from, above.to).findLast(hasWords)?.text.endsWith(':')
  if (block.kind === 'rest') return !introduced && !(above && pointsBelow(lines, above))
  return block.attribution !== undefined || (!introduced && block.to - block.from >= 3)
}

/**
 * "See below", "my answers are in red": what is below is meant to be read, or holds answers that no line tells from the
 * quote, and all stays.
 */
function pointsBelow(lines: Line[], { from, to }: Block): boolean {
  const text = lines
    .slice(from, Math.min(to, from + 100))
    .map((line) => line.text)
    .join(' ')
  return below.test(bare(text.slice(0, 10_000)))
}

const below = new RegExp(
  [
    '\\b(?:answer|repl|response|comment|remark|note|reaction)\\w{0,4} (?:\\w{1,12} ){0,3}(?:below|inline|in-line|in (?:red|blue|green|bold|capitals))',
    '\\b(?:see|answered|replied|commented) (?:\\w{1,12} ){0,4}(?:below|inline|in-line|in (?:red|blue|green|bold|between))|^inline[.:!]?|\\bin-?line (?:below|answers|comments)',
    '(?:odpov|koment|reag|dopln|vepsal|vepisuj|dopsal|vyjadr|poznam)\\w{0,12} (?:\\w{1,12} ){0,4}(?:nize|niz|v textu|do textu|cerven|modr|zelen|tucn|inline|mezi radky)',
    '(?:odpov|koment|reag|dopln|vpisal|dopisal|vyjadr|poznam)\\w{0,12} (?:\\w{1,12} ){0,4}(?:nizsie|v texte|do textu|cerven|modr|zelen|tucn|inline)',
    '(?:rispo|comment|not|osserva)\\w{0,8} (?:\\w{1,12} ){0,4}(?:sotto|in rosso|in blu|in verde|in grassetto|nel testo|inline|in linea|di seguito)',
    '(?:antwort|kommentar|anmerk|geantwortet|kommentiert)\\w{0,8} (?:\\w{1,14} ){0,4}(?:unten|im text|in rot|in blau|in grun|fett|inline|rot|blau|direkt)',
    '\\bviz (?:\\w{1,12} )?niz|\\bnize (?:uveden|zasl|prepos|v mailu|v e-?mailu)|\\b(?:vid|pozri|pozrite) (?:\\w{1,12} )?niz|nizsie (?:uveden|zasl|prepos|v maile)',
    '\\b(?:vedi|vedere|guarda) (?:\\w{1,12} )?(?:sotto|in calce)|\\bsiehe (?:\\w{1,12} )?unten|\\bfyi\\b|\\bforwarding\\b',
  ].join('|'),
)

/** One answer below one quote: the quote is history, though above. Between several of each, quotes say what is answered. */
function aboveTheAnswer(rest: Block[]): Region[] {
  const quotes = rest.filter(({ kind }) => kind === 'quote')
  const attributed = quotes.filter(({ attribution }) => attribution)
  const [quote] = attributed
  if (!quote?.attribution || attributed.length > 1 || rest.at(-1)?.kind !== 'words') return []
  const { from, to } = rest.length === 2 && rest[0] === quote ? quote : quote.attribution
  return to > from ? [{ from, to, reason: 'history' }] : []
}

function endingsOf(lines: Line[], { from, to }: Block, letter: Circumstances): Region[] {
  const endings: Region[] = []
  let end = to
  while (endings.length < 100) {
    const disclaimer = disclaimerStart(lines, from, end)
    const start = disclaimer ?? signatureStart(lines, from, end, letter)
    if (start === undefined) break
    endings.push({ from: start, to: end, reason: disclaimer === undefined ? 'signature' : 'disclaimer' })
    end = start
  }
  return endings
}

function somethingIsLeft(lines: Line[], regions: Region[]): boolean {
  let at = 0
  for (const { from, to } of [...regions, { from: lines.length, to: lines.length }]) {
    if (lines.slice(at, from).some(hasWords)) return true
    at = to
  }
  return false
}

/** Regions of one reason with nothing between them are one. */
function joined(lines: Line[], regions: Region[]): Region[] {
  const result: Region[] = []
  for (const region of regions) {
    const last = result.at(-1)
    if (last?.reason === region.reason && !lines.slice(last.to, region.from).some((line) => !isBlank(line)))
      last.to = region.to
    else result.push({ ...region })
  }
  return result
}

function nextWords(lines: Line[], from: number): number {
  let at = from
  while (at < lines.length && lines[at]!.text === '') at++
  return at
}
