import { z } from 'zod'
import { Language, NoticeKind } from '../vocabulary.ts'
import { input, line, Time, text } from './common.ts'

/** Most characters of a template's source. */
export const templateLimits = { subject: 300, body: 20_000 }

/** Words of a mailbox for one kind of letter, as they are written: docs/templates.md. */
export const TemplateWords = input({
  subject: line(templateLimits.subject),
  body: text(templateLimits.body),
})
export type TemplateWords = z.infer<typeof TemplateWords>

export const ByTemplate = z.object({ id: z.uuid(), kind: NoticeKind, language: Language })

const source = { subject: z.string(), body: z.string() }

export const MailboxTemplate = z
  .object({
    kind: NoticeKind,
    language: Language,
    overridden: z.boolean().describe('the mailbox has words of its own'),
    built_in: z.object(source).describe('what is sent where it has none'),
    override: z
      .object({
        ...source,
        updated_at: Time,
        failed_at: Time.nullable().describe(
          'when a letter could last not be written with them; it left with the built-in ones',
        ),
        problem: z.string().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'MailboxTemplate' })
export type MailboxTemplate = z.infer<typeof MailboxTemplate>

export const NoticePreviewRequest = input({
  kind: NoticeKind,
  language: Language,
  mailbox: text(254).optional().describe('address or id: with its own words, and its signature'),
  template: TemplateWords.optional().describe('shown instead of what is saved; for administrators'),
  sample: z.number().int().min(0).optional().describe('only with this one'),
})
export type NoticePreviewRequest = z.infer<typeof NoticePreviewRequest>

export const NoticePreview = z
  .object({
    sample: z.number().int().describe('its place among the samples of this kind, from 0'),
    language: Language,
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    values: z.record(z.string(), z.unknown()).describe('what the letter tells of'),
    problem: z
      .string()
      .nullable()
      .describe("why the mailbox's own words cannot be used with them, so that these are the built-in ones"),
  })
  .meta({ id: 'NoticePreview' })
export type NoticePreview = z.infer<typeof NoticePreview>
