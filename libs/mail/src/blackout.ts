/** Takes words out of what is stored already: out of text, and out of HTML as `sanitiseHtml` writes it. */
import { decodeEscapes, escapeAttribute, escapeText } from './html/escape.ts'
import { htmlToText } from './html/text.ts'

export type Blackout = {
  finds(text: string): boolean
  text(text: string): string
  /** Null when they stand in it in a way in which they cannot be taken out alone. */
  html(html: string): string | null
}

/** What is looked for, as a regular expression, and what stands in its place afterwards. */
export type Hidden = { pattern: string; by: string }

/** Stands where words were; it needs no translation. */
export const blackened = '█████'

/** Words as somebody typed them: wrapped, quoted and in other case they are the same. */
export function hiddenWords(words: string): Hidden {
  const forms = new Set(['NFC', 'NFD'].map((form) => phrase(words.normalize(form))))
  return { pattern: [...forms].join('|'), by: blackened }
}

/** An address, also as links and bounce addresses write it; never the end of a longer one. */
export function hiddenAddress(address: string, by: string): Hidden {
  const at = address.lastIndexOf('@')
  const [local, domain] = [literal(address.slice(0, at)), literal(address.slice(at + 1))]
  const written = `(?<![\\p{L}\\p{N}._+-])${local}(?:@|%40)|(?<![\\p{L}\\p{N}._-])${local}=`
  return { pattern: `(?:${written})${domain}(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])`, by }
}

/** A name of several words in either order, with or without its accents. One word alone may be anybody's. */
export function hiddenName(name: string, by: string): Hidden | undefined {
  const words = name.trim().split(/\s+/)
  if (words.length < 2) return undefined
  const orders = [words.join(' '), `${words.at(-1)}, ${words.slice(0, -1).join(' ')}`, words.toReversed().join(' ')]
  const plain = orders.map((order) => order.normalize('NFD').replace(/\p{M}/gu, ''))
  const forms = new Set([...orders, ...plain].flatMap((order) => [order.normalize('NFC'), order.normalize('NFD')]))
  return { pattern: `(?<![\\p{L}\\p{N}])(?:${[...forms].map(phrase).join('|')})(?![\\p{L}\\p{N}])`, by }
}

export function blackout(hidden: readonly Hidden[]): Blackout {
  const all = hidden.map(({ pattern, by }) => ({ search: new RegExp(pattern, 'giu'), by }))
  const finds = (text: string) => all.some(({ search }) => text.search(search) >= 0)
  const text = (from: string) => all.reduce((left, { search, by }) => left.replace(search, () => by), from)
  return {
    finds,
    text,
    html(from) {
      const left = all.reduce((html, one) => withoutOne(html, one), from)
      return finds(htmlToText(left)) || finds(decodeEscapes(left)) ? null : left
    },
  }
}

type Search = { search: RegExp; by: string }

/** Words may go on behind a tag; behind one that begins a line, as behind a space. */
function withoutOne(html: string, one: Search): string {
  const pieces = html.match(/<[^>]*>|[^<]+|</g) ?? []
  const words = pieces.map((piece) => {
    if (!isTag(piece)) return decodeEscapes(piece)
    return inlineTag.test(piece) ? '' : '\n'
  })
  const found = [...words.join('').matchAll(one.search)].map(({ index, 0: match }) => {
    return { from: index, to: index + match.length }
  })
  let at = 0
  return pieces
    .map((piece, place) => {
      const from = at
      at += words[place]!.length
      if (isTag(piece)) return withoutInTag(piece, one)
      const within = found.filter((range) => range.to > from && range.from < at)
      return within.length === 0 ? piece : escapeText(cut(words[place]!, from, within, one.by))
    })
    .join('')
}

function cut(words: string, start: number, ranges: { from: number; to: number }[], by: string): string {
  let kept = ''
  let at = 0
  for (const { from, to } of ranges) {
    kept += words.slice(at, Math.max(from - start, 0)) + (from >= start ? by : '')
    at = Math.min(to - start, words.length)
  }
  return kept + words.slice(at)
}

function withoutInTag(tag: string, { search, by }: Search): string {
  return tag.replace(/="([^"]*)"/g, (whole, written: string) => {
    const value = decodeEscapes(written)
    if (unescapedUrl(value).search(search) < 0) return whole
    const left = value.replace(search, () => by)
    return `="${unescapedUrl(left).search(search) < 0 ? escapeAttribute(left) : ''}"`
  })
}

function unescapedUrl(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function isTag(piece: string): boolean {
  return piece.length > 1 && piece.startsWith('<')
}

const inlineTag =
  /^<\/?(?:a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var)\b/i

function phrase(words: string): string {
  return words.trim().split(/\s+/).map(literal).join('[\\s>]+')
}

function literal(words: string): string {
  return words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
