import { z } from 'zod'
import { Actor, SuppressionCause, SuppressionScope } from '../vocabulary.ts'
import { EmailAddress, ListQuery, Time } from './common.ts'

/** An address that gets no mail (rules §6). */
export const Suppression = z
  .object({
    address: z.string(),
    scope: SuppressionScope.describe('`automatic`: what people write to it still goes'),
    cause: SuppressionCause,
    reason: z.string().describe("the server's words"),
    at: Time,
    delivery_id: z.uuid().optional().describe('the letter that showed it'),
    mail_id: z.uuid().optional().describe('the bounce or complaint'),
    lifted_at: Time.optional(),
    lifted_by: Actor.optional(),
  })
  .meta({ id: 'Suppression' })
export type Suppression = z.infer<typeof Suppression>

export const SuppressionQuery = ListQuery.extend({
  address: EmailAddress.optional(),
  lifted: z.stringbool().default(false).describe('those that were lifted, instead of those in force'),
})

export const ByAddress = z.object({ address: EmailAddress })
