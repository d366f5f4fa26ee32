import { type api, DeliveryState, ticketNumber } from '@podatelna/contracts'
import { explainAttempt } from '@podatelna/mail'
import type { Prisma, Store } from '@podatelna/store'
import { newestFirst, type Paging, pageOf, placeOf } from './page.ts'

type Filter = Paging & { ticket?: bigint | undefined; state?: string | undefined }

/** What waits for a better moment, or will not arrive: of the last two weeks, as none is tried for longer than five days. */
export async function listUndelivered(store: Store, filter: Paging) {
  const { where, ...page } = newestFirst(filter)
  const lately = { createdAt: { gt: new Date(Date.now() - twoWeeksMs) }, state: { in: undelivered } }
  const rows = await store.prisma.delivery.findMany({
    ...page,
    where: { AND: [where, lately] },
    select: deliveryColumns,
  })
  return pageOf(rows, filter.limit, placeOf, showDelivery)
}

export const undelivered: DeliveryState[] = ['deferred', 'failed', 'bounced']
const twoWeeksMs = 14 * 24 * 60 * 60 * 1_000

export async function listDeliveries(store: Store, filter: Filter) {
  const { where, ...page } = newestFirst(filter)
  const { ticket, state } = filter
  const rows = await store.prisma.delivery.findMany({
    ...page,
    where: { ...where, state, ticket: ticket === undefined ? undefined : { number: ticket } },
    select: deliveryColumns,
  })
  return pageOf(rows, filter.limit, placeOf, showDelivery)
}

export async function readDelivery(store: Store, id: string): Promise<api.DeliveryWithSource | undefined> {
  const row = await store.prisma.delivery.findUnique({ where: { id }, select: { ...deliveryColumns, source: true } })
  return row ? { ...showDelivery(row), source: sourceOf(row) } : undefined
}

export function showDelivery(row: DeliveryRow): api.Delivery {
  const { id, kind, subject } = row
  return {
    ...{ id, kind, subject },
    to: row.toAddress,
    state: DeliveryState.parse(row.state),
    message_id: row.messageId,
    created_at: row.createdAt.toISOString(),
    due_at: row.dueAt?.toISOString() ?? null,
    attempts: row.attempts.map(({ at, outcome, smtp, mailId }) => {
      return {
        at: at.toISOString(),
        outcome,
        smtp,
        explanation: explainAttempt({ outcome, smtp }),
        ...(mailId && { mail_id: mailId }),
      }
    }),
    ...(row.ticket && { ticket_number: ticketNumber(row.ticket.number) }),
    ...(row.mailId && { mail_id: row.mailId }),
    ...(row.digestId && { digest_id: row.digestId }),
  }
}

/** Staff must not be able to confirm a letter in its author's name, unless this is a trial where no mail leaves. */
function sourceOf({ kind, state, source }: { kind: string; state: string; source: Uint8Array }): string {
  const letter = Buffer.from(source).toString('utf8')
  if (kind !== 'letter_held' || state === 'captured') return letter
  const [header] = letter.split(/\r?\n\r?\n/, 1)
  return `${header}\r\n\r\n[The body is withheld: it holds a secret link that is meant for the author only.]\r\n`
}

export const deliveryColumns = {
  id: true,
  kind: true,
  toAddress: true,
  subject: true,
  messageId: true,
  state: true,
  dueAt: true,
  createdAt: true,
  mailId: true,
  digestId: true,
  causedById: true,
  ticket: { select: { number: true } },
  attempts: { orderBy: { id: 'asc' } },
} as const satisfies Prisma.DeliverySelect
type DeliveryRow = Prisma.DeliveryGetPayload<{ select: typeof deliveryColumns }>
