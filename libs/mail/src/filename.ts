/** What a file of a letter is called, when the letter calls it something, and when it does not. */
import libmime from 'libmime'
import { headerText, readHeader } from './headers.ts'
import { writtenName } from './mime/bodies.ts'
import { safeFilename } from './mime/parameters.ts'
import type { Entity } from './mime/tree.ts'
import { oneLine } from './text.ts'

/** `number` counts the files of the letter that have no name of their own. */
export function filenameOf(entity: Entity, content: Buffer, number: () => number): string {
  const written = writtenName(entity)
  if (written) return safeFilename(written)
  if (isLetter(entity)) return safeFilename(`${subjectOf(content) || `letter-${number()}`}.eml`)
  const [kind, subtype = ''] = entity.type.split('/')
  const known = extensions[entity.type] ?? libmime.detectExtension(entity.type)
  const extension = known === 'bin' && kind === 'text' ? 'txt' : known
  return safeFilename(`${nouns[subtype] ?? nouns[kind!] ?? 'attachment'}-${number()}.${extension}`)
}

/** RFC 2046 §5.2.1, and RFC 6532 §3.7 for letters in UTF-8. */
export function isLetter({ type }: Entity): boolean {
  return type === 'message/rfc822' || type === 'message/global'
}

function subjectOf(letter: Buffer): string {
  return oneLine(headerText(readHeader(letter), 'subject'), 70).replace(/[\\/]/g, '-')
}

const nouns: Record<string, string> = {
  ...{
    text: 'text',
    image: 'image',
    audio: 'audio',
    video: 'video',
    calendar: 'calendar',
    'delivery-status': 'report',
  },
  ...{ 'disposition-notification': 'report', 'feedback-report': 'report', 'pgp-signature': 'signature' },
  ...{ 'pkcs7-signature': 'signature', 'x-pkcs7-signature': 'signature' },
}

/** Where libmime knows none, or an odd one. */
const extensions: Record<string, string> = {
  ...{ 'text/plain': 'txt', 'text/html': 'html', 'image/jpeg': 'jpg', 'image/jpg': 'jpg', 'image/pjpeg': 'jpg' },
  ...{ 'message/delivery-status': 'txt', 'message/disposition-notification': 'txt', 'message/feedback-report': 'txt' },
  ...{ 'text/rfc822-headers': 'txt', 'application/pgp-signature': 'asc', 'audio/mpeg': 'mp3', 'text/calendar': 'ics' },
}
