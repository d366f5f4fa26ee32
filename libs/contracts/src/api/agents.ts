import { z } from 'zod'
import { AgentNotify, AgentRole, Language } from '../vocabulary.ts'
import { EmailAddress, input, line, Time, text } from './common.ts'

const notify = AgentNotify.describe(
  'letters of clients by mail: all of theirs and of their mailboxes that are nobody’s, mine (assigned to them), none',
)

export const Agent = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: AgentRole,
    language: Language,
    notify: notify,
    disabled: z.boolean().describe('may neither sign in nor write'),
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
  notify: notify.optional(),
  password: text(200).min(12).optional(),
})
export type NewAgent = z.infer<typeof NewAgent>

const ownFields = { language: Language, notify }
/** What agents set for themselves. */
export const OwnChanges = input(ownFields).partial()
export type OwnChanges = z.infer<typeof OwnChanges>
export const AgentChanges = input({
  ...ownFields,
  name: line(200),
  email: EmailAddress,
  role: AgentRole,
  disabled: z.boolean(),
}).partial()
export type AgentChanges = z.infer<typeof AgentChanges>

export const CreatedAgent = Agent.extend({
  password: z.string().optional().describe('the password we made up; it is told this once'),
})

export const Login = input({ email: text(254), password: text(200), next: text(500).optional() })
export const LoggedIn = z.object({ name: z.string(), email: z.string(), role: AgentRole })
