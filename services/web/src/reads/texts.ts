import { type api, TextKind, TextState, ticketNumber } from '@podatelna/contracts'
import type { Prisma, Store } from '@podatelna/store'
import { newestFirst, type Paging, pageOf, placeOf } from './page.ts'

type Filter = Paging & { ticket?: bigint | undefined; state?: TextState | undefined }

export async function listTexts(store: Store, filter: Filter) {
  const { where, ...page } = newestFirst(filter)
  const { ticket, state } = filter
  const rows = await store.prisma.text.findMany({
    ...page,
    where: { ...where, state, ticket: ticket === undefined ? undefined : { number: ticket } },
    include: textParts,
  })
  return pageOf(rows, filter.limit, placeOf, showText)
}

export async function readText(store: Store, id: string): Promise<api.Text | undefined> {
  const row = await store.prisma.text.findUnique({ where: { id }, include: textParts })
  return row ? showText(row) : undefined
}

export function showText(row: Prisma.TextGetPayload<{ include: typeof textParts }>): api.Text {
  const { id, body, parts } = row
  return {
    ...{ id, body, parts },
    kind: TextKind.parse(row.kind),
    to: row.toNumber,
    state: TextState.parse(row.state),
    created_at: row.createdAt.toISOString(),
    due_at: row.dueAt?.toISOString() ?? null,
    attempts: row.attempts.map(({ at, outcome, answer }) => ({ at: at.toISOString(), outcome, answer })),
    ticket_number: ticketNumber(row.ticket.number),
  }
}

export const textParts = {
  ticket: { select: { number: true } },
  attempts: { orderBy: { id: 'asc' } },
} as const satisfies Prisma.TextInclude
