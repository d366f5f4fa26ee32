/** The leaves of a letter as programs write them for each other, for reading reports; bounded, as reports are short. */
import type { Header } from './headers.ts'
import { unixLines } from './line-ends.ts'
import { decodeText } from './mime/charset.ts'
import { decodeTransfer } from './mime/transfer.ts'
import { type Entity, leavesOf, readTree } from './mime/tree.ts'

const readLimit = 2 * 1024 * 1024

/** One leaf; a letter within the letter (message/rfc822) is one, too. Its body is as sent, a character a byte. */
export type Part = { header: Header; type: string; body: string; entity: Entity }

/** In the order of the letter. Line ends are LF in the result, whatever they were: CRLF, LF or bare CR. */
export function leafParts(raw: Buffer): Part[] {
  return leavesOf(readTree(raw.subarray(0, readLimit)).root).map((entity) => {
    const { header, type, body } = entity
    return { header, type, body: unixLines(body.toString('latin1')), entity }
  })
}

/** The body as text: transfer encoding undone (RFC 2045 §6), charset read. */
export function partText({ entity }: Part): string {
  const { bytes, appended } = decodeTransfer(entity.body, entity.encoding)
  const texts = [bytes, ...(appended ? [appended] : [])]
  return unixLines(texts.map((text) => decodeText(text, entity.parameters.charset).text).join('\n'))
}
