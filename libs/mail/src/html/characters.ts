/** What stands in text without being seen, or turns what stands around it. */

/** Text as HTML may have it: line breaks as LF, no other control characters, no half of a surrogate pair. */
export function cleanCharacters(text: string): string {
  if (!oddCharacter.test(text)) return text
  const lines = text.replace(/\r\n?/g, '\n').replace(controls, '').toWellFormed()
  return bidiControl.test(lines) ? withinOwnBounds(lines) : lines
}

const oddCharacter = /[^\P{Cc}\t\n\f]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/u
const controls = /[^\P{Cc}\t\n\f]/gu
const bidiControl = /[\u202a-\u202e\u2066-\u2069]/

/**
 * Embeddings and isolates that end where they began (UAX 9 §2) stay, so that a number in Hebrew reads right. What runs on
 * would turn the words of others, and an override only hides what a name really is: `gpj.exe` read backwards.
 */
function withinOwnBounds(text: string): string {
  // Every other piece is a control character.
  const pieces = text.split(/([\u202a-\u202e\u2066-\u2069])/)
  const kept = new Uint8Array(pieces.length)
  const opened: number[] = []
  for (let at = 1; at < pieces.length; at += 2) {
    const control = pieces[at]!
    if (!closers.has(control)) {
      if (opened.length < depthLimit) opened.push(at)
      continue
    }
    const begin = opened.findLastIndex((one) => isolates.has(pieces[one]!) === (control === '\u2069'))
    if (begin < 0) continue
    const opener = opened[begin]!
    opened.length = begin
    if (!overrides.has(pieces[opener]!)) kept.fill(1, opener, opener + 1).fill(1, at, at + 1)
  }
  return pieces.filter((_, at) => at % 2 === 0 || kept[at] === 1).join('')
}

/** As deep as any reader goes (UAX 9 §3.3.2, BD2). */
const depthLimit = 125

const closers = new Set(['\u202c', '\u2069'])
const isolates = new Set(['\u2066', '\u2067', '\u2068'])
const overrides = new Set(['\u202d', '\u202e'])

/** Characters that take no room would part words that are looked for, and hide in addresses. */
export function withoutInvisible(text: string): string {
  return invisible.test(text) ? text.replace(invisibles, '') : text
}

const invisible = /\p{Default_Ignorable_Code_Point}/u
const invisibles = /\p{Default_Ignorable_Code_Point}/gu
