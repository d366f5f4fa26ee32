import { Actor, type api, ticketNumber, WebhookDeliveryState, WebhookOutcome, WebhookState } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import { messageOf, type Told, toldEvent } from '@podatelna/webhooks'
import { newestFirst, type Paging, pageOf, placeOf } from './page.ts'

export async function listWebhooks(store: Store, paging: Paging) {
  const rows = await store.prisma.webhook.findMany({ ...newestFirst(paging), include: waiting })
  return pageOf(rows, paging.limit, placeOf, showWebhook)
}

export async function readWebhook(store: Store, id: string): Promise<api.Webhook | undefined> {
  const row = await store.prisma.webhook.findUnique({ where: { id }, include: waiting })
  return row ? showWebhook(row) : undefined
}

type Filter = Paging & { webhookId: string; state?: WebhookDeliveryState | undefined; type?: string | undefined }

export async function listWebhookDeliveries(store: Store, filter: Filter) {
  const { webhookId, state, type } = filter
  const { where, ...page } = newestFirst(filter)
  const rows = await store.prisma.webhookDelivery.findMany({
    ...page,
    where: { ...where, webhookId, state, type },
    include: parts,
  })
  return pageOf(rows, filter.limit, placeOf, showDelivery)
}

/** With what it tells, as it would be told now. */
export async function readWebhookDelivery(
  store: Store,
  id: string,
  publicUrl: string,
): Promise<api.WebhookDeliveryWithMessage | undefined> {
  const row = await store.prisma.webhookDelivery.findUnique({ where: { id }, include: parts })
  if (!row) return undefined
  const [told] = await store.query<{ event: Told['event'] }>(Prisma.sql`
    SELECT ${toldEvent} AS event FROM webhook_deliveries d
    LEFT JOIN ticket_events e ON e.id = d.event_id LEFT JOIN tickets t ON t.id = e.ticket_id
    WHERE d.id = ${id}::uuid`)
  const message = messageOf({ type: row.type, at: row.createdAt, event: told?.event ?? null }, publicUrl)
  return { ...showDelivery(row), message }
}

function showWebhook(row: Prisma.WebhookGetPayload<{ include: typeof waiting }>): api.Webhook {
  const { id, url, description, events, problem, failingSince } = row
  return {
    ...{ id, url, description, events },
    state: WebhookState.parse(row.state),
    ...(problem && { problem }),
    ...(failingSince && { failing_since: failingSince.toISOString() }),
    pending: row._count.deliveries,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    created_by: Actor.parse(row.createdBy),
  }
}

function showDelivery(row: Prisma.WebhookDeliveryGetPayload<{ include: typeof parts }>): api.WebhookDelivery {
  const { id, type } = row
  return {
    ...{ id, type },
    webhook_id: row.webhookId,
    state: WebhookDeliveryState.parse(row.state),
    created_at: row.createdAt.toISOString(),
    due_at: row.dueAt?.toISOString() ?? null,
    attempts: row.attempts.map(showAttempt),
    ...(row.event && { ticket_number: ticketNumber(row.event.ticket.number) }),
  }
}

type AttemptRow = Prisma.WebhookAttemptGetPayload<object>

function showAttempt({ at, outcome, status, answer, milliseconds }: AttemptRow): api.WebhookAttempt {
  const told = { answer, milliseconds, ...(status !== null && { status }) }
  return { at: at.toISOString(), outcome: WebhookOutcome.parse(outcome), ...told }
}

const waiting = { _count: { select: { deliveries: { where: { state: 'pending' } } } } } satisfies Prisma.WebhookInclude

const parts = {
  attempts: { orderBy: { id: 'asc' } },
  event: { select: { ticket: { select: { number: true } } } },
} as const satisfies Prisma.WebhookDeliveryInclude
