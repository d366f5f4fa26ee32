import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { readSettings } from '@podatelna/runtime'
import { afterEach, describe, expect, test } from 'vitest'
import { openRelay } from './relay.ts'

const letter = { to: 'jana@client.example', envelopeFrom: '', source: Buffer.from('Subject: x\r\n\r\n.dot\r\n') }
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

test('without RELAY_URL letters are captured', async () => {
  expect(await openRelay(readSettings({})).send(letter)).toEqual({ outcome: 'captured', smtp: '' })
})

test('a relay that takes the letter has it with all its bytes, from the null sender', async () => {
  const { relay, heard } = await relayThatSays({})
  expect(await relay.send(letter)).toEqual({ outcome: 'sent', smtp: '250 2.0.0 taken' })
  expect(heard).toContain('MAIL FROM:<>')
  expect(heard).toContain('..dot')
})

test('a password never goes over the network in plain text', async () => {
  // 0.0.0.0 is reached, but is no name of this machine that would make plain text harmless.
  const { relay, heard } = await relayThatSays({ AUTH: '235 2.7.0 welcome' }, '0.0.0.0')
  expect(await relay.send(letter)).toMatchObject({ outcome: 'deferred' })
  expect(heard.filter((line) => line.startsWith('AUTH'))).toEqual([])
})

describe('what the relay says decides', () => {
  test.each([
    ['RCPT', '451 4.7.1 greylisted', 'deferred'],
    ['RCPT', '550 5.1.1 no such user', 'failed'],
    ['MAIL', '552 5.3.4 too large', 'failed'],
    ['DATA', '452 4.3.1 disk full', 'deferred'],
    ['.', '554 5.7.1 spam', 'failed'],
    ['.', '421 4.3.2 closing', 'deferred'],
    ['greeting', '421 4.3.2 too busy', 'deferred'],
    // It refuses us, not this letter: that may be repaired.
    ['greeting', '554 5.7.1 go away', 'deferred'],
    ['AUTH', '535 5.7.8 wrong password', 'deferred'],
  ])('%s → %s: %s', async (command, reply, outcome) => {
    const { relay } = await relayThatSays({ [command]: reply })
    expect(await relay.send(letter)).toMatchObject({ outcome, smtp: reply })
  })

  test.each([
    ['RCPT', '550 5.1.1 no such user', true],
    ['RCPT', '550 5.7.1 not from you', undefined],
    ['.', '550 5.1.1 no such user', undefined],
  ])('%s → %s: there is no such mailbox: %s', async (command, reply, noSuchMailbox) => {
    const { relay } = await relayThatSays({ [command]: reply })
    expect((await relay.send(letter)).noSuchMailbox).toBe(noSuchMailbox)
  })

  test('a letter larger than it announces to take has failed, without being sent', async () => {
    const { relay } = await relayThatSays({ EHLO: '250-relay\r\n250 SIZE 10' })
    expect(await relay.send(letter)).toMatchObject({ outcome: 'failed' })
  })

  test('nobody there is "later"', async () => {
    const { relay, server } = await relayThatSays({})
    await new Promise((done) => server.close(done))
    expect(await relay.send(letter)).toMatchObject({ outcome: 'deferred' })
  })
})

