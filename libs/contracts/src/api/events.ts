import { z } from 'zod'
import { Actor } from '../vocabulary.ts'
import { Time, text } from './common.ts'

/** Something that happened to a ticket; `after` resumes behind it. */
export const LiveEvent = z
  .looseObject({ after: z.string(), type: z.string(), at: Time, by: Actor, number: z.string() })
  .meta({ id: 'LiveEvent' })
export type LiveEvent = z.infer<typeof LiveEvent>

const after = text(40).optional()

export const EventQuery = z.object({
  after: after.describe('what the last event said; absent: from the beginning'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

export const Events = z.object({ items: z.array(LiveEvent), next: z.string() })

export const LiveQuery = z.object({ after: after.describe('what the last event said; absent: from now on') })
