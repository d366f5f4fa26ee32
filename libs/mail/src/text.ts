/** Text that PostgreSQL and JSON can hold: no NUL, no half of a surrogate pair. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

/** One line for a screen or a header: control characters and line breaks become spaces, at most `length` characters. */
export function oneLine(text: string, length: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  const line = cleanText(text.slice(0, length * 4))
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, ' ')
    .trim()
  const letters = [...line]
  return letters.length <= length ? line : `${letters.slice(0, length - 1).join('')}…`
}
