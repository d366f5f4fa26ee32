import { z } from 'zod'
import { Verdict } from '../verdict.ts'
import { Disposition, LetterKind } from '../vocabulary.ts'
import { input, ListQuery, line, Time, text } from './common.ts'

/** One letter that knocked, whatever became of it. */
export const MailInList = z
  .object({
    id: z.uuid(),
    message_id: z.string(),
    mail_from: z.string().describe('envelope sender'),
    rcpt_to: z.array(z.string()),
    peer: z.string(),
    from: z.string().nullable().describe('address in the From header'),
    from_name: z.string().nullable(),
    subject: z.string(),
    kind: LetterKind,
    bytes: z.number().int(),
    received_at: Time,
    repeats: z.number().int().describe('how often the same letter came again, without effect'),
    verdict: Verdict,
    disposition: Disposition,
    reason: z.string(),
    ticket_number: z.string().optional(),
  })
  .meta({ id: 'MailInList' })
export type MailInList = z.infer<typeof MailInList>

export const TimelineEntry = z.object({ at: Time, service: z.string(), what: z.string(), detail: z.string() })
export type TimelineEntry = z.infer<typeof TimelineEntry>

export const Mail = MailInList.extend({
  helo: z.string(),
  tls: z.string().nullable(),
  timeline: z.array(TimelineEntry),
}).meta({ id: 'Mail' })
export type Mail = z.infer<typeof Mail>

export const MailQuery = ListQuery.extend({
  disposition: Disposition.optional(),
  q: text(200).optional().describe('part of the sender, subject or Message-ID'),
})

export const Release = input({ reason: line(500) })
