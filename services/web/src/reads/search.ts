/**
 * The newest tickets that fit a filter and have all the words, each place by itself. Rare words are found by their index;
 * of common ones it would give half of all tickets, so the newest are looked at until enough have them. Which words are
 * common, a look at the newest few hundred tells.
 */
import { parseTicketNumber } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import { has, hasByIndex, type Place, places, type Word, wordsOf } from './search-words.ts'

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
  for (const other of others) narrowed.push(Prisma.sql`t.id IN (${everywhere(other, await wordsOf(store, other))})`)
  return findTickets(store, search, { where: Prisma.join(narrowed, ' AND '), count })
}

async function findTickets(store: Store, search: string, asked: Asked): Promise<string[]> {
  const where = Prisma.sql`${asked.where} AND (${numbered(search)})`
  const byNumber = idsOf(store, newest({ ...asked, where }))
  const words = await wordsOf(store, search)
  const byWords = words.length > 0 ? places.map((place) => inPlace(store, place, words, asked)) : []
  return [...new Set((await Promise.all([byNumber, ...byWords])).flat())]
}

async function inPlace(store: Store, place: Place, words: Word[], asked: Asked): Promise<string[]> {
  for (const tickets of [fewTickets, manyTickets]) {
    const met = await idsOf(store, amongNewest(place, words, asked, tickets))
    if (met.length === asked.count || !(await areMore(store, asked, tickets))) return met
    if (met.length < promising) break
  }
  return idsOf(store, amongAll(place, await hits(store, place, words), asked))
}

/** So many of the newest tickets are looked at: to learn how common the words are, and as long as somebody waits. */
const [fewTickets, manyTickets] = [300, 5_000]
/** When so few of the few have the words, their index is faster. */
const promising = 4

function newest({ where, count }: Asked): Prisma.Sql {
  return Prisma.sql`SELECT t.id FROM tickets t WHERE ${where} ORDER BY t.created_at DESC, t.id DESC LIMIT ${count}`
}

function amongNewest(place: Place, words: Word[], { where, count }: Asked, tickets: number): Prisma.Sql {
  return Prisma.sql`
    SELECT t.id FROM (
      SELECT t.id, t.created_at FROM tickets t WHERE ${where} ORDER BY t.created_at DESC, t.id DESC LIMIT ${tickets}) AS t
    WHERE (SELECT true FROM ${place.rows} WHERE ${place.ticketId} = t.id AND ${has(place, words)} LIMIT 1)
    ORDER BY t.created_at DESC, t.id DESC LIMIT ${count}`
}

/** True when not all tickets that fit were looked at. */
async function areMore(store: Store, { where }: Asked, tickets: number): Promise<boolean> {
  const beyond = await idsOf(store, Prisma.sql`${newest({ where, count: 1 })} OFFSET ${tickets}`)
  return beyond.length > 0
}

/** Tickets are looked up one by one (`OFFSET 0` keeps it so): what is expected to be many is not asked for here. */
function amongAll(place: Place, hits: Prisma.Sql, { where, count }: Asked): Prisma.Sql {
  return Prisma.sql`
    WITH hit AS MATERIALIZED (SELECT ${place.ticketId} AS id FROM ${place.rows} WHERE ${hits})
    SELECT t.id FROM (SELECT DISTINCT id FROM hit) AS hit
    CROSS JOIN LATERAL (SELECT t.id, t.created_at FROM tickets t WHERE t.id = hit.id AND ${where} OFFSET 0) AS t
    ORDER BY t.created_at DESC, t.id DESC LIMIT ${count}`
}

function everywhere(search: string, words: Word[]): Prisma.Sql {
  const byNumber = Prisma.sql`SELECT t.id FROM tickets t WHERE ${numbered(search)}`
  const inPlaces = places.map((place) => {
    return Prisma.sql`SELECT ${place.ticketId} AS id FROM ${place.rows} WHERE ${hasByIndex(place, words)}`
  })
  return Prisma.join(words.length > 0 ? [byNumber, ...inPlaces] : [byNumber], ' UNION ALL ')
}

function numbered(search: string): Prisma.Sql {
  const number = parseTicketNumber(/^\d+$/.test(search) ? `P-${search}` : search) ?? null
  return Prisma.sql`t.number = ${number}::bigint OR t.legacy_number = ${search}`
}

/** Of several words the common ones are not looked for in the index: it would collect all that have them first. */
async function hits(store: Store, place: Place, words: Word[]): Promise<Prisma.Sql> {
  if (words.length === 1) return hasByIndex(place, words)
  const expected = await expectedRows(store, place, words)
  const rare = words.filter((_, i) => expected[i]! <= commonRows)
  return rare.length === 0 ? hasByIndex(place, words) : Prisma.sql`${hasByIndex(place, rare)} AND ${has(place, words)}`
}

const commonRows = 100_000

/** How many rows have each of the words, from the planner's statistics alone. */
async function expectedRows(store: Store, place: Place, words: Word[]): Promise<number[]> {
  const each = words.map((word) => Prisma.sql`SELECT FROM ${place.rows} WHERE ${hasByIndex(place, [word])}`)
  const [told] = await store.prisma.$transaction(async (database) => {
    await database.$executeRaw`SET LOCAL max_parallel_workers_per_gather = 0`
    return database.$queryRaw<Explained[]>(Prisma.sql`EXPLAIN (FORMAT JSON) ${Prisma.join(each, ' UNION ALL ')}`)
  }, patience)
  return told!['QUERY PLAN'][0].Plan.Plans.map((plan) => plan['Plan Rows'])
}

type Explained = { 'QUERY PLAN': [{ Plan: { Plans: { 'Plan Rows': number }[] } }] }

/**
 * Planned anew each time: which index is best depends on what is looked for. A bitmap of the rows of a common word has to
 * fit into memory, or PostgreSQL reads whole pages again and compares their words.
 */
async function idsOf(store: Store, sql: Prisma.Sql): Promise<string[]> {
  const rows = await store.prisma.$transaction(async (database) => {
    await database.$executeRaw`SET LOCAL work_mem = '64MB'`
    return database.$queryRaw<{ id: string }[]>(sql)
  }, patience)
  return rows.map(({ id }) => id)
}

const patience = { maxWait: 10_000, timeout: 30_000 }
