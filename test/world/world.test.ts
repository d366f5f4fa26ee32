import { randomUUID } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { createConnection } from 'node:net'
import { connect } from 'amqplib'
import { authenticate } from 'mailauth'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { dialog, openClient, send } from './client.ts'
import { companies, companiesZone } from './companies.ts'
import { cloneDatabase } from './database.ts'
import { type Dns, startDns, type Zone } from './dns.ts'
import { letter, signer } from './letters.ts'
import { askedTooEarly } from './one-question.ts'
import { type Rabbit, startRabbit } from './rabbitmq.ts'
import { type Sink, startSink } from './sink.ts'

describe('domain names', () => {
  test('each kind of record is answered as written', async () => {
    const { resolver } = await names({
      'acme.cz': {
        A: ['192.0.2.1'],
        AAAA: ['2001:db8::5'],
        MX: ['10 mx.acme.cz', '20 mx2.acme.cz'],
        NS: ['ns.acme.cz'],
      },
      'www.acme.cz': { CNAME: ['ACME.cz.'] },
      '1.2.0.192.in-addr.arpa': { PTR: ['mx.acme.cz'] },
    })
    expect(await resolver.resolve4('acme.cz')).toEqual(['192.0.2.1'])
    expect(await resolver.resolve6('acme.cz')).toEqual(['2001:db8::5'])
    expect(await resolver.resolveMx('acme.cz')).toMatchObject([
      { priority: 10, exchange: 'mx.acme.cz' },
      { priority: 20 },
    ])
    expect(await resolver.resolveNs('acme.cz')).toEqual(['ns.acme.cz'])
    expect(await resolver.resolve4('www.acme.cz')).toEqual(['192.0.2.1'])
    expect(await resolver.resolvePtr('1.2.0.192.in-addr.arpa')).toEqual(['mx.acme.cz'])
  })

  test('texts keep their strings, and long ones are split without harm to their bytes', async () => {
    const { resolver } = await names({ 'acme.cz': { TXT: ['v=spf1 -all', ['one', 'two'], 'ž'.repeat(200)] } })
    const texts = await resolver.resolveTxt('acme.cz')
    expect(texts.slice(0, 2)).toEqual([['v=spf1 -all'], ['one', 'two']])
    expect(texts[2]).toHaveLength(2)
  })

  test('what does not fit into a datagram comes over TCP on the same port', async () => {
    const { resolver, dns } = await names({ 'large.cz': { TXT: ['x'.repeat(5000)] } })
    expect((await resolver.resolveTxt('large.cz'))[0]!.join('')).toBe('x'.repeat(5000))
    expect(dns.queries).toEqual([
      { name: 'large.cz', type: 'TXT' },
      { name: 'large.cz', type: 'TXT' },
    ])
  })

  test('absent, empty, broken and silent names differ', async () => {
    const { resolver } = await names({
      'a.acme.cz': { A: ['192.0.2.1'] },
      'broken.cz': 'servfail',
      'slow.cz': 'timeout',
    })
    await expect(resolver.resolve4('nobody.cz')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolver.resolveTxt('a.acme.cz')).rejects.toMatchObject({ code: 'ENODATA' })
    await expect(resolver.resolveTxt('acme.cz')).rejects.toMatchObject({ code: 'ENODATA' })
    await expect(resolver.resolveTxt('broken.cz')).rejects.toMatchObject({ code: 'ESERVFAIL' })
    await expect(resolver.resolveTxt('slow.cz')).rejects.toMatchObject({ code: 'ETIMEOUT' })
  })

  test('the zone may change while it is served', async () => {
    const { resolver, dns } = await names({})
    dns.zone['new.cz'] = { A: ['192.0.2.7'] }
    expect(await resolver.resolve4('NEW.cz')).toEqual(['192.0.2.7'])
  })
})

