/** Sending a letter of ours again, because it did not arrive or its reader has lost it (decision 0036). */
import { envelope } from '@podatelna/bus'
import { type Actor, type DeliveryState, deliveryResent, type NoticeKind } from '@podatelna/contracts'
import { readToken } from '@podatelna/mail'
import { type Database, newId, Prisma } from '@podatelna/store'
import { act, record } from './act.ts'
import { type Act, type Desk, type Refusal, refusal } from './desk.ts'
import { lockLiveTicket } from './lock-ticket.ts'
import { circumstancesOfDelivery, whyKeptBack } from './people/kept-back.ts'

/** `id` is of the delivery that goes in its place. */
export type Resent = { id: string; number: bigint }

/**
 * To the same recipient, if it may go to them still. What is sent, and counted, is made from the event (outbound).
 *
 * @param desk.keys that verify tokens
 * @param input.resentAs the same when it is asked for again
 */
export function resendDelivery(
  desk: Desk & { keys: readonly string[] },
  input: { id: string; resentAs?: string | undefined; by: Actor },
): Promise<Act<Resent>> {
  const { id, resentAs = newId(), by } = input
  return act(desk, async (database) => {
    const number = await numberOf(database, id)
    if (number === undefined) return refusal('no_delivery', 'There is no such delivery.')
    if (number === null) return refusal('not_resendable', 'Only letters about a ticket that is there are sent again.')
    const ticket = await lockLiveTicket(database, number)
    if ('problem' in ticket) return ticket
    const value = { id: resentAs, number }
    if (await wasAsked(database, ticket.id, resentAs)) return { value, events: [] }
    const delivery = await readSent(database, id)
    const refused = whyNot(delivery, desk.keys)
    if (refused) return refused
    const about = { delivery_id: id, resent_as: resentAs }
    await record(database, ticket.id, 'letter_resent', by, { email: delivery.to, kind: delivery.kind, ...about })
    return { value, events: [envelope(deliveryResent, about)] }
  })
}

/** Of its ticket; null when it has none, undefined when there is no such delivery. */
async function numberOf(database: Database, id: string): Promise<bigint | null | undefined> {
  const delivery = await database.delivery.findUnique({
    where: { id },
    select: { ticket: { select: { number: true } } },
  })
  return delivery === null ? undefined : (delivery.ticket?.number ?? null)
}

async function wasAsked(database: Database, ticketId: string, resentAs: string): Promise<boolean> {
  const asked = await database.ticketEvent.findFirst({
    where: { ticketId, type: 'letter_resent', detail: { path: ['resent_as'], equals: resentAs } },
  })
  return asked !== null
}

async function readSent(database: Database, id: string): Promise<Sent> {
  const [sent] = await database.$queryRaw<Sent[]>(Prisma.sql`
    SELECT d.kind, d.state, d.to_address AS "to", d.message_id AS "messageId", d.redacted_at IS NOT NULL AS redacted,
      coalesce(p.address, a.email) AS recipient, p.serial, ${whyKeptBack} AS "keptBack"
    FROM deliveries d ${circumstancesOfDelivery} WHERE d.id = ${id}::uuid`)
  return sent!
}

function whyNot(sent: Sent, keys: readonly string[]): Refusal | undefined {
  const words =
    whyNotInState[sent.state] ??
    whyNotKind[sent.kind] ??
    (sent.redacted ? 'What it said was removed by staff.' : undefined) ??
    (sent.recipient !== sent.to ? 'Its recipient has another address by now.' : undefined) ??
    sent.keptBack ??
    whyNotLinks(sent, keys)
  return words ? refusal('not_resendable', words) : undefined
}

const whyNotInState: Partial<Record<DeliveryState, string>> = {
  queued: 'It has not been tried yet: it is sent by itself.',
  deferred: 'It is tried again by itself.',
  suppressed: 'It was kept back on purpose. Write a reply instead.',
}

const notAgain = 'A digest is not sent again: by now it may tell of what is not for its reader any more.'

const whyNotKind: Partial<Record<NoticeKind, string>> = {
  digest: notAgain,
  staff_digest: notAgain,
}

/** A link that was renewed is renewed because somebody else has it; and what a key signed that is gone is not ours any more. */
function whyNotLinks({ messageId, serial }: Sent, keys: readonly string[]): string | undefined {
  const written = readToken(keys, 'thread', messageId.split('.')[0]!)
  if (written !== undefined && (serial === null || written === serial)) return undefined
  return 'The links in it lead nowhere any more, because they were renewed. Write a reply instead.'
}

type Sent = {
  kind: NoticeKind
  state: DeliveryState
  to: string
  messageId: string
  redacted: boolean
  /** The address of the participant or agent; null when they are not there any more. */
  recipient: string | null
  /** Of a participant. */
  serial: bigint | null
  keptBack: string | null
}
