import { envelope } from '@podatelna/bus'
import { mailAdmitted, mailHeld } from '@podatelna/contracts'
import { type Database, type LetterDraft, within } from '@podatelna/store'
import type { Door, LetterRecord, Outcome } from './admit.ts'
import { giveBack, linkFor, spendOnStranger, takeTurn } from './budget.ts'
import { recordLetter, transact } from './record.ts'

/** Keeps a letter until its author has confirmed it, and asks for the link to be sent to the stored address. */
export async function hold(door: Door, record: LetterRecord, draft: LetterDraft): Promise<Outcome> {
  const address = record.fromAddress!
  const { outcome, events } = await transact(door.store, async (database) => {
    await takeTurn(database, address)
    const { standing, language, receivedAt: now } = record
    const link = await linkFor(database, { address, standing, mailboxId: record.mailboxId!, language, now })
    if ('none' in link) return { outcome: await quarantine(database, record, draft, link.none), events: [] }
    const events = [envelope(mailHeld, { mail_id: record.id })]
    const { id, disposition, fresh } = await recordLetter(within(database), record, draft, events, link.id)
    if (!fresh && link.opened) await giveBack(database, link.id)
    return { outcome: { mailId: id, disposition, reason: record.reason }, events: fresh ? events : [] }
  })
  door.bus.publish(events)
  return outcome
}

/**
 * Takes a letter of somebody nobody proved, as an open mailbox does. Whether they are told that it arrived depends on
 * what was sent to them already: the address may be anybody's, who never wrote.
 */
export async function takeUnproved(door: Door, record: LetterRecord, draft: LetterDraft): Promise<Outcome> {
  const { id, fromAddress: address, mailboxId, receivedAt: now } = record
  const events = [envelope(mailAdmitted, { mail_id: id })]
  const { outcome, fresh } = await transact(door.store, async (database) => {
    await takeTurn(database, address!)
    const answered = await spendOnStranger(database, { id, address: address!, mailboxId: mailboxId!, now })
    const recorded = await recordLetter(within(database), { ...record, unanswered: !answered }, draft, events)
    if (!recorded.fresh && answered) await giveBack(database, id)
    const { disposition, fresh } = recorded
    return { outcome: { mailId: recorded.id, disposition, reason: record.reason }, fresh }
  })
  if (fresh) door.bus.publish(events)
  return outcome
}

async function quarantine(database: Database, record: LetterRecord, draft: LetterDraft, why: string): Promise<Outcome> {
  const reason = `${record.reason} ${why} Staff decide.`
  const quarantined = { ...record, disposition: 'quarantined' as const, reason }
  const { id, disposition } = await recordLetter(within(database), quarantined, draft, [])
  return { mailId: id, disposition, reason }
}
