import { readHeader } from './headers.ts'
import { decodeHeaderText } from './mime/words.ts'

/**
 * What is kept of a letter whose content was taken away: who wrote to whom and when, and what it answers, so that threads
 * hold. Not the subject, which stands beside it, nor signatures: they hold a hash of what is gone.
 *
 * @param hides true for values that may not be kept either
 */
export function keptHeader(letter: Buffer, hides: (value: string) => boolean): Buffer {
  const fields = readHeader(letter).filter(({ name, value }) => {
    return keptFields.has(name) && !hides(value) && !hides(decodeHeaderText(value))
  })
  return Buffer.from(fields.map(({ name, value }) => `${titled(name)}: ${value}\r\n`).join(''))
}

const keptFields = new Set([
  ...['date', 'from', 'to', 'cc', 'reply-to', 'message-id', 'in-reply-to', 'references'],
  ...['auto-submitted', 'x-podatelna-loop', 'content-language'],
])

/** As people write it: `In-Reply-To`. */
function titled(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase()).replace('Message-Id', 'Message-ID')
}