describe('a relay that is out of order', () => {
  test('slow in everything has the letter in the end', async () => {
    const { relay } = await relayThatSays({ slow: '100' })
    expect(await relay.send(letter)).toMatchObject({ outcome: 'sent' })
  })

  test.each([
    ['silent from the beginning', { greeting: 'nothing' }],
    ['silent when it was told of a recipient', { RCPT: 'nothing' }],
    ['silent after the letter', { '.': 'nothing' }],
    ['gone when it was greeted', { EHLO: 'hang up' }],
    ['gone in the middle of the letter', { line: 'hang up' }],
    ['gone after the letter', { '.': 'hang up' }],
    ['talking nonsense for TLS', { EHLO: '250-relay\r\n250 STARTTLS', STARTTLS: '220 go on\r\nnonsense' }],
    ['silent for TLS', { EHLO: '250-relay\r\n250 STARTTLS', STARTTLS: '220 go on' }],
    ['talking no SMTP', { greeting: 'HTTP/1.1 400 Bad Request' }],
  ])('%s: later, with a reason', async (_what, replies) => {
    const { url } = await relayThatSays(replies)
    const relay = openRelay(readSettings({ RELAY_URL: url }), 300)
    closing.push(() => relay.close())
    const { outcome, smtp } = await relay.send(letter)
    expect(outcome).toBe('deferred')
    expect(smtp).not.toBe('')
  })
})

describe('the recipient', () => {
  test.each([
    ['"john doe"@client.example', '"john doe"@client.example'],
    ['"a,b"@client.example', '"a,b"@client.example'],
    ['"victim@other.example x"@client.example', '"victim@other.example x"@client.example'],
    ['"a\\"b"@client.example', '"a\\"b"@client.example'],
    ["o'brien+x=y@client.example", "o'brien+x=y@client.example"],
    ['jana@[127.0.0.1]', 'jana@[127.0.0.1]'],
    ['jana@příklad.cz', 'jana@xn--pklad-zsa96e.cz'],
  ])('%s is named as it is', async (to, named) => {
    const { relay, heard } = await relayThatSays({})
    expect(await relay.send({ ...letter, to })).toMatchObject({ outcome: 'sent' })
    expect(heard.filter((line) => line.startsWith('RCPT'))).toEqual([`RCPT TO:<${named}>`])
  })

  test.each([
    ...[
      '',
      'jana',
      'a b@client.example',
      'a@client.example,b@other.example',
      'a;b@client.example',
      '<a@client.example>',
    ],
    ...[
      'jana(Jana)@client.example',
      'list:a@client.example;',
      'a@client.example b@other.example',
      'a\0@client.example',
    ],
    'a@client.example>\r\nRCPT TO:<b@other.example',
  ])('%j is no address, and nobody else gets the letter', async (to) => {
    const { relay, heard } = await relayThatSays({})
    expect(await relay.send({ ...letter, to })).toEqual({
      outcome: 'failed',
      smtp: 'This is no address that a letter can be sent to.',
    })
    expect(heard).toEqual([])
  })

  test('with other letters than ASCII before the @ is named to a relay that knows them, or refused by one that does not', async () => {
    const to = 'jiří@client.example'
    const knowing = await relayThatSays({ EHLO: '250-relay\r\n250 SMTPUTF8' })
    expect(await knowing.relay.send({ ...letter, to })).toMatchObject({ outcome: 'sent' })
    expect(knowing.heard).toContain('MAIL FROM:<> SMTPUTF8')
    expect(knowing.heard).toContain(`RCPT TO:<${to}>`)
    const other = await relayThatSays({ RCPT: '553 5.6.7 no SMTPUTF8 here' })
    expect(await other.relay.send({ ...letter, to })).toMatchObject({ outcome: 'failed' })
  })
})

