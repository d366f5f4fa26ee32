import { quarantineGivenUp } from '@podatelna/admission'
import { type Envelope, subscriptions } from '@podatelna/contracts'
import type { App, Service } from '@podatelna/process'
import { letterFiler } from '@podatelna/ticketing'
import { startTimers } from './timers.ts'

/** Files letters into tickets, and does to letters what time alone brings about. */
export async function startTickets({ store, bus, reader, log, settings, metrics }: App): Promise<Service> {
  const file = letterFiler({ store, bus, reader })
  await bus.consume({
    subscription: subscriptions.ticketsLetters,
    handle: (event) => file(event as Envelope<{ mail_id: string }>),
    abandon: ({ payload }, reason, database) =>
      quarantineGivenUp(database, (payload as { mail_id: string }).mail_id, reason),
  })
  return startTimers({ store, bus, reader, log, settings, metrics })
}
