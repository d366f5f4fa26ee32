/**
 * Everything we hold about one person, for them to have: as files, each read when it is asked for, so that memory does not
 * grow with them. Rows are told as they stand in the database, without what is a secret or only a digest.
 */
import type { Readable } from 'node:stream'
import { type Actor, ticketNumber } from '@podatelna/contracts'
import { normalizeAddress } from '@podatelna/mail'
import { newId, Prisma, type Store } from '@podatelna/store'
import { visibleMessages } from '@podatelna/ticketing'
import { type Counts, countsOf, holdingsOf } from './holdings.ts'
import { findPerson, isAuthor, type Person } from './person.ts'
import { textColumns } from './sweep.ts'

export type ExportedFile = { name: string; open(): Promise<Buffer | Readable> }

/** Written down as an act, with who asked for it; one that was broken off has no end. */
export async function* exportPerson(store: Store, input: { email: string; by: Actor }): AsyncGenerator<ExportedFile> {
  const email = normalizeAddress(input.email)
  const id = newId()
  await store.prisma.privacyAct.create({ data: { id, kind: 'export', address: email, by: input.by } })
  const person = await findPerson(store, email)
  const ticket = (of: string) => json(`tickets/${of}.json`, () => ticketOf(store, person, of))
  yield json('contacts.json', () => contactRows(store, person))
  yield* person.seats.map(ticket)
  // From here on large tables are read to their end; the caller has something to do until then.
  const holdings = await holdingsOf(store, person)
  yield* holdings.tickets.filter((of) => !person.seats.includes(of)).map(ticket)
  for (const letter of holdings.letters) yield* letterFiles(store, letter)
  for (const delivery of holdings.deliveries) yield* deliveryFiles(store, delivery)
  for (const text of holdings.texts) yield json(`texts/${text}.json`, () => textRow(store, text))
  yield* await otherTables(store, person)
  const counts = countsOf(person, holdings)
  const finishedAt = new Date()
  await store.prisma.privacyAct.update({ where: { id }, data: { counts, finishedAt } })
  yield json('about.json', async () => about(person, counts, finishedAt))
}

function about({ addresses, names }: Person, counts: Counts, at: Date) {
  return { addresses, names, exported_at: at.toISOString(), counts }
}

function json(name: string, read: () => Promise<unknown>): ExportedFile {
  return { name, open: async () => Buffer.from(`${JSON.stringify(await read(), null, 2)}\n`) }
}

async function contactRows(store: Store, { contactIds }: Person): Promise<unknown[]> {
  return rowsOf(
    store,
    Prisma.sql`
    SELECT to_jsonb(c) || jsonb_build_object('organization', o.name,
      'emails', ARRAY(SELECT address FROM contact_addresses a WHERE a.contact_id = c.id ORDER BY position)) AS row
    FROM contacts c JOIN organizations o ON o.id = c.organization_id WHERE c.id = ANY(${contactIds}::uuid[])`,
  )
}

/** What they wrote, received or can see in it, and what they did; notes of staff are not for them. */
async function ticketOf(store: Store, { addresses }: Person, id: string): Promise<unknown> {
  const seats = await store.query<{ id: string }>(Prisma.sql`
    SELECT id FROM participants WHERE ticket_id = ${id}::uuid AND address = ANY(${addresses}::text[])`)
  const visible = await Promise.all(seats.map((seat) => store.query<{ id: string }>(visibleMessages(seat.id))))
  const ids = visible.flat().map((message) => message.id)
  const seatIds = seats.map((seat) => seat.id)
  const [ticket] = await store.query<{ row: { number: number } }>(Prisma.sql`
    SELECT jsonb_build_object('number', number, 'subject', subject, 'status', status, 'created_at', created_at) AS row
    FROM tickets WHERE id = ${id}::uuid`)
  if (!ticket) return {}
  return {
    ticket: { ...ticket.row, number: ticketNumber(ticket.row.number) },
    participants: await rowsOf(
      store,
      Prisma.sql`
      SELECT to_jsonb(p) AS row FROM participants p WHERE id = ANY(${seatIds}::uuid[])`,
    ),
    messages: await rowsOf(
      store,
      Prisma.sql`
      SELECT jsonb_build_object('id', m.id, 'kind', m.kind, 'author', m.author, 'subject', m.subject, 'text', m.text,
        'html', m.html, 'created_at', m.created_at, 'mail_id', m.mail_id, 'files',
        ARRAY(SELECT a.filename FROM attachments a WHERE a.message_id = m.id ORDER BY a.position)) AS row
      FROM messages m
      WHERE ticket_id = ${id}::uuid AND (${isAuthor(addresses)} OR id = ANY(${ids}::uuid[]) OR id IN (
        SELECT message_id FROM message_recipients WHERE participant_id = ANY(${seatIds}::uuid[])))
      ORDER BY m.created_at, m.id`,
    ),
    events: await rowsOf(
      store,
      Prisma.sql`
      SELECT jsonb_build_object('at', at, 'type', type, 'detail', detail) AS row FROM ticket_events
      WHERE ticket_id = ${id}::uuid AND lower(by->>'email') = ANY(${addresses}::text[]) ORDER BY id`,
    ),
  }
}

