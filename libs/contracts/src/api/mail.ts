import { z } from 'zod'
import { Verdict } from '../verdict.ts'
import { Disposition, LetterKind } from '../vocabulary.ts'
import { input, ListQuery, line, Time, text } from './common.ts'

/**
 * What staff should notice about a letter:
 *
 * - `message_id_reused`: an earlier letter with other content has the same Message-ID
 * - `unproved`: taken although nobody proved who wrote it
 * - `unanswered`: its unproved author is told nothing by itself, their address had as much mail as it may
 * - `disowned`: the person it was written in the name of says that they did not write it
 */
export const MailFlag = z.enum(['message_id_reused', 'unproved', 'unanswered', 'disowned'])
export type MailFlag = z.infer<typeof MailFlag>

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
    flags: z.array(MailFlag),
    ticket_number: z.string().optional(),
  })
  .meta({ id: 'MailInList' })
export type MailInList = z.infer<typeof MailInList>

export const TimelineEntry = z.object({ at: Time, service: z.string(), what: z.string(), detail: z.string() })
export type TimelineEntry = z.infer<typeof TimelineEntry>

export const Mail = MailInList.extend({
  helo: z.string(),
  tls: z.string().nullable(),
  header: z.string().nullable().describe('header block of a letter refused at the door, whose bytes are not kept'),
  kept: z.boolean().describe('whether the bytes can be downloaded'),
  kept_until: Time.nullable().describe('when the bytes are deleted; null for never, or when they are gone'),
  bounce_of: z.uuid().optional().describe('the delivery whose bounce it is'),
  timeline: z.array(TimelineEntry),
}).meta({ id: 'Mail' })
export type Mail = z.infer<typeof Mail>

export const MailQuery = ListQuery.extend({
  disposition: Disposition.optional(),
  q: text(200).optional().describe('part of the sender, subject or Message-ID'),
})

export const Release = input({ reason: line(500) })
