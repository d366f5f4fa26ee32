import type { TicketStatus } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'
import { asStatus } from './states.ts'

export type LockedTicket = { id: string; number: bigint; status: TicketStatus; subject: string }

/** Reads a ticket and keeps others from changing it until the transaction ends. */
export async function lockTicket(database: Database, number: bigint): Promise<LockedTicket | undefined> {
  const rows = await database.$queryRaw<{ id: string; number: bigint; status: string; subject: string }[]>`
    SELECT id, number, status, subject FROM tickets WHERE number = ${number} FOR UPDATE`
  return rows[0] && { ...rows[0], status: asStatus(rows[0].status) }
}
