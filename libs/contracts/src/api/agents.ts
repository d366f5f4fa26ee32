import { z } from 'zod'
import { AgentRole, Language } from '../vocabulary.ts'
import { EmailAddress, input, line, Time, text } from './common.ts'

export const Agent = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: AgentRole,
    language: Language,
    disabled: z.boolean(),
    created_at: Time,
  })
  .meta({ id: 'Agent' })
export type Agent = z.infer<typeof Agent>

/** Without a password one is made up, and told in the answer. */
export const NewAgent = input({
  name: line(200),
  email: EmailAddress,
  role: AgentRole.optional(),
  language: Language.optional(),
  password: text(200).min(12).optional(),
})
export type NewAgent = z.infer<typeof NewAgent>

export const CreatedAgent = Agent.extend({
  password: z.string().optional().describe('the password we made up; it is told this once'),
})

export const Login = input({ email: text(254), password: text(200), next: text(500).optional() })
export const LoggedIn = z.object({ name: z.string(), email: z.string(), role: AgentRole })
