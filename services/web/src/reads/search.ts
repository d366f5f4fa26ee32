/**
 * The newest tickets that fit a filter and have all the words, each place by itself. Rare words are found by their index;
 * of common ones the index would give half of all tickets, so the newest are looked at until enough have them.
 */
import { parseTicketNumber } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import { messages, type Place, queryOf, shortPlaces } from './search-words.ts'

/** As many rows can be read and sorted while somebody waits. */
const fewRows = 10_000
/** In so many of all messages a word is common enough to be met by reading the newest. */
const commonShare = 0.04
/** So many of the newest tickets are looked at: by reading what they say, and by an index of words and one of tickets. */
const [fewTickets, moreTickets] = [300, 4_000]

type Asked = { where: Prisma.Sql; count: number }

/**
 * Ids of tickets that fit, the `count` newest among them.
 *
 * @param where conditions on `tickets t`
 * @param searches what a ticket must have, each with all its words in one place, or as its number, ours or of an old system
 */
export async function newestTickets(
  store: Store,
  { where, searches, count }: Asked & { searches: string[] },
): Promise<string[]> {
  const [search, ...others] = searches
  if (search === undefined) return idsOf(store, newest({ where, count }))
  const narrowed = [where]
  for (const other of others) {
    const query = await queryOf(store, other)
    narrowed.push(Prisma.sql`t.id IN (${everywhere(other, query)})`)
  }
  return findTickets(store, search, { where: Prisma.join(narrowed, ' AND '), count })
}

async function findTickets(store: Store, search: string, asked: Asked): Promise<string[]> {
  const query = await queryOf(store, search)
  const where = Prisma.sql`${asked.where} AND (${numbered(search)})`
  const found = await Promise.all([
    idsOf(store, newest({ ...asked, where })),
    ...(query ? [inMessages(store, query, asked)] : []),
    ...(query ? shortPlaces.map((place) => inPlace(store, place, query, asked)) : []),
  ])
  return [...new Set(found.flat())]
}

async function inMessages(store: Store, query: string, asked: Asked): Promise<string[]> {
  const rows = await expectedRows(store, messages, query)
  if (rows > fewRows) {
    const share = rows / (await rowsOf(store, 'messages'))
    const met = share < commonShare ? [] : await idsOf(store, amongNewest(messages, query, asked, fewTickets))
    if (met.length === asked.count) return met
    const { ids, complete } = await amongListed(store, query, asked)
    if (complete || ids.length === asked.count) return ids
  }
  return idsOf(store, amongAll(messages, query, asked))
}

async function inPlace(store: Store, place: Place, query: string, asked: Asked): Promise<string[]> {
  if ((await expectedRows(store, place, query)) > fewRows) {
    const met = await idsOf(store, amongNewest(place, query, asked, moreTickets))
    if (met.length === asked.count) return met
  }
  return idsOf(store, amongAll(place, query, asked))
}

function newest({ where, count }: Asked): Prisma.Sql {
  return Prisma.sql`SELECT t.id FROM tickets t WHERE ${where} ORDER BY t.created_at DESC, t.id DESC LIMIT ${count}`
}

/** Reads what the newest tickets that fit say, until enough of them have the words. */
function amongNewest(
  { rows, ticketId, has }: Place,
  query: string,
  { where, count }: Asked,
  tickets: number,
): Prisma.Sql {
  return Prisma.sql`
    SELECT t.id FROM (
      SELECT t.id, t.created_at FROM tickets t WHERE ${where} ORDER BY t.created_at DESC, t.id DESC LIMIT ${tickets}) AS t
    WHERE (SELECT true FROM ${rows} WHERE ${ticketId} = t.id AND ${has(query)} LIMIT 1)
    ORDER BY t.created_at DESC, t.id DESC LIMIT ${count}`
}

/** Finds the messages of the newest tickets that fit by two indexes; `complete` when there are no other tickets. */
async function amongListed(store: Store, query: string, { where, count }: Asked) {
  const listed = await idsOf(store, newest({ where, count: moreTickets }))
  const having = await idsOf(
    store,
    Prisma.sql`SELECT DISTINCT m.ticket_id AS id FROM messages m WHERE m.ticket_id = ANY(${listed}::uuid[]) AND ${messages.has(query)}`,
  )
  const known = new Set(having)
  const ids = listed.filter((id) => known.has(id)).slice(0, count)
  return { ids, complete: listed.length < moreTickets }
}

/** Tickets are looked up one by one (`OFFSET 0` keeps it so): what is expected to be many is not asked for here. */
function amongAll(place: Place, query: string, { where, count }: Asked): Prisma.Sql {
  return Prisma.sql`
    WITH hit AS MATERIALIZED (${hits(place, query)})
    SELECT t.id FROM (SELECT DISTINCT id FROM hit) AS hit
    CROSS JOIN LATERAL (SELECT t.id, t.created_at FROM tickets t WHERE t.id = hit.id AND ${where} OFFSET 0) AS t
    ORDER BY t.created_at DESC, t.id DESC LIMIT ${count}`
}

function everywhere(search: string, query: string | undefined): Prisma.Sql {
  const byNumber = Prisma.sql`SELECT t.id FROM tickets t WHERE ${numbered(search)}`
  const byWords = query ? [messages, ...shortPlaces].map((place) => hits(place, query)) : []
  return Prisma.join([byNumber, ...byWords], ' UNION ALL ')
}

function hits({ rows, ticketId, has }: Place, query: string): Prisma.Sql {
  return Prisma.sql`SELECT ${ticketId} AS id FROM ${rows} WHERE ${has(query)}`
}

function numbered(search: string): Prisma.Sql {
  const number = parseTicketNumber(/^\d+$/.test(search) ? `P-${search}` : search) ?? null
  return Prisma.sql`t.number = ${number}::bigint OR t.legacy_number = ${search}`
}

/** What the planner expects, from statistics alone. */
async function expectedRows(store: Store, { rows, has }: Place, query: string): Promise<number> {
  const [told] = await store.prisma.$queryRaw<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>(
    Prisma.sql`EXPLAIN (FORMAT JSON) SELECT FROM ${rows} WHERE ${has(query)}`,
  )
  return told!['QUERY PLAN'][0].Plan['Plan Rows']
}

async function rowsOf(store: Store, table: string): Promise<number> {
  const [row] = await store.query<{ rows: number }>(
    Prisma.sql`SELECT greatest(reltuples, 1)::float8 AS rows FROM pg_class WHERE oid = ${table}::regclass`,
  )
  return row!.rows
}

/** Planned anew each time: which index is best depends on what is looked for. */
async function idsOf(store: Store, sql: Prisma.Sql): Promise<string[]> {
  const rows = await store.prisma.$queryRaw<{ id: string }[]>(sql)
  return rows.map(({ id }) => id)
}
