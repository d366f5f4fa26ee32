import { createHash } from 'node:crypto'
import { type Header, headerMessageIds, parseHeader } from './headers.ts'

/** A header block longer than this is no letter a person's program writes. */
export const headerLimit = 1024 * 1024

/** Header fields that no relay on the way may change; with the body they tell whether two letters are the same one. */
const stableFields = ['from', 'to', 'cc', 'subject', 'date', 'message-id', 'in-reply-to', 'references', 'content-type']

/** Ends the Message-ID that is made for a letter without one. */
export const derivedDomain = '@derived.invalid'

export type Arrival = {
  header: Header
  headerBytes: Buffer
  headerTooLong: boolean
  /** As written, or derived from the bytes when there is none (rules §1, idempotence). */
  messageId: string
  /** SHA-256 over the body and the stable headers. */
  digest: Buffer
  /** SHA-256 over Message-ID and digest: the same letter, by whichever route it came. */
  dedupeKey: Buffer
}

/** Reads a letter while it arrives: keeps its header block, hashes its body. Flat in memory, never throws. */
export class ArrivalReader {
  readonly #body = createHash('sha256')
  readonly #head: Buffer[] = []
  #headLength = 0
  #inBody = false
  #headerTooLong = false
  /** Where a blank line may have begun: the end of the last chunk, and before the first one the start of a line. */
  #lineEnd = Buffer.from('\r\n')
  #trailing = Buffer.alloc(0)

  write(chunk: Buffer): void {
    if (this.#inBody) return this.#hashBody(chunk)
    const searched = Buffer.concat([this.#lineEnd, chunk])
    const blankLine = endOfBlankLine(searched)
    this.#headerTooLong = blankLine === undefined && this.#headLength + chunk.length > headerLimit
    if (blankLine === undefined && !this.#headerTooLong) {
      this.#head.push(chunk)
      this.#headLength += chunk.length
      this.#lineEnd = searched.subarray(-3)
      return
    }
    const end = this.#headerTooLong ? headerLimit - this.#headLength : blankLine! - this.#lineEnd.length
    this.#head.push(chunk.subarray(0, end))
    this.#inBody = true
    this.#hashBody(chunk.subarray(end))
  }

  finish(): Arrival {
    const headerBytes = Buffer.concat(this.#head)
    const header = parseHeader(headerBytes)
    const digest = createHash('sha256')
    for (const { name, value } of header) {
      if (stableFields.includes(name)) digest.update(`${name}:${value.replace(/\s+/g, ' ')}\n`)
    }
    const letterDigest = digest.update(this.#body.copy().digest()).digest()
    const messageId = headerMessageIds(header, 'message-id')[0] ?? `${letterDigest.toString('hex')}${derivedDomain}`
    return {
      header,
      headerBytes,
      headerTooLong: this.#headerTooLong,
      messageId,
      digest: letterDigest,
      dedupeKey: createHash('sha256').update(`${messageId}\0`).update(letterDigest).digest(),
    }
  }

  /** Blank lines at the end are left out, as in DKIM's "simple" body (RFC 6376 §3.4.3): relays add and remove them. */
  #hashBody(chunk: Buffer): void {
    const bytes = this.#trailing.length > 0 ? Buffer.concat([this.#trailing, chunk]) : chunk
    let end = bytes.length
    while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--
    const keepBack = Math.min(bytes.length - end, 4096)
    this.#body.update(bytes.subarray(0, bytes.length - keepBack))
    this.#trailing = Buffer.from(bytes.subarray(bytes.length - keepBack))
  }
}

function endOfBlankLine(bytes: Buffer): number | undefined {
  const ends = ['\r\n\r\n', '\n\n', '\n\r\n'].flatMap((blank) => {
    const at = bytes.indexOf(blank)
    return at < 0 ? [] : at + blank.length
  })
  return ends.length > 0 ? Math.min(...ends) : undefined
}
