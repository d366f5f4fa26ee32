import { z } from 'zod'
import { TextKind, TextState } from '../vocabulary.ts'
import { ListQuery, Time, text } from './common.ts'

/**
 * What one try came to, in the provider's words: `sent`, `deferred`, `unclear` (no answer), `failed`, `expired` or
 * `suppressed`; or what a receipt said later: `delivered`, `failed` or `expired`.
 */
export const TextAttempt = z.object({ at: Time, outcome: z.string(), answer: z.string() })

/** One text message to one telephone. */
export const Text = z
  .object({
    id: z.uuid(),
    kind: TextKind,
    to: z.string().describe('E.164; empty once its recipient was erased'),
    body: z.string().describe('empty once something was redacted in the ticket'),
    parts: z.number().int().describe('short messages that it is sent, and paid for, as'),
    state: TextState,
    created_at: Time,
    due_at: Time.nullable().describe('when it is tried next'),
    attempts: z.array(TextAttempt),
    ticket_number: z.string(),
  })
  .meta({ id: 'Text' })
export type Text = z.infer<typeof Text>

export const TextQuery = ListQuery.extend({
  ticket: text(40).optional().describe('a ticket number'),
  state: TextState.optional(),
})
