/** A database full of invented tickets, made once and found again. */
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { migrate, startEmbeddedDatabase } from '@podatelna/store'
import pg from 'pg'
import { type Directory, directory } from './clients.ts'
import { block, blockSize, firstNumber, type Plan } from './life.ts'
import { logos } from './post.ts'
import { columnsOf, copyLine, type Rows } from './rows.ts'

type Made = { seed: number; tickets: number; end: number }
type Say = (text: string) => void

/** Nothing here has to outlive a loss of power; when it is full, the server is started again as careful as in production. */
const flags = [
  ...['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'wal_level=minimal', 'max_wal_senders=0'],
  ...['max_wal_size=8GB', 'maintenance_work_mem=1GB', 'autovacuum=off'],
]

/** Fills the folder unless it was filled as asked before. @returns what is in it */
export async function filled(folder: string, wanted: { seed: number; tickets: number }, say: Say): Promise<Plan> {
  const known = await made(folder)
  if (known?.seed === wanted.seed && known.tickets === wanted.tickets) return planOf(known)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o755)
  const plan = planOf({ ...wanted, end: Date.now() })
  const server = await startEmbeddedDatabase(databaseFolder(folder), { flags })
  try {
    await migrate(server.url)
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await fill(client, folder, plan, say)
    await client.end()
  } finally {
    await server.stop()
  }
  const { directory: _, ...kept } = plan
  await writeFile(join(folder, 'made.json'), JSON.stringify(kept))
  return plan
}

export function databaseFolder(folder: string): string {
  return join(folder, 'database')
}

async function made(folder: string): Promise<Made | undefined> {
  const text = await readFile(join(folder, 'made.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

function planOf(made: Made): Plan {
  return { ...made, directory: directory(made.seed, made.tickets) }
}

async function fill(client: pg.Client, folder: string, plan: Plan, say: Say): Promise<void> {
  // Foreign keys are true by construction, and checking them would take longer than all the rest.
  await client.query(`SET session_replication_role = replica`)
  const indexes = await dropIndexes(client)
  await writeDirectory(client, plan.directory)
  await load(client, folder, logos(plan))
  const blocks = Math.ceil(plan.tickets / blockSize)
  let loading: Promise<void> = Promise.resolve()
  for (let i = 0; i < blocks; i++) {
    const files = await toFiles(join(folder, String(i % 2)), block(plan, i))
    await loading
    loading = copyIn(client, files)
    loading.catch(() => {})
    if ((i + 1) % 40 === 0) say(`  ${((i + 1) * blockSize).toLocaleString('en')} tickets`)
  }
  await loading
  await client.query(`SELECT setval('tickets_number_seq', $1)`, [firstNumber + plan.tickets])
  for (const { name, definition } of indexes) {
    say(`  index ${name}`)
    await client.query(definition)
  }
  say('  VACUUM ANALYZE, as autovacuum would have done')
  await client.query('VACUUM (FREEZE, ANALYZE)')
  await client.query('CHECKPOINT')
}

/** Built at the end they are those of the migrations all the same, and it takes a tenth of the time. */
async function dropIndexes(client: pg.Client): Promise<{ name: string; definition: string }[]> {
  const { rows } = await client.query(
    `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique`,
  )
  for (const { name } of rows) await client.query(`DROP INDEX "${name}"`)
  return rows
}

export async function writeDirectory(client: pg.Client, { mailboxes, agents, clients, legacySystemId }: Directory) {
  for (const { id, address, language } of mailboxes) {
    await client.query('INSERT INTO mailboxes (id, address, name, language) VALUES ($1, $2, $2, $3)', [
      id,
      address,
      language,
    ])
  }
  for (const { id, name, email } of agents) {
    await client.query('INSERT INTO agents (id, name, email) VALUES ($1, $2, $3)', [id, name, email])
  }
  const pattern = [{ field: 'subject', pattern: 'OLD#(?P<number>[0-9]{7})' }]
  await client.query(
    `INSERT INTO legacy_systems (id, name, patterns, samples) VALUES ($1, 'Old', $2, '{"match": [], "no_match": []}')`,
    [legacySystemId, JSON.stringify(pattern)],
  )
  for (const { id, name, language, contacts } of clients) {
    await client.query('INSERT INTO organizations (id, name, language) VALUES ($1, $2, $3)', [id, name, language])
    const [ids, names, emails] = [
      contacts.map(({ id }) => id),
      contacts.map(({ name }) => name),
      contacts.map(({ email }) => email),
    ]
    await client.query(
      `WITH person AS (SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[]) AS p (id, name, email)),
       contact AS (INSERT INTO contacts (id, organization_id, name) SELECT id, $1, name FROM person)
       INSERT INTO contact_addresses (address, contact_id) SELECT email, id FROM person`,
      [id, ids, names, emails],
    )
  }
}

type Files = { table: string; columns: string; file: string }[]

async function load(client: pg.Client, folder: string, rows: Rows): Promise<void> {
  await copyIn(client, await toFiles(join(folder, 'first'), rows))
}

async function toFiles(prefix: string, rows: Rows): Promise<Files> {
  const files: Files = []
  for (const [table, own] of rows) {
    const file = `${prefix}-${table}.copy`
    await pipeline(chunksOf(own), createWriteStream(file))
    files.push({ table, columns: columnsOf(own), file })
  }
  return files
}

type TableRows = Rows extends Map<string, infer Own> ? Own : never

function* chunksOf(rows: TableRows): Generator<string> {
  for (let i = 0; i < rows.length; i += 1_000) {
    const lines = rows.slice(i, i + 1_000).map(({ row }) => copyLine(row()))
    yield `${lines.join('\n')}\n`
  }
}

async function copyIn(client: pg.Client, files: Files): Promise<void> {
  for (const { table, columns, file } of files) {
    await client.query(`COPY ${table} (${columns}) FROM '${file}'`)
    await rm(file)
  }
}
