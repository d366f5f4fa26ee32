/** What providers say later of texts they took. */
import { type Consumer, inboxInsert } from '@podatelna/bus'
import { subscriptions, textReceipt } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import { outcomeOf, type Receipt } from './provider.ts'

const subscription = subscriptions.outboundReceipts

/** Those that a gateway brought to `web`. They are written down whether texts are sent or not: settings change. */
export function receiptsConsumer({ store }: { store: Store }): Consumer {
  return {
    subscription,
    async handle(event) {
      const { provider_id: providerId, status } = textReceipt.payload.parse(event.payload)
      const outcome = outcomeOf(status)
      const inbox = inboxInsert(subscription, event)
      if (outcome) await recordReceipt(store, { providerId, outcome, words: status }, inbox)
      else await store.query(inbox)
      return 'done'
    },
  }
}

/**
 * The first last word about a part counts; said again, or said of what we never sent, it changes nothing. One that comes
 * before our own note of the part waits for it under the same key, so that neither is lost, whichever commits first.
 *
 * @param isNew has a row when it is to be written down
 */
export async function recordReceipt(
  store: Store,
  { providerId, outcome, words }: Receipt,
  isNew = Prisma.sql`SELECT`,
): Promise<void> {
  await store.query(Prisma.sql`
    WITH fresh AS (${isNew}),
    part AS (
      INSERT INTO text_parts (provider_id, outcome) SELECT ${providerId}, ${outcome} FROM fresh
      ON CONFLICT (provider_id) DO UPDATE SET outcome = EXCLUDED.outcome WHERE text_parts.outcome IS NULL
      RETURNING text_id, outcome),
    attempt AS (
      INSERT INTO text_attempts (text_id, outcome, answer)
      SELECT text_id, outcome, ${words} FROM part WHERE text_id IS NOT NULL)
    UPDATE texts x SET arrived = arrived + (part.outcome = 'delivered')::int,
      state = CASE WHEN part.outcome <> 'delivered' THEN part.outcome
        WHEN state = 'sent' AND arrived + 1 >= taken THEN 'delivered' ELSE state END,
      due_at = CASE WHEN part.outcome = 'delivered' THEN due_at END
    FROM part WHERE x.id = part.text_id AND x.state IN ('queued', 'sent')`)
}

/** Receipts of nothing we know wait for a day, and budgets look back as long: no number is kept beyond that. */
export async function tidyTexts(store: Store): Promise<void> {
  await store.query(Prisma.sql`
    WITH unknown AS (DELETE FROM text_parts WHERE text_id IS NULL AND at < now() - interval '1 day')
    DELETE FROM text_budgets WHERE NOT EXISTS (SELECT FROM unnest(sent_at) AS at WHERE at > now() - interval '1 day')`)
}
