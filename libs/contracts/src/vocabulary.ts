/**
 * The product's words, once: every table, event, API call and screen takes its closed lists from here.
 * The glossary in the README says what each word means to a person.
 */
import { z } from 'zod'

export const languages = ['cs', 'sk', 'it', 'en', 'de'] as const
export const Language = z.enum(languages)
export type Language = z.infer<typeof Language>

/** What a letter without a subject is called. A ticket that such a letter opened has the English words. */
export const noSubject: Record<Language, string> = {
  cs: '(bez předmětu)',
  sk: '(bez predmetu)',
  it: '(senza oggetto)',
  en: '(no subject)',
  de: '(ohne Betreff)',
}

/** What a mailbox does with a letter of somebody we do not know (rules §1). */
export const MailboxPolicy = z.enum(['contacts', 'confirm', 'quarantine', 'open'])
export type MailboxPolicy = z.infer<typeof MailboxPolicy>

export const LateReply = z.enum(['new_linked', 'notice'])
export type LateReply = z.infer<typeof LateReply>

export const ContactRole = z.enum(['member', 'manager', 'partner', 'end_customer'])
export type ContactRole = z.infer<typeof ContactRole>

/**
 * Which mail of tickets a contact gets. What answers them at once, as the acknowledgement does, comes in any case
 * (docs/decisions/0033-preferences.md).
 *
 * - `all`: every notice
 * - `mine`: those of tickets they requested, none of tickets where they are in copy
 * - `digest_hourly`, `digest_daily`: all of them, joined into one letter an hour, or at eight in the morning
 * - `answers`: what staff answer, and no other notice
 */
export const ContactNotify = z.enum(['all', 'mine', 'digest_hourly', 'digest_daily', 'answers'])
export type ContactNotify = z.infer<typeof ContactNotify>

/**
 * When a notice is mailed to somebody, by what they prefer: in the `hourly` or the `daily` digest, or, of what they want no
 * mail about, `never`.
 */
export const PreferredMail = z.enum(['at_once', 'hourly', 'daily', 'never'])
export type PreferredMail = z.infer<typeof PreferredMail>

export const AgentRole = z.enum(['agent', 'admin'])
export type AgentRole = z.infer<typeof AgentRole>

/**
 * Of which letters of clients an agent is told by mail:
 *
 * - `all`: those in tickets assigned to them, and in tickets of their mailboxes that are nobody's
 * - `mine`: those in tickets assigned to them
 * - `none`: no letters, and nothing else either
 */
export const AgentNotify = z.enum(['all', 'mine', 'none'])
export type AgentNotify = z.infer<typeof AgentNotify>

/** What an agent's answer to a notice becomes: a public reply, unless it says otherwise, or a note whatever it says. */
export const SeatPurpose = z.enum(['reply', 'note'])
export type SeatPurpose = z.infer<typeof SeatPurpose>

/**
 * What became of a letter:
 *
 * - `admitted`: filed, or on its way into a ticket
 * - `held`: waits for its author's confirmation
 * - `quarantined`: waits for a decision of staff
 * - `refused`: answered 550, or disowned by the person it was written in the name of
 * - `suppressed`: bounce, auto-reply, list or loop mail: recorded, never answered
 */
export const Disposition = z.enum(['admitted', 'held', 'quarantined', 'refused', 'suppressed'])
export type Disposition = z.infer<typeof Disposition>

/** What a letter is, before anybody asks who wrote it (rules §1.5). */
export const LetterKind = z.enum(['letter', 'auto_generated', 'auto_reply', 'bounce', 'list', 'loop'])
export type LetterKind = z.infer<typeof LetterKind>

/**
 * - `queued`: in the queue, nobody works on it
 * - `in_progress`: somebody does
 * - `waiting`: for the client
 * - `scheduled`: has a date, returns to the queue on it
 * - `solved`: answered; a reply reopens it
 * - `closed`: solved for long enough; a reply opens a new ticket linked to it
 */
export const TicketStatus = z.enum(['queued', 'in_progress', 'waiting', 'scheduled', 'solved', 'closed'])
export type TicketStatus = z.infer<typeof TicketStatus>