describe('of several relays', () => {
  test('the first that is there takes everything', async () => {
    const [first, second] = [await relayThatSays({}), await relayThatSays({})]
    const both = openBoth(first, second)
    for (let n = 0; n < 3; n++) await both.send(letter)
    expect([letters(first), letters(second)]).toEqual([3, 0])
  })

  test('one that takes no connection hands over, and is left alone for a while', async () => {
    const [first, second] = [await relayThatSays({}), await relayThatSays({})]
    const both = openBoth(first, second)
    const { port } = first.server.address() as AddressInfo
    first.drop()
    for (let n = 0; n < 3; n++) expect(await both.send(letter)).toEqual({ outcome: 'sent', smtp: '250 2.0.0 taken' })
    await new Promise<void>((done) => first.server.listen(port, '127.0.0.1', done))
    await both.send(letter)
    expect([letters(first), letters(second)]).toEqual([0, 4])
  })

  test.each([
    ['greeting', '554 5.7.1 go away'],
    ['greeting', '421 4.3.2 too busy'],
    ['AUTH', '535 5.7.8 wrong password'],
  ])('one that refuses us hands over: %s → %s', async (command, reply) => {
    const [first, second] = [await relayThatSays({ [command]: reply }), await relayThatSays({})]
    expect(await openBoth(first, second).send(letter)).toMatchObject({ outcome: 'sent' })
    expect(letters(second)).toBe(1)
  })

  test.each([
    ['RCPT', '451 4.7.1 greylisted', 'deferred'],
    ['RCPT', '550 5.1.1 no such user', 'failed'],
    ['.', '421 4.3.2 closing', 'deferred'],
  ])('what one says of a letter is the answer: %s → %s', async (command, reply, outcome) => {
    const [first, second] = [await relayThatSays({ [command]: reply }), await relayThatSays({})]
    expect(await openBoth(first, second).send(letter)).toMatchObject({ outcome, smtp: reply })
    expect(second.heard).toEqual([])
  })

  test('one that breaks off after the letter may have it: the next one is not given it at once', async () => {
    const [first, second] = [await relayThatSays({ '.': 'hang up' }), await relayThatSays({})]
    const both = openBoth(first, second)
    expect(await both.send(letter)).toMatchObject({ outcome: 'deferred' })
    expect(second.heard).toEqual([])
    expect(await both.send(letter)).toMatchObject({ outcome: 'sent' })
    expect(letters(second)).toBe(1)
  })

  test('while none is there the letter waits, with the reason', async () => {
    const [first, second] = [await relayThatSays({}), await relayThatSays({ greeting: '421 4.3.2 too busy' })]
    const both = openBoth(first, second)
    first.drop()
    expect(await both.send(letter)).toEqual({ outcome: 'deferred', smtp: '421 4.3.2 too busy' })
  })
})

type Speaking = Awaited<ReturnType<typeof relayThatSays>>

function openBoth(...relays: Speaking[]) {
  const relay = openRelay(readSettings({ RELAY_URL: relays.map(({ url }) => url).join(', ') }))
  closing.push(() => relay.close())
  return relay
}

function letters({ heard }: Speaking): number {
  return heard.filter((line) => line === '.').length
}

/** `hang up` cuts the connection instead of an answer, `nothing` says none; `slow` is for milliseconds before each. */
async function relayThatSays(replies: Record<string, string>, host = '127.0.0.1') {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    let inData = false
    const say = (command: string, usual: string) => {
      const reply = replies[command] ?? usual
      if (reply === 'hang up') socket.destroy()
      else if (reply !== 'nothing') setTimeout(() => socket.write(`${reply}\r\n`), Number(replies.slow ?? 0))
    }
    say('greeting', '220 relay')
    socket.on('error', () => {})
    createInterface(socket).on('line', (line) => {
      heard.push(line)
      const command = line.split(' ')[0]!
      if (inData && line !== '.') return replies.line === 'hang up' && socket.destroy()
      if (inData) {
        inData = false
        say('.', '250 2.0.0 taken')
      } else if (command === 'EHLO') say('EHLO', `250-relay${replies.AUTH ? '\r\n250-AUTH PLAIN' : ''}\r\n250 8BITMIME`)
      else if (command === 'DATA') {
        inData = !replies.DATA
        say('DATA', '354 go on')
      } else say(command, '250 ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const user = replies.AUTH ? 'user:pass@' : ''
  const url = `smtp://${user}${host}:${port}`
  const relay = openRelay(readSettings({ RELAY_URL: url }))
  const drop = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  closing.push(() => relay.close(), drop)
  return { relay, url, heard, server, drop }
}
