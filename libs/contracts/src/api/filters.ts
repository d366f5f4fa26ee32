import { z } from 'zod'
import { TicketPriority, TicketStatus } from '../vocabulary.ts'
import { input, line, Time, text } from './common.ts'

/** One word, several parted by commas, or a list. */
function anyOf<Words extends z.ZodEnum>(words: Words) {
  const listed = (value: unknown) => (typeof value === 'string' ? value.split(',') : value)
  return z.preprocess(listed, z.array(words).min(1).max(10))
}

/** Which tickets are listed. The list's query and saved filters are both made of this. */
export const TicketFilter = input({
  status: anyOf(TicketStatus).optional().describe('one of these; in a query parted by commas, or repeated'),
  priority: anyOf(TicketPriority).optional().describe('one of these, as status'),
  mailbox: text(254).optional().describe('address or id'),
  organization: z.uuid().optional(),
  assignee: text(254)
    .optional()
    .describe('e-mail or id of an agent, `me` for the agent who asks, or `none` for tickets that nobody has'),
  q: text(200)
    .optional()
    .describe('words of subject, messages, participants or file names, or a number, ours or of an old system'),
  deleted: z.union([z.boolean(), z.stringbool()]).optional().describe('those that were deleted and can be restored'),
})
export type TicketFilter = z.infer<typeof TicketFilter>

const fields = {
  name: line(100),
  query: TicketFilter,
  shared: z.boolean().describe('everybody sees it; only administrators share, and change what is shared'),
}

export const NewSavedFilter = input({ ...fields, shared: fields.shared.optional() })
export type NewSavedFilter = z.infer<typeof NewSavedFilter>
export const SavedFilterChanges = input(fields).partial()
export type SavedFilterChanges = z.infer<typeof SavedFilterChanges>

/** A query of the ticket list under a name: an agent's own, or everybody's. */
export const SavedFilter = z
  .object({
    id: z.uuid(),
    name: z.string(),
    shared: z.boolean(),
    query: z.object({
      status: z.array(TicketStatus).optional(),
      priority: z.array(TicketPriority).optional(),
      mailbox: z.string().optional(),
      organization: z.uuid().optional(),
      assignee: z.string().optional(),
      q: z.string().optional(),
      deleted: z.boolean().optional(),
    }),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'SavedFilter' })
export type SavedFilter = z.infer<typeof SavedFilter>
