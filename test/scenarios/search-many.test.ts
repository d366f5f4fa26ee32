/** Whichever way the search takes, it finds what a look at every single ticket finds. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { directory } from '../bench/tickets/clients.ts'
import { writeDirectory } from '../bench/tickets/fill.ts'
import { block, type Plan } from '../bench/tickets/life.ts'
import { columnsOf, type Rows } from '../bench/tickets/rows.ts'
import { type Desk, type Json, openDesk } from '../scenario.ts'
import { seeded } from '../world/random.ts'

/** Five years of a small desk: every mailbox, every language, and organizations that have most and next to none of it. */
const plan: Plan = { seed: 5, tickets: 2_500, end: Date.now(), directory: directory(5, 2_500) }

let desk: Desk
let client: pg.Client
beforeAll(async () => {
  desk = await openDesk()
  client = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await client.connect()
  await client.query(`DELETE FROM mailboxes`)
  await client.query(`SET session_replication_role = replica`)
  await writeDirectory(client, plan.directory)
  await insert(block(plan, 0))
  await client.query('ANALYZE')
  await client.query(everything)
})
afterAll(async () => {
  await client?.end()
  await desk?.close()
})

const random = seeded(3)
const [largest, small] = [plan.directory.clients[0]!, plan.directory.clients[6]!]
const filters: [string, string, string][] = [
  ['all', '', 'true'],
  ['those of the largest organization', `&organization=${largest.id}`, `t.organization_id = '${largest.id}'`],
  ['those of a small one', `&organization=${small.id}`, `t.organization_id = '${small.id}'`],
  ['the closed ones', '&status=closed', `t.status = 'closed'`],
  ['what is in the queue', '&status=queued', `t.status = 'queued'`],
]
/** From nearly everywhere to nowhere; short enough to be looked for as they are. */
const words = ['dobry', 'saluti', 'hello', 'server', 'prober', 'toner', 'png', 'test', '0x1', 'kegely']
const searches = [...words, 'dobry server', 'toner server', 'kind hello', 'saluti dobry']

test.each(filters)('among %s, page after page', async (_, query, where) => {
  for (const q of searches) {
    const limit = 15 + random.below(40)
    const expected = await lookAtAll(q, where)
    const found: string[] = []
    for (let next: string | null = ''; next !== null && found.length < 40; ) {
      const path = `/api/tickets?limit=${limit}&q=${encodeURIComponent(q)}${query}${next && `&cursor=${next}`}`
      const page: Json = await desk.api('GET', path)
      found.push(...page.items.map(({ number }: Json) => number))
      next = page.next
    }
    expect([q, found]).toEqual([q, expected.slice(0, Math.max(found.length, Math.min(expected.length, 40)))])
  }
})

/** Newest first. */
async function lookAtAll(q: string, where: string): Promise<string[]> {
  const query = q.split(' ').map((word) => `${word}:*`)
  const { rows } = await client.query(
    `SELECT 'P-' || t.number AS number FROM tickets t
     WHERE t.deleted_at IS NULL AND ${where} AND t.id IN (SELECT ticket_id FROM looked_at WHERE words @@ $1::tsquery)
     ORDER BY t.created_at DESC, t.id DESC`,
    [query.join(' & ')],
  )
  return rows.map(({ number }) => number)
}

const everything = `
  CREATE TEMPORARY TABLE looked_at AS
  SELECT id AS ticket_id, search_words(subject) AS words FROM tickets
  UNION ALL SELECT ticket_id, search_words(text) FROM messages
  UNION ALL SELECT ticket_id, search_words(name || ' ' || address) FROM participants
  UNION ALL SELECT m.ticket_id, search_words(a.filename) FROM attachments a JOIN messages m ON m.id = a.message_id`

async function insert(rows: Rows): Promise<void> {
  for (const [table, own] of rows) {
    for (let i = 0; i < own.length; i += 1_000) {
      const some = own.slice(i, i + 1_000).map(({ row }) => row())
      const columns = columnsOf(own)
      await client.query(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
        [JSON.stringify(some.map(asJson))],
      )
    }
  }
}

function asJson(row: object): object {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value,
  ])
  return Object.fromEntries(entries)
}
