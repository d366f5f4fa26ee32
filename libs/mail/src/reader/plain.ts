/** A letter that cannot be read in full, by its beginning alone and without the steps that cost: no HTML, no parts. */
import { classify } from '../classify.ts'
import { type Header, readHeader } from '../headers.ts'
import { type Inspection, inspection, type Origin, returnPath } from '../inspect.ts'
import { entityText } from '../mime/entity-text.ts'
import { leavesOf, readTree } from '../mime/tree.ts'
import type { ParsedLetter } from '../parse.ts'

const beginningBytes = 64 * 1024
const textLimit = 16_000

export function parsePlainly(raw: Buffer): ParsedLetter {
  const text = leavesOf(readTree(beginning(raw)).root).find(({ type }) => type === 'text/plain')
  return lettered(text ? entityText(text, textLimit).toWellFormed() : '')
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
