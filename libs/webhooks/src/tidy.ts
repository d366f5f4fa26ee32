import { Prisma, type Store } from '@podatelna/store'

const keptDays = 30
const atOnce = 1_000

/** Deletes what ended thirty days ago. What is pending stays, however old. */
export async function tidyWebhooks(store: Store): Promise<void> {
  await store.query(Prisma.sql`
    DELETE FROM webhook_deliveries WHERE id IN (
      SELECT d.id FROM webhooks w, LATERAL (
        SELECT id FROM webhook_deliveries
        WHERE webhook_id = w.id AND created_at < now() - ${keptDays} * interval '1 day' AND due_at IS NULL
        ORDER BY created_at LIMIT ${atOnce}) d)`)
}
