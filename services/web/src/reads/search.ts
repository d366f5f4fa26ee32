/**
 * The newest tickets that fit a filter and have all the words, each place by itself: in the newest few, and unless those
 * show that the words are common, period by period in the index.
 */
import { parseTicketNumber } from '@podatelna/contracts'
import { Prisma, type Queryable, type Store, within } from '@podatelna/store'
import { growing, periodOf, periodsOf, timeOf } from './search-periods.ts'
import { has, hasOnReading, type Place, places, queryFor, type Word, wordsOf } from './search-words.ts'

type Asked = { where: Prisma.Sql; count: number }
type Found = { id: string; createdAt: Date }
type Search = Asked & { words: Word[]; newest: Found[]; periods: string[]; deadline: number }

/** `until`: tickets older than that were not looked at, as somebody waits; absent when all were, or enough were found. */
export type Looked = { found: Found[]; until?: Found | undefined }

/**
 * Tickets that fit, the `count` newest among them.
 *
 * @param where conditions on `tickets t`
 * @param searches what a ticket must have, each with all its words in one place, or as its number, ours or of an old system
 * @param patienceMs after so long what comes next is left to the next page
 */
export async function newestTickets(
  store: Store,
  { where, searches, count, patienceMs = 120 }: Asked & { searches: string[]; patienceMs?: number },
): Promise<Looked> {
  const [search, ...others] = searches
  if (search === undefined) {
    return { found: await newest({ query: (sql) => store.prisma.$queryRaw(sql) }, { where, count }) }
  }
  const deadline = performance.now() + patienceMs
  return store.prisma.$transaction(async (database) => {
    await database.$executeRaw(costs)
    const periods = await periodsOf(within(database))
    const narrowed = [where]
    for (const other of others) {
      const words = await wordsOf(within(database), other)
      narrowed.push(Prisma.sql`t.id IN (${everywhere(other, words, periods)})`)
    }
    const asked = { where: Prisma.join(narrowed, ' AND '), count, periods, deadline }
    return findTickets(within(database), search, asked)
  }, limits)
}

/**
 * To compile a plan, or to start a second process for it, takes longer than all of these run; and to read tickets of others
 * on the way to those of an organization costs more than the planner takes it for.
 */
const costs = Prisma.sql`
  SELECT set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
    set_config('cpu_tuple_cost', '0.05', true)`
const limits = { maxWait: 10_000, timeout: 30_000 }

async function findTickets(
  database: Queryable,
  search: string,
  asked: Omit<Search, 'words' | 'newest'>,
): Promise<Looked> {
  const where = Prisma.sql`${asked.where} AND (${numbered(search)})`
  const byNumber = await newest(database, { ...asked, where })
  const words = await wordsOf(database, search)
  if (words.length === 0) return { found: byNumber }
  // Whoever names a ticket is shown it on the first page, however old it is.
  const deadline = byNumber.length > 0 ? Number.POSITIVE_INFINITY : asked.deadline
  const about = { ...asked, words, deadline, newest: await newest(database, { ...asked, count: few }) }
  const looked: Looked[] = [{ found: byNumber }]
  for (const place of places) looked.push(await inPlace(database, place, about))
  return together(looked)
}

function isLate({ deadline }: Search): boolean {
  return performance.now() > deadline
}

/** What all places were looked at for: where one stopped, what others found beyond is for the next page. */
function together(looked: Looked[]): Looked {
  const found = new Map(looked.flatMap((one) => one.found).map((one) => [one.id, one]))
  const until = looked.flatMap((one) => one.until ?? []).reduce(newerOf, undefined)
  return { found: [...found.values()].filter((one) => !until || isOlder(until, one)), until }
}

function newerOf(one: Found | undefined, other: Found): Found {
  return one && isOlder(other, one) ? one : other
}

/** Stands further down in the list, or is the same. */
function isOlder(one: Found, other: Found): boolean {
  const [at, otherAt] = [one.createdAt.getTime(), other.createdAt.getTime()]
  return at < otherAt || (at === otherAt && one.id <= other.id)
}

