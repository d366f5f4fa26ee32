/** What there is about a person, beside their names in what others wrote. */
import { Prisma, type Store } from '@podatelna/store'
import { isAuthor, type Person } from './person.ts'
import { idsIn, patternsFor, rowsIn } from './walk.ts'

export type Holdings = {
  /** Where they are or were on the ticket, or wrote. */
  tickets: string[]
  /** Messages they wrote. */
  messages: string[]
  /** Letters in their name, whatever became of them. */
  letters: string[]
  /** What we sent them. */
  deliveries: string[]
  /** Text messages we sent them. */
  texts: string[]
}

export type Counts = Record<'contacts' | keyof Holdings, number>

export async function holdingsOf(store: Store, { addresses, seats }: Person): Promise<Holdings> {
  const isAmong = (column: string) => Prisma.sql`lower(${Prisma.raw(column)}) = ANY(${addresses}::text[])`
  const wrote = await rowsIn<MessageRow>(store, 'messages', isAuthor(addresses), Prisma.sql`id, ticket_id`)
  return {
    tickets: [...new Set([...seats, ...wrote.map((message) => message.ticket_id)])],
    messages: wrote.map(({ id }) => id),
    letters: await idsIn(store, 'inbound_mail', Prisma.sql`${isAmong('from_address')} OR ${isAmong('mail_from')}`),
    deliveries: await idsIn(store, 'deliveries', isAmong('to_address')),
    texts: await textsTo(store, addresses),
  }
}

/** By whom they were for: a number may have been another's before. */
async function textsTo(store: Store, addresses: string[]): Promise<string[]> {
  const rows = await store.query<{ id: string }>(Prisma.sql`
    SELECT id FROM texts
    WHERE participant_id IN (SELECT id FROM participants WHERE address = ANY(${addresses}::text[]))`)
  return rows.map(({ id }) => id)
}

/** Tickets in which others name one of their addresses, and in which they take no part. */
export async function mentionsOf(store: Store, { addresses }: Person, { tickets }: Holdings): Promise<string[]> {
  const isNamed = (text: Prisma.Sql) => Prisma.sql`${text} ILIKE ANY(${patternsFor(addresses)}::text[])`
  const words = Prisma.sql`concat_ws(' ', subject, text, html, folded::text, warnings::text)`
  const messages = await rowsIn<MessageRow>(store, 'messages', isNamed(words), Prisma.sql`id, ticket_id`)
  const titles = await idsIn(store, 'tickets', isNamed(Prisma.sql`subject`))
  return [...new Set([...titles, ...messages.map((message) => message.ticket_id)])].filter(
    (ticket) => !tickets.includes(ticket),
  )
}

type MessageRow = { id: string; ticket_id: string }

export function countsOf({ contactIds }: Person, { tickets, messages, letters, deliveries, texts }: Holdings): Counts {
  return {
    contacts: contactIds.length,
    tickets: tickets.length,
    messages: messages.length,
    letters: letters.length,
    deliveries: deliveries.length,
    texts: texts.length,
  }
}
