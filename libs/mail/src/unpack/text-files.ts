/** Files that stand in the text itself, as before MIME: uuencode and yEnc. */
import { admits, type Budget } from './budget.ts'
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
  // Looked for once: a thousand beginnings without an end must not search a thousand times.
  const lastEnd = text.lastIndexOf('\n=yend ')
  for (let at = text.indexOf('begin'); at >= 0; at = text.indexOf('begin', at)) {
    const file = readUuencode(text, at) ?? (at < lastEnd ? readYenc(text, at - 2) : undefined)
    at = file?.end ?? at + 5
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

function without(text: Buffer, files: TextFile[]): Buffer {
  const pieces: Buffer[] = []
  let shown = 0
  for (const { name, start, end } of files) {
    pieces.push(text.subarray(shown, start), Buffer.from('[attachment: '), name, Buffer.from(']\n'))
    shown = end
  }
  return Buffer.concat([...pieces, text.subarray(shown)])
}
