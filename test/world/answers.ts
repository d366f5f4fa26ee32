/** Tickets whose clients are to get an answer, written straight into a database. */
import { randomUUID } from 'node:crypto'
import { type Envelope, publiclyReplied } from '@podatelna/contracts'
import pg from 'pg'

const asked =
  'Dobrý den, tiskárna ve druhém patře hoří, a nikdo neví, kde je hasicí přístroj. Prosíme o radu.\n'.repeat(4)
const answered = 'Dobrý den, hasicí přístroj je u výtahu, a nová tiskárna přijde zítra dopoledne.\n'.repeat(12)

export type Answers = {
  /** Puts the next answers in the outbox: `left` for whoever sweeps it, or `kept` for who publishes them himself. */
  next(count: number, how: 'left' | 'kept'): Promise<Envelope[]>
  /** How many of these were sent and noted as sent, and how many are dealt with and not sent. */
  progress(events: Envelope[]): Promise<{ sent: number; otherwise: number }>
  serverPid: number
  close(): Promise<void>
}

/** @param lettersEach how many of them go to one address */
export async function writeAnswers(databaseUrl: string, count: number, lettersEach: number): Promise<Answers> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  // Foreign keys are true by construction, and nobody searches here.
  await client.query('SET session_replication_role = replica')
  const [mailbox, organization] = [randomUUID(), randomUUID()]
  await client.query(`INSERT INTO mailboxes (id, address, name) VALUES ($1, 'support@desk.test', 'Support')`, [mailbox])
  await client.query(`INSERT INTO organizations (id, name, language) VALUES ($1, 'Acme', 'cs')`, [organization])
  await client.query(
    `CREATE TABLE bench AS SELECT n, gen_random_uuid() AS ticket, gen_random_uuid() AS asked, gen_random_uuid() AS reply,
      gen_random_uuid() AS participant, gen_random_uuid() AS event FROM generate_series(1, ${count}) n`,
  )
  await client.query(
    `INSERT INTO tickets (id, subject, mailbox_id, organization_id) SELECT ticket, 'Tiskárna hoří ' || n, $1, $2 FROM bench`,
    [mailbox, organization],
  )
  await client.query(
    `INSERT INTO messages (id, ticket_id, kind, audience, author, subject, text, created_at)
     SELECT asked, ticket, 'inbound', 'client', '{"name": "Jana"}'::jsonb, 'Tiskárna', $1, now() - interval '1 hour' FROM bench
     UNION ALL SELECT reply, ticket, 'reply', 'client', '{"name": "Petr"}', 'Tiskárna', $2, now() FROM bench`,
    [asked, answered],
  )
  await client.query(
    `INSERT INTO participants (id, ticket_id, address, name, role, added_by)
     SELECT participant, ticket, 'jana' || n % ${Math.ceil(count / lettersEach)} || '@client.test', 'Jana', 'requester', '{"name": "Jana"}' FROM bench`,
  )
  await client.query('INSERT INTO message_recipients (message_id, participant_id) SELECT reply, participant FROM bench')
  await client.query('SET session_replication_role = DEFAULT')
  await client.query('VACUUM ANALYZE')
  let begun = 0
  return {
    async next(howMany, how) {
      const { rows } = await client.query<Envelope>(
        `INSERT INTO outbox (id, name, payload, sweep_at)
         SELECT event, $1, jsonb_build_object('ticket_id', ticket, 'message_id', reply, 'recorded', true), $4
         FROM bench WHERE n > $2 AND n <= $3 RETURNING id, name, payload`,
        [publiclyReplied.name, begun, begun + howMany, how === 'kept' ? 'infinity' : 'now'],
      )
      begun += howMany
      return rows
    },
    async progress(events) {
      const { rows } = await client.query(
        `SELECT count(*) FILTER (WHERE state = 'sent')::int AS sent,
          count(*) FILTER (WHERE state NOT IN ('sent', 'queued'))::int AS otherwise
         FROM deliveries WHERE cause = ANY($1::uuid[])`,
        [events.map((event) => event.id)],
      )
      return rows[0]
    },
    serverPid: await postmaster(client),
    close: () => client.end(),
  }
}

async function postmaster(client: pg.Client): Promise<number> {
  const { rows } = await client.query(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`)
  return rows[0].pid
}
