import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { type DnsHandler, Packet, type Question, type Resource, TCPServer, UDPServer } from 'dns2'

/**
 * What the domain name system knows: one entry a name. Values are written as in a zone file (`10 mx.acme.cz`); a TXT
 * value that is an array is sent in exactly these strings, one that is longer than 255 bytes is split.
 */
export type Zone = Record<string, Records | 'timeout' | 'servfail'>

export type Records = {
  A?: string[]
  AAAA?: string[]
  MX?: string[]
  TXT?: (string | string[])[]
  PTR?: string[]
  CNAME?: string[]
  NS?: string[]
  SPF?: (string | string[])[]
  /** Questions for types that are not listed are never answered. */
  others?: 'timeout'
}

export type Dns = {
  /** `ip:port`, as DNS_SERVERS and `Resolver.setServers` want it. */
  address: string
  /** May be changed while the server runs. */
  zone: Zone
  /** How many seconds answers live: zero, unless somebody sets it. */
  ttl: number
  /** Everything that was asked, in order. */
  queries: { name: string; type: string }[]
  close(): Promise<void>
}

/** A real DNS server on loopback, UDP and TCP on one port, that knows what `zone` says and nothing else. */
export async function startDns(zone: Zone = {}): Promise<Dns> {
  const dns = { zone, ttl: 0, queries: [] as Dns['queries'] }
  const handle: DnsHandler = (request, send) => {
    const [question] = request.questions
    if (!question) return
    dns.queries.push({ name: question.name.toLowerCase(), type: Packet.typeName(question.type) })
    const response = answer(dns, request, question)
    if (response) void send(response)
  }
  const { tcp, udp, port } = await listen(handle)
  const sockets = new Set<Socket>()
  tcp.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const close = async () => {
    // Resolvers keep their connection open, and `close` would wait for them.
    for (const socket of sockets) socket.destroy()
    await Promise.all([new Promise((done) => tcp.close(done)), new Promise<void>((done) => udp.close(() => done()))])
  }
  return Object.assign(dns, { address: `127.0.0.1:${port}`, close })
}

/** The port is TCP's choice; now and then somebody else has it for UDP, then another one is taken. */
async function listen(handle: DnsHandler, attempts = 10): Promise<{ tcp: TCPServer; udp: UDPServer; port: number }> {
  const tcp = new TCPServer(handle)
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo
  const udp = new UDPServer(handle)
  try {
    udp.bind(port, '127.0.0.1')
    await once(udp, 'listening')
    return { tcp, udp, port }
  } catch (error) {
    tcp.close()
    if (attempts === 1) throw error
    return listen(handle, attempts - 1)
  }
}

function answer(dns: Pick<Dns, 'zone' | 'ttl'>, request: Packet, question: Question): Packet | undefined {
  const { zone } = dns
  const response = Packet.createResponseFromRequest(request)
  response.header.aa = 1
  response.header.ra = 1
  const name = normal(question.name)
  const found = lookUp(zone, name)
  if (found === 'timeout' || isSilent(found, question)) return undefined
  if (found === 'servfail') response.header.rcode = Packet.RCODE.SERVFAIL
  else if (found) response.answers = resources(zone, question, found).map((record) => ({ ...record, ttl: dns.ttl }))
  else if (!hasChildren(zone, name)) response.header.rcode = Packet.RCODE.NXDOMAIN
  return response
}

function lookUp(zone: Zone, name: string): Zone[string] | undefined {
  return zone[name] ?? Object.entries(zone).find(([known]) => normal(known) === name)?.[1]
}

function isSilent(found: Zone[string] | undefined, question: Question): boolean {
  const listed = typeof found === 'object' && Packet.typeName(question.type) in found
  return typeof found === 'object' && found.others === 'timeout' && !listed
}

/** RFC 8020: a name with names below it exists, although it has no records. */
function hasChildren(zone: Zone, name: string): boolean {
  return Object.keys(zone).some((known) => normal(known).endsWith(`.${name}`))
}

/** An alias is answered together with what it points to, as far as the zone knows (RFC 1034, 4.3.2). */
function resources(zone: Zone, question: Question, records: Records, depth = 0): Resource[] {
  const type = Packet.typeName(question.type) as RecordType
  const own = encoders[type] ? (records[type] ?? []).map((value) => resource(question, type, value)) : []
  const alias = records.CNAME?.[0]
  if (!alias || type === 'CNAME' || depth === 8) return own
  const target = lookUp(zone, normal(alias))
  const rest = typeof target === 'object' ? resources(zone, { ...question, name: alias }, target, depth + 1) : []
  return [resource(question, 'CNAME', alias), ...rest]
}

function resource(question: Question, type: RecordType, value: string | string[]): Resource {
  const data = encoders[type](value as string)
  return Packet.createResourceFromQuestion(question, { ...data, type: Packet.TYPE[type] })
}

type RecordType = Exclude<keyof Records, 'others'>

const encoders: Record<RecordType, (value: string) => Partial<Resource>> = {
  A: (address) => ({ address }),
  AAAA: (address) => ({ address }),
  MX: (value) => ({ priority: Number.parseInt(value, 10), exchange: value.split(/\s+/)[1] ?? '' }),
  TXT: texts,
  SPF: texts,
  PTR: (domain) => ({ domain }),
  CNAME: (domain) => ({ domain }),
  NS: (ns) => ({ ns }),
}

/** The types of dns2 know strings only, its encoder takes bytes as well. */
function texts(value: string | string[]): Partial<Resource> {
  return { data: [value].flat().flatMap(split) as unknown as string[] }
}

/** A character string has one byte for its length (RFC 1035, 3.3). */
function split(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const count = Math.max(1, Math.ceil(bytes.length / 255))
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * 255, (i + 1) * 255))
}

function normal(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
