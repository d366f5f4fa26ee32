import { z } from 'zod'
import { Actor } from '../vocabulary.ts'
import { EmailAddress, input, line, Time } from './common.ts'

const count = z.number().int()

/** How much there is about a person. */
export const PersonCounts = z.object({
  contacts: count,
  tickets: count.describe('in which they take or took part'),
  messages: count.describe('which they wrote'),
  letters: count.describe('in their name, whatever became of them'),
  deliveries: count.describe('which we sent them'),
  texts: count.describe('text messages we sent them'),
  mentions: count.describe('other tickets that name one of their addresses'),
})

export const ExportQuery = z.object({ email: EmailAddress.describe('any of their addresses') })

export const ErasePerson = input({
  email: EmailAddress.describe('any of their addresses'),
  reason: line(500).describe('stays; it may not name them'),
  dry_run: z.boolean().default(false).describe('only count'),
})

export const Erasure = z
  .object({
    pseudonym: z.string().nullable().describe('who they are from now on; null when nothing was erased'),
    counts: PersonCounts,
  })
  .meta({ id: 'Erasure' })

/** That somebody's data were exported or erased. */
export const PrivacyAct = z
  .object({
    id: z.uuid(),
    kind: z.enum(['export', 'erasure']),
    address: z.string().nullable().describe('whose; replaced when they are erased'),
    pseudonym: z.string().nullable(),
    by: Actor,
    reason: z.string(),
    counts: z.record(z.string(), count),
    at: Time,
    finished_at: Time.nullable(),
  })
  .meta({ id: 'PrivacyAct' })
export type PrivacyAct = z.infer<typeof PrivacyAct>
