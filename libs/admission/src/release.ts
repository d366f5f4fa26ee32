/**
 * What staff do with letters that are not in a ticket: release them with a reason, send their author a new link, or have
 * them filed once more.
 */
import { envelope, outboxInsert } from '@podatelna/bus'
import { type Actor, type Envelope, mailAdmitted, mailHeld } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { type Desk, system } from '@podatelna/ticketing'
import { linkFor, takeTurn } from './budget.ts'
import { keptFrom, moveLetter } from './mail-events.ts'
import { identifyAgain, lockLetter, reconsider, recordIdentity, type WaitingLetter } from './waiting.ts'

export type Released = { ok: true } | { ok: false; problem: 'no_mail' | 'not_possible'; detail: string }

/** Admits a held, quarantined or suppressed letter on the word of an agent. */
export function releaseMail(desk: Desk, input: { id: string; by: Actor; reason: string }): Promise<Released> {
  const { id, by, reason } = input
  return decideAgain(desk, id, async (database, letter) => {
    if (letter.disposition === 'admitted') return 'The letter was admitted already.'
    if (letter.disposition === 'refused') return 'The letter was refused.'
    if (!letter.mailbox_id) return notForUs
    if (!letter.has_bytes) return bytesGone
    await recordIdentity(database, id, await identifyAgain(database, letter))
    const admitted = { disposition: 'admitted' as const, reason: `Released by ${by.name}: ${reason}` }
    await moveLetter(database, id, admitted, { type: 'released', by, detail: reason })
    return envelope(mailAdmitted, { mail_id: id })
  })
}

/** Sends the author of a held or quarantined letter a new link; the one sent before no longer speaks of this letter. */
export function reissueLink(desk: Desk, input: { id: string; by: Actor }, now = new Date()): Promise<Released> {
  const { id, by } = input
  return decideAgain(desk, id, async (database, letter) => {
    if (!['held', 'quarantined'].includes(letter.disposition)) return `The letter is ${letter.disposition}.`
    if (letter.kind !== 'letter' || letter.mail_from === '') return 'A program wrote it, and cannot press a button.'
    if (!letter.mailbox_id || !letter.from_address) return notForUs
    if (!letter.has_bytes) return bytesGone
    const { decision, identity } = await reconsider(database, letter)
    if (decision.disposition !== 'admitted') return `Confirming it would not let it in. ${decision.reason}`
    const { standing, language } = identity
    const request = { address: letter.from_address, mailboxId: letter.mailbox_id, standing, language, now }
    const link = await linkFor(database, request)
    if ('none' in link) return link.none
    if (!link.opened) return 'As many links as one address may get in an hour were sent already.'
    const reason = `Waits for its author again: ${by.name} had a new link sent.`
    const held = { disposition: 'held' as const, reason, keepUntil: keptFrom(now) }
    await moveLetter(database, id, held, { type: 'reissued', by, detail: '' })
    await database.inboundMail.update({ where: { id }, data: { authorizationId: link.id } })
    return envelope(mailHeld, { mail_id: id })
  })
}

/** Has an admitted letter filed once more, for instance after a fault was mended. One that is filed stays as it is. */
export function replayMail(desk: Desk, input: { id: string; by: Actor }): Promise<Released> {
  const { id, by } = input
  return decideAgain(desk, id, async (database, letter) => {
    const givenUp = letter.disposition === 'quarantined' && letter.reason.startsWith(givenUpReason)
    if (letter.disposition !== 'admitted' && !givenUp)
      return `A letter that is ${letter.disposition} cannot be replayed.`
    if (!letter.mailbox_id) return notForUs
    const admitted = { disposition: 'admitted' as const, reason: 'Replayed by staff.' }
    await moveLetter(database, id, admitted, { type: 'replayed', by, detail: '' })
    return envelope(mailAdmitted, { mail_id: id })
  })
}

/**
 * A letter whose filing was given up waits for staff, with the reason (rules §8). Part of the burial's commit. The
 * fault is ours, so its bytes stay until somebody has decided.
 */
export async function quarantineGivenUp(database: Database, mailId: string, cause: string): Promise<void> {
  const letter = await lockLetter(database, mailId)
  // Its event may have been brought once more, after it was filed.
  const filed = await database.message.findUnique({ where: { mailId }, select: { id: true } })
  if (letter?.disposition !== 'admitted' || filed) return
  const quarantined = { disposition: 'quarantined' as const, reason: `${givenUpReason} ${cause}` }
  await moveLetter(database, mailId, quarantined, { type: 'given_up', by: system, detail: cause })
}

const givenUpReason = 'It could not be filed:'
const notForUs = 'The letter was not for a mailbox of ours.'
const bytesGone = 'The bytes of the letter are not kept any more.'

/** @param decide changes the letter and says what follows from it, or why it cannot be done, for staff */
async function decideAgain(
  desk: Desk,
  id: string,
  decide: (database: Database, letter: WaitingLetter) => Promise<Envelope | string>,
): Promise<Released> {
  const outcome = await desk.store.prisma.$transaction(async (database) => {
    const mail = await database.inboundMail.findUnique({ where: { id }, select: { fromAddress: true } })
    // In the order in which the door takes them, or the two could wait for each other.
    if (mail?.fromAddress) await takeTurn(database, mail.fromAddress)
    const letter = await lockLetter(database, id)
    if (!letter) return undefined
    const follows = await decide(database, letter)
    if (typeof follows !== 'string') await database.$executeRaw(outboxInsert([follows]))
    return follows
  })
  if (outcome === undefined) return { ok: false, problem: 'no_mail', detail: 'There is no such letter.' }
  if (typeof outcome === 'string') return { ok: false, problem: 'not_possible', detail: outcome }
  desk.bus.publish([outcome])
  return { ok: true }
}
