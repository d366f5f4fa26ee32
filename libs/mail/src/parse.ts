import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type AttachmentStream, MailParser, type MessageText } from 'mailparser'
import { sanitiseHtml } from './html/sanitise.ts'
import { htmlToText } from './html/text.ts'
import { LineEndRepair } from './line-ends.ts'
import { leafParts, partText } from './parts.ts'
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
  const lineEnds = new LineEndRepair()
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
  lineEnds.pipe(parser)
  if (Buffer.isBuffer(source)) lineEnds.end(source)
  else source.pipe(lineEnds)
  await done
  markInline(letter)
  // mailparser makes text of HTML only where that is the whole letter, not within a multipart.
  if (letter.html && letter.text.trim() === '') letter.text = htmlToText(letter.html)
  if (Buffer.isBuffer(source)) restoreLostParts(letter, source)
  if (lineEnds.repaired) letter.warnings.push('Its lines end with a bare CR; they are read as lines all the same.')
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
        inline: false,
        content_id: part.cid ? cleanText(part.cid) : undefined,
      })
    } else if (letter.warnings.at(-1) !== tooManyParts) letter.warnings.push(tooManyParts)
    part.release()
  })
}

/** A multipart whose boundary is lost or another: mailparser finds nothing in it, and nothing may vanish. */
function restoreLostParts(letter: ParsedLetter, raw: Buffer): void {
  if (letter.text || letter.html || letter.attachments.length > 0) return
  const texts = leafParts(raw).filter(({ type }) => type === 'text/plain')
  letter.text = capped(letter, texts.map(partText).join('\n'), textLimit, 'text')
  if (letter.text.trim() !== '')
    letter.warnings.push('Its parts cannot be told apart; the text is shown as it was found.')
}

/** Inline iff the body refers to it (rules §7, RFC 2392); known last, as mailparser tells of the body behind the rest. */
function markInline(letter: ParsedLetter): void {
  const links = letter.html?.matchAll(/="cid:([^"]{1,1000})"/gi) ?? []
  const referred = new Set([...links].map(([, id]) => unescaped(id!)))
  for (const attachment of letter.attachments) {
    attachment.inline = attachment.content_id !== undefined && referred.has(attachment.content_id)
  }
}

function unescaped(id: string): string {
  try {
    return decodeURIComponent(id.replaceAll('&amp;', '&'))
  } catch {
    return id
  }
}

const tooManyParts = `Only the first ${partLimit} attachments are listed.`

function capped(letter: ParsedLetter, text: string, limit: number, what: string): string {
  if (text.length <= limit) return text
  letter.warnings.push(`The ${what} is longer than ${limit} characters; the rest is in the raw letter.`)
  return text.slice(0, limit)
}
