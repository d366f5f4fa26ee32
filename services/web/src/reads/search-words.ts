/** Words that somebody looks for, and the places where tickets have words. */
import { Prisma, type Queryable } from '@podatelna/store'

/**
 * A word as texts are broken into (migration 0010_search): without case and accents.
 *
 * @param whole only as it is; otherwise whatever begins with it
 */
export type Word = { letters: string; whole: boolean }

/** Rows of a table that belong to a ticket, and the words in each. */
export type Place = {
  rows: Prisma.Sql
  ticketId: Prisma.Sql
  text: Prisma.Sql
  /** What rows the index on the words has (migration 0028_search_periods). */
  indexed: Prisma.Sql
  /** True where its words have the period of their ticket before them. */
  dated: boolean
  /** `rows WHERE` they are of these tickets, an array. */
  of(tickets: Prisma.Sql): Prisma.Sql
}

export const places: Place[] = [
  {
    rows: Prisma.sql`messages m`,
    ticketId: Prisma.sql`m.ticket_id`,
    text: Prisma.sql`m.text`,
    indexed: Prisma.sql`m.text <> ''`,
    dated: true,
    of: (tickets) => Prisma.sql`messages m WHERE m.ticket_id = ANY(${tickets})`,
  },
  {
    rows: Prisma.sql`tickets s`,
    ticketId: Prisma.sql`s.id`,
    text: Prisma.sql`s.subject`,
    indexed: Prisma.sql`s.subject <> ''`,
    dated: true,
    of: (tickets) => Prisma.sql`tickets s WHERE s.id = ANY(${tickets})`,
  },
  {
    rows: Prisma.sql`participants p`,
    ticketId: Prisma.sql`p.ticket_id`,
    text: Prisma.sql`p.name || ' ' || p.address`,
    indexed: Prisma.sql`p.name <> ''`,
    dated: true,
    of: (tickets) => Prisma.sql`participants p WHERE p.ticket_id = ANY(${tickets})`,
  },
  {
    rows: Prisma.sql`attachments a JOIN messages am ON am.id = a.message_id`,
    ticketId: Prisma.sql`am.ticket_id`,
    text: Prisma.sql`a.filename`,
    indexed: Prisma.sql`a.filename <> ''`,
    dated: false,
    // In this order (`OFFSET 0` keeps it so): many files have the same name, most messages have none.
    of: (tickets) => Prisma.sql`
      (SELECT id, ticket_id FROM messages WHERE ticket_id = ANY(${tickets}) OFFSET 0) AS am
      CROSS JOIN LATERAL (SELECT filename FROM attachments WHERE message_id = am.id OFFSET 0) AS a WHERE true`,
  },
]

/** True for rows that have what a query asks for (`queryFor`, as text); their index answers it. */
export function has({ text, ticketId, indexed, dated }: Place, query: Prisma.Sql): Prisma.Sql {
  const words = dated ? Prisma.sql`search_terms(${ticketId}, ${text})` : Prisma.sql`search_words(${text})`
  return Prisma.sql`${words} @@ ${query}::tsquery AND ${indexed}`
}

/**
 * True for rows that have all the words, in a form that no index answers. Most rows that have not the words are known by
 * their letters, which costs a tenth of taking a text apart.
 */
export function hasOnReading({ text }: Place, words: Word[]): Prisma.Sql {
  if (words.length === 0) return Prisma.sql`true`
  const plain = Prisma.sql`lower(unaccent('public.unaccent', ${text}))`
  const letters = words.map(({ letters }) => Prisma.sql`strpos(${plain}, ${letters}) > 0`)
  const exactly = Prisma.sql`(search_words(${text}) @@ ${queryFor(words, '')}::tsquery) IS TRUE`
  return Prisma.join([...letters, exactly], ' AND ')
}

/** All of the words, in tickets of a period, as tsquery takes it: they are quoted, none is an operator. */
export function queryFor(words: Word[], period: string): string {
  return words.map(({ letters, whole }) => `'${quoted(period + letters)}'${whole ? '' : ':*'}`).join(' & ')
}

function quoted(letters: string): string {
  return letters.replaceAll('\\', '\\\\').replaceAll("'", "''")
}

/**
 * The words of a text. They are compared without case and accents and by their beginning, of long ones without the last
 * letters: Czech, Slovak and Italian inflect there.
 */
export async function wordsOf(database: Queryable, text: string): Promise<Word[]> {
  const rows = await database.query<{ letters: string }>(Prisma.sql`
    SELECT DISTINCT letters FROM unnest(${wordsIn(text)}::text[]) AS word, unnest(tsvector_to_array(search_words(word))) AS letters`)
  return rows.map(({ letters }) => ({ letters, whole: letters.length < 3 }))
}

function wordsIn(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return words.slice(0, 20).map((word) => (/^\p{L}+$/u.test(word) ? stem(word) : word).slice(0, 100))
}

function stem(word: string): string {
  return word.slice(0, word.length > 8 ? -3 : word.length > 6 ? -2 : undefined)
}
