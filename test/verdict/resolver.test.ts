import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createResolver, resolverFor } from '@podatelna/admission'
import { Packet } from 'dns2'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Dns, startDns } from '../world/dns.ts'

const ending: (() => unknown)[] = []
afterEach(() => Promise.all(ending.splice(0).map((end) => end())))

describe('a resolver', () => {
  let dns: Dns
  beforeEach(async () => {
    dns = await startDns()
    ending.push(dns.close)
  })

  test('gives every type of record in the shape of Node’s own', async () => {
    dns.zone['all.test'] = {
      ...{ A: ['192.0.2.1', '192.0.2.2'], AAAA: ['2001:db8::1'], MX: ['10 mx.all.test'], PTR: ['host.all.test'] },
      ...{ TXT: [['v=spf1 ', '-all'], 'žluť'], NS: ['ns.all.test'] },
    }
    const resolve = createResolver([dns.address])
    expect(await resolve('all.test', 'A')).toEqual(['192.0.2.1', '192.0.2.2'])
    expect(await resolve('ALL.test.', 'AAAA')).toEqual(['2001:db8::1'])
    expect(await resolve('all.test', 'MX')).toEqual([{ exchange: 'mx.all.test', priority: 10 }])
    expect(await resolve('all.test', 'PTR')).toEqual(['host.all.test'])
    expect(await resolve('all.test', 'NS')).toEqual(['ns.all.test'])
    expect(await resolve('all.test', 'TXT')).toEqual([['v=spf1 ', '-all'], [Buffer.from('žluť').toString('latin1')]])
  })

  test('tells absent, empty, broken and impossible names apart', async () => {
    Object.assign(dns.zone, { 'empty.test': { A: ['192.0.2.1'] }, 'broken.test': 'servfail' })
    const resolve = createResolver([dns.address])
    expect(await code(resolve('absent.test', 'TXT'))).toBe('ENOTFOUND')
    expect(await code(resolve('empty.test', 'TXT'))).toBe('ENODATA')
    expect(await code(resolve('broken.test', 'TXT'))).toBe('ESERVFAIL')
    dns.queries.length = 0
    for (const name of ['a..test', `${'a'.repeat(64)}.test`, 'a.'.repeat(128), 'key.evil.test\0.acme.cz', '']) {
      expect(await code(resolve(name, 'TXT'))).toBe('EBADNAME')
    }
    expect(dns.queries).toEqual([])
  })

  test('remembers an answer as long as it lives, and one that lives zero seconds not at all', async () => {
    dns.zone['known.test'] = { TXT: ['hello'] }
    const resolve = createResolver([dns.address])
    await resolve('known.test', 'TXT')
    await resolve('known.test', 'TXT')
    expect(dns.queries).toHaveLength(2)
    dns.ttl = 60
    await resolve('known.test', 'TXT')
    await resolve('Known.test', 'TXT')
    expect(dns.queries).toHaveLength(3)
  })

  test('asks equal questions under way once', async () => {
    dns.zone['busy.test'] = { TXT: ['hello'] }
    const resolve = createResolver([dns.address])
    await Promise.all(Array.from({ length: 50 }, () => resolve('busy.test', 'TXT')))
    expect(dns.queries).toHaveLength(1)
  })

  test('remembers trouble for a moment', async () => {
    dns.zone['broken.test'] = 'servfail'
    const resolve = createResolver([dns.address])
    for (const _ of [1, 2, 3]) expect(await code(resolve('broken.test', 'A'))).toBe('ESERVFAIL')
    expect(dns.queries).toHaveLength(1)
  })

  test('asks again over TCP when the answer does not fit into a UDP packet', async () => {
    const text = 'x'.repeat(5_000)
    dns.zone['large.test'] = { TXT: [text] }
    const [strings] = (await createResolver([dns.address])('large.test', 'TXT')) as string[][]
    expect(strings!.join('')).toBe(text)
    expect(dns.queries).toHaveLength(2)
  })

  test.each([40, 100])('takes no answer of %i KB', async (kilobytes) => {
    dns.zone['huge.test'] = { TXT: ['x'.repeat(kilobytes * 1024)] }
    expect(await code(createResolver([dns.address])('huge.test', 'TXT'))).toMatch(/EBADRESP|ETIMEOUT/)
  })

  test('follows aliases, eight at most, and no circle', async () => {
    for (let i = 0; i < 12; i++) dns.zone[`a${i}.test`] = { CNAME: [`a${i + 1}.test`] }
    dns.zone['a12.test'] = { TXT: ['the end'] }
    Object.assign(dns.zone, { 'x.test': { CNAME: ['y.test'] }, 'y.test': { CNAME: ['x.test'] } })
    const resolve = createResolver([dns.address])
    expect(await resolve('a5.test', 'TXT')).toEqual([['the end']])
    expect(await code(resolve('a0.test', 'TXT'))).toBe('ESERVFAIL')
    expect(await code(resolve('x.test', 'TXT'))).toBe('ESERVFAIL')
    expect(await resolve('a11.test', 'CNAME')).toEqual(['a12.test'])
  })

  test('asks the next server when one is broken', async () => {
    const lame = await startDns({ 'acme.test': 'servfail' })
    ending.push(lame.close)
    dns.zone['acme.test'] = { TXT: ['hello'] }
    expect(await createResolver([lame.address, dns.address])('acme.test', 'TXT')).toEqual([['hello']])
  })

  test('asks a silent server last from then on', async () => {
    const silent = await startDns({ 'one.test': 'timeout', 'two.test': 'timeout' })
    ending.push(silent.close)
    Object.assign(dns.zone, { 'one.test': { A: ['192.0.2.1'] }, 'two.test': { A: ['192.0.2.2'] } })
    const resolve = createResolver([silent.address, dns.address])
    expect(await resolve('one.test', 'A')).toEqual(['192.0.2.1'])
    expect(await resolve('two.test', 'A')).toEqual(['192.0.2.2'])
    expect(silent.queries.map(({ name }) => name)).toEqual(['one.test'])
  })

  test('gives up on a server that never answers after two tries', async () => {
    dns.zone['slow.test'] = 'timeout'
    const started = Date.now()
    expect(await code(createResolver([dns.address])('slow.test', 'A'))).toBe('ETIMEOUT')
    expect(dns.queries).toHaveLength(2)
    expect(Date.now() - started).toBeLessThan(5_000)
  })
})

