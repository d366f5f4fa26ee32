import { z } from 'zod'
import {
  Actor,
  Audience,
  DeliveryState,
  FreeLinkKind,
  LinkKind,
  MessageKind,
  ParticipantRole,
  ParticipantState,
  PreferredMail,
  RedactionKind,
  Scan,
  TicketPriority,
  TicketStatus,
} from '../vocabulary.ts'
import { EmailAddress, input, ListQuery, line, Time, text } from './common.ts'
import { Delivery } from './deliveries.ts'
import { TicketFilter } from './filters.ts'
import { Suppression } from './suppressions.ts'
import { Text } from './texts.ts'

const Person = z.object({ email: z.string(), name: z.string() })

const ticketInList = {
  number: z.string(),
  subject: z.string(),
  status: TicketStatus,
  priority: TicketPriority,
  mailbox: z.object({ id: z.uuid(), address: z.string(), name: z.string() }),
  organization: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  requester: Person.nullable(),
  assignee: Person.extend({ id: z.uuid() }).nullable(),
  locked_at: Time.nullable().describe('since when it is locked to its assignee'),
  created_at: Time,
  updated_at: Time,
}
export const TicketInList = z.object(ticketInList).meta({ id: 'TicketInList' })
export type TicketInList = z.infer<typeof TicketInList>

/** A file of a message. One without `id` is from before files were stored: its bytes are in the letter. */
export const Attachment = z
  .object({
    id: z.uuid().optional().describe('for GET /api/attachments/{id}'),
    filename: z.string(),
    type: z.string().describe('as its sender named it'),
    bytes: z.number().int(),
    sha256: z.string(),
    inline: z.boolean().describe('the HTML refers to it'),
    content_id: z.string().nullable(),
    source: z.string().describe('where it was found: a part of the letter, a letter within it, or what was unpacked'),
    scan: Scan.describe('infected ones are not given out'),
    scan_reason: z.string().nullable(),
  })
  .meta({ id: 'Attachment' })
export type Attachment = z.infer<typeof Attachment>

/** A file that is sent ahead of the message it will be attached to. */
export const NewUpload = z.object({ filename: line(255).describe('as its recipients will see it') })

export const Upload = z
  .object({
    id: z.uuid(),
    filename: z.string(),
    type: z.string(),
    bytes: z.number().int(),
    sha256: z.string(),
    scan: Scan,
  })
  .meta({ id: 'Upload' })
export type Upload = z.infer<typeof Upload>

/** A flag of a download: how it is shown, or that it is taken although it is locked. */
export const AttachmentQuery = z.object({
  inline: z.literal('1').optional().describe('an image is shown in place'),
  infected: z.literal('download').optional().describe('for administrators: although the scanner does not let it pass'),
})
export type AttachmentQuery = z.infer<typeof AttachmentQuery>

/** What was folded away: nothing is cut. */
export const Folded = z.object({ reason: z.enum(['history', 'signature', 'disclaimer']), text: z.string() })
export type Folded = z.infer<typeof Folded>

/** That something was removed of a message, by whom and why. */
export const Redaction = z
  .object({ what: RedactionKind, by: Actor, at: Time, reason: z.string() })
  .meta({ id: 'Redaction' })
export type Redaction = z.infer<typeof Redaction>

/** The newest letter that brought a reply to somebody, in a ticket's own answer. */
const ItsDelivery = z.object({ id: z.uuid(), state: DeliveryState })