export const TicketPriority = z.enum(['low', 'normal', 'high', 'urgent'])
export type TicketPriority = z.infer<typeof TicketPriority>

export const MessageKind = z.enum(['inbound', 'reply', 'note', 'form', 'phone'])
export type MessageKind = z.infer<typeof MessageKind>

/** What staff removed: a message with its files, words wherever the ticket has them, or one file. */
export const RedactionKind = z.enum(['message', 'text', 'attachment'])
export type RedactionKind = z.infer<typeof RedactionKind>

export const Audience = z.enum(['internal', 'client', 'end_customer'])
export type Audience = z.infer<typeof Audience>

/**
 * What a virus scanner says of a file:
 *
 * - `unscanned`: nothing yet, or there is no scanner
 * - `infected`: never given out
 * - `failed`: it could not be scanned, and never will
 */
export const Scan = z.enum(['unscanned', 'clean', 'infected', 'failed'])
export type Scan = z.infer<typeof Scan>

/**
 * True for a file that stays where it is: infected, or not known to be clean while there is a scanner to ask. Else one would
 * only have to be too large for the scanner to get past it.
 */
export function isLocked(
  scan: Scan,
  { CLAMD, CLAMD_AWAY }: { CLAMD?: unknown; CLAMD_AWAY: 'hold' | 'deliver' },
): boolean {
  return scan === 'infected' || (scan !== 'clean' && CLAMD !== undefined && CLAMD_AWAY === 'hold')
}

export const ParticipantRole = z.enum(['requester', 'cc'])
export type ParticipantRole = z.infer<typeof ParticipantRole>

export const ParticipantState = z.enum(['active', 'proposed', 'removed'])
export type ParticipantState = z.infer<typeof ParticipantState>

/**
 * What a ticket is to another one:
 *
 * - `related`: they have to do with each other, and nothing more is said
 * - `follow_up_of`, `followed_up_by`: one goes on where the other ended
 * - `split_from`, `split_to`: one began as a message of the other
 * - `merged_into`, `merged_from`: one became a part of the other
 * - `legacy`: it continues a ticket of a system used before
 */
export const LinkKind = z.enum([
  'related',
  'follow_up_of',
  'followed_up_by',
  'split_from',
  'split_to',
  'merged_into',
  'merged_from',
  'legacy',
])
export type LinkKind = z.infer<typeof LinkKind>

/** Those that staff may set by themselves; a merge is an act, and the numbers of old systems are no tickets of ours. */
export const FreeLinkKind = LinkKind.exclude(['merged_into', 'merged_from', 'legacy'])
export type FreeLinkKind = z.infer<typeof FreeLinkKind>

/** Which notice an outgoing letter is (rules §6). */
export const NoticeKind = z.enum([
  'ticket_opened',
  'public_reply',
  'late_reply',
  'late_reply_notice',
  'cc_added',
  'link_renewed',
  'taken',
  'status_changed',
  'solved',
  'letter_held',
  'client_wrote',
  'digest',
  'staff_digest',
  'assigned',
  'cc_proposed',
  'mentioned',
  'delivery_failed',
])
export type NoticeKind = z.infer<typeof NoticeKind>

/**
 * - `queued`: not tried yet
 * - `sent`: the relay took it
 * - `captured`: no relay is set; readable in the console, left nowhere
 * - `deferred`: the relay said "later" (4xx) or could not be reached; tried again
 * - `failed`: the relay said "never" (5xx), or five days went by
 * - `bounced`: taken by the relay, returned by a bounce
 * - `suppressed`: not sent on purpose: the recipient was removed, gets no mail, or had so much that a digest tells of it
 */
export const DeliveryState = z.enum(['queued', 'sent', 'captured', 'deferred', 'failed', 'bounced', 'suppressed'])
export type DeliveryState = z.infer<typeof DeliveryState>

/** Which text message to a telephone it is. */
export const TextKind = z.enum(['ticket_opened', 'public_reply', 'solved'])
export type TextKind = z.infer<typeof TextKind>

