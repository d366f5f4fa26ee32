/** One question to one server: UDP from a port of its own, then TCP when the answer did not fit. */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIP } from 'node:net'
import { type DecodedPacket, encode, type OptAnswer, type Packet, RECURSION_DESIRED, type RecordType } from 'dns-packet'
import { answerTo, type Outcome, type Question, readAnswer } from './resolver-answer.ts'

export type Server = { address: string; port: number }

/** `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`. */
export function readServer(text: string): Server {
  if (isIP(text)) return { address: text, port: 53 }
  const [, address = '', port = '53'] = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(text) ?? []
  return { address, port: Number(port) }
}

/** Never rejects; takes at most `limit` milliseconds for each of UDP and TCP. */
export async function ask(server: Server, question: Question, limit: number): Promise<Outcome> {
  const outcome = await askOnce(server, question, limit, true)
  // A server too old for EDNS answers FORMERR or NOTIMP (RFC 6891 §7).
  const tooOld = 'trouble' in outcome && ['EFORMERR', 'ENOTIMP'].includes(outcome.trouble)
  return tooOld ? askOnce(server, question, limit, false) : outcome
}

async function askOnce(server: Server, question: Question, limit: number, edns: boolean): Promise<Outcome> {
  const id = randomInt(0x10000)
  const query = { id, question, bytes: encode(packetFor(id, question, edns)) }
  const short = await overUdp(server, query, limit)
  const reply = 'packet' in short && short.packet.flag_tc ? await overTcp(server, query, limit) : short
  return 'packet' in reply ? readAnswer(question, reply.packet, reply.size) : reply
}

function packetFor(id: number, { name, type }: Question, edns: boolean): Packet {
  return {
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type: type as RecordType, class: 'IN' }],
    ...(edns && { additionals: [option] }),
  }
}

/** The size of answer that crosses any network in one piece (RFC 9715 §3.2.1). */
const size = { udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false }
const option: OptAnswer = { type: 'OPT', name: '.', ...size, options: [] }

function overUdp(server: Server, query: Query, limit: number): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>()
  // The system gives every socket a port of its own choice; connected, it hears nobody but the server (RFC 5452 §9.2).
  const socket = createSocket(isIP(server.address) === 6 ? 'udp6' : 'udp4')
  const timer = setTimeout(() => resolve(silence), limit)
  socket.on('error', (error: NodeJS.ErrnoException) => resolve({ trouble: error.code ?? 'EBADRESP' }))
  socket.on('message', (bytes) => {
    // Anything but the answer may come from somebody who guesses: the question stays open.
    const packet = answerTo(query.id, query.question, bytes)
    if (packet) resolve({ packet, size: bytes.length })
  })
  // A failure to connect comes to the callback, although its type says nothing of it.
  const connected = (error?: NodeJS.ErrnoException) =>
    error ? resolve({ trouble: error.code ?? 'EBADRESP' }) : socket.send(query.bytes)
  socket.connect(server.port, server.address, connected)
  return promise.finally(() => {
    clearTimeout(timer)
    socket.close()
  })
}

function overTcp(server: Server, query: Query, limit: number): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>()
  const socket = connect({ host: server.address, port: server.port, noDelay: true })
  const timer = setTimeout(() => resolve(silence), limit)
  let received = Buffer.alloc(0)
  socket.on('connect', () => socket.write(Buffer.concat([twoBytes(query.bytes.length), query.bytes])))
  socket.on('error', (error: NodeJS.ErrnoException) => resolve({ trouble: error.code ?? 'EBADRESP' }))
  socket.on('close', () => resolve({ trouble: 'EBADRESP' }))
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const end = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0)
    if (received.length < end) return
    const packet = answerTo(query.id, query.question, received.subarray(2, end))
    resolve(packet ? { packet, size: end - 2 } : { trouble: 'EBADRESP' })
  })
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}

function twoBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

const silence = { trouble: 'ETIMEOUT' }

type Query = { id: number; question: Question; bytes: Buffer }
type Reply = { packet: DecodedPacket; size: number } | { trouble: string }
