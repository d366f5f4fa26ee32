/** Who is told what about an event, before it is written. */
import type { Envelope, EventType } from '@podatelna/contracts'
import type { Store } from '@podatelna/store'
import type { AgentDeskReader } from './agent-notices.ts'
import type { Gate, TicketAsRead } from './deliveries.ts'
import type { Letter, Letterhead, Notice } from './letterhead.ts'
import type { ReactionEstimate } from './reaction.ts'
import type { Text, TextWriter } from './texts/plan.ts'
import type { ticketReader } from './ticket-notices.ts'

/** `letters` are written already. `gate` and `ticket` are what must hold still when all of them are committed. */
export type Plan = {
  notices: Notice[]
  letters?: Letter[]
  /** A text message beside them. */
  text?: Text | undefined
  gate?: Gate | undefined
  /** What else is done in the same commit, when there is nobody to write to as well. */
  also?: Gate | undefined
  ticket?: TicketAsRead | undefined
}
export type Planned = Plan | { reject: string }

export type Reading = {
  store: Store
  letterhead: Letterhead
  readTicket: ReturnType<typeof ticketReader>
  readAgents: AgentDeskReader
  reaction: ReactionEstimate
  /** Absent where no texts are sent. */
  writeText?: TextWriter | undefined
}

/** The plan for one kind of event, under its name. */
export function on<Payload>(
  type: EventType<Payload>,
  plan: (desk: Reading, about: Payload) => Promise<Planned>,
): [name: string, plan: (desk: Reading, event: Envelope) => Promise<Planned>] {
  return [type.name, (desk, event) => plan(desk, type.payload.parse(event.payload))]
}