/**
 * - `queued`: waits: for its first try, for another one, or for the end of quiet hours
 * - `sent`: the provider took it; whether it arrives is told by a receipt, if one comes
 * - `delivered`: it is on the telephone
 * - `failed`: the provider said "never", or nobody knows what became of it
 * - `expired`: it came too late to be of use, here or with the provider
 * - `suppressed`: not sent on purpose: over a budget, or not for its recipient any more
 */
export const TextState = z.enum(['queued', 'sent', 'delivered', 'failed', 'expired', 'suppressed'])
export type TextState = z.infer<typeof TextState>

/** What an address that is suppressed does not get: `all` letters, or `automatic` ones, those no person wrote. */
export const SuppressionScope = z.enum(['all', 'automatic'])
export type SuppressionScope = z.infer<typeof SuppressionScope>

/**
 * - `bounce`: a letter came back for good
 * - `refusal`: the relay says that there is no such mailbox
 * - `complaint`: its reader told their provider that our mail is spam
 */
export const SuppressionCause = z.enum(['bounce', 'refusal', 'complaint'])
export type SuppressionCause = z.infer<typeof SuppressionCause>

/** What happens to a ticket, as its history, the live events and webhooks call it. */
export const TicketEventType = z.enum([
  ...(['opened', 'message_added', 'replied', 'noted', 'status_changed', 'changed', 'followed_up'] as const),
  ...(['taken', 'assigned', 'locked', 'unlocked'] as const),
  ...(['requester_removed', 'cc_added', 'cc_proposed', 'cc_removed', 'link_renewed'] as const),
  ...(['letter_resent', 'letter_not_resent', 'delivery_failed'] as const),
  ...(['audience_changed', 'shown_to_end_customer', 'hidden_from_end_customer'] as const),
  ...(['merged', 'merged_from', 'merge_undone', 'split_to', 'linked', 'unlinked', 'legacy_ticket_named'] as const),
  ...(['attachment_quarantined', 'redacted', 'deleted', 'marked_as_spam', 'restored'] as const),
])
export type TicketEventType = z.infer<typeof TicketEventType>

/** What a webhook is told: something that happened to a ticket, or `ping`, which somebody asked for to try it. */
export const WebhookEvent = z.enum(TicketEventType.options.map((type) => `ticket.${type}` as const))
export type WebhookEvent = z.infer<typeof WebhookEvent>

/**
 * - `active`: told what happens
 * - `paused`: by staff; once it is active again it is told all that happened meanwhile
 * - `disabled`: by itself, because it is gone, or took nothing for five days; the same holds
 */
export const WebhookState = z.enum(['active', 'paused', 'disabled'])
export type WebhookState = z.infer<typeof WebhookState>

/**
 * - `pending`: not told yet; tried again if it was tried
 * - `delivered`: taken with a 2xx
 * - `failed`: given up after three days, or withdrawn; it can be replayed
 */
export const WebhookDeliveryState = z.enum(['pending', 'delivered', 'failed'])
export type WebhookDeliveryState = z.infer<typeof WebhookDeliveryState>

/** What one attempt came to; `deferred` is tried again. */
export const WebhookOutcome = z.enum(['delivered', 'deferred', 'failed'])
export type WebhookOutcome = z.infer<typeof WebhookOutcome>

/** Who did something: a person, or the system by itself. */
export const Actor = z.object({
  kind: z.enum(['agent', 'contact', 'participant', 'unregistered', 'system']),
  name: z.string(),
  email: z.string().optional(),
})
export type Actor = z.infer<typeof Actor>

/** Every ticket number in a text, in its order; each once. */
export function ticketNumbersIn(text: string): bigint[] {
  const found = text.matchAll(/(?<![\p{L}\p{N}-])P-(\d{1,15})(?![\p{L}\p{N}])/giu)
  return [...new Set([...found].map(([, digits]) => BigInt(digits!)))]
}

/** What people see and say: `P-100042`. */
export function ticketNumber(number: bigint | number): string {
  return `P-${number}`
}

/** The other way round; undefined for anything that is not a ticket number. */
export function parseTicketNumber(text: string): bigint | undefined {
  const digits = /^P-(\d{1,15})$/i.exec(text.trim())?.[1]
  return digits === undefined ? undefined : BigInt(digits)
}
