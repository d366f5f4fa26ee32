/** The other way round than mime/flowed.ts: text as format=flowed (RFC 3676), for narrow screens and for wide ones. */

/** §4.2 asks for no more than 78. */
const width = 76

/**
 * Paragraphs broken into lines of at most 76 characters, with a space at the end of each that goes on. Quotes keep their
 * lines: programs that know little of the format would put marks into the middle of them. Lines without spaces, such as
 * links, stay whole.
 */
export function flow(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '-- ' ? line : flowLine(line.trimEnd())))
    .join('\n')
}

function flowLine(line: string): string {
  if (line.startsWith('>')) return line
  const lines: string[] = []
  let rest = stuffed(line)
  while (rest.length > width) {
    const end = breakOf(rest)
    if (end < 0) break
    lines.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...lines, rest].join('\n')
}

/** §4.4: what would be taken for a mark, or changed on the way, has a space before it. */
function stuffed(line: string): string {
  return /^( |From )/.test(line) ? ` ${line}` : line
}

/** Behind the last space that fits, or else the first that does not; never so that the next line would need stuffing. */
function breakOf(line: string): number {
  for (let at = Math.min(width, line.length - 1); at > 0; at--) if (mayBreak(line, at)) return at
  for (let at = width + 1; at < line.length; at++) if (mayBreak(line, at)) return at
  return -1
}

function mayBreak(line: string, at: number): boolean {
  if (line[at - 1] !== ' ' || line[at] === ' ' || line[at] === '>' || line.startsWith('From ', at)) return false
  // "-- " alone would begin a signature; a stuffed space alone is no line.
  const head = line.slice(0, at)
  return head !== '-- ' && head.trim() !== ''
}
