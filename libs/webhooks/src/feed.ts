import { Prisma, type Store } from '@podatelna/store'

const atOnce = 500

/**
 * Makes deliveries of what happened since the last time. Each webhook has its own place among the events, moved in the same
 * statement, so that none is missed and none told twice, however many processes feed; an event is there once no transaction
 * is left that might still commit an earlier one. Letters and their steps pay nothing for it.
 *
 * @returns true when there may be more
 */
export async function feedWebhooks(store: Store): Promise<boolean> {
  const [fed] = await store.query<{ full: boolean }>(Prisma.sql`
    WITH hook AS (
      SELECT id, events, after_xact, after_id FROM webhooks WHERE state = 'active' FOR UPDATE SKIP LOCKED),
    event AS (
      SELECT hook.id AS webhook_id, hook.events, e.id, e.xact, e.at, 'ticket.' || e.type AS type
      FROM hook, LATERAL (
        SELECT id, xact, at, type FROM ticket_events
        WHERE (xact, id) > (after_xact, after_id) AND xact < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY xact, id LIMIT ${atOnce}) e),
    written AS (
      INSERT INTO webhook_deliveries (id, webhook_id, event_id, type, created_at, due_at)
      SELECT gen_random_uuid(), webhook_id, id, type, at, now() FROM event
      WHERE events = '{}' OR type = ANY(events)
      ORDER BY xact, id
      ON CONFLICT (webhook_id, event_id) DO NOTHING),
    last AS (SELECT DISTINCT ON (webhook_id) webhook_id, xact, id FROM event ORDER BY webhook_id, xact DESC, id DESC),
    moved AS (UPDATE webhooks h SET after_xact = xact, after_id = last.id FROM last WHERE h.id = webhook_id)
    SELECT coalesce(max(n) >= ${atOnce}, false) AS full FROM (SELECT count(*) AS n FROM event GROUP BY webhook_id) counted`)
  return fed!.full
}