/** One immutable entry of a ticket; only a redaction takes something of it away. */
export const Message = z
  .object({
    id: z.uuid(),
    kind: MessageKind,
    author: Actor,
    verified: z.boolean().describe('false when it came by mail and nobody proved that its author wrote it'),
    audience: Audience,
    subject: z.string(),
    text: z.string(),
    html: z.string().nullable(),
    visible_text: z.string().describe('what its author wrote then'),
    folded: z.array(Folded),
    attachments: z.array(Attachment),
    warnings: z.array(z.string()),
    recipients: z
      .array(Person.extend({ delivery: ItsDelivery.optional() }))
      .describe(
        'of a reply: who was on the ticket and to receive it when it was written, and what became of their letter',
      ),
    redactions: z.array(Redaction).describe('what staff removed of it, oldest first'),
    created_at: Time,
    mail_id: z.uuid().optional(),
    quoted_in: z
      .uuid()
      .optional()
      .describe('it was written in a system used before; the message of the letter that quotes it'),
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof Message>

/** Somebody on the ticket, who added them and who removed them. */
export const Participant = z
  .object({
    ...Person.shape,
    role: ParticipantRole,
    state: ParticipantState,
    added_by: Actor,
    added_at: Time,
    removed_by: Actor.optional(),
    removed_at: Time.optional(),
    removed_reason: z.string().optional(),
    suppression: Suppression.optional().describe('why they get no mail'),
  })
  .meta({ id: 'Participant' })
export type Participant = z.infer<typeof Participant>

/** Another ticket and what it is to this one: a `follow_up_of` is what this one follows. */
export const Link = z.object({ kind: LinkKind, number: z.string() })
export type Link = z.infer<typeof Link>

export const TicketEvent = z.looseObject({ type: z.string(), at: Time, by: Actor })

export const Ticket = z
  .object({
    ...ticketInList,
    moves: z.array(TicketStatus).describe('the states it may be moved to from here'),
    solved_at: Time.nullable(),
    closed_at: Time.nullable(),
    scheduled_for: Time.nullable().describe('when it returns to the queue'),
    deleted_at: Time.nullable().describe('erased thirty days later'),
    spam: z.boolean(),
    end_customer_visible: z.boolean().describe('false: end customers see nothing of it, whatever the messages say'),
    version: z.number().int().describe('its ETag is this number in quotation marks'),
    messages: z.array(Message),
    participants: z.array(Participant),
    links: z.array(Link),
    events: z.array(TicketEvent),
    deliveries: z.array(Delivery),
    texts: z.array(Text),
  })
  .meta({ id: 'Ticket' })
export type Ticket = z.infer<typeof Ticket>

export const TicketQuery = ListQuery.extend({
  ...TicketFilter.shape,
  filter: z.uuid().optional().describe('id of a saved filter; the other parameters narrow it further'),
})

export const TicketNumber = z.string().regex(/^P-\d{1,15}$/i, { error: 'is not a ticket number like P-100001.' })

/** A malformed number is the number of no ticket. */
export const ByNumber = z.object({ number: TicketNumber })
export const ByNumberAndMessage = ByNumber.extend({ id: z.uuid() })
export const ByTwoNumbers = ByNumber.extend({ other: TicketNumber })
export const ByNumberAndEmail = ByNumber.extend({ email: EmailAddress })

const longestText = 200_000
const longestHtml = 2 * 1024 * 1024
const body = { text: text(longestText).optional(), html: text(longestHtml).optional() }
const withBody = (given: { text?: string | undefined; html?: string | undefined }) =>
  Boolean(given.text?.trim() || given.html?.trim())
const bodyMissing = { error: 'is needed, or html.', path: ['text'] }

const enclosed = {
  attachments: z
    .array(z.uuid())
    .max(20)
    .optional()
    .describe('ids that POST /api/uploads gave; `cid:` and the id in the HTML shows an image there'),
}

const personOnTicket = { email: EmailAddress, name: line(200).optional() }

export const NewTicket = input({
  mailbox: text(254).describe('address or id'),
  organization: z.uuid().optional(),
  requester: input(personOnTicket),
  subject: line(500),
  priority: TicketPriority.optional().describe('normal when absent'),
  ...body,
  ...enclosed,
}).refine(withBody, bodyMissing)

const scheduledFor = {
  scheduled_for: z.iso
    .datetime({ offset: true })
    .transform((time) => new Date(time))
    .optional()
    .describe('with status scheduled: when it returns to the queue'),
}

export const TicketChanges = input({
  status: TicketStatus.optional(),
  ...scheduledFor,
  priority: TicketPriority.optional(),
  assignee: text(254).nullable().optional().describe('e-mail or id of an agent; null: nobody'),
  subject: line(500).optional(),
  end_customer_visible: z.boolean().optional(),
})

export const MessageChanges = input({
  audience: Audience.describe('who may see it from now on; its words never change'),
})

export const NewCc = input(personOnTicket)

const replyAudience = Audience.exclude(['internal'])
  .optional()
  .describe('absent: client, or end_customer when the requester is one')

export const NewReply = input({
  ...body,
  ...enclosed,
  status: TicketStatus.optional(),
  ...scheduledFor,
  cc: z
    .array(z.union([EmailAddress.transform((email) => ({ email })), NewCc]))
    .max(50)
    .optional(),
  audience: replyAudience,
}).refine(withBody, bodyMissing)

export const Merge = input({ into: TicketNumber })

export const Split = input({ subject: line(500).optional().describe("absent: the message's own") })

export const NewLink = input({
  number: TicketNumber,
  kind: FreeLinkKind.default('related').describe('what the ticket in the address is to that one'),
})

/** A draft, as far as it decides who receives it. */
export const RecipientsQuery = z.object({
  audience: replyAudience,
  cc: text(20_000)
    .transform((list) => list.split(',').filter((email) => email.trim() !== ''))
    .pipe(z.array(EmailAddress).max(50))
    .optional()
    .describe('whom the reply would put in copy, parted by commas'),
})
export const Recipients = z
  .object({
    audience: Audience.exclude(['internal']),
    recipients: z.array(
      Person.extend({ mail: PreferredMail.exclude(['never']).describe('when, by what they prefer') }),
    ),
    not_mailed: z
      .array(Person)
      .describe('in copy, and may read it, but they want no mail of tickets they did not request'),
  })
  .meta({ id: 'Recipients' })

/** With neither text nor attachment, the whole message goes. */
export const Redact = input({
  reason: line(500).describe('stays, for staff'),
  text: text(1000)
    .trim()
    .min(3)
    .optional()
    .describe('goes from the whole ticket: case, line breaks and quotation marks in between do not matter'),
  attachment: z.uuid().optional().describe('goes by itself'),
}).refine(({ text, attachment }) => text === undefined || attachment === undefined, {
  error: 'may not come together with text.',
  path: ['attachment'],
})

export const Lock = input({
  agent: text(254).optional().describe('e-mail or id of an agent; absent: whoever calls. Others, for administrators'),
})

/** Whoever asks twice by the same key is answered as the first time, and nothing is done twice. */
export const IdempotencyKey = z.object({ 'idempotency-key': z.string().min(1).max(200).optional() })
/** What they saw: the call is refused with 412 when the ticket has changed since (RFC 9110 §13.1.1). */
export const IfMatch = z.object({ 'if-match': z.string().max(100).optional() })

export const NewNote = input({ ...body, ...enclosed }).refine(withBody, bodyMissing)
