/** What staff do with letters that are not in a ticket: release them with a reason, or have them filed once more. */
import { envelope, outboxInsert } from '@podatelna/bus'
import { type Actor, mailAdmitted } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { type Desk, system } from '@podatelna/ticketing'
import { recordMailEvent } from './mail-events.ts'

export type Released = { ok: true } | { ok: false; problem: 'no_mail' | 'not_possible'; detail: string }

/** Admits a held, quarantined or suppressed letter on the word of an agent. */
export function releaseMail(desk: Desk, input: { id: string; by: Actor; reason: string }): Promise<Released> {
  const { id, by, reason } = input
  return fileAgain(desk, id, async (database, mail) => {
    if (mail.disposition === 'admitted') return 'The letter was admitted already.'
    if (mail.disposition === 'refused') return 'The letter was refused; its bytes were not kept.'
    await recordMailEvent(database, id, 'released', by, reason)
    await database.inboundMail.update({
      where: { id },
      data: { disposition: 'admitted', reason: `Released by ${by.name}: ${reason}` },
    })
    return undefined
  })
}

/** Has an admitted letter filed once more, for instance after a fault was mended. One that is filed stays as it is. */
export function replayMail(desk: Desk, input: { id: string; by: Actor }): Promise<Released> {
  const { id, by } = input
  return fileAgain(desk, id, async (database, mail) => {
    const givenUp = mail.disposition === 'quarantined' && mail.reason.startsWith(givenUpReason)
    if (mail.disposition !== 'admitted' && !givenUp) return `A letter that is ${mail.disposition} cannot be replayed.`
    await recordMailEvent(database, id, 'replayed', by, '')
    await database.inboundMail.update({
      where: { id },
      data: { disposition: 'admitted', reason: 'Replayed by staff.' },
    })
    return undefined
  })
}

/** A letter whose filing was given up waits for staff, with the reason (rules §8). Part of the burial's commit. */
export async function quarantineGivenUp(database: Database, mailId: string, cause: string): Promise<void> {
  const reason = `${givenUpReason} ${cause}`
  await database.inboundMail.updateMany({
    where: { id: mailId, disposition: 'admitted' },
    data: { disposition: 'quarantined', reason },
  })
  await recordMailEvent(database, mailId, 'given_up', system, cause)
}

const givenUpReason = 'It could not be filed:'

async function fileAgain(
  desk: Desk,
  id: string,
  change: (database: Database, mail: { disposition: string; reason: string }) => Promise<string | undefined>,
): Promise<Released> {
  const events = [envelope(mailAdmitted, { mail_id: id })]
  const released = await desk.store.prisma.$transaction(async (database): Promise<Released> => {
    const [mail] = await database.$queryRaw<{ disposition: string; reason: string; mailbox_id: string | null }[]>`
      SELECT disposition, reason, mailbox_id FROM inbound_mail WHERE id = ${id}::uuid FOR UPDATE`
    if (!mail) return { ok: false, problem: 'no_mail', detail: 'There is no such letter.' }
    if (!mail.mailbox_id)
      return { ok: false, problem: 'not_possible', detail: 'The letter was not for a mailbox of ours.' }
    const obstacle = await change(database, mail)
    if (obstacle) return { ok: false, problem: 'not_possible', detail: obstacle }
    await database.$executeRaw(outboxInsert(events))
    return { ok: true }
  })
  if (released.ok) desk.bus.publish(events)
  return released
}
