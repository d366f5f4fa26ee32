import { api } from '@podatelna/contracts'
import { expect, test } from 'vitest'
import { pageOf } from './reads/page.ts'

const row = (second: number) => ({ at: new Date(second * 1000), id: `01890000-0000-7000-8000-00000000000${second}` })
const show = ({ id }: { id: string }) => id

test('a cursor leads back to the place it was made from', () => {
  const place = row(7)
  expect(api.ListQuery.parse({ cursor: api.cursor(place) })).toEqual({ limit: 50, cursor: place })
})

test('a page with more behind it names the place of its last item', () => {
  const page = pageOf([row(3), row(2), row(1)], 2, (place) => place, show)
  expect(page.items).toEqual([show(row(3)), show(row(2))])
  expect(api.ListQuery.parse({ cursor: page.next }).cursor).toEqual(row(2))
})

test('the last page has no next one', () => {
  expect(pageOf([row(2), row(1)], 2, (place) => place, show).next).toBeNull()
})

test.each(['', 'abc', '%', '😀', btoa('1.x'), btoa(`x.${row(1).id}`), 'A'.repeat(1000)])(
  '%j is no cursor of ours',
  (cursor) => {
    const read = api.ListQuery.safeParse({ cursor })
    expect(read.error?.issues[0]?.message).toMatch(/take it from `next`/)
  },
)
