/** As browsers write HTML (HTML §13.3), so that what they read of ours and write again is the same. */

export function escapeText(text: string): string {
  return /[&<>\u00a0]/.test(text) ? text.replace(/[&<>\u00a0]/g, escapeOf) : text
}

/** For a value in double quotes. */
export function escapeAttribute(value: string): string {
  return /[&<>"\u00a0]/.test(value) ? value.replace(/[&<>"\u00a0]/g, escapeOf) : value
}

export function decodeEscapes(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|nbsp);/g, (escaped) => characters[escaped]!)
}

function escapeOf(character: string): string {
  return escapes[character]!
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\u00a0': '&nbsp;' }
const characters = Object.fromEntries(Object.entries(escapes).map(([character, escaped]) => [escaped, character]))
