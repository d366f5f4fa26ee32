import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type AttachmentStream, MailParser, type MessageText } from 'mailparser'
import { sanitiseHtml } from './sanitise.ts'
import { cleanText } from './text.ts'

/** Most characters of HTML that are read; the raw letter always has the rest (rules §7). */
const htmlLimit = 2 * 1024 * 1024
const textLimit = 2 * 1024 * 1024
const partLimit = 1000

export type ParsedLetter = {
  text: string
  /** Safe for display; absent when the letter has none. */
  html: string | undefined
  attachments: Attachment[]
  /** What could not be read as it was meant, in words for staff. */
  warnings: string[]
}

export type Attachment = {
  filename: string
  type: string
  bytes: number
  sha256: string
  inline: boolean
  content_id: string | undefined
}

/**
 * Text, HTML and the list of attachments of a letter. Any bytes give a result; what is odd becomes a warning.
 * Attachments are hashed while they pass, so memory does not grow with their size.
 *
 * @throws Error when `source` is a stream that fails
 */
export async function parseLetter(source: Buffer | Readable): Promise<ParsedLetter> {
  const parser = new MailParser({ maxHtmlLengthToParse: htmlLimit, skipTextToHtml: true, skipImageLinks: true })
  const letter: ParsedLetter = { text: '', html: undefined, attachments: [], warnings: [] }
  const done = new Promise<void>((resolve, reject) => {
    // Bytes that cannot be read are no fault of the letter: whoever asked tries again.
    if (!Buffer.isBuffer(source)) source.once('error', reject)
    parser.on('data', (part: MessageText | AttachmentStream) => takePart(letter, part))
    parser.once('end', resolve)
    // An error may be followed by more parts and 'end', or be the last thing heard; both end this letter's reading.
    parser.on('error', (error: Error) => {
      letter.warnings.push(`Part of the letter could not be read: ${cleanText(error.message)}`)
      resolve()
    })
  })
  if (Buffer.isBuffer(source)) parser.end(source)
  else source.pipe(parser)
  await done
  return letter
}

function takePart(letter: ParsedLetter, part: MessageText | AttachmentStream): void {
  if (part.type === 'attachment') return takeAttachment(letter, part)
  letter.text = capped(letter, cleanText(part.text ?? ''), textLimit, 'text')
  if (typeof part.html === 'string') letter.html = sanitiseHtml(capped(letter, part.html, htmlLimit, 'HTML'))
}

function takeAttachment(letter: ParsedLetter, part: AttachmentStream): void {
  const hash = createHash('sha256')
  let bytes = 0
  part.content.on('data', (chunk: Buffer) => {
    hash.update(chunk)
    bytes += chunk.length
  })
  part.content.once('end', () => {
    if (letter.attachments.length < partLimit) {
      letter.attachments.push({
        filename: cleanText(part.filename || 'attachment').slice(0, 255),
        type: cleanText(part.contentType ?? 'application/octet-stream').slice(0, 255),
        bytes,
        sha256: hash.digest('hex'),
        inline: Boolean(part.cid && letter.html?.includes(`cid:${part.cid}`)),
        content_id: part.cid ? cleanText(part.cid) : undefined,
      })
    } else if (letter.warnings.at(-1) !== tooManyParts) letter.warnings.push(tooManyParts)
    part.release()
  })
}

const tooManyParts = `Only the first ${partLimit} attachments are listed.`

function capped(letter: ParsedLetter, text: string, limit: number, what: string): string {
  if (text.length <= limit) return text
  letter.warnings.push(`The ${what} is longer than ${limit} characters; the rest is in the raw letter.`)
  return text.slice(0, limit)
}
