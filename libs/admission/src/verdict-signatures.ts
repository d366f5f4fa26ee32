/** Signatures cost time, and a stranger chooses how many there are: the letter as it is given to mailauth. */
import { Readable } from 'node:stream'
import type { Header } from '@podatelna/mail'

/** Letters that people get carry one to four. */
const mostSignatures = 10
/** Longer ones list field names for no other purpose than to be long. */
const longestSignature = 4 * 1024
const longestOf: Record<string, number> = { 'arc-authentication-results': 32 * 1024 }
/** A header of more lines takes mailauth longer than a letter is worth: its time grows with their square. */
const mostLines = 3_000

export type Selection = {
  /** How many DKIM signatures are not looked at. */
  leftOut: number
  /** The letter without the signatures that were left out. */
  letter: Buffer | Readable
}

/** True when the letter has a header that no program of a person writes. */
export function tooManyLines(header: Header): boolean {
  return header.reduce((sum, { lines }) => sum + lines, 0) > mostLines
}

/** Those of the author's domain come first. */
export function selectSignatures(
  letter: { header: Header; source: Buffer | Readable },
  isAligned: (domain: string) => boolean,
): Selection {
  const sealed = letter.header.filter(({ name }) => name.startsWith('arc-'))
  const signatures = letter.header.filter(({ name }) => name === 'dkim-signature').map(({ value }) => value)
  const byWorth = signatures
    .map((value, at) => ({ at, usable: value.length <= longestSignature, aligned: isAligned(domainOf(value)) }))
    .filter(({ usable }) => usable)
    .sort((a, b) => Number(b.aligned) - Number(a.aligned))
  const kept = new Set(byWorth.slice(0, mostSignatures).map(({ at }) => at))
  const leftOut = signatures.length - kept.size
  const unsealed = sealed.some(({ name, value }) => value.length > (longestOf[name] ?? longestSignature))
  if (leftOut === 0 && !unsealed) return { leftOut, letter: letter.source }
  return { leftOut, letter: Readable.from(withoutFields(letter.source, kept, unsealed)) }
}

function domainOf(signature: string): string {
  return /(?:^|;)\s*d\s*=\s*([^;\s]+)/.exec(signature)?.[1] ?? ''
}

/** Fields are renamed, not removed: what follows a removed one could join the field before it. */
async function* withoutFields(source: Buffer | Readable, kept: ReadonlySet<number>, unsealed: boolean) {
  let head = Buffer.alloc(0)
  let inBody = false
  for await (const chunk of Buffer.isBuffer(source) ? [source] : source) {
    if (inBody) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    const end = /\n\r?\n/.exec(head.toString('latin1'))?.index
    if (end === undefined) continue
    yield renamed(head.subarray(0, end), kept, unsealed)
    yield head.subarray(end)
    inBody = true
  }
  if (!inBody) yield renamed(head, kept, unsealed)
}

function renamed(head: Buffer, kept: ReadonlySet<number>, unsealed: boolean): Buffer {
  let at = 0
  const fields = head.toString('latin1').split(/(?<=\n)(?![ \t])/)
  const written = fields.map((field) => {
    if (/^dkim-signature\s*:/i.test(field) && !kept.has(at++)) return `X-Left-Out-${field}`
    return unsealed && /^arc-/i.test(field) ? `X-Left-Out-${field}` : field
  })
  return Buffer.from(written.join(''), 'latin1')
}
