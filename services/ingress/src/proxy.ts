/**
 * The PROXY header a load balancer sends before anything else: who really connected. Version 1 is a line of text, version
 * 2 binary (HAProxy's proxy-protocol.txt, §2.1 and §2.2). Nothing is read beyond the header.
 */
import { isIP, type Socket } from 'node:net'

/** The client as the header names it; without an address when the balancer speaks for itself (a health check). */
export type Proxied = { address?: string; port?: number }

/** Resolves with undefined when no proper header comes in time; the socket is then of no more use. */
export async function readProxyHeader(socket: Socket, patienceMs = 10_000): Promise<Proxied | undefined> {
  const timer = setTimeout(() => socket.destroy(), patienceMs)
  socket.on('error', ignore)
  try {
    let bytes = Buffer.alloc(0)
    while (!socket.destroyed) {
      const length = headerLength(bytes)
      if (length === 'broken') return undefined
      if (length !== 'open' && bytes.length >= length) {
        if (bytes.length > length) socket.unshift(bytes.subarray(length))
        return bytes[0] === 0x50 ? parseLine(bytes.subarray(0, length)) : parseBinary(bytes.subarray(0, length))
      }
      const more = await nextChunk(socket)
      if (!more) return undefined
      bytes = Buffer.concat([bytes, more])
    }
    return undefined
  } finally {
    clearTimeout(timer)
    socket.off('error', ignore)
  }
}

/** How long the header is, as far as its first bytes tell. */
function headerLength(bytes: Buffer): number | 'open' | 'broken' {
  const begin = (signature: Buffer) => signature.subarray(0, bytes.length).equals(bytes.subarray(0, signature.length))
  if (begin(signature2)) {
    if (bytes.length < 16) return 'open'
    const length = 16 + bytes.readUInt16BE(14)
    return length > longestBinary ? 'broken' : length
  }
  if (!begin(signature1)) return 'broken'
  const end = bytes.indexOf('\r\n')
  if (end >= 0) return end + 2 <= longestLine ? end + 2 : 'broken'
  return bytes.length < longestLine ? 'open' : 'broken'
}

/** `PROXY TCP4 192.0.2.1 198.51.100.1 56324 25`, or `PROXY UNKNOWN` with anything behind it. */
export function parseLine(line: Buffer): Proxied | undefined {
  const [, family, address = '', port] =
    /^PROXY (TCP4|TCP6|UNKNOWN)(?: (\S+) \S+ (\d{1,5}) \d{1,5})?(?: .*)?\r\n$/.exec(line.toString('latin1')) ?? []
  if (family === 'UNKNOWN') return {}
  if (isIP(address) === 0 || isIP(address) !== (family === 'TCP4' ? 4 : 6)) return undefined
  return { address, port: Number(port) }
}

export function parseBinary(bytes: Buffer): Proxied | undefined {
  const [version, command] = [bytes[12]! >> 4, bytes[12]! & 0x0f]
  if (version !== 2 || command > 1) return undefined
  if (command === 0) return {}
  const body = bytes.subarray(16)
  if (bytes[13] === 0x11 && body.length >= 12)
    return { address: body.subarray(0, 4).join('.'), port: body.readUInt16BE(8) }
  if (bytes[13] === 0x21 && body.length >= 36)
    return { address: ipv6(body.subarray(0, 16)), port: body.readUInt16BE(32) }
  return undefined
}

function ipv6(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(group * 2).toString(16)).join(':')
}

function nextChunk(socket: Socket): Promise<Buffer | undefined> {
  const here = socket.read() as Buffer | null
  if (here) return Promise.resolve(here)
  return new Promise((done) => {
    const finish = (chunk?: Buffer) => {
      for (const event of ['readable', 'end', 'close'] as const) socket.off(event, look)
      done(chunk)
    }
    const look = () => finish((socket.read() as Buffer | null) ?? undefined)
    for (const event of ['readable', 'end', 'close'] as const) socket.once(event, look)
  })
}

const ignore = () => {}
const signature1 = Buffer.from('PROXY ')
const signature2 = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
/** As the specification has it, §2.1. */
const longestLine = 107
/** Addresses and extensions (TLS certificate names, for instance) take a few hundred bytes. */
const longestBinary = 4_096
