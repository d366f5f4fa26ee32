import { api } from '@podatelna/contracts'

/** Of one row more than was asked for, the page and the way to the next one. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  placeOf: (row: Row) => api.Place,
  show: (row: Row) => Item,
) {
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { items: shown.map(show), next: last ? api.cursor(placeOf(last)) : null }
}

/** Keyset of a table that is listed by the time of its rows' making. */
export function newestFirst({ limit, cursor }: { limit: number; cursor?: api.Place | undefined }) {
  const older = cursor && [{ createdAt: { lt: cursor.at } }, { createdAt: cursor.at, id: { lt: cursor.id } }]
  return {
    // The first condition follows from the others, but only by it an index is entered in the middle.
    where: older ? { createdAt: { lte: cursor.at }, OR: older } : {},
    orderBy: [{ createdAt: 'desc' as const }, { id: 'desc' as const }],
    take: limit + 1,
  }
}

export function placeOf({ createdAt, id }: { createdAt: Date; id: string }): api.Place {
  return { at: createdAt, id }
}

/** What a person searches for, for `contains`: in PostgreSQL's ILIKE these three are not letters. */
export function literally(text: string): { contains: string; mode: 'insensitive' } {
  return { contains: text.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' }
}

export type Paging = { limit: number; cursor?: api.Place | undefined }
