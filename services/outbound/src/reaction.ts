/** How soon clients of a mailbox usually hear from somebody (rules §6, "estimate of first reaction"). */
import type { Reaction } from '@podatelna/notices'
import { Prisma, type Store } from '@podatelna/store'

export type ReactionEstimate = (mailbox: string) => Promise<Reaction>

export const unknownReaction: Reaction = { within: '', count: 0 }

/** What most tickets of the last month waited for; kept for a while, as each new ticket wants to know. */
export function reactionEstimate(store: Store): ReactionEstimate {
  const known = new Map<string, { until: number; reaction: Reaction }>()
  return async (mailbox) => {
    const before = known.get(mailbox)
    if (before && before.until > Date.now()) return before.reaction
    const seconds = await secondsWaited(store, mailbox)
    const reaction = inWords(seconds)
    if (seconds !== undefined) known.set(mailbox, { until: Date.now() + kept, reaction })
    return reaction
  }
}

const kept = 10 * 60_000
/** Of fewer tickets nobody can tell what is usual. */
const enough = 10

/** Four of five waited no longer; a ticket that still waits counts with what it has waited so far. */
async function secondsWaited(store: Store, mailbox: string): Promise<number | undefined> {
  const [row] = await store.query<{ count: bigint; seconds: number | null }>(Prisma.sql`
    SELECT count(*) AS count, percentile_disc(0.8) WITHIN GROUP (ORDER BY extract(epoch FROM waited)::float8) AS seconds
    FROM (
      SELECT coalesce(
        (SELECT min(at) FROM ticket_events WHERE ticket_id = t.id AND by->>'kind' = 'agent'), now()) - t.created_at AS waited
      FROM tickets t JOIN mailboxes mb ON mb.id = t.mailbox_id
      WHERE mb.address = ${mailbox} AND t.created_at > now() - interval '30 days' AND t.deleted_at IS NULL
        AND EXISTS (SELECT FROM messages WHERE ticket_id = t.id AND kind = 'inbound')
      ORDER BY t.created_at DESC LIMIT 100) AS recent`)
  return row && row.count >= enough && row.seconds !== null ? row.seconds : undefined
}

/** Rounded up, to what people would say; of more than a week nothing is said. */
export function inWords(seconds: number | undefined): Reaction {
  if (seconds === undefined) return unknownReaction
  const hours = [1, 2, 4, 8, 24].find((most) => seconds <= most * 3_600)
  if (hours === 1) return { within: 'hour', count: 0 }
  if (hours === 24) return { within: 'day', count: 0 }
  if (hours) return { within: 'hours', count: hours }
  const days = Math.ceil(seconds / 86_400)
  return days <= 7 ? { within: 'days', count: days } : unknownReaction
}
