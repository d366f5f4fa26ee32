import { z } from 'zod'
import { ContactNotify, ContactRole, Language, LateReply, MailboxPolicy } from '../vocabulary.ts'
import { EmailAddress, input, line, Time, text } from './common.ts'
import { Suppression } from './suppressions.ts'

const stored = { id: z.uuid(), created_at: Time, updated_at: Time }

export const Mailbox = z
  .object({
    ...stored,
    address: z.string(),
    name: z.string(),
    policy: MailboxPolicy,
    language: Language,
    late_reply: LateReply,
    close_after: z.string().describe('ISO 8601 duration'),
    signature: z.string(),
    agents: z
      .array(z.object({ id: z.uuid(), name: z.string(), email: z.string() }))
      .describe('who serves it: those who are told by mail what is written to it while nobody has taken it'),
  })
  .meta({ id: 'Mailbox' })
export type Mailbox = z.infer<typeof Mailbox>

// What stands behind a plus is a ticket's token: support+token@ belongs to support@ (rules §1.1).
const mailboxAddress = EmailAddress.refine((address) => !address.includes('+'), {
  error: 'may not hold a plus sign; support+anything@ belongs to support@ already.',
})

const mailboxFields = {
  address: mailboxAddress,
  name: line(200),
  policy: MailboxPolicy,
  language: Language,
  late_reply: LateReply,
  close_after: z.iso.duration(),
  signature: text(4_000),
  agents: z
    .array(text(254))
    .max(1_000)
    .describe('e-mails or ids; none: all of a small desk, the administrators of a large one'),
}
export const MailboxChanges = input(mailboxFields).partial()
export type MailboxChanges = z.infer<typeof MailboxChanges>
/** Without a name the mailbox is called by its address. */
export const NewMailbox = MailboxChanges.required({ address: true })
export type NewMailbox = z.infer<typeof NewMailbox>

export const Organization = z.object({ ...stored, name: z.string(), language: Language }).meta({ id: 'Organization' })
export type Organization = z.infer<typeof Organization>

export const OrganizationChanges = input({ name: line(200), language: Language }).partial()
export type OrganizationChanges = z.infer<typeof OrganizationChanges>
export const NewOrganization = OrganizationChanges.required({ name: true })
export type NewOrganization = z.infer<typeof NewOrganization>

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is not a time of day from 00:00 to 23:59.' })
/** In the desk's time zone (TIME_ZONE); over midnight when it begins later than it ends. */
export const QuietHours = input({ from: timeOfDay, to: timeOfDay })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'must be another time than from.' })
  .meta({ description: 'when they get no text messages, in the time zone of the desk (TIME_ZONE)' })
export type QuietHours = z.infer<typeof QuietHours>

export const Contact = z
  .object({
    ...stored,
    organization_id: z.uuid(),
    name: z.string(),
    emails: z.array(z.string()),
    phones: z.array(z.string()),
    texts_to: z
      .string()
      .nullable()
      .describe('the first of its phones that has a country, as in +420 601 000 000: where text messages go'),
    language: Language.nullable().describe("null: the organization's"),
    role: ContactRole,
    notify: ContactNotify,
    quiet_hours: QuietHours.nullable(),
    suppressions: z.array(Suppression).describe('those of its addresses that get no mail, and why'),
    bounces: z.number().int().describe('letters to its addresses that came back within the last 30 days'),
  })
  .meta({ id: 'Contact' })
export type Contact = z.infer<typeof Contact>

const emails = z
  .array(EmailAddress)
  .max(20)
  .transform((addresses) => [...new Set(addresses)])

export const ContactChanges = input({
  name: line(200),
  emails,
  phones: z.array(line(40)).max(20),
  language: Language.nullable(),
  role: ContactRole,
  notify: ContactNotify.describe('which mail of tickets they get'),
  quiet_hours: QuietHours.nullable(),
}).partial()
export type ContactChanges = z.infer<typeof ContactChanges>
export const NewContact = ContactChanges.required({ name: true, emails: true })
export type NewContact = z.infer<typeof NewContact>

/** A CSV file. */
export const Csv = input({ csv: z.string() })

/** One line of the file and what became of it; `line` counts from 1, the header included. */
export const ImportedLine = z.object({
  line: z.number().int(),
  outcome: z.enum(['created', 'updated', 'failed']),
  name: z.string(),
  detail: z.string(),
})
export type ImportedLine = z.infer<typeof ImportedLine>

export const ImportReport = z
  .object({
    created: z.number().int(),
    updated: z.number().int(),
    failed: z.number().int(),
    ignored_columns: z.array(z.string()),
    lines: z.array(ImportedLine),
  })
  .meta({ id: 'ImportReport' })
export type ImportReport = z.infer<typeof ImportReport>
