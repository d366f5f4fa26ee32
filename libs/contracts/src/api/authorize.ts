import { z } from 'zod'
import { input, Time, text } from './common.ts'

export const LetterState = z.enum(['waiting', 'confirmed', 'with_staff', 'released', 'disowned', 'expired'])
export type LetterState = z.infer<typeof LetterState>

/** What a link shows of the letters that wait for its owner. */
export const AuthorizationLink = z
  .object({
    address: z.string(),
    expires_at: Time,
    letters: z.array(
      z.object({
        id: z.uuid(),
        subject: z.string(),
        received_at: Time,
        bytes: z.number().int(),
        server: z.string(),
        state: LetterState,
      }),
    ),
  })
  .meta({ id: 'AuthorizationLink' })

/**
 * About one letter of the page, never about others. `mail` says which; it may be left out when the page shows only one,
 * otherwise the answer is a 422 that lists them.
 */
export const Decision = input({ decision: z.enum(['confirm', 'not_me']), mail: z.uuid().optional() })
export type Decision = z.infer<typeof Decision>

export const Decided = z.object({ state: LetterState, already: z.boolean() })

export const ByToken = z.object({ token: text(200) })
