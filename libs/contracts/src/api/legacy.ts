import { z } from 'zod'
import { input, line, Time, text } from './common.ts'

/** Where a legacy number is looked for: rules §2, step 6. */
export const LegacyField = z.enum(['subject', 'recipient', 'references'])
export type LegacyField = z.infer<typeof LegacyField>

const pattern = input({
  field: LegacyField,
  pattern: line(500).describe(
    'RE2 syntax, any case; the number is the group `number`, else the first group, else all of it',
  ),
})

const samples = input({
  match: z.array(text(2_000).min(1)).max(50).describe('each must be matched by one of the patterns'),
  no_match: z.array(text(2_000).min(1)).max(50).describe('none may be matched by any of the patterns'),
})

const fields = { name: line(100), patterns: z.array(pattern).min(1).max(20), samples }

export const LegacySystemChanges = input(fields).partial()
export type LegacySystemChanges = z.infer<typeof LegacySystemChanges>
export const NewLegacySystem = input({ ...fields, samples: samples.default({ match: [], no_match: [] }) })
export type NewLegacySystem = z.infer<typeof NewLegacySystem>

/** A ticket system used before; its tickets are known only by patterns in subject, recipient or References. */
export const LegacySystem = z
  .object({
    id: z.uuid(),
    name: z.string(),
    patterns: z.array(z.object({ field: LegacyField, pattern: z.string() })),
    samples: z.object({ match: z.array(z.string()), no_match: z.array(z.string()) }),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'LegacySystem' })
export type LegacySystem = z.infer<typeof LegacySystem>

/** One line of a list of old tickets and what became of it; `line` counts from 1, the header included. */
export const ImportedLegacyTicket = z.object({
  line: z.number().int(),
  outcome: z.enum(['created', 'updated', 'unchanged', 'failed']),
  number: z.string(),
  detail: z.string(),
})
export type ImportedLegacyTicket = z.infer<typeof ImportedLegacyTicket>

export const LegacyImportReport = z
  .object({
    created: z.number().int(),
    updated: z.number().int(),
    unchanged: z.number().int(),
    failed: z.number().int(),
    ignored_columns: z.array(z.string()),
    lines: z.array(ImportedLegacyTicket),
  })
  .meta({ id: 'LegacyImportReport' })
export type LegacyImportReport = z.infer<typeof LegacyImportReport>
