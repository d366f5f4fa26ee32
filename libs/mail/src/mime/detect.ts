/**
 * Which character set bytes are in, when the letter does not say so, or what it says gives no text. Each candidate reads
 * the same bytes; the reading that is least surprising wins. Surprise is counted in bits, by how frequent a character is
 * in a language that was written in that character set (languages.ts), and by where it stands. Linear, bounded, and
 * explained by its numbers; measured beside jschardet in docs/decisions/0017-charsets.md.
 */
import {
  type DoubleByteLanguage,
  doubleByteLanguages,
  type Language,
  latinLanguages,
  scriptLanguages,
} from './languages.ts'
import { readAs } from './read-as.ts'

/** `surprise`: bits for the whole sample. `sensible`: what text of people who write that language costs, at most. */
export type Reading = { charset: string; surprise: number; sensible: boolean }

/** The likeliest character set of 8-bit bytes that are not UTF-8. Any bytes have one. */
export function detectCharset(bytes: Buffer): Reading {
  const sample = eightBitText(bytes)
  let best: Reading = { charset: 'windows-1252', surprise: Number.POSITIVE_INFINITY, sensible: false }
  for (const charset of candidates) {
    const reading = read(sample, charset, best.surprise)
    if (reading.surprise < best.surprise) best = reading
  }
  return best.surprise > unreadableBits * sample.high + rare ? { ...best, charset: 'windows-1252' } : best
}

/** How sensible the bytes are in that character set; undefined for one whose languages are not known here. */
export function readingAs(bytes: Buffer, charset: string): Reading | undefined {
  return candidates.has(charset) ? read(eightBitText(bytes), charset, Number.POSITIVE_INFINITY) : undefined
}

type Sample = { bytes: Buffer; high: number; words: ReadonlyMap<string, number> }

const sampleBytes = 64 * 1024
const sampleHigh = 4_000
/** Text in its own character set costs 4 to 6 bits for each byte with the high bit, Czech read as Latin-1 seven and more. */
const sensibleBits = 6.5
/** Beyond it, it is no text at all, and there is nothing to choose. */
const unreadableBits = 10

/** From the line of the first byte with the high bit on, 64 KiB or 4,000 such bytes, what comes first. */
function eightBitText(bytes: Buffer): Sample {
  const first = bytes.findIndex((byte) => byte > 0x7f)
  const start = Math.max(bytes.lastIndexOf(0x0a, first) + 1, first - 1024, 0)
  let end = start
  let high = 0
  for (const limit = Math.min(bytes.length, start + sampleBytes); end < limit && high < sampleHigh; end++) {
    if (bytes[end]! > 0x7f) high++
  }
  // The end of a line behind it: half a character there is a fault of the reading, not a cut.
  const sample = Buffer.concat([bytes.subarray(start, end), Buffer.from('\n')])
  return { bytes: sample, high, words: asciiWords(sample) }
}

/** Words of ASCII letters alone, which are the same in whatever the rest is read as. */
function asciiWords(sample: Buffer): Map<string, number> {
  const words = new Map<string, number>()
  const text = sample.toString('latin1').toLowerCase()
  for (const [word] of text.matchAll(/(?<![a-z\x80-\xff])[a-z]{2,10}(?![a-z\x80-\xff])/g)) {
    words.set(word, (words.get(word) ?? 0) + 1)
  }
  return words
}

function read({ bytes, high, words }: Sample, charset: string, limit: number): Reading {
  const text = readAs(bytes, charset)
  let least = limit
  for (const model of modelsOf(charset)) {
    const known = Math.min(wordsLimit, wordBits * hits(model.words, words))
    const prior = (priors[charset] ?? rare) - known
    least = Math.min(least, prior + surpriseOf(text, model, least - prior))
  }
  return { charset, surprise: least, sensible: least <= sensibleBits * high + rare }
}

const wordBits = 1.5
const wordsLimit = 30

function hits(expected: readonly string[], words: ReadonlyMap<string, number>): number {
  return expected.reduce((sum, word) => sum + (words.get(word) ?? 0), 0)
}

/** Mail without a word about its character set came from few programs; those of DOS and old Macs are not among them. */
const priors: Record<string, number> = {
  'windows-1252': 0,
  'windows-1250': 1,
  'iso-8859-2': 2,
  'iso-8859-15': 2,
  'windows-1251': 2,
  'koi8-u': 2,
  gb18030: 2,
  big5: 2,
  shift_jis: 2,
  'euc-jp': 2,
  'euc-kr': 2,
  'windows-1254': 2,
  'windows-1257': 2,
  'windows-1253': 2,
  'windows-1255': 2,
  'windows-1256': 2,
  macintosh: 14,
  'x-mac-cyrillic': 14,
  ibm866: 6,
}
const rare = 4

/** A language in one character set: what each of its characters costs, in bits. */
type Model = {
  kind: 'latin' | 'script' | 'double'
  costs: ReadonlyMap<number, number>
  words: readonly string[]
  final: ReadonlySet<number>
  hard: ReadonlySet<number>
  alone: ReadonlySet<number>
}