describe('a server of a stranger', () => {
  test('is not believed when the number or the question is another one', async () => {
    const address = await startServer((query, send) => {
      const forged = answered(query, '198.51.100.66')
      forged.header.id ^= 1
      send(forged)
      const elsewhere = answered(query, '198.51.100.66')
      elsewhere.questions = [{ ...query.questions[0]!, name: 'other.test' }] as Packet['questions']
      send(elsewhere)
      send(answered(query, '192.0.2.1'))
    })
    expect(await createResolver([address])('acme.test', 'A')).toEqual(['192.0.2.1'])
  })

  test('is not believed when it was not asked', async () => {
    const stranger = createSocket('udp4')
    ending.push(() => stranger.close())
    const address = await startServer((query, send, port) => {
      const forged = answered(query, '198.51.100.66').toBuffer()
      stranger.send(forged, port, '127.0.0.1', () => send(answered(query, '192.0.2.1')))
    })
    expect(await createResolver([address])('acme.test', 'A')).toEqual(['192.0.2.1'])
  })

  test('that knows no EDNS is asked without it', async () => {
    const address = await startServer((query, send) => {
      const reply = answered(query, '192.0.2.1')
      if (query.additionals.length > 0) Object.assign(reply, { answers: [] }).header.rcode = Packet.RCODE.FORMERR
      send(reply)
    })
    expect(await createResolver([address])('acme.test', 'A')).toEqual(['192.0.2.1'])
  })

  test('that sends noise is trouble, not an answer', async () => {
    const address = await startServer((_query, send) => send(Buffer.from('noise')))
    expect(await code(createResolver([address])('acme.test', 'A'))).toBe('ETIMEOUT')
  })

  test('may say how long a name is absent', async () => {
    let asked = 0
    const address = await startServer((query, send) => {
      asked++
      const reply = answered(query)
      reply.header.rcode = Packet.RCODE.NXDOMAIN
      const soa = {
        primary: 'ns.test',
        admin: 'root.test',
        serial: 1,
        refresh: 1,
        retry: 1,
        expiration: 1,
        minimum: 60,
      }
      reply.authorities.push({ name: 'test', type: Packet.TYPE.SOA, class: Packet.CLASS.IN, ttl: 60, ...soa } as never)
      send(reply)
    })
    const resolve = createResolver([address])
    for (const _ of [1, 2, 3]) expect(await code(resolve('absent.test', 'TXT'))).toBe('ENOTFOUND')
    expect(asked).toBe(1)
  })
})

test('a letter may ask so much and no more, and the same thing once', async () => {
  let asked = 0
  const letter = resolverFor(async (name) => {
    asked++
    if (name === 'slow.test') throw Object.assign(new Error(), { code: 'ETIMEOUT' })
    return ['192.0.2.1']
  }, 3)
  for (const name of ['one.test', 'One.test', 'two.test']) await letter.resolve(name, 'A')
  expect(asked).toBe(2)
  expect(await code(letter.resolve('slow.test', 'A'))).toBe('ETIMEOUT')
  expect(await code(letter.resolve('four.test', 'A'))).toBe('ECANCELLED')
  expect(asked).toBe(3)
  expect([...letter.troubled]).toEqual(['slow.test', 'four.test'])
})

async function code(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    (values) => `answered ${JSON.stringify(values)}`,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
}

/** A server that answers as it likes: over UDP, with any bytes, as often as it wants. */
async function startServer(handle: (query: Packet, send: Send, port: number) => void): Promise<string> {
  const socket: Socket = createSocket('udp4')
  socket.on('message', (bytes, { port }) => {
    const send: Send = (reply) => socket.send(Buffer.isBuffer(reply) ? reply : reply.toBuffer(), port, '127.0.0.1')
    handle(Packet.parse(bytes), send, port)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  ending.push(() => socket.close())
  return `127.0.0.1:${socket.address().port}`
}

type Send = (reply: Packet | Buffer) => void

function answered(query: Packet, ...addresses: string[]): Packet {
  const reply = Packet.createResponseFromRequest(query)
  reply.answers = addresses.map((address) =>
    Packet.createResourceFromQuestion(query.questions[0]!, { address, ttl: 0, type: Packet.TYPE.A }),
  )
  return reply
}