async function inPlace(database: Queryable, place: Place, search: Search): Promise<Looked> {
  const met = await among(database, place, search.words, search.newest)
  if (met.length >= search.count || search.newest.length < few) return { found: met }
  const inPeriods = met.length < promising ? await byPeriods(database, place, search, met) : 'many'
  if (inPeriods !== 'many') return inPeriods
  const { found, until } = await olderOnes(database, place, search)
  return { found: [...met, ...found], until }
}

/** So many of the newest tickets are looked at, to learn how common the words are among those that fit. */
const few = 300
/** When so few of the few have the words, they are looked for among all. */
const promising = 4

/** Newest first; until enough were found, or none are left. */
async function olderOnes(database: Queryable, place: Place, search: Search): Promise<Looked> {
  const { where, count, words, newest: seen } = search
  const found: Found[] = []
  for (let [size, last] = [2_000, seen.at(-1)!]; ; size = Math.min(2 * size, 8_000)) {
    const next = await newest(database, { where: Prisma.sql`${where} AND ${olderThan(last)}`, count: size })
    found.push(...(await among(database, place, words, next)))
    if (found.length >= count || next.length < size) return { found }
    last = next.at(-1)!
    if (isLate(search)) return { found, until: last }
  }
}

/** Those of the tickets that have the words. */
async function among(database: Queryable, place: Place, words: Word[], tickets: Found[]): Promise<Found[]> {
  const [having] = await haveEach(database, place, [words], tickets)
  return tickets.filter(({ id }) => having!.has(id))
}

/** Which of the tickets have all the words of each list, in one statement. */
async function haveEach(database: Queryable, place: Place, lists: Word[][], tickets: Found[]): Promise<Set<string>[]> {
  const parts = [...(place.dated ? Map.groupBy(tickets, periodOf) : new Map([['', tickets]]))]
  const asked = lists.flatMap((words, list) => {
    return parts.map(([period, some]) => ({ list, query: queryFor(words, period), tickets: `{${idsOf(some).join()}}` }))
  })
  const [list, query, ids] = [
    asked.map((one) => one.list),
    asked.map((one) => one.query),
    asked.map((one) => one.tickets),
  ]
  const rows = await database.query<{ list: number; id: string }>(Prisma.sql`
    SELECT DISTINCT part.list, hit.id FROM unnest(${list}::int[], ${query}::text[], ${ids}::text[]) AS part (list, query, tickets)
    CROSS JOIN LATERAL (
      SELECT ${place.ticketId} AS id FROM ${place.of(Prisma.sql`part.tickets::uuid[]`)}
      AND ${has(place, Prisma.sql`part.query`)} OFFSET 0) AS hit`)
  const having = lists.map(() => new Set<string>())
  for (const row of rows) having[row.list]!.add(row.id)
  return having
}

/**
 * In the index alone, which is fast as long as few have the words, whether they fit or not. No ticket is older than its
 * id says: none of the periods that were not read yet has a newer one than where they begin.
 */
async function byPeriods(database: Queryable, place: Place, search: Search, met: Found[]): Promise<Looked | 'many'> {
  const rare = await rareOf(database, place, search)
  const common = search.words.filter((word) => !rare.includes(word))
  const found: Found[] = []
  // What has to be read takes longer, and is to stop in time.
  const growth = common.length > 0 ? 2 : 4
  for (const some of place.dated ? growing(search.periods, growth) : [['']]) {
    const queries = some.map((period) => queryFor(rare, period))
    const rows = await database.query<Found & { many: boolean }>(inIndex(place, queries, common, search))
    if (rows.some(({ many }) => many)) return 'many'
    found.push(...rows.filter(({ id }) => id !== null))
    const begins = { id: nil, createdAt: timeOf(some.at(-1)!) }
    const settled = found.filter(({ createdAt }) => createdAt >= begins.createdAt)
    if (settled.length >= search.count) break
    if (place.dated && isLate(search) && some.at(-1) !== search.periods.at(-1)) {
      // Of the newest it is known already: even where those are older, the next page begins behind them.
      const last = search.newest.at(-1)!
      return { found: [...met, ...found], until: isOlder(begins, last) ? begins : last }
    }
  }
  return { found }
}

