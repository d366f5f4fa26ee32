/** What agents answer when they answer a notice by mail (decision 0030). */
import type { SeatPurpose } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'

/**
 * The serials that the thread tokens of agents carry for a ticket, by their ids; those who have none yet get one. It
 * identifies the ticket, and is no authority: who may write is asked when a letter comes.
 */
export async function seatsOf(
  store: Store,
  ticketId: string,
  agentIds: readonly string[],
  purpose: SeatPurpose,
): Promise<Map<string, bigint>> {
  if (agentIds.length === 0) return new Map()
  const rows = await store.query<{ agent_id: string; serial: bigint }>(Prisma.sql`
    INSERT INTO agent_seats (ticket_id, agent_id, purpose)
    SELECT ${ticketId}::uuid, agent_id, ${purpose} FROM unnest(${[...agentIds].sort()}::uuid[]) AS agent_id
    ON CONFLICT (ticket_id, agent_id, purpose) DO UPDATE SET purpose = excluded.purpose
    RETURNING agent_id, serial`)
  return new Map(rows.map(({ agent_id, serial }) => [agent_id, serial]))
}
