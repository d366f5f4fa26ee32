/** From the bytes of a DNS answer to what it says. Every byte was written by a stranger. */
import { type Answer, type DecodedPacket, decode } from 'dns-packet'

export type Question = { name: string; type: string }

/** How a question ended; `ttl` in seconds, 0 for what may not be remembered. */
export type Outcome =
  | { values: Values; ttl: number; hops: number; bytes: number }
  /** The name exists under another one, of which this answer knows nothing. */
  | { alias: string; ttl: number; hops: number }
  | { absent: 'ENOTFOUND' | 'ENODATA'; ttl: number }
  | { trouble: string }
export type Values = string[] | string[][]

/** Longer chains of aliases are a mistake or an attack; RFC 1034 §3.6.2 asks for none at all. */
export const mostAliases = 8

/** More than any domain publishes under one name; a message over TCP could carry twice as much. */
const mostBytes = 32 * 1024

/** The packet, when the bytes are the answer to this very question (RFC 5452 §9.1); undefined for anything else. */
export function answerTo(id: number, question: Question, bytes: Buffer): DecodedPacket | undefined {
  try {
    const packet = decode(bytes)
    const [asked, ...more] = packet.questions ?? []
    const same = asked?.type === question.type && asked.class === 'IN' && sameName(asked.name, question.name)
    return packet.type === 'response' && packet.id === id && same && more.length === 0 ? packet : undefined
  } catch {
    return undefined
  }
}

export function readAnswer(question: Question, packet: DecodedPacket, size: number): Outcome {
  const rcode = (packet.flags ?? 0) & 0x0f
  if (rcode !== 0 && rcode !== nameError) return { trouble: troubles[rcode] ?? 'ESERVFAIL' }
  if (size > mostBytes) return { trouble: 'EBADRESP' }
  const { name, records, ttl, hops } = followAliases(question, packet.answers ?? [])
  if (hops > mostAliases) return { trouble: 'ESERVFAIL' }
  if (records.length > 0) return { values: records.map(asNodeGivesIt) as Values, ttl, hops, bytes: size }
  if (rcode === nameError) return { absent: 'ENOTFOUND', ttl: negativeTtl(packet) }
  const knowsNoMore = hops === 0 || packet.authorities?.some(({ type }) => type === 'SOA')
  return knowsNoMore ? { absent: 'ENODATA', ttl: negativeTtl(packet) } : { alias: name, ttl, hops }
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, '') === b.toLowerCase().replace(/\.$/, '')
}

/** RFC 1034 §5.3.3: the records of the name, or of the name it is an alias of, and so on. */
function followAliases(question: Question, answers: Answer[]) {
  let name = question.name
  let ttl = Number.POSITIVE_INFINITY
  for (let hops = 0; ; hops++) {
    const own = answers.filter((answer) => sameName(answer.name, name))
    const records = own.filter(({ type }) => type === question.type)
    const alias = own.find(({ type }) => type === 'CNAME')
    const used = records.length > 0 || !alias ? records : [alias]
    ttl = Math.min(ttl, ...used.map(ttlOf))
    if (used !== records && alias?.type === 'CNAME' && hops <= mostAliases) name = alias.data
    else return { name, records, ttl: Number.isFinite(ttl) ? ttl : 0, hops }
  }
}

/** RFC 2308 §5: absence is remembered as long as the SOA record says, and not at all when there is none. */
function negativeTtl(packet: DecodedPacket): number {
  const soa = packet.authorities?.find((record) => record.type === 'SOA')
  return soa?.type === 'SOA' ? Math.min(ttlOf(soa), soa.data.minimum ?? 0) : 0
}

function ttlOf(answer: Answer): number {
  return 'ttl' in answer ? (answer.ttl ?? 0) : 0
}

/** The shapes of Node's own resolver. */
function asNodeGivesIt(answer: Answer): unknown {
  // Bytes become characters one to one, so that whoever reads them sees exactly what was published.
  if (answer.type === 'TXT') return [answer.data].flat().map((part) => part.toString('latin1' as BufferEncoding))
  if (answer.type === 'MX') return { priority: answer.data.preference ?? 0, exchange: answer.data.exchange }
  return 'data' in answer ? answer.data : undefined
}

/** RFC 1035 §4.1.1, in the words of Node. */
const nameError = 3
const troubles: Record<number, string> = { 1: 'EFORMERR', 2: 'ESERVFAIL', 4: 'ENOTIMP', 5: 'EREFUSED' }
