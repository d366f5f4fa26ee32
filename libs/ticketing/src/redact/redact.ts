/**
 * The one exception to what is kept for good (rules §7): staff remove a message, words or a file, with a reason. It is
 * gone from the message, its letter, what we sent and the search alike; who removed it, when and why stays.
 */
import type { Actor, RedactionKind } from '@podatelna/contracts'
import { type Blackout, blackout, hiddenWords } from '@podatelna/mail'
import type { Database, Store } from '@podatelna/store'
import { act, record } from '../act.ts'
import { type Act, type Desk, noTicket, type Refusal, refusal } from '../desk.ts'
import { lockTicket } from '../lock-ticket.ts'
import { type Mark, removeFile, removeMessage } from './message.ts'
import { forgetWebhookAnswers } from './webhook-answers.ts'
import { removeWords } from './words.ts'

export type Removal = { what: 'message' } | { what: 'text'; words: string } | { what: 'attachment'; id: string }

/**
 * Cannot be undone. Removing a message that was removed already changes nothing. Words go from the whole ticket, as
 * answers quote what they answer; files are not looked into.
 */
export function redactMessage(
  desk: Desk,
  input: { number: bigint; messageId: string; by: Actor; reason: string; remove: Removal },
): Promise<Act<{ messageId: string }>> {
  const { messageId, by, reason, remove } = input
  return act(
    desk,
    async (database) => {
      const message = await lockMessage(database, input)
      if ('problem' in message) return message
      const value = { messageId }
      if (message.removed && remove.what !== 'text') return { value, events: [] }
      const how = { by, reason, what: remove.what, at: new Date() }
      const refused = await removeIt({ database, store: desk.store }, message, remove, how)
      if (refused) return refused
      await forgetWebhookAnswers(database, message.ticketId)
      await database.ticket.update({ where: { id: message.ticketId }, data: { redactedAt: how.at, updatedAt: how.at } })
      await record(database, message.ticketId, 'redacted', by, { message_id: messageId, what: remove.what, reason })
      return { value, events: [] }
    },
    { timeout: 120_000 },
  )
}

/**
 * Takes words out of all of a ticket, for instance whatever names a person; who and why is written down as by
 * `redactMessage`. A ticket that has none of them stays as it is.
 */
export async function blackOutTicket(
  { store }: Desk,
  { ticketId, out, by, reason }: { ticketId: string; out: Blackout; by: Actor; reason: string },
): Promise<void> {
  await store.prisma.$transaction(
    async (database) => {
      const tickets = await database.$queryRaw<
        object[]
      >`SELECT FROM tickets WHERE id = ${ticketId}::uuid FOR NO KEY UPDATE`
      if (tickets.length === 0) return
      const how = { what: 'text', by, reason, at: new Date() } as const
      if ((await removeWords({ database, store }, ticketId, out, how)) === 0) return
      await forgetWebhookAnswers(database, ticketId)
      await database.ticket.update({ where: { id: ticketId }, data: { redactedAt: how.at, updatedAt: how.at } })
      await record(database, ticketId, 'redacted', by, { what: how.what, reason })
    },
    { maxWait: 30_000, timeout: 120_000 },
  )
}

type Place = { database: Database; store: Store }
type Found = { id: string; ticketId: string; removed: boolean }

/** Under the lock of the ticket in which it stands: for a merged one, of the one that it was merged into. */
async function lockMessage(
  database: Database,
  { number, messageId }: { number: bigint; messageId: string },
): Promise<Found | Refusal> {
  const [known] = await database.$queryRaw<{ number: bigint; home: bigint | null }[]>`
    SELECT ticket.number, home.number AS home
    FROM messages m JOIN tickets ticket ON ticket.id = m.ticket_id LEFT JOIN tickets home ON home.id = m.home_ticket_id
    WHERE m.id = ${messageId}::uuid`
  const named = await database.ticket.findUnique({ where: { number }, select: { id: true } })
  if (!named) return noTicket(number)
  if (known?.number !== number && known?.home !== number) {
    return refusal('no_message', `P-${number} has no such message.`)
  }
  const ticket = (await lockTicket(database, known.number))!
  const message = await database.message.findUniqueOrThrow({ where: { id: messageId }, select: { redactions: true } })
  return { id: messageId, ticketId: ticket.id, removed: isRemoved(message.redactions) }
}

/** The whole of it, that is. */
export function isRemoved(redactions: unknown): boolean {
  return Array.isArray(redactions) && redactions.some(({ what }) => what === ('message' satisfies RedactionKind))
}

async function removeIt(place: Place, message: Found, remove: Removal, how: Mark): Promise<Refusal | undefined> {
  if (remove.what === 'message') return removeMessage(place, message.id, how)
  if (remove.what === 'attachment') return removeFile(place, message.id, remove.id, how)
  const { words } = remove
  const out = blackout([hiddenWords(words)])
  if (out.finds(how.reason)) {
    return refusal('words_in_reason', 'The reason may not hold the words that are to be removed: it stays.')
  }
  const changed = await removeWords(place, message.ticketId, out, how)
  return changed === 0 ? refusal('no_such_words', 'These words do not stand in the ticket.') : undefined
}
