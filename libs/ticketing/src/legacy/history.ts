/**
 * What was written in the system used before: a letter that continues one of its tickets quotes it, and that becomes the
 * first message of the new ticket, folded, with the letter's own words behind it (rules §3).
 */
import type { Actor, Audience } from '@podatelna/contracts'
import type { ParsedLetter } from '@podatelna/mail'
import { newId, Prisma } from '@podatelna/store'
import type { OldTicket } from './old-ticket.ts'

type Words = Pick<ParsedLetter, 'text' | 'visible_text' | 'folded'>

/**
 * The history a letter quotes, and the letter without it; every word is in one of them. Undefined when it quotes none, or
 * none that is sure to be a quote: then it stays in the letter. The HTML stays whole, with its own folds, as pictures
 * that it quotes are files of the letter.
 */
export function partHistory<Letter extends Words>(letter: Letter): { history: Words; letter: Letter } | undefined {
  const quoted = letter.folded.filter(({ reason }) => reason === 'history')
  if (quoted.length === 0) return undefined
  const kept = letter.folded.filter(({ reason }) => reason !== 'history')
  const folded = quoted.map((fold) => ({ ...fold, at: 0 }))
  return {
    history: { text: joined(quoted.map(({ text }) => text)), visible_text: '', folded },
    letter: { ...letter, text: together(letter.visible_text, kept), folded: kept },
  }
}

/**
 * CTE, with a comma behind it, that writes the history as a message of the CTE `ticket`, just before the letter. Nobody proved
 * it: it is what the letter says the old system said.
 */
export function historyInsert(
  history: Words,
  letter: { messageId: string; audience: Audience; receivedAt: Date },
  old: OldTicket,
): Prisma.Sql {
  const author: Actor = { kind: 'system', name: old.system }
  return Prisma.sql`
    history AS (
      INSERT INTO messages (id, ticket_id, kind, audience, author, subject, text, visible_text, folded, quoted_in_id, created_at)
      SELECT ${newId()}::uuid, id, 'inbound', ${letter.audience}, ${JSON.stringify(author)}::jsonb, '',
        ${history.text}, ${history.visible_text}, ${JSON.stringify(history.folded)}::jsonb, ${letter.messageId}::uuid,
        ${letter.receivedAt}::timestamptz - interval '1 millisecond'
      FROM ticket),`
}

/** The visible text with what is folded where it stood. */
function together(visible: string, folded: Words['folded']): string {
  const ends = [...folded.map(({ at }) => at), visible.length]
  const parts = folded.flatMap(({ text, at }, index) => [visible.slice(ends[index - 1] ?? 0, at), text])
  return joined([...parts, visible.slice(ends.at(-2) ?? 0)])
}

function joined(parts: string[]): string {
  return parts
    .map((part) => part.replace(/^\n+/, '').trimEnd())
    .filter((part) => part !== '')
    .join('\n\n')
}
