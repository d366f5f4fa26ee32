/** For tests: winmail.dat as Outlook would write it, no more of it than the tests need ([MS-OXTNEF]). */
import { crc32 } from 'node:zlib'

export function tnef(...attributes: Buffer[]): Buffer {
  return Buffer.concat([u32(0x223e9f78), u16(1), ...attributes])
}

export function attribute(level: 1 | 2, id: number, value: Buffer, checksum = sum(value)): Buffer {
  return Buffer.concat([Buffer.from([level]), u32(id), u32(value.length), value, u16(checksum)])
}

export const subject = (text: string) => attribute(1, 0x00018004, Buffer.from(`${text}\0`, 'latin1'))
export const body = (text: string) => attribute(1, 0x0002800c, Buffer.from(`${text}\0`, 'latin1'))
export const messageClass = (text: string) => attribute(1, 0x00078008, Buffer.from(`${text}\0`, 'latin1'))
export const codePage = (page: number) => attribute(1, 0x00069007, Buffer.concat([u32(page), u32(0)]))
export const letterProperties = (...list: Buffer[]) => attribute(1, 0x00069003, properties(...list))

export const rendering = attribute(2, 0x00069002, Buffer.alloc(14))
export const title = (text: string) => attribute(2, 0x00018010, Buffer.from(`${text}\0`, 'latin1'))
export const data = (bytes: Buffer) => attribute(2, 0x0006800f, bytes)
export const fileProperties = (...list: Buffer[]) => attribute(2, 0x00069005, properties(...list))

function properties(...list: Buffer[]): Buffer {
  return Buffer.concat([u32(list.length), ...list])
}

export function unicode(id: number, text: string, name: Buffer = Buffer.alloc(0)): Buffer {
  return variable(0x1f, id, Buffer.from(`${text}\0`, 'utf16le'), name)
}

export function binary(id: number, bytes: Buffer): Buffer {
  return variable(0x102, id, bytes)
}

/** What is itself an object: the id of its interface, then its bytes. */
export function object(id: number, interfaceId: string, bytes: Buffer): Buffer {
  return variable(0x0d, id, Buffer.concat([Buffer.from(interfaceId, 'hex'), bytes]))
}

export const number = (id: number, value: number) => Buffer.concat([u16(0x03), u16(id), u32(value)])

export function time(id: number, date: Date): Buffer {
  const ticks = Buffer.alloc(8)
  ticks.writeBigUInt64LE((BigInt(date.getTime()) + 11_644_473_600_000n) * 10_000n)
  return Buffer.concat([u16(0x40), u16(id), ticks])
}

function variable(type: number, id: number, bytes: Buffer, name: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([u16(type), u16(id), name, u32(1), u32(bytes.length), padded(bytes)])
}

/** In front of the value of a property whose id is 0x8000 or more. */
export function propertyName(text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`, 'utf16le')
  return Buffer.concat([Buffer.alloc(16, 7), u32(1), u32(bytes.length), padded(bytes)])
}

/** Compressed in name only: every byte stands for itself. */
export function compressed(rtf: string): Buffer {
  const bytes = Buffer.from(rtf, 'latin1')
  const runs = Array.from({ length: Math.ceil(bytes.length / 8) }, (_, at) => [
    0,
    ...bytes.subarray(at * 8, at * 8 + 8),
  ])
  const packed = Buffer.from(runs.flat())
  const checksum = (crc32(packed, 0xffffffff) ^ 0xffffffff) >>> 0
  return Buffer.concat([u32(packed.length + 12), u32(bytes.length), u32(0x75465a4c), u32(checksum), packed])
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

function sum(bytes: Buffer): number {
  return bytes.reduce((total, byte) => (total + byte) & 0xffff, 0)
}

function u16(value: number): Buffer {
  return Buffer.from([value & 255, value >> 8])
}

function u32(value: number): Buffer {
  return Buffer.concat([u16(value & 0xffff), u16(value >>> 16)])
}