describe('the sink', () => {
  test('keeps the envelope and the bytes of each letter, and hands over one that is already there', async () => {
    const { sink, port } = await sinkAndPort()
    const raw = await hello()
    expect(await send(raw, { port, from: 'jana@acme.cz', to: ['a@x.cz', 'b@x.cz'] })).toMatchObject({ code: 250 })
    const kept = await sink.next((one) => one.to.includes('b@x.cz'))
    expect(kept).toMatchObject({ from: 'jana@acme.cz', to: ['a@x.cz', 'b@x.cz'] })
    expect(kept.raw.toString()).toBe(raw.toString())
    expect((await kept.parsed).subject).toBe('Nejde tisk')
  })

  test('hands over a letter that comes later, once it is the right one', async () => {
    const { sink, port } = await sinkAndPort()
    const late = sink.next(async (one) => (await one.parsed).subject === 'Second')
    await send(await hello('First'), { port, from: '', to: 'a@x.cz' })
    await send(await hello('Second'), { port, from: '', to: 'a@x.cz' })
    expect((await late).from).toBe('')
    expect(sink.letters).toHaveLength(2)
  })

  test('refuses one recipient and takes the letter for the other', async () => {
    const { sink, port } = await sinkAndPort()
    sink.answer = ({ stage, to }) => (stage === 'rcpt' && to[0] === 'gone@x.cz' ? '550 5.1.1 Nobody' : undefined)
    const reply = await send(await hello(), { port, from: 'a@acme.cz', to: ['gone@x.cz', 'here@x.cz'] })
    expect(reply).toMatchObject({ code: 250, refused: [{ to: 'gone@x.cz', code: 550, text: '5.1.1 Nobody' }] })
    expect(sink.letters[0]!.to).toEqual(['here@x.cz'])
  })

  test('refuses after the letter, and the refused letter is not kept', async () => {
    const { sink, port } = await sinkAndPort()
    sink.answer = ({ stage }) => (stage === 'data' ? 451 : undefined)
    expect((await send(await hello(), { port, from: '', to: 'a@x.cz' })).code).toBe(451)
    expect(sink.letters).toEqual([])
  })

  test('cuts the connection, and is well again afterwards', async () => {
    const { sink, port } = await sinkAndPort()
    sink.answer = () => 'drop'
    expect(await send(await hello(), { port, from: '', to: 'a@x.cz' })).toMatchObject({ code: 0 })
    sink.answer = () => undefined
    expect(await send(await hello(), { port, from: '', to: 'a@x.cz' })).toMatchObject({ code: 250 })
  })

  test('hangs until it is closed', async () => {
    const { sink, port } = await sinkAndPort()
    const asked = new Promise<void>((done) => {
      sink.answer = () => {
        done()
        return 'hang'
      }
    })
    const reply = send(await hello(), { port, from: '', to: 'a@x.cz' })
    await asked
    await sink.close()
    expect(await reply).toMatchObject({ code: 0 })
  })
})

describe('the client', () => {
  test('tells when all recipients were refused, and goes on in the same connection', async () => {
    const { sink, port } = await sinkAndPort()
    const client = await openClient({ port })
    sink.answer = () => '550 5.1.1 Nobody here'
    expect(await client.send(await hello(), { from: '', to: ['a@x.cz', 'b@x.cz'] })).toEqual({
      code: 550,
      text: '5.1.1 Nobody here',
      refused: [
        { to: 'a@x.cz', code: 550, text: '5.1.1 Nobody here' },
        { to: 'b@x.cz', code: 550, text: '5.1.1 Nobody here' },
      ],
    })
    sink.answer = () => undefined
    expect(await client.send(await hello(), { from: '', to: 'a@x.cz' })).toMatchObject({ code: 250, refused: [] })
    client.close()
  })

  test('is not upset when nobody listens', async () => {
    const { sink, port } = await sinkAndPort()
    await sink.close()
    expect(await send(await hello(), { port, from: '', to: 'a@x.cz' })).toMatchObject({ code: 0, refused: [] })
  })

  test('a dialog sends what is written and says where the server departed from it', async () => {
    const { port } = await sinkAndPort()
    const said = await dialog(
      port,
      `S: 220
       C: EHLO mx.test
       S: 250
       C: MAIL FROM:<a@acme.cz>
       C: RCPT TO:<b@x.cz>
       C: DATA
       S: 250
       S: 250
       S: 354
       C= "Subject: hi\\r\\n\\r\\nbody\\r\\n.\\r\\nQUIT\\r\\n"
       S: 250
       S: 221
       S: closed`,
    )
    expect(said[1]).toContain('\nPIPELINING')
    await expect(dialog(port, 'S: 220\nC: NONSENSE\nS: 250')).rejects.toThrow('Expected "250", the server said "500')
  })
})

describe('the companies', () => {
  let dns: Dns
  beforeAll(async () => {
    dns = await startDns(companiesZone())
  })
  afterAll(() => dns.close())

  const verdict = async (raw: Buffer, sender: string, ip = '127.0.0.1') => {
    const resolver = (name: string, type: string) => ask(dns).resolve(name, type) as Promise<string[]>
    const result = await authenticate(raw, { ip, sender, helo: 'mx.test', mta: 'test', resolver, disableBimi: true })
    return {
      spf: result.spf ? result.spf.status.result : undefined,
      dkim: result.dkim.results.map(({ status }) => status.result),
      dmarc: result.dmarc ? result.dmarc.status.result : undefined,
    }
  }
  const from = (company: keyof typeof companies) => {
    const [author] = companies[company].people
    return {
      author: author!,
      draft: { from: author!.as, to: 'support@desk.test', subject: 'Nejde tisk', text: 'Příliš' },
    }
  }

  test('Acme proves itself by its signature', async () => {
    const { author, draft } = from('acme')
    const raw = await companies.acme.post(draft)
    expect(await verdict(raw, author.email)).toEqual({ spf: 'fail', dkim: ['pass'], dmarc: 'pass' })
  })

  test('a letter somebody else writes as Acme fails', async () => {
    const { author, draft } = from('acme')
    expect(await verdict(await letter(draft), author.email)).toMatchObject({ spf: 'fail', dmarc: 'fail' })
  })

  test('Globex proves itself by the address it sends from, and only by that', async () => {
    const { author, draft } = from('globex')
    const raw = await companies.globex.post(draft)
    expect(await verdict(raw, author.email)).toMatchObject({ spf: 'pass', dmarc: 'none' })
    expect(await verdict(raw, author.email, '127.0.0.2')).toMatchObject({ spf: 'fail', dmarc: 'none' })
  })

  test('Initech signs, and wants forgeries quarantined', async () => {
    const { author, draft } = from('initech')
    expect(await verdict(await companies.initech.post(draft), author.email)).toMatchObject({
      dkim: ['pass'],
      dmarc: 'pass',
    })
    expect(await verdict(await letter(draft), author.email)).toMatchObject({ spf: 'none', dmarc: 'fail' })
  })

  test('Proveless proves nothing', async () => {
    const { author, draft } = from('proveless')
    expect(await verdict(await companies.proveless.post(draft), author.email)).toMatchObject({
      spf: 'none',
      dmarc: 'none',
    })
  })

  test('letters are bytes with CRLF only', async () => {
    const raw = await letter({
      from: 'a@acme.cz',
      to: 'b@x.cz',
      subject: 'x',
      text: 'one\ntwo',
      html: '<p>one\n<p>two',
    })
    expect(raw.toString()).not.toMatch(/(^|[^\r])\n/)
  })

  test('a signer keeps its key', () => {
    expect(signer('acme.cz', 's1')).toBe(signer('acme.cz', 's1'))
  })
})