function surpriseOf(text: string, model: Model, limit: number): number {
  let bits = 0
  let run = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) {
      run = 0
      continue
    }
    const { letter, upper, cost } = characterOf(code)
    bits += model.costs.get(code) ?? cost
    run = letter ? run + 1 : 0
    if (model.kind === 'double') continue
    const before = at > 0 ? characterOf(text.charCodeAt(at - 1)) : nothing
    const after = at + 1 < text.length ? characterOf(text.charCodeAt(at + 1)) : nothing
    if (!letter && after.letter && !joining.has(code)) bits += before.letter ? 6 : opening.has(code) ? 0 : 3
    if (code === 0x2019 && !before.letter && after.letter) bits += 2
    if (upper) bits += before.upper ? 0.5 : before.letter ? 6 : 2.5
    if (model.kind === 'script') {
      if (letter && (isAscii(before) || isAscii(after))) bits += 4
    } else if (letter) {
      if (run > 2) bits += 4
      bits += model.final.has(code) ? (after.letter ? 4 : 0) : after.letter ? 0.5 : 1.5
      if (model.hard.has(code) && softening.has(text[at + 1]!)) bits += 4
      if (!before.letter && !after.letter && !model.alone.has(code)) bits += 5
    }
    if (bits > limit) return Number.POSITIVE_INFINITY
  }
  return bits
}

const softening = new Set('eéěiíEÉĚIÍ')

type Character = { letter: boolean; upper: boolean; cost: number; ascii: boolean }

const nothing: Character = { letter: false, upper: false, cost: 0, ascii: false }
const characters = new Map<number, Character>()

/** What is not a letter of the language at all. */
function characterOf(code: number): Character {
  const known = characters.get(code)
  if (known) return known
  const char = String.fromCharCode(code)
  const letter = /[\p{L}\p{M}]/u.test(char)
  const made = { letter, upper: /\p{Lu}/u.test(char), cost: generalCost(code, char), ascii: code < 0x80 }
  characters.set(code, made)
  return made
}

function isAscii({ letter, ascii }: Character): boolean {
  return letter && ascii
}

function generalCost(code: number, char: string): number {
  if (code === 0xfffd) return 25
  if (code < 0xa0 || /\p{Co}/u.test(char)) return 20
  if (code === 0xa0) return 5
  if (typographic.includes(char)) return 7
  if (/[\u3000-\u303f\uff00-\uff60]/.test(char)) return 8
  if (/[\uff61-\uff9f]/.test(char)) return 10
  return /\p{Script=Han}/u.test(char) ? 17 : 12
}

const typographic = '„“”‚‘’–—…•€§°«»©®™·×\u00ad'
/** What stands before a word. */
const opening = new Set([...'„“”‚‘’«»–—…§€¿¡\u00a0'].map((char) => char.charCodeAt(0)))
/** Apostrophe, soft hyphen and middle dot stand within words. */
const joining = new Set(['’', '\u00ad', '·'].map((char) => char.charCodeAt(0)))

const languages = [...latinLanguages, ...scriptLanguages, ...doubleByteLanguages]
const candidates = new Set(languages.flatMap(({ charsets }) => charsets))
const models = new Map<string, Model[]>()

/** Made when first asked for. */
function modelsOf(charset: string): Model[] {
  const known = models.get(charset)
  if (known) return known
  const made = languages.filter(({ charsets }) => charsets.includes(charset)).map(modelOf)
  models.set(charset, made)
  return made
}

function modelOf(language: Language | DoubleByteLanguage): Model {
  const double = 'level1' in language
  return {
    kind: double ? 'double' : latinLanguages.includes(language) ? 'latin' : 'script',
    costs: double ? doubleByteCosts(language) : alphabetCosts(language),
    words: language.words?.split(' ') ?? [],
    final: codes(language.final),
    hard: codes(language.hard),
    alone: codes(language.alone),
  }
}

function codes(letters = ''): Set<number> {
  return new Set([...letters, ...letters.toUpperCase()].map((letter) => letter.charCodeAt(0)))
}

/** Zipf's law: the letter of rank r is as frequent as 1/(r+2). A capital costs what its position makes of it. */
function alphabetCosts({ letters, charsets }: Language): Map<number, number> {
  const costs = ranked([...letters], 2, 0.95)
  // Names and words of the neighbours.
  const neighbours = latinLanguages.filter((other) => other.charsets[0] === charsets[0])
  for (const letter of neighbours.flatMap((other) => [...other.letters])) {
    const code = letter.charCodeAt(0)
    if (!costs.has(code)) costs.set(code, neighbourly)
  }
  for (const [code, cost] of [...costs]) {
    const upper = String.fromCharCode(code).toUpperCase()
    if (upper.length === 1 && !costs.has(upper.charCodeAt(0))) costs.set(upper.charCodeAt(0), cost)
  }
  return costs
}

const neighbourly = 9

function doubleByteCosts({ letters, alphabet, level1 }: DoubleByteLanguage): Map<number, number> {
  const costs = ranked([...letters], 8, 0.8)
  for (const char of pairs(...level1)) {
    const code = char.charCodeAt(0)
    if (code !== 0xfffd && !costs.has(code)) costs.set(code, 12)
  }
  for (let code = 0x3041; alphabet && code < 0x30fb; code++) {
    if (alphabet.test(String.fromCharCode(code)) && !costs.has(code)) costs.set(code, 9)
  }
  return costs
}

function ranked(letters: string[], offset: number, share: number): Map<number, number> {
  const sum = letters.reduce((total, _, rank) => total + 1 / (rank + offset), 0)
  return new Map(letters.map((letter, rank) => [letter.charCodeAt(0), -Math.log2(share / (rank + offset) / sum)]))
}

function pairs(charset: string, firstLead: number, lastLead: number, firstTrail: number, lastTrail: number): string {
  const bytes: number[] = []
  for (let lead = firstLead; lead <= lastLead; lead++) {
    for (let trail = firstTrail; trail <= lastTrail; trail++) {
      if (trail < 0x7f || trail > 0xa0) bytes.push(lead, trail)
    }
  }
  return readAs(Buffer.from(bytes), charset)
}