function letterFiles(store: Store, id: string): ExportedFile[] {
  const record = async () => {
    const [letter] = await rowsOf<{ header: string | null }>(
      store,
      Prisma.sql`
      SELECT (to_jsonb(l) - '{raw,raw_sha256,digest,dedupe_key,thread_serials}'::text[])
        || jsonb_build_object('header', encode(header, 'base64')) AS row FROM inbound_mail l WHERE id = ${id}::uuid`,
    )
    const header = letter?.header && Buffer.from(letter.header, 'base64').toString()
    return { ...letter, header: header ?? null }
  }
  return [json(`letters/${id}.json`, record), { name: `letters/${id}.eml`, open: () => letterBytes(store, id) }]
}

/** Nothing of one whose bytes are not kept. */
async function letterBytes(store: Store, id: string): Promise<Buffer | Readable> {
  const [letter] = await store.query<{ raw: Buffer | null; file: Buffer | null }>(Prisma.sql`
    SELECT raw, raw_sha256 AS file FROM inbound_mail WHERE id = ${id}::uuid`)
  return letter?.raw ?? (letter?.file ? store.letters.read(letter.file) : Buffer.alloc(0))
}

/** Authorization links are for their reader alone, and not for whoever exports. */
function deliveryFiles(store: Store, id: string): ExportedFile[] {
  const record = async () => {
    const [delivery] = await rowsOf(
      store,
      Prisma.sql`
      SELECT (to_jsonb(d) - '{source,envelope_from}'::text[]) || jsonb_build_object('attempts',
        (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.id), '[]') FROM delivery_attempts a WHERE a.delivery_id = d.id))
        AS row
      FROM deliveries d WHERE id = ${id}::uuid`,
    )
    return delivery ?? null
  }
  const open = async () => {
    const [delivery] = await store.query<{ source: Buffer }>(Prisma.sql`
      SELECT source FROM deliveries WHERE id = ${id}::uuid AND kind <> 'letter_held'`)
    return delivery?.source ?? Buffer.alloc(0)
  }
  return [json(`deliveries/${id}.json`, record), { name: `deliveries/${id}.eml`, open }]
}

async function textRow(store: Store, id: string): Promise<unknown> {
  const [text] = await rowsOf(
    store,
    Prisma.sql`
    SELECT to_jsonb(x) || jsonb_build_object('attempts',
      (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.id), '[]') FROM text_attempts a WHERE a.text_id = x.id)) AS row
    FROM texts x WHERE id = ${id}::uuid`,
  )
  return text ?? null
}

/** Rows of every other table that are about one of the addresses, whoever adds it. */
async function otherTables(store: Store, { addresses }: Person): Promise<ExportedFile[]> {
  const files: ExportedFile[] = []
  for (const [table, columns] of await textColumns(store)) {
    const texts = Object.keys(columns).filter((name) => columns[name] === 'text')
    if (told.includes(table) || texts.length === 0) continue
    const list = Prisma.join(texts.map((name) => Prisma.raw(`lower("${name}")`)))
    const secret = Object.keys(columns).filter((name) => /password|secret|token/.test(name))
    const rows = await rowsOf(
      store,
      Prisma.sql`
      SELECT to_jsonb(t) - ${[...secret, 'token_hash']}::text[] AS row FROM ${Prisma.raw(`"${table}"`)} t
      WHERE ARRAY[${list}] && ${addresses}::text[]`,
    )
    if (rows.length > 0) files.push(json(`other/${table}.json`, async () => rows))
  }
  return files
}

/** Told above, or words of others. */
const told = ['contacts', 'participants', 'inbound_mail', 'deliveries', 'texts', 'tickets', 'messages', 'attachments']

async function rowsOf<Row = object>(store: Store, sql: Prisma.Sql): Promise<Row[]> {
  return (await store.query<{ row: Row }>(sql)).map(({ row }) => row)
}
