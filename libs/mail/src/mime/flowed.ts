/** Paragraphs of format=flowed (RFC 3676), which programs break into lines of their own width. */
export function unflow(text: string, delSp: boolean): string {
  const lines: string[] = []
  let paragraph: { depth: number; pieces: string[] } | undefined
  const end = () => {
    if (paragraph) lines.push(quoted(paragraph.depth, paragraph.pieces.join('')))
    paragraph = undefined
  }
  for (const line of text.split('\n')) {
    const depth = quoteDepth(line)
    // §4.4: a space in front is stuffing, and not of the text.
    const words = line[depth] === ' ' ? line.slice(depth + 1) : line.slice(depth)
    const isSignature = words === '-- '
    // §4.5: a paragraph ends where the depth changes, whatever its last line says.
    if (paragraph && (paragraph.depth !== depth || isSignature)) end()
    const flows = words.endsWith(' ') && !isSignature
    paragraph ??= { depth, pieces: [] }
    paragraph.pieces.push(flows && delSp ? words.slice(0, -1) : words)
    if (!flows) end()
  }
  end()
  return lines.join('\n')
}

function quoteDepth(line: string): number {
  let depth = 0
  while (line[depth] === '>') depth++
  return depth
}

function quoted(depth: number, words: string): string {
  return depth === 0 ? words : `${'>'.repeat(depth)} ${words}`
}
