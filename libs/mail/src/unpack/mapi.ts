/** MAPI properties as TNEF writes them: [MS-OXTNEF] §2.1.3.3.1 and §2.1.3.4; ids by [MS-OXPROPS]. */
import { decodeCodePage } from './code-pages.ts'

/** By id; of several values only the first, and no named property: none of them is needed to read a letter. */
export type Properties = { values: Map<number, Property>; broken: boolean }

export type Property = { type: number; value: Buffer }

export function readProperties(bytes: Buffer): Properties {
  const values = new Map<number, Property>()
  if (bytes.length < 4) return { values, broken: bytes.length > 0 }
  const count = bytes.readUInt32LE(0)
  let at = 4
  for (let read = 0; read < count; read++) {
    if (read >= countLimit) return { values, broken: true }
    const next = readProperty(bytes, at)
    if (!next) return { values, broken: true }
    if (!next.named && !values.has(next.id)) values.set(next.id, { type: next.type, value: next.value })
    at = next.end
  }
  return { values, broken: false }
}

/** Counts are a stranger's word; a letter of Exchange has some hundreds. */
const countLimit = 5_000

export function propertyText(property: Property | undefined, codePage: number): string | undefined {
  if (property?.type === unicode) return beforeNul(decodeCodePage(property.value, 1200))
  if (property?.type === string8) return beforeNul(decodeCodePage(property.value, codePage))
}

/** Of the integer types; a Boolean is 0 or 1. */
export function propertyNumber(property: Property | undefined): number | undefined {
  if (!property || property.type === unicode || property.type === string8) return undefined
  if (property.value.length === 2) return property.value.readUInt16LE(0)
  return property.value.length === 4 ? property.value.readUInt32LE(0) : undefined
}

/** Of the time type: 100 nanoseconds since 1601. */
export function propertyDate(property: Property | undefined): Date | undefined {
  if (property?.type !== time || property.value.length !== 8) return undefined
  const date = new Date(Number(property.value.readBigUInt64LE(0) / 10_000n) - 11_644_473_600_000)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function beforeNul(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

type Read = { id: number; type: number; named: boolean; value: Buffer; end: number }

/** Undefined where it does not fit, or has a type whose length nobody knows. */
function readProperty(bytes: Buffer, start: number): Read | undefined {
  if (start + 4 > bytes.length) return undefined
  const type = bytes.readUInt16LE(start)
  const id = bytes.readUInt16LE(start + 2)
  const named = id >= 0x8000
  const at = named ? afterName(bytes, start + 4) : start + 4
  const values = at === undefined ? undefined : readValues(bytes, at, type)
  return values && { id, type: type & ~several, named, ...values }
}

/** A GUID, then either a number or a Unicode name that is padded to four bytes ([MS-OXTNEF] §2.1.3.4.1). */
function afterName(bytes: Buffer, start: number): number | undefined {
  if (start + 24 > bytes.length) return undefined
  const end = start + 24
  return bytes.readUInt32LE(start + 16) === 0 ? end : end + padded(bytes.readUInt32LE(start + 20))
}

function readValues(bytes: Buffer, start: number, type: number): { value: Buffer; end: number } | undefined {
  const length = fixedLengths[type & ~several]
  const counted = length === undefined || (type & several) !== 0
  if (length === undefined && !variable.has(type & ~several)) return undefined
  if (counted && start + 4 > bytes.length) return undefined
  const count = counted ? bytes.readUInt32LE(start) : 1
  let at = counted ? start + 4 : start
  let value: Buffer = Buffer.alloc(0)
  for (let index = 0; index < count; index++) {
    if (index >= countLimit) return undefined
    if (length === undefined && at + 4 > bytes.length) return undefined
    const size = length ?? bytes.readUInt32LE(at)
    const from = length === undefined ? at + 4 : at
    if (from + size > bytes.length) return undefined
    if (index === 0) value = bytes.subarray(from, from + size)
    // The last padding may be missing.
    at = Math.min(from + padded(size), bytes.length)
  }
  return { value, end: at }
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4
}

const several = 0x1000
const string8 = 0x1e
const unicode = 0x1f
const time = 0x40

const variable = new Set([string8, unicode, 0x0d, 0x102])

/** [MS-OXTNEF] §2.1.3.4.2; a type of four bytes' length or less takes four. */
const fixedLengths: Record<number, number> = {
  ...{ 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 20: 8, [time]: 8, 72: 16 },
}
