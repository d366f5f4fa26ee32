/**
 * Every event that travels between services: what happened, its version and its shape, defined once.
 * A changed meaning is version 2 beside version 1; the string stands nowhere else.
 */
import { z } from 'zod'
import { TicketStatus } from './vocabulary.ts'

/** A kind of event. `name` is also the routing key on the broker. */
export type EventType<Payload = unknown> = { name: string; payload: z.ZodType<Payload> }

/** One event on its way: `id` is a UUID, and what makes handling it twice harmless. */
export type Envelope<Payload = unknown> = { id: string; name: string; payload: Payload }

/** A consumer of events: its name is its queue's, and the key under which it remembers what it has done. */
export type Subscription = { consumer: string; events: readonly EventType[] }

function event<Shape extends z.ZodRawShape>(what: string, version: number, shape: Shape) {
  return { name: `${what}.v${version}`, payload: z.object(shape) }
}

const mail = { mail_id: z.uuid() }
const message = { ticket_id: z.uuid(), message_id: z.uuid() }

/** A letter may be filed: admitted at the door, confirmed by its author, or released by staff. */
export const mailAdmitted = event('mail.admitted', 1, mail)
/** A letter waits for its author; they are to be sent a link. */
export const mailHeld = event('mail.held', 1, mail)
/** A bounce, auto-reply, list or loop letter was recorded. */
export const mailSuppressed = event('mail.suppressed', 1, mail)
/** A letter answers a closed ticket, and its mailbox takes no late replies; its author is to be told. */
export const mailTooLate = event('mail.too_late', 1, { ...mail, ticket_id: z.uuid() })

/** A new ticket stands in the queue; `message_id` is its first message. */
export const ticketOpened = event('ticket.opened', 1, message)
/** People were put in copy of a ticket that was there already; `message_id` is what they are told about it. */
export const copied = event('ticket.copied', 1, { ...message, participant_ids: z.array(z.uuid()) })
/** What somebody was sent until now is revoked, and they are to have a new link; `message_id` as in `copied`. */
export const linkRenewed = event('ticket.link_renewed', 1, { ...message, participant_ids: z.array(z.uuid()) })
/** A client wrote into a ticket that was there already. */
export const clientWrote = event('ticket.client_wrote', 1, message)
/** An agent answered publicly. Without `recorded` (of older processes) its recipients are those who are on the ticket by now. */
export const publiclyReplied = event('ticket.publicly_replied', 1, { ...message, recorded: z.boolean().optional() })
/** The requester is to hear which agent looks after their ticket, or has locked it. */
export const ticketTaken = event('ticket.taken', 1, { ticket_id: z.uuid(), agent_id: z.uuid() })
/** A ticket was moved, and its requester is to hear it; `agent_id` is who took it by the same act, if they are to hear that. */
export const ticketMoved = event('ticket.moved', 1, {
  ticket_id: z.uuid(),
  status: TicketStatus,
  agent_id: z.uuid().nullable(),
})
/** A ticket was given to an agent by somebody else, whose name is `by`. */
export const ticketAssigned = event('ticket.assigned', 1, { ticket_id: z.uuid(), agent_id: z.uuid(), by: z.string() })
/** Somebody on the ticket's page proposed people for copy; whoever may decide is to be told. */
export const ccProposed = event('ticket.cc_proposed', 1, { ticket_id: z.uuid(), participant_ids: z.array(z.uuid()) })
/** A note names agents. */
export const agentsMentioned = event('ticket.agents_mentioned', 1, { ...message, agent_ids: z.array(z.uuid()) })

/** A letter of ours did not arrive and never will: refused for good, given up after days, or returned. Once a delivery. */
export const deliveryFailed = event('delivery.failed', 1, { delivery_id: z.uuid() })
/** A letter of ours has been tried for four hours, and is tried on. Once a delivery. */
export const deliveryDeferredLong = event('delivery.deferred_long', 1, { delivery_id: z.uuid() })

/** A gateway said what became of a text that it knows by that id, in its own word. */
export const textReceipt = event('text.receipt', 1, { provider_id: z.string(), status: z.string() })

/** Staff want a letter of ours sent again, as the delivery `resent_as`. */
export const deliveryResent = event('delivery.resent', 1, { delivery_id: z.uuid(), resent_as: z.uuid() })

/**
 * Who listens to what. Every process declares all of it on the broker, so that services may start in any order
 * and an event published before its consumer's first start still waits for it in a queue.
 */
export const subscriptions = {
  ticketsLetters: { consumer: 'tickets.letters', events: [mailAdmitted, mailSuppressed] },
  outboundBounces: { consumer: 'outbound.bounces', events: [mailSuppressed] },
  outboundReceipts: { consumer: 'outbound.receipts', events: [textReceipt] },
  outboundNotices: {
    consumer: 'outbound.notices',
    events: [
      ...[mailHeld, mailTooLate, ticketOpened, clientWrote, copied, linkRenewed, publiclyReplied],
      ...[ticketTaken, ticketMoved, ticketAssigned, ccProposed, agentsMentioned],
      ...[deliveryFailed, deliveryDeferredLong, deliveryResent],
    ],
  },
} as const satisfies Record<string, Subscription>