describe('the database', () => {
  test('is copied with all its tables, and each copy is alone', async () => {
    const [one, two] = await Promise.all([cloneDatabase(inject('databaseUrl')), cloneDatabase(inject('databaseUrl'))])
    await query(one!.url, 'CREATE TABLE mine ()')
    expect(
      await query(one!.url, `SELECT to_regclass('mine') AS mine, to_regclass('_prisma_migrations') AS migrated`),
    ).toEqual([{ mine: 'mine', migrated: '_prisma_migrations' }])
    expect(await query(two!.url, `SELECT to_regclass('mine') AS mine`)).toEqual([{ mine: null }])
    await Promise.all([one!.drop(), two!.drop()])
    await expect(query(one!.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' })
  })

  test('tells of a connection that is asked a second question while it answers one', async () => {
    const client = new pg.Client({ connectionString: inject('databaseUrl') })
    await client.connect()
    await client.query('SELECT 1')
    await client.query('SELECT 2')
    expect(askedTooEarly()).toEqual([])
    await Promise.all([client.query('SELECT 3'), client.query('SELECT 4')])
    expect(askedTooEarly()).toEqual(['SELECT 4 … while it answered … SELECT 3'])
    await client.end()
  })
})

describe('RabbitMQ', () => {
  test('the shared one takes a confirmed publish', async () => {
    expect(await publishAndGet(inject('amqpUrl'))).toBe('hello')
  })

  describe('a private one', () => {
    let rabbit: Rabbit
    beforeAll(async () => {
      rabbit = await startRabbit()
    })
    afterAll(() => rabbit.stop())

    test('dies of kill -9 and comes back at the same address', async () => {
      const before = rabbit.pid
      await rabbit.kill()
      expect(await listens(rabbit.url)).toBe(false)
      await rabbit.restart()
      expect(rabbit.pid).not.toBe(before)
      expect(await publishAndGet(rabbit.url)).toBe('hello')
    })

    test('leaves no process behind', async () => {
      const { pid } = rabbit
      await rabbit.stop()
      expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    })
  })
})

async function names(zone: Zone) {
  const dns = await startDns(zone)
  onTestFinished(() => dns.close())
  return { dns, resolver: ask(dns) }
}

function ask(dns: Dns): Resolver {
  const resolver = new Resolver({ timeout: 300, tries: 1 })
  resolver.setServers([dns.address])
  return resolver
}

async function sinkAndPort(): Promise<{ sink: Sink; port: number }> {
  const sink = await startSink()
  onTestFinished(() => sink.close())
  return { sink, port: Number(new URL(sink.url).port) }
}

function hello(subject = 'Nejde tisk'): Promise<Buffer> {
  return letter({ from: 'Jana <jana@acme.cz>', to: 'a@x.cz', subject, text: 'Dobrý den,\n.\n..tečky\n' })
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function publishAndGet(url: string): Promise<string | undefined> {
  const connection = await connect(url, { noDelay: true })
  const channel = await connection.createConfirmChannel()
  const { queue } = await channel.assertQueue(`world-${randomUUID()}`, { arguments: { 'x-queue-type': 'quorum' } })
  channel.sendToQueue(queue, Buffer.from('hello'), { persistent: true })
  await channel.waitForConfirms()
  const message = await channel.get(queue, { noAck: true })
  await channel.deleteQueue(queue)
  await connection.close()
  return message ? message.content.toString() : undefined
}

function listens(url: string): Promise<boolean> {
  const { port, hostname } = new URL(url)
  return new Promise((done) => {
    const socket = createConnection(Number(port), hostname)
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}
