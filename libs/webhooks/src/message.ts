/** What a webhook is posted. Made anew for every attempt: what was redacted or erased meanwhile is told no more. */
import { type Actor, type api, ticketNumber } from '@podatelna/contracts'

/** An event with the ticket as it is now; null for a `ping`. */
export type Told = {
  type: string
  at: Date
  event: {
    after: string
    type: string
    by: Actor
    detail: object
    number: bigint
    subject: string
    status: string
    priority: string
  } | null
}

/** @param publicUrl of our API, where more is to be read */
export function messageOf({ type, at, event }: Told, publicUrl: string): api.WebhookMessage {
  const timestamp = at.toISOString()
  if (!event) return { type, timestamp, data: { text: 'Podatelna reaches you here.' } }
  const { after, by, detail, subject, status, priority } = event
  const number = ticketNumber(event.number)
  const ticket = { number, subject, status, priority, url: `${publicUrl}/api/tickets/${number}` }
  return { type, timestamp, data: { ...detail, after, type: event.type, at: timestamp, by, number, ticket } }
}
