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
  const characters = [...text]
  const opened: number[] = []
  const kept = new Set<number>()
  characters.forEach((character, at) => {
    if (openers.test(character) && opened.length < depthLimit) opened.push(at)
    if (!closers.test(character)) return
    const begin = opened.findLastIndex((one) => isolates.test(characters[one]!) === (character === '\u2069'))
    if (begin < 0) return
    const [opener] = opened.splice(begin)
    if (!overrides.test(characters[opener!]!)) kept.add(opener!).add(at)
  })
  return characters.filter((character, at) => !bidiControl.test(character) || kept.has(at)).join('')
}

/** As deep as any reader goes (UAX 9 §3.3.2, BD2). */
const depthLimit = 125

const openers = /[\u202a\u202b\u202d\u202e\u2066-\u2068]/
const closers = /[\u202c\u2069]/
const isolates = /[\u2066-\u2068]/
const overrides = /[\u202d\u202e]/

/** Characters that take no room would part words that are looked for, and hide in addresses. */
export function withoutInvisible(text: string): string {
  return invisible.test(text) ? text.replace(invisibles, '') : text
}

const invisible = /\p{Default_Ignorable_Code_Point}/u
const invisibles = /\p{Default_Ignorable_Code_Point}/gu
