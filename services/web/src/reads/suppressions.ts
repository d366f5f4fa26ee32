import { Actor, type api, SuppressionCause, SuppressionScope } from '@podatelna/contracts'
import type { Prisma, Store } from '@podatelna/store'
import { newestFirst, type Paging, pageOf, placeOf } from './page.ts'

export async function listSuppressions(
  store: Store,
  asked: Paging & { address?: string | undefined; lifted: boolean },
) {
  const { where, ...page } = newestFirst(asked)
  const { address, lifted } = asked
  const rows = await store.prisma.suppression.findMany({
    ...page,
    where: { ...where, address, liftedAt: lifted ? { not: null } : null },
  })
  return pageOf(rows, asked.limit, placeOf, showSuppression)
}

/** Those in force for any of the addresses, by address. */
export async function suppressionsOf(store: Store, addresses: string[]): Promise<Map<string, api.Suppression>> {
  const rows = await store.prisma.suppression.findMany({ where: { address: { in: addresses }, liftedAt: null } })
  return new Map(rows.map((row) => [row.address, showSuppression(row)]))
}

/** How many letters to each of the addresses came back lately. */
export async function bouncesOf(store: Store, addresses: string[], now = Date.now()): Promise<Map<string, number>> {
  const rows = await store.prisma.delivery.groupBy({
    by: ['toAddress'],
    where: { toAddress: { in: addresses }, state: 'bounced', createdAt: { gt: new Date(now - lately) } },
    _count: true,
  })
  return new Map(rows.map(({ toAddress, _count }) => [toAddress, _count]))
}

const lately = 30 * 86_400_000

/** @returns false when there is none in force */
export async function liftSuppression(store: Store, address: string, by: Actor): Promise<boolean> {
  const { count } = await store.prisma.suppression.updateMany({
    where: { address, liftedAt: null },
    data: { liftedAt: new Date(), liftedBy: by },
  })
  return count > 0
}

function showSuppression(row: Prisma.SuppressionGetPayload<object>): api.Suppression {
  const { address, reason } = row
  return {
    ...{ address, reason },
    scope: SuppressionScope.parse(row.scope),
    cause: SuppressionCause.parse(row.cause),
    at: row.createdAt.toISOString(),
    ...(row.deliveryId && { delivery_id: row.deliveryId }),
    ...(row.mailId && { mail_id: row.mailId }),
    ...(row.liftedAt && { lifted_at: row.liftedAt.toISOString(), lifted_by: Actor.parse(row.liftedBy) }),
  }
}
