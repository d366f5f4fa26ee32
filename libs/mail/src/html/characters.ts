/** What stands in text without being seen. */
import { withinOwnBounds } from '../bidi.ts'

/** Text as HTML may have it: line breaks as LF, no other control characters, no half of a surrogate pair. */
export function cleanCharacters(text: string): string {
  if (!oddCharacter.test(text)) return text
  const lines = text.replace(/\r\n?/g, '\n').replace(controls, '').toWellFormed()
  return withinOwnBounds(lines)
}

const oddCharacter = /[^\P{Cc}\t\n\f]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/u
const controls = /[^\P{Cc}\t\n\f]/gu

/** Characters that take no room would part words that are looked for, and hide in addresses. */
export function withoutInvisible(text: string): string {
  return invisible.test(text) ? text.replace(invisibles, '') : text
}

const invisible = /\p{Default_Ignorable_Code_Point}/u
const invisibles = /\p{Default_Ignorable_Code_Point}/gu
