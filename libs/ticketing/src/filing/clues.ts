/** What in a letter names a ticket, and which ticket that is for its author (rules §2). */
import { ticketNumbersIn } from '@podatelna/contracts'
import type { Queryable } from '@podatelna/store'
import type { LegacyMatcher } from '../legacy/match.ts'
import {
  type Clues,
  hasClues,
  readThreadedTicket,
  type ThreadedTicket,
  type ThreadedTicketRow,
  threadedTicket,
} from '../threading.ts'
import type { MailRow } from './admitted-mail.ts'

/** What an open mailbox took unproved may be anybody's, and joins nobody's ticket. */
export async function cluesIn(matchLegacy: LegacyMatcher, mail: MailRow): Promise<Clues> {
  if (!(mail.verified || mail.vouched)) return { serials: [], answered: [], numbers: [] }
  const { thread_serials: serials, answered, subject, rcpt_to: recipient } = mail
  const texts = { subject: [subject], recipient, references: answered }
  const legacy = await matchLegacy(texts, mail.legacy_version)
  return { serials, answered, numbers: ticketNumbersIn(subject).slice(0, 10), legacy }
}

export async function threadLetter(
  { query }: Queryable,
  mail: MailRow,
  clues: Clues,
): Promise<ThreadedTicket | undefined> {
  if (!hasClues(clues)) return undefined
  const author = {
    address: mail.from_address ?? '',
    // An end customer writes to what they are on, not to all of an organization.
    organizationId: mail.endCustomer ? null : mail.organization_id,
    agentId: mail.agent_id,
  }
  const rows = await query<ThreadedTicketRow>(threadedTicket(clues, author, mail.received_at))
  return readThreadedTicket(rows[0])
}
