/** Addresses that get no mail until staff lift it (rules §6): how one comes to be. */
import type { SuppressionCause, SuppressionScope } from '@podatelna/contracts'
import { Prisma } from '@podatelna/store'

export type Ground = { scope: SuppressionScope; cause: SuppressionCause }

/**
 * `INSERT` of suppressions, to stand in the statement that writes down what showed them. An address stays suppressed as it
 * is, unless it gets nothing at all from now on.
 *
 * @param rows address, reason, delivery_id, mail_id (null when there is none) and since: when the letter that showed it was
 *   written; one from before staff lifted the last suppression shows nothing new
 */
export function suppress({ scope, cause }: Ground, rows: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO suppressions (id, address, scope, cause, reason, delivery_id, mail_id)
    SELECT DISTINCT ON (lower(r.address)) gen_random_uuid(), lower(r.address), ${scope}, ${cause}, r.reason, r.delivery_id,
      r.mail_id
    FROM (${rows}) AS r (address, reason, delivery_id, mail_id, since)
    WHERE NOT EXISTS (
      SELECT FROM suppressions earlier WHERE earlier.address = lower(r.address) AND earlier.lifted_at > r.since)
    ON CONFLICT (address) WHERE lifted_at IS NULL DO UPDATE SET scope = EXCLUDED.scope, cause = EXCLUDED.cause,
      reason = EXCLUDED.reason, delivery_id = EXCLUDED.delivery_id, mail_id = EXCLUDED.mail_id, created_at = now()
    WHERE suppressions.scope = 'automatic' AND EXCLUDED.scope = 'all'`
}
