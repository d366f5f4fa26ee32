import { envelope } from '@podatelna/bus'
import { mailHeld } from '@podatelna/contracts'
import { type Database, type LetterDraft, newId, within } from '@podatelna/store'
import type { Door, LetterRecord, Outcome } from './admit.ts'
import { recordLetter } from './record.ts'

export const linkValidMs = 72 * 3_600_000
/** Links sent to one address in an hour; further letters join the open page. */
const linksPerHour = 3

/**
 * Keeps a letter until its author has confirmed it, and asks for the link to be sent to the stored address. Letters to
 * one address take turns, so that the budget of links is exact.
 */
export async function hold(door: Door, record: LetterRecord, draft: LetterDraft): Promise<Outcome> {
  const address = record.fromAddress!
  const { outcome, events } = await door.store.prisma.$transaction(async (database) => {
    await database.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${address}, 0))`
    const link = await linkFor(database, address, record)
    if (!link) return { outcome: await quarantine(database, record, draft), events: [] }
    const events = [envelope(mailHeld, { mail_id: record.id })]
    const { id, disposition, fresh } = await recordLetter(within(database), record, draft, events, link.id)
    if (!fresh && link.opened) await database.authorization.delete({ where: { id: link.id } })
    return { outcome: { mailId: id, disposition, reason: record.reason }, events: fresh ? events : [] }
  })
  door.bus.publish(events)
  return outcome
}

/** An authorization of the budget, or the one that is open; undefined while the address has disowned letters. */
async function linkFor(
  database: Database,
  address: string,
  record: LetterRecord,
): Promise<{ id: string; opened: boolean } | undefined> {
  const now = record.receivedAt
  const pause = await database.linkPause.findUnique({ where: { address } })
  if (pause && pause.until > now) return undefined
  const hourAgo = new Date(now.getTime() - 3_600_000)
  const recent = await database.authorization.findMany({
    where: { address, openedAt: { gt: hourAgo } },
    orderBy: { openedAt: 'desc' },
  })
  if (recent.length >= linksPerHour) return { id: recent[0]!.id, opened: false }
  const opened = await database.authorization.create({
    data: {
      id: newId(),
      address,
      language: record.language,
      openedAt: now,
      expiresAt: new Date(now.getTime() + linkValidMs),
    },
  })
  return { id: opened.id, opened: true }
}

async function quarantine(database: Database, record: LetterRecord, draft: LetterDraft): Promise<Outcome> {
  const reason = `${record.reason} The address has disowned letters; links to it are paused, staff decide.`
  const { id, disposition } = await recordLetter(
    within(database),
    { ...record, disposition: 'quarantined', reason },
    draft,
    [],
  )
  return { mailId: id, disposition, reason }
}
