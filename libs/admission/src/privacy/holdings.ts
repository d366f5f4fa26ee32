/** What there is about a person, beside their names in what others wrote. */
import { Prisma, type Store } from '@podatelna/store'
import { isAuthor, type Person } from './person.ts'
import { idsIn, patternsFor } from './walk.ts'

export type Holdings = {
  /** Messages they wrote. */
  messages: string[]
  /** Letters in their name, whatever became of them. */
  letters: string[]
  /** What we sent them. */
  deliveries: string[]
  /** Tickets in which others name one of their addresses, and in which they take no part. */
  mentions: string[]
}

export type Counts = { contacts: number; tickets: number } & Record<keyof Holdings, number>

export async function holdingsOf(store: Store, person: Person): Promise<Holdings> {
  const { addresses } = person
  const named = Prisma.sql`
    concat_ws(' ', subject, text, html, folded::text, warnings::text) ILIKE ANY(${patternsFor(addresses)}::text[])`
  const inSubject = Prisma.sql`subject ILIKE ANY(${patternsFor(addresses)}::text[])`
  const mentions = new Set([
    ...(await idsIn(store, 'messages', named, Prisma.sql`ticket_id`)),
    ...(await idsIn(store, 'tickets', inSubject)),
  ])
  return {
    messages: await idsIn(store, 'messages', isAuthor(addresses)),
    letters: await idsIn(
      store,
      'inbound_mail',
      Prisma.sql`lower(from_address) = ANY(${addresses}::text[]) OR lower(mail_from) = ANY(${addresses}::text[])`,
    ),
    deliveries: await idsIn(store, 'deliveries', Prisma.sql`lower(to_address) = ANY(${addresses}::text[])`),
    mentions: [...mentions].filter((ticket) => !person.ticketIds.includes(ticket)),
  }
}

export function countsOf({ contactIds, ticketIds }: Person, holdings: Holdings): Counts {
  const { messages, letters, deliveries, mentions } = holdings
  return {
    contacts: contactIds.length,
    tickets: ticketIds.length,
    messages: messages.length,
    letters: letters.length,
    deliveries: deliveries.length,
    mentions: mentions.length,
  }
}
