import { Prisma } from '@podatelna/store'
import { maySee } from '@podatelna/ticketing'

const onlooker = { ticket: Prisma.sql`t`, contact: Prisma.sql`contact` }

/** The digits of a number as `textNumber` reads it. */
const dialled = Prisma.sql`regexp_replace(regexp_replace(replace(phone, '(0)', ''), '\\D', '', 'g'), '^00', '')`

/**
 * Why a text `x` is not to be sent any more, in words, in SQL; null while it is. It is about ticket `t`, for participant `p`,
 * who is `contact`, and caused by message `m`.
 */
export const whyKeptBack = Prisma.sql`CASE
  WHEN p.state <> 'active' THEN 'The recipient is no longer on the ticket.'
  WHEN contact.id IS NULL OR NOT EXISTS (
    SELECT FROM unnest(contact.phones) AS phone WHERE '+' || ${dialled} = x.to_number)
    THEN 'It is no longer a number of the recipient.'
  WHEN t.deleted_at IS NOT NULL THEN 'The ticket was deleted.'
  WHEN contact.role = 'end_customer' AND NOT t.end_customer_visible THEN 'The ticket was hidden from the recipient.'
  WHEN x.kind = 'public_reply' AND NOT ${maySee(onlooker, Prisma.sql`m.audience`)}
    THEN 'The reply was hidden from the recipient.'
  WHEN x.kind = 'public_reply' AND m.redactions @> '[{"what": "message"}]' THEN 'The reply was removed.' END`
