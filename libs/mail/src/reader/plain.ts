/** A letter that cannot be read in full, by its beginning alone and without the steps that cost: no HTML, no parts. */
import { classify } from '../classify.ts'
import { type Header, readHeader } from '../headers.ts'
import { type Inspection, inspection, type Origin, returnPath } from '../inspect.ts'
import type { ParsedLetter } from '../parse.ts'
import { leafParts, partText } from '../parts.ts'

const beginningBytes = 64 * 1024
const textLimit = 16_000

export function parsePlainly(raw: Buffer): ParsedLetter {
  const text = leafParts(beginning(raw)).find(({ type }) => type === 'text/plain')
  return lettered(text ? partText(text).slice(0, textLimit).toWellFormed() : '')
}

export function inspectPlainly(raw: Buffer, { mailFrom, keys = [] }: Origin = {}): Inspection {
  const header = readHeader(beginning(raw))
  const envelope = { mailFrom: mailFrom ?? returnPath(header) ?? 'unknown' }
  const { kind, evidence } = classify(header, envelope, keys)
  return inspection(header, parsePlainly(raw), { kind, evidence: [evidence] })
}

/** When not even that is possible. */
export function nothingRead(): ParsedLetter {
  return lettered('')
}

function lettered(text: string): ParsedLetter {
  return { text, html: undefined, visible_text: text, folded: [], attachments: [], warnings: [] }
}

export function nothingSeen(): Inspection {
  const noHeader: Header = []
  return { ...inspection(noHeader, nothingRead(), { kind: 'letter', evidence: [] }), warnings: [] }
}

function beginning(raw: Buffer): Buffer {
  return raw.subarray(0, beginningBytes)
}
