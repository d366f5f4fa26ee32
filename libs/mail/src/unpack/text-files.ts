/** Files that stand in the text itself, as before MIME: uuencode and yEnc. */
import { admits, type Budget } from './budget.ts'
import { isLineStart } from './lines.ts'
import { readUuencode } from './uuencode.ts'
import { readYenc } from './yenc.ts'

/** Its name is in the charset of the text. It stood from `start` up to `end`. */
export type TextFile = {
  source: 'uuencode' | 'yenc'
  name: Buffer
  content: Buffer
  start: number
  end: number
  warning?: string
}

export type UnpackedText = {
  /** With a line `[attachment: name]` in the place of each file; still in its charset. */
  text: Buffer
  files: TextFile[]
  warnings: string[]
}

/** Undefined when there is none. The text has not been decoded yet: yEnc is of bytes, not of characters. */
export function unpackText(text: Buffer, budget: Budget): UnpackedText | undefined {
  const files: TextFile[] = []
  const warnings: string[] = []
  // Looked for once: thousands of beginnings without an end must not search for it thousands of times.
  const lastEnd = text.lastIndexOf('\n=yend ')
  let tried = 0
  for (let at = nextBeginning(text, 0); at !== undefined && tried < tryLimit; ) {
    const file = readUuencode(text, at) ?? (at < lastEnd ? readYenc(text, at) : undefined)
    at = nextBeginning(text, file?.end ?? at + 1)
    tried += file ? 0 : 1
    if (!file) continue
    if (!admits(budget, file.content.length)) {
      warnings.push('There are more files in the text than are unpacked; the rest stays in the text.')
      break
    }
    if (file.warning) warnings.push(file.warning)
    files.push(file)
  }
  return files.length > 0 || warnings.length > 0 ? { text: without(text, files), files, warnings } : undefined
}

/** So many lines begin like a file and are none: what follows is no file, either. */
const tryLimit = 5_000

/** The next line that could be the first one of a file. A plain loop: such texts may have millions of lines. */
function nextBeginning(text: Buffer, from: number): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (isLineStart(text, at) && beginnings.some((beginning) => startsWith(text, at, beginning))) return at
  }
}

const beginnings = [Buffer.from('begin '), Buffer.from('begin-base64 '), Buffer.from('=ybegin ')]

function startsWith(text: Buffer, start: number, beginning: Buffer): boolean {
  let same = 0
  while (same < beginning.length && text[start + same] === beginning[same]) same++
  return same === beginning.length
}

function without(text: Buffer, files: TextFile[]): Buffer {
  const pieces: Buffer[] = []
  let shown = 0
  for (const { name, start, end } of files) {
    pieces.push(text.subarray(shown, start), Buffer.from('[attachment: '), name, Buffer.from(']\n'))
    shown = end
  }
  return Buffer.concat([...pieces, text.subarray(shown)])
}
