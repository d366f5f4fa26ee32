/**
 * What becomes of mail to a contact by their own preference: one rule for what is shown before a reply is sent, for what is
 * recorded with it, and for what is mailed (docs/decisions/0033-preferences.md).
 */
import type { NoticeKind, PreferredMail } from '@podatelna/contracts'
import { Prisma } from '@podatelna/store'

/** They answer an act of their reader, or say what nothing else says. */
export const promptKinds: readonly NoticeKind[] = [
  'letter_held',
  'link_renewed',
  'late_reply',
  'late_reply_notice',
  'digest',
  'staff_digest',
]

/**
 * `PreferredMail`, in SQL, for a notice to a participant. Whoever is no contact prefers nothing. A ticket's first notice to
 * its requester has its number and link, without which nothing that is kept back could be read.
 *
 * @param role in SQL: of the participant
 * @param contact alias of the contact who has their address; without one, of columns of nulls
 * @param kind in SQL: of the notice
 */
export function preferredMail(role: Prisma.Sql, contact: Prisma.Sql, kind: Prisma.Sql): Prisma.Sql {
  const [now, never] = [word('at_once'), word('never')]
  return Prisma.sql`CASE
    WHEN ${kind} = ANY(${promptKinds}::text[]) OR ${kind} = 'ticket_opened' AND ${role} = 'requester' THEN ${now}
    WHEN ${contact}.notify = 'digest_hourly' THEN ${word('hourly')}
    WHEN ${contact}.notify = 'digest_daily' THEN ${word('daily')}
    WHEN ${contact}.notify = 'mine' AND ${role} = 'cc' THEN ${never}
    WHEN ${contact}.notify = 'answers' AND ${kind} <> 'public_reply' THEN ${never}
    ELSE ${now} END`
}

function word(mail: PreferredMail): Prisma.Sql {
  return Prisma.sql`${mail}::text`
}
