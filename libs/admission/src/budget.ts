/**
 * How much mail a letter nobody proved may cause, exactly, however many arrive at once (rules §1, "Authorization link").
 * Whoever asks takes turns by address, and strangers by mailbox too.
 */
import { type Database, newId } from '@podatelna/store'
import type { Standing } from './decide.ts'

export const linkValidMs = 72 * 3_600_000
/** Links to one contact, agent or participant; further letters join the open page. */
const linksPerHour = 3
/** Anybody may write in the name of a stranger: what we mail to them must not be worth the trouble. */
const strangers = { perHour: 1, perDay: 3, perMailboxAndHour: 30 }

/** Nobody can find their own letter among thousands that were written in their name. */
const lettersOnPage = 50

const hourMs = 3_600_000

/** Has letters in the name of one address wait for each other until the transaction ends. */
export async function takeTurn(database: Database, address: string): Promise<void> {
  await database.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${address}, 0))`
}

/** A new link, or the open page that the letter joins; otherwise why there is none, for staff. */
export type LinkOffer = { id: string; opened: boolean } | { none: string }

/** To be called in one's turn. */
export async function linkFor(
  database: Database,
  letter: { address: string; standing: Standing; mailboxId: string; language: string; now: Date },
): Promise<LinkOffer> {
  const { address, now, language } = letter
  const pause = await database.linkPause.findUnique({ where: { address } })
  if (pause && pause.until > now) return { none: 'The address has disowned letters; links to it are paused.' }
  const id = newId()
  const mayOpen =
    letter.standing === 'unknown'
      ? await spendOnStranger(database, { ...letter, id })
      : (await linksOfTheHour(database, address, now)) < linksPerHour
  if (mayOpen) {
    const expiresAt = new Date(now.getTime() + linkValidMs)
    await database.authorization.create({ data: { id, address, language, openedAt: now, expiresAt } })
    return { id, opened: true }
  }
  const open = await openPage(database, address, now)
  if (!open) return { none: 'As many links as may be sent to strangers were sent already.' }
  return open._count.letters < lettersOnPage ? { id: open.id, opened: false } : { none: 'Its page is full.' }
}

/** Counts one automatic letter to an address nobody proved, if there is room for it. To be called in one's turn. */
export async function spendOnStranger(
  database: Database,
  notice: { id: string; address: string; mailboxId: string; now: Date },
): Promise<boolean> {
  const { id, address, mailboxId, now } = notice
  await database.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${mailboxId}, 1))`
  const hourAgo = new Date(now.getTime() - hourMs)
  const dayAgo = new Date(now.getTime() - 24 * hourMs)
  const [spent] = await database.$queryRaw<{ hour: number; day: number; mailbox: number }[]>`
    SELECT count(*) FILTER (WHERE address = ${address} AND at > ${hourAgo})::int AS hour,
      count(*) FILTER (WHERE address = ${address})::int AS day,
      count(*) FILTER (WHERE mailbox_id = ${mailboxId}::uuid AND at > ${hourAgo})::int AS mailbox
    FROM unproved_mail WHERE at > ${dayAgo} AND (address = ${address} OR mailbox_id = ${mailboxId}::uuid)`
  const { hour, day, mailbox } = spent!
  const room = hour < strangers.perHour && day < strangers.perDay && mailbox < strangers.perMailboxAndHour
  if (room) await database.unprovedMail.create({ data: { id, address, mailboxId, at: now } })
  return room
}

/** The letter turned out to be one we have: nothing will be sent for it. */
export async function giveBack(database: Database, id: string): Promise<void> {
  await database.unprovedMail.deleteMany({ where: { id } })
  await database.authorization.deleteMany({ where: { id } })
}

/** The newest link that has not run out. */
function openPage(database: Database, address: string, now: Date) {
  return database.authorization.findFirst({
    where: { address, expiresAt: { gt: now } },
    orderBy: { openedAt: 'desc' },
    select: { id: true, _count: { select: { letters: true } } },
  })
}

function linksOfTheHour(database: Database, address: string, now: Date): Promise<number> {
  return database.authorization.count({ where: { address, openedAt: { gt: new Date(now.getTime() - hourMs) } } })
}
