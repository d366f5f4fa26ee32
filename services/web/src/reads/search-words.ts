/** Words that somebody looks for, and where tickets have words. */
import { Prisma, type Store } from '@podatelna/store'

/** A place where tickets have words: rows of a table that belong to a ticket, and whether one has all the words of a query. */
export type Place = { rows: Prisma.Sql; ticketId: Prisma.Sql; has(query: string): Prisma.Sql }

/** The text of messages is long: to compare it costs ten times what it costs elsewhere. */
export const messages: Place = {
  rows: Prisma.sql`messages m`,
  ticketId: Prisma.sql`m.ticket_id`,
  has: (query) => Prisma.sql`search_words(m.text) @@ ${query}::tsquery AND m.text <> ''`,
}

export const shortPlaces: Place[] = [
  {
    rows: Prisma.sql`tickets s`,
    ticketId: Prisma.sql`s.id`,
    has: (query) => Prisma.sql`search_words(s.subject) @@ ${query}::tsquery AND s.subject <> ''`,
  },
  {
    rows: Prisma.sql`participants p`,
    ticketId: Prisma.sql`p.ticket_id`,
    has: (query) => Prisma.sql`search_words(p.name || ' ' || p.address) @@ ${query}::tsquery AND p.name <> ''`,
  },
  {
    rows: Prisma.sql`attachments a JOIN messages am ON am.id = a.message_id`,
    ticketId: Prisma.sql`am.ticket_id`,
    has: (query) => Prisma.sql`search_words(a.filename) @@ ${query}::tsquery AND a.filename <> ''`,
  },
]

/**
 * All words of a text as a tsquery; undefined when it has none. Words are compared without case and accents and by their
 * beginning, of long ones without the last letters: Czech, Slovak and Italian inflect there. Each is quoted, as to_tsquery
 * takes them: letters may turn into quotation marks and brackets when they lose their accents, and those are no operators
 * either.
 */
export async function queryOf(store: Store, text: string): Promise<string | undefined> {
  const [row] = await store.query<{ query: string | null }>(Prisma.sql`
    SELECT to_tsquery('simple', string_agg('''' || plain || '''' || CASE WHEN length(plain) < 3 THEN '' ELSE ':*' END, ' & '))::text AS query
    FROM unnest(${wordsIn(text)}::text[]) AS word, btrim(regexp_replace(unaccent(word), '[^[:alnum:]]+', ' ', 'g')) AS plain
    WHERE plain <> ''`)
  return row?.query ?? undefined
}

function wordsIn(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return words.slice(0, 20).map((word) => (/^\p{L}+$/u.test(word) ? stem(word) : word))
}

function stem(word: string): string {
  return word.slice(0, word.length > 8 ? -3 : word.length > 6 ? -2 : undefined)
}
