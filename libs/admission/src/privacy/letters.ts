import type { Actor } from '@podatelna/contracts'
import { type Blackout, keptHeader } from '@podatelna/mail'
import { type Database, Prisma, type Store } from '@podatelna/store'
import { emptyLetter, takeFilesLock } from '@podatelna/ticketing'
import { moveLetter } from '../mail-events.ts'
import type { Alias, Person } from './person.ts'
import { patience } from './sweep.ts'
import { idsIn, patternsFor } from './walk.ts'

type How = { alias: Alias; out: Blackout; by: Actor; reason: string }

/** A letter that a person wrote, or that was written in their name: that it came is all that is left. */
export async function eraseLetter(store: Store, id: string, how: How): Promise<void> {
  await store.prisma.$transaction(async (database) => {
    await takeFilesLock(database)
    const letter = await database.inboundMail.findUniqueOrThrow({ where: { id }, omit: { raw: true } })
    if (letter.peer === '' && letter.rawSha256 === null) return
    if (['held', 'quarantined'].includes(letter.disposition)) {
      const refused = { disposition: 'refused' as const, reason: 'The data of its author were erased.' }
      await moveLetter(database, id, refused, { type: 'redacted', by: how.by, detail: how.reason })
    }
    await empty(database, store, id, { ...how, subject: () => '' })
    const { result, aligned } = Object(Object(letter.verdict).spf)
    const { verified } = Object(letter.verdict)
    const unknown = { result: 'none' }
    const verdict = { verified, explanation: '', spf: { result, aligned }, dkim: [], dmarc: unknown, arc: unknown }
    const data = { fromName: how.alias.name, peer: '', helo: '', tls: null, verdict, addressees: [] }
    await database.inboundMail.update({ where: { id }, data })
    // Where they confirmed it from.
    await database.mailEvent.updateMany({
      where: { mailId: id, type: { in: ['confirmed', 'disowned'] } },
      data: { detail: '' },
    })
  }, patience)
}

/**
 * Letters of others that are in no ticket and name the person: in their header, or in bytes that can be read as they are.
 * Those in tickets went with the words of the message; what is encoded goes when the letter's time has passed.
 */
export async function lettersNaming(store: Store, { addresses }: Person): Promise<string[]> {
  const patterns = patternsFor(addresses)
  return idsIn(
    store,
    'inbound_mail',
    Prisma.sql`encode(raw, 'escape') ILIKE ANY(${patterns}::text[]) OR encode(header, 'escape') ILIKE ANY(${patterns}::text[])
      OR addressees::text ILIKE ANY(${patterns}::text[])`,
  )
}

export async function emptyLetterNaming(store: Store, id: string, how: How): Promise<void> {
  await store.prisma.$transaction(async (database) => {
    await takeFilesLock(database)
    await empty(database, store, id, { ...how, subject: how.out.text })
  }, patience)
}

/** One that lost its bytes before has a header, at most. */
async function empty(
  database: Database,
  store: Store,
  id: string,
  how: How & { subject: (subject: string) => string },
): Promise<void> {
  const { header, rawSha256 } = await database.inboundMail.findUniqueOrThrow({
    where: { id },
    select: { header: true, rawSha256: true },
  })
  if (rawSha256) return emptyLetter(database, store, id, { ...how, hides: how.out.finds })
  const data = header && { header: new Uint8Array(keptHeader(Buffer.from(header), how.out.finds)) }
  if (data) await database.inboundMail.update({ where: { id }, data })
}
