/** Fonts in which letters are drawn as signs. Outlook writes a smile as the letter J in Wingdings. */
export type SymbolFont = 'symbol' | 'wingdings'

/** Of a list of families the first. */
export function symbolFontIn(family: string): SymbolFont | undefined {
  return /^'?(symbol|wingdings)'?(?:,|$)/i.exec(family)?.[1]?.toLowerCase() as SymbolFont | undefined
}

/** A sign or two as the characters they stand for. Longer text is words that got into that font. */
export function asCharacters(text: string, font: SymbolFont): string {
  if (text.trim().length > 2) return text
  return text.replace(/\S/g, (letter) => {
    // Word puts the codes of such fonts into the private use area (U+F000).
    const code = letter.charCodeAt(0)
    const own = code >= 0xf000 && code <= 0xf0ff ? String.fromCharCode(code & 0xff) : letter
    return signs[font].get(own) ?? own
  })
}

const signs: Record<SymbolFont, Map<string, string>> = {
  symbol: new Map(Object.entries({ '·': '•', '®': '→', '¬': '←', '­': '↑', '¯': '↓', Þ: '⇒', '³': '≥', '£': '≤' })),
  wingdings: new Map(
    Object.entries({
      ...{ J: '☺', K: '😐', L: '☹', à: '→', ß: '←', á: '↑', â: '↓', è: '➔', ð: '⇨', Ø: '➢', ü: '✓', û: '✗', þ: '☑' },
      ...{ ý: '☒', '§': '▪', v: '❖', q: '❑', n: '■', l: '●', o: '□', u: '◆', '¨': '◻', '·': '•', '(': '☎', '*': '✉' },
    }),
  ),
}
