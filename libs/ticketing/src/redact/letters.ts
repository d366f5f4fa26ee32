/** Letters as they arrived, whose content goes. What is left holds the thread together, and says that they came. */
import { buffer } from 'node:stream/consumers'
import type { Actor } from '@podatelna/contracts'
import { keptHeader } from '@podatelna/mail'
import type { Database, Store } from '@podatelna/store'
import { dropFile } from '../files/files.ts'

/**
 * Deletes the bytes of a letter but for a part of its header. Its digest stays: delivered again it has no effect. The lock
 * of files has to be held.
 *
 * @param how.hides true for what may not stay in the header either
 * @param how.subject what it is called from now on
 */
export async function emptyLetter(
  database: Database,
  { letters }: Store,
  id: string,
  how: { hides: (value: string) => boolean; subject: (subject: string) => string; by: Actor; reason: string },
): Promise<void> {
  const [mail] = await database.$queryRaw<MailRow[]>`
    SELECT subject, raw, raw_sha256, header FROM inbound_mail WHERE id = ${id}::uuid FOR UPDATE`
  if (!mail) return
  const file = mail.raw === null ? mail.raw_sha256 : null
  const known = mail.raw ?? mail.header ?? (file ? await beginning(letters, file) : Buffer.alloc(0))
  await database.inboundMail.update({
    where: { id },
    data: {
      subject: how.subject(mail.subject),
      raw: null,
      rawSha256: null,
      header: new Uint8Array(keptHeader(Buffer.from(known), how.hides)),
      keepUntil: null,
    },
  })
  await database.mailEvent.create({ data: { mailId: id, type: 'redacted', by: how.by, detail: how.reason } })
  if (file) await dropFile(database, letters, file)
}

/** More than any header; a file that is not there any more has nothing to be kept. */
async function beginning(letters: Store['letters'], file: Uint8Array): Promise<Buffer> {
  return buffer(letters.read(Buffer.from(file), { start: 0, end: 1024 * 1024 })).catch(() => Buffer.alloc(0))
}

type MailRow = { subject: string; raw: Uint8Array | null; raw_sha256: Uint8Array | null; header: Uint8Array | null }
