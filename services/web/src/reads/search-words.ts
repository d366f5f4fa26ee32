/** Words that somebody looks for, and the places where tickets have words. */
import { Prisma, type Store } from '@podatelna/store'

/**
 * @param query as a tsquery
 * @param letters what a text that has the word contains, once it is without case and accents
 */
export type Word = { query: string; letters: string[] }

/** Rows of a table that belong to a ticket, and the words in each. */
export type Place = {
  rows: Prisma.Sql
  ticketId: Prisma.Sql
  words: Prisma.Sql
  /** What rows the index on the words has (migration 0010_search). */
  indexed: Prisma.Sql
}

export const places: Place[] = [
  {
    rows: Prisma.sql`messages m`,
    ticketId: Prisma.sql`m.ticket_id`,
    words: Prisma.sql`m.text`,
    indexed: Prisma.sql`m.text <> ''`,
  },
  {
    rows: Prisma.sql`tickets s`,
    ticketId: Prisma.sql`s.id`,
    words: Prisma.sql`s.subject`,
    indexed: Prisma.sql`s.subject <> ''`,
  },
  {
    rows: Prisma.sql`participants p`,
    ticketId: Prisma.sql`p.ticket_id`,
    words: Prisma.sql`p.name || ' ' || p.address`,
    indexed: Prisma.sql`p.name <> ''`,
  },
  {
    rows: Prisma.sql`attachments a JOIN messages am ON am.id = a.message_id`,
    ticketId: Prisma.sql`am.ticket_id`,
    words: Prisma.sql`a.filename`,
    indexed: Prisma.sql`a.filename <> ''`,
  },
]

/** True for rows that have all the words, in a form that their index answers. */
export function hasByIndex({ words, indexed }: Place, all: Word[]): Prisma.Sql {
  return Prisma.sql`(search_words(${words}) @@ ${conjunction(all)}::tsquery AND ${indexed})`
}

/**
 * The same for rows that were found otherwise, in a form that no index answers. Most rows that have not the words are
 * known by their letters, which costs a tenth of taking a text apart.
 */
export function has({ words }: Place, all: Word[]): Prisma.Sql {
  const plain = Prisma.sql`lower(unaccent('public.unaccent', ${words}))`
  const letters = all.flatMap(({ letters }) => letters).map((part) => Prisma.sql`strpos(${plain}, ${part}) > 0`)
  const exactly = Prisma.sql`(search_words(${words}) @@ ${conjunction(all)}::tsquery) IS TRUE`
  return Prisma.join([...letters, exactly], ' AND ')
}

function conjunction(words: Word[]): string {
  return words.map(({ query }) => `(${query})`).join(' & ')
}

/**
 * The words of a text. They are compared without case and accents and by their beginning, of long ones without the last
 * letters: Czech, Slovak and Italian inflect there. Each is quoted, as to_tsquery takes them: letters may turn into
 * quotation marks and brackets when they lose their accents, and those are no operators either.
 */
export async function wordsOf(store: Store, text: string): Promise<Word[]> {
  const rows = await store.query<{ query: string }>(Prisma.sql`
    SELECT DISTINCT to_tsquery('simple', '''' || plain || '''' || CASE WHEN length(plain) < 3 THEN '' ELSE ':*' END)::text AS query
    FROM unnest(${wordsIn(text)}::text[]) AS word, btrim(regexp_replace(unaccent(word), '[^[:alnum:]]+', ' ', 'g')) AS plain
    WHERE plain <> ''`)
  return rows.filter(({ query }) => query !== '').map(({ query }) => ({ query, letters: lexemesIn(query) }))
}

function wordsIn(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return words.slice(0, 20).map((word) => (/^\p{L}+$/u.test(word) ? stem(word) : word))
}

function stem(word: string): string {
  return word.slice(0, word.length > 8 ? -3 : word.length > 6 ? -2 : undefined)
}

/** PostgreSQL writes a tsquery with its words in quotation marks, those within doubled. */
function lexemesIn(query: string): string[] {
  return [...query.matchAll(/'((?:[^']|'')*)'/g)].map(([, lexeme]) =>
    lexeme!.replaceAll("''", "'").replaceAll('\\\\', '\\'),
  )
}
