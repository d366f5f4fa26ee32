/** Content lines, as iCalendar and vCard have them (RFC 5545 §3.1): `NAME;PARAMETER=value:value`, folded. */
export type ContentLine = { name: string; parameters: Map<string, string>; value: string }

/** What is no such line is left out. At most `limit` of them. */
export function* contentLines(text: string, limit: number): Generator<ContentLine> {
  let count = 0
  for (const line of unfolded(text)) {
    const found = readLine(line)
    if (!found) continue
    yield found
    if (++count >= limit) return
  }
}

/** `\n`, `\,` and the like undone (RFC 5545 §3.3.11). */
export function unescapeText(value: string): string {
  return value.replace(/\\([nN;,\\:"])/g, (_, character: string) =>
    character.toLowerCase() === 'n' ? '\n' : character,
  )
}

function* unfolded(text: string): Generator<string> {
  let pieces: string[] = []
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (pieces.length > 0 && (line.startsWith(' ') || line.startsWith('\t'))) pieces.push(line.slice(1))
    else {
      if (pieces.length > 0) yield pieces.join('')
      pieces = [line]
    }
  }
  if (pieces.length > 0) yield pieces.join('')
}

function readLine(line: string): ContentLine | undefined {
  const colon = outsideQuotes(line, ':') ?? line.indexOf(':')
  if (colon < 1) return undefined
  const [name, ...parameters] = split(line.slice(0, Math.min(colon, 10_000)))
  if (!/^[\w-]{1,100}$/.test(name!)) return undefined
  const pairs = parameters.map((parameter): [string, string] => {
    const [key, ...value] = parameter.split('=')
    return [key!.toUpperCase(), value.join('=').replaceAll('"', '')]
  })
  return { name: name!.toUpperCase(), parameters: new Map(pairs), value: line.slice(colon + 1) }
}

function outsideQuotes(line: string, wanted: string): number | undefined {
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const character = line[at]
    if (character === '"') quoted = !quoted
    else if (character === wanted && !quoted) return at
  }
}

/** At the semicolons that are not within quotes. */
function split(text: string): string[] {
  const parts: string[] = []
  let rest = text
  for (let at = outsideQuotes(rest, ';'); at !== undefined && parts.length < 30; at = outsideQuotes(rest, ';')) {
    parts.push(rest.slice(0, at))
    rest = rest.slice(at + 1)
  }
  return [...parts, rest]
}
