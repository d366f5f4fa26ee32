import { expect, test } from 'vitest'
import { threadIndex } from './thread-index.ts'

const ticket = { id: '01890000-0000-7000-8000-000000000001', begun: new Date('2026-01-02T03:04:05.678Z') }
const bytes = (index: string) => Buffer.from(index, 'base64')

test('a ticket has one beginning, with its time as Outlook counts it', () => {
  const index = bytes(threadIndex(ticket))
  expect(index).toHaveLength(22)
  expect(index[0]).toBe(1)
  const time = Number((index.readBigUInt64BE(0) >> 16n) << 16n) / 10_000 - 11_644_473_600_000
  expect(Math.abs(time - ticket.begun.getTime())).toBeLessThan(10)
  expect(bytes(threadIndex({ ...ticket, id: 'other' })).subarray(6)).not.toEqual(index.subarray(6))
})

test('an answer adds how much later it was written', () => {
  const day = 86_400_000
  for (const [later, code, shift] of [
    [3 * day, 0, 18n],
    [3 * 365 * day, 1, 23n],
    [-day, 0, 18n],
  ] as const) {
    const index = bytes(threadIndex(ticket, new Date(ticket.begun.getTime() + later)))
    expect(index.subarray(0, 22)).toEqual(bytes(threadIndex(ticket)))
    expect(index).toHaveLength(27)
    const block = index.readUInt32BE(22)
    expect(block >>> 31).toBe(code)
    const told = Number(BigInt(block & 0x7fff_ffff) << shift) / 10_000
    expect(Math.abs(told - Math.max(0, later))).toBeLessThan(1_000)
  }
})
