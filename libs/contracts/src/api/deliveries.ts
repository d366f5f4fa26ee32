import { z } from 'zod'
import { DeliveryState } from '../vocabulary.ts'
import { ListQuery, Time, text } from './common.ts'

/**
 * What one try came to, in the server's words: `sent`, `captured`, `deferred`, `failed` or `suppressed`; or what a bounce
 * or complaint said later: `bounced`, `delayed`, `delivered`, `relayed`, `expanded`, `complained`, or `unclear`.
 */
export const Attempt = z.object({
  at: Time,
  outcome: z.string(),
  smtp: z.string(),
  explanation: z.string().describe('the same in a sentence, for whoever reads no SMTP'),
  mail_id: z.uuid().optional().describe('the bounce that says so'),
})

/** One outgoing letter to one recipient. */
export const Delivery = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    to: z.string(),
    subject: z.string(),
    state: DeliveryState,
    message_id: z.string(),
    created_at: Time,
    due_at: Time.nullable().describe('when it is tried next'),
    attempts: z.array(Attempt),
    ticket_number: z.string().optional(),
    mail_id: z.uuid().optional(),
    digest_id: z.uuid().optional().describe('the digest that told of it, when there was too much to send it by itself'),
  })
  .meta({ id: 'Delivery' })
export type Delivery = z.infer<typeof Delivery>

export const DeliveryWithSource = Delivery.extend({ source: z.string().describe('the letter as it was rendered') })
export type DeliveryWithSource = z.infer<typeof DeliveryWithSource>

/** The delivery that goes in place of another; it is there in a moment. */
export const Resent = z.object({ id: z.uuid(), ticket_number: z.string() }).meta({ id: 'Resent' })

export const DeliveryQuery = ListQuery.extend({
  ticket: text(40).optional().describe('a ticket number'),
  state: DeliveryState.optional(),
})
