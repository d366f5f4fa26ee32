/** The files of a reply: in the letter as far as they fit and may go out, else behind a link to the recipient's page. */

import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { isLocked, type Scan } from '@podatelna/contracts'
import type { OutgoingFile } from '@podatelna/mail'
import type { Settings } from '@podatelna/runtime'
import { Prisma, type Store } from '@podatelna/store'
import type { Ticket } from './ticket-notices.ts'

/** `sha256` in hex. */
export type ReplyFile = {
  id: string
  sha256: string
  filename: string
  type: string
  bytes: number
  inline: boolean
  contentId: string | null
  scan: Scan
}

/** Bytes of files in one letter: with their encoding about 20 MiB, which most mail servers take. */
const mostInLetter = 15 * 1024 * 1024
/** In all letters of one reply together, as each is kept as it is sent. */
const mostInAll = 60 * 1024 * 1024

/** Which files go out in the letters of a reply, and which only as links. An infected one does neither. */
export function divide(
  files: readonly ReplyFile[],
  recipients: number,
  scanning: Pick<Settings, 'CLAMD' | 'CLAMD_AWAY'>,
): { enclosed: ReplyFile[]; linked: ReplyFile[] } {
  let room = Math.min(mostInLetter, mostInAll / Math.max(recipients, 1))
  const enclosed: ReplyFile[] = []
  const linked: ReplyFile[] = []
  for (const file of files) {
    if (file.scan === 'infected') continue
    const fits = file.bytes <= room && !isLocked(file.scan, scanning)
    if (fits) room -= file.bytes
    if (fits) enclosed.push(file)
    else linked.push(file)
  }
  return { enclosed, linked }
}

const patienceMs = 10_000
const lookEveryMs = 500

/** A file that was attached a moment ago is scanned in the next one; what takes longer goes as a link. */
export async function whenScanned(
  read: () => Promise<Ticket | undefined>,
  scanning: Pick<Settings, 'CLAMD' | 'CLAMD_AWAY'>,
): Promise<Ticket | undefined> {
  const waits = ({ scan }: ReplyFile) => scan === 'unscanned' && isLocked(scan, scanning)
  for (let waited = 0; ; waited += lookEveryMs) {
    const ticket = await read()
    if (!ticket?.message.files.some(waits) || waited >= patienceMs) return ticket
    await delay(lookEveryMs)
  }
}

/** The bytes of files, each content once. @throws Error when the letter store does not have them */
export async function contentsOf(store: Store, files: readonly ReplyFile[]): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(files.map(({ sha256 }) => sha256))]
  if (wanted.length === 0) return new Map()
  const rows = await store.query<{ sha256: Uint8Array; raw: Uint8Array | null }>(Prisma.sql`
    SELECT sha256, raw FROM contents WHERE sha256 = ANY(${wanted.map((hex) => Buffer.from(hex, 'hex'))}::bytea[])`)
  const contents = new Map<string, Buffer>()
  for (const { sha256, raw } of rows) {
    const name = Buffer.from(sha256)
    contents.set(name.toString('hex'), raw ? Buffer.from(raw) : await buffer(store.letters.read(name)))
  }
  return contents
}

export function asOutgoing(file: ReplyFile, contents: ReadonlyMap<string, Buffer>): OutgoingFile {
  const content = contents.get(file.sha256)
  if (!content) throw new Error(`the bytes of attachment ${file.id} are not there`)
  const { filename, type, inline, contentId } = file
  return { filename, type, content, contentId: inline ? (contentId ?? undefined) : undefined }
}
