/** Letters of old programs whose lines end with a bare CR: for other programs they have one line, and no body. */
const carriageReturn = 0x0d
const lineFeed = 0x0a

/** The letter with LF in place of each bare CR, if its lines end with that; otherwise itself. */
export function withLineFeeds(letter: Buffer): { bytes: Buffer; repaired: boolean } {
  if (!endsWithBareCr(letter)) return { bytes: letter, repaired: false }
  const bytes = Buffer.from(letter)
  for (let at = 0; at < bytes.length; at++) {
    if (isBareCr(bytes, at)) bytes[at] = lineFeed
  }
  return { bytes, repaired: true }
}

/** The first line does, and most of those that follow: one LF may have been put at the very end on the way. */
function endsWithBareCr(letter: Buffer): boolean {
  const first = letter.indexOf(carriageReturn)
  if (first < 0 || !isBareCr(letter, first) || letter.lastIndexOf(lineFeed, first) >= 0) return false
  let more = 0
  for (let at = first; at < Math.min(letter.length, 64 * 1024); at++) {
    if (isBareCr(letter, at)) more++
    else if (letter[at] === lineFeed) more--
  }
  return more > 0
}

function isBareCr(letter: Buffer, at: number): boolean {
  return letter[at] === carriageReturn && letter[at + 1] !== lineFeed
}

/** The lines of a text, however they end: CRLF, LF, CR, and CRCRLF as some programs make when they convert twice. */
export function unixLines(text: string): string {
  return text.includes('\r') ? text.replace(/\r{1,2}\n|\r/g, '\n') : text
}
