/**
 * What time alone does to tickets (rules §3, §4). Each step takes rows that nobody else has in hand, so any number of
 * processes may run it, and what was missed while none did is caught up with.
 */
import { outboxFrom } from '@podatelna/bus'
import { type Actor, ticketMoved } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import { system } from '../desk.ts'
import { moveColumns } from './states.ts'

/** Does all that is due. */
export async function passTime(store: Store, now = new Date()): Promise<void> {
  for (const step of [closeSolved, returnScheduled, eraseDeleted]) {
    let done = batch
    while (done === batch) done = await step(store, now)
  }
}

const batch = 200

/** A ticket closes when it was solved for as long as its mailbox says, as of that moment, however late we look. */
async function closeSolved(store: Store, now: Date): Promise<number> {
  return moveDue(store, {
    due: Prisma.sql`
      SELECT t.id, t.status, t.solved_at + m.close_after::interval AS at
      FROM mailboxes m CROSS JOIN LATERAL (
        SELECT id, status, solved_at FROM tickets
        WHERE mailbox_id = m.id AND status = 'solved' AND solved_at <= ${now}::timestamptz - m.close_after::interval
          AND solved_at + m.close_after::interval <= ${now}::timestamptz
        ORDER BY solved_at LIMIT ${batch} FOR UPDATE SKIP LOCKED) t
      LIMIT ${batch}`,
    to: 'closed',
  })
}

async function returnScheduled(store: Store, now: Date): Promise<number> {
  return moveDue(store, {
    due: Prisma.sql`
      SELECT t.id, t.status, t.scheduled_for AS at FROM tickets t
      WHERE t.status = 'scheduled' AND t.scheduled_for <= ${now}::timestamptz
      ORDER BY t.scheduled_for LIMIT ${batch} FOR UPDATE SKIP LOCKED`,
    to: 'queued',
    told: outboxFrom(Prisma.sql`
      SELECT gen_random_uuid(), ${ticketMoved.name},
        jsonb_build_object('ticket_id', id, 'status', 'queued', 'agent_id', NULL) FROM due`),
  })
}

/**
 * A ticket deleted thirty days ago goes with its messages and what was sent about it. Its letters lose all but the trace
 * that they came; their bytes go with the next round over letters (admission, expire.ts).
 */
async function eraseDeleted(store: Store, now: Date): Promise<number> {
  const erased = await store.query(Prisma.sql`
    WITH due AS (
      SELECT id FROM tickets WHERE deleted_at <= ${now}::timestamptz - interval '30 days'
      ORDER BY deleted_at LIMIT ${batch} FOR UPDATE SKIP LOCKED),
    letters AS (
      UPDATE inbound_mail SET subject = '', from_name = NULL, header = NULL, keep_until = ${now}::timestamptz
      FROM messages, due WHERE messages.ticket_id = due.id AND inbound_mail.id = messages.mail_id),
    posted AS (DELETE FROM deliveries USING due WHERE deliveries.ticket_id = due.id)
    DELETE FROM tickets USING due WHERE tickets.id = due.id RETURNING tickets.id`)
  return erased.length
}

/** @param move.told `INSERT` of what follows, from the rows of `due`; a closing is told to nobody */
async function moveDue(
  store: Store,
  { due, to, told }: { due: Prisma.Sql; to: 'closed' | 'queued'; told?: Prisma.Sql },
): Promise<number> {
  const moved = await store.query(Prisma.sql`
    WITH due AS (${due}),
    event AS (
      INSERT INTO ticket_events (ticket_id, type, by, detail)
      SELECT id, 'status_changed', ${bySystem}::jsonb, jsonb_build_object('from', status, 'to', ${to}::text) FROM due)
    ${told ? Prisma.sql`, told AS (${told})` : Prisma.empty}
    UPDATE tickets SET ${moveColumns({ to }, Prisma.sql`due.at`)} FROM due WHERE tickets.id = due.id
    RETURNING tickets.id`)
  return moved.length
}

const bySystem = JSON.stringify(system satisfies Actor)
