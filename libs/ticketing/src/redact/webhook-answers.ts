import { type Database, Prisma } from '@podatelna/store'

/** What those who were told of a ticket answered: they may quote what is to go, cut somewhere. */
export async function forgetWebhookAnswers(database: Database, ticketId: string): Promise<void> {
  await database.$executeRaw(Prisma.sql`
    UPDATE webhook_attempts SET answer = '' WHERE answer <> '' AND delivery_id IN (
      SELECT d.id FROM ticket_events e JOIN webhook_deliveries d ON d.event_id = e.id WHERE e.ticket_id = ${ticketId}::uuid)`)
}