const nil = '00000000-0000-0000-0000-000000000000'

/** Of several words the common ones are not looked for in the index: it would collect all that have them first. */
async function rareOf(database: Queryable, place: Place, { words, newest }: Search): Promise<Word[]> {
  if (words.length === 1 || !place.dated) return words
  const lists = words.map((word) => [word])
  const having = await haveEach(database, place, lists, newest)
  const rare = words.filter((_, i) => having[i]!.size < few / 10)
  return rare.length > 0 ? rare : words
}

function inIndex(place: Place, queries: string[], common: Word[], { where, count }: Asked): Prisma.Sql {
  return Prisma.sql`
    WITH hit AS MATERIALIZED (
      SELECT hit.id FROM unnest(${queries}::text[]) AS part (query)
      CROSS JOIN LATERAL (
        SELECT ${place.ticketId} AS id FROM ${place.rows}
        WHERE ${has(place, Prisma.sql`part.query`)} AND ${hasOnReading(place, common)} OFFSET 0) AS hit
      LIMIT ${manyHits(place)})
    SELECT hits.many, t.id, t.created_at AS "createdAt" FROM (SELECT count(*) = ${manyHits(place)} AS many FROM hit) AS hits
    LEFT JOIN LATERAL (
      SELECT t.id, t.created_at FROM (SELECT DISTINCT id FROM hit) AS hit
      CROSS JOIN LATERAL (SELECT t.id, t.created_at FROM tickets t WHERE t.id = hit.id AND ${where} OFFSET 0) AS t
      ORDER BY t.created_at DESC, t.id DESC LIMIT ${count}) AS t ON NOT hits.many`
}

/**
 * So many rows with the words are read in one go: more take longer than to look at the tickets that fit one by one. A file
 * finds its ticket by way of its message only.
 */
function manyHits({ dated }: Place): number {
  return dated ? 5_000 : 1_000
}

async function newest(database: Queryable, { where, count }: Asked): Promise<Found[]> {
  return database.query<Found>(
    Prisma.sql`SELECT t.id, t.created_at AS "createdAt" FROM tickets t WHERE ${where} ORDER BY t.created_at DESC, t.id DESC LIMIT ${count}`,
  )
}

function olderThan({ createdAt, id }: Found): Prisma.Sql {
  return Prisma.sql`(t.created_at, t.id) < (${createdAt}::timestamptz, ${id}::uuid)`
}

function everywhere(search: string, words: Word[], periods: string[]): Prisma.Sql {
  const byNumber = Prisma.sql`SELECT t.id FROM tickets t WHERE ${numbered(search)}`
  if (words.length === 0 || periods.length === 0) return byNumber
  const inPlaces = places.map((place) => {
    const queries = (place.dated ? periods : ['']).map((period) => queryFor(words, period))
    return Prisma.sql`
      SELECT hit.id FROM unnest(${queries}::text[]) AS part (query)
      CROSS JOIN LATERAL (
        SELECT ${place.ticketId} AS id FROM ${place.rows} WHERE ${has(place, Prisma.sql`part.query`)} OFFSET 0) AS hit`
  })
  return Prisma.join([byNumber, ...inPlaces], ' UNION ALL ')
}

function numbered(search: string): Prisma.Sql {
  const number = parseTicketNumber(/^\d+$/.test(search) ? `P-${search}` : search) ?? null
  return Prisma.sql`t.number = ${number}::bigint OR t.legacy_number = ${search}`
}

function idsOf(rows: { id: string }[]): string[] {
  return rows.map(({ id }) => id)
}
