/** Controls that turn the direction of what is written. */

/**
 * Embeddings and isolates that end where they began (UAX 9 §2) stay, so that a number in Hebrew reads right. What runs on
 * would turn the words of others, and an override only hides what a name really is: `gpj.exe` read backwards.
 */
export function withinOwnBounds(text: string): string {
  if (!control.test(text)) return text
  // Every other piece is a control character.
  const pieces = text.split(/([\u202a-\u202e\u2066-\u2069])/)
  const kept = new Uint8Array(pieces.length)
  const opened: number[] = []
  for (let at = 1; at < pieces.length; at += 2) {
    const one = pieces[at]!
    if (!closers.has(one)) {
      if (opened.length < depthLimit) opened.push(at)
      continue
    }
    const begin = opened.findLastIndex((at) => isolates.has(pieces[at]!) === (one === '\u2069'))
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

const control = /[\u202a-\u202e\u2066-\u2069]/
