import { parseTicketNumber } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'

/** Most tickets that one search finds; whoever looks for more has to say more. */
const mostFound = 1_000

/**
 * Ids of the tickets that have all the words, each in one place: the newest first. Words are compared without case and
 * accents and by their beginning, of long ones without the last letters: Czech, Slovak and Italian inflect there.
 */
export async function findTickets(store: Store, q: string): Promise<string[]> {
  const number = parseTicketNumber(/^\d+$/.test(q.trim()) ? `P-${q.trim()}` : q)
  const words = wordsIn(q)
  const rows = await store.query<{ id: string }>(Prisma.sql`
    SELECT id FROM tickets WHERE id IN (
      SELECT id FROM tickets WHERE number = ${number ?? null}::bigint OR legacy_number = ${q.trim()}
      UNION ALL ${words.length === 0 ? Prisma.sql`SELECT NULL WHERE false` : found(words)})
    ORDER BY created_at DESC, number DESC LIMIT ${mostFound}`)
  return rows.map(({ id }) => id)
}

function found(words: string[]): Prisma.Sql {
  const has = (text: Prisma.Sql) => Prisma.sql`search_words(${text}) @@ (${queryOf(words)})`
  return Prisma.sql`
    SELECT id FROM tickets WHERE ${has(Prisma.sql`subject`)} AND subject <> ''
    UNION ALL SELECT ticket_id FROM messages WHERE ${has(Prisma.sql`text`)} AND text <> ''
    UNION ALL SELECT ticket_id FROM participants WHERE ${has(Prisma.sql`name || ' ' || address`)} AND name <> ''
    UNION ALL SELECT m.ticket_id FROM attachments a JOIN messages m ON m.id = a.message_id
      WHERE ${has(Prisma.sql`a.filename`)} AND a.filename <> ''`
}

/**
 * Each word quoted, as to_tsquery takes them: letters may turn into quotation marks and brackets when they lose their
 * accents, and those are no operators either.
 */
function queryOf(words: string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT to_tsquery('simple', string_agg('''' || plain || ''':*', ' & '))
    FROM unnest(${words}::text[]) AS word, btrim(regexp_replace(unaccent(word), '[^[:alnum:]]+', ' ', 'g')) AS plain
    WHERE plain <> ''`
}

function wordsIn(q: string): string[] {
  const words = q.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return words.slice(0, 20).map((word) => (/^\p{L}+$/u.test(word) ? stem(word) : word))
}

function stem(word: string): string {
  return word.slice(0, word.length > 8 ? -3 : word.length > 6 ? -2 : undefined)
}
