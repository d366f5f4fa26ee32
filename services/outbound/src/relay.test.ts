import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
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

async function relayThatSays(replies: Record<string, string>, host = '127.0.0.1') {
  const heard: string[] = []
  const server: Server = createServer((socket) => {
    let inData = false
    const say = (command: string, usual: string) => socket.write(`${replies[command] ?? usual}\r\n`)
    say('greeting', '220 relay')
    socket.on('error', () => {})
    createInterface(socket).on('line', (line) => {
      heard.push(line)
      const command = line.split(' ')[0]!
      if (inData && line !== '.') return
      if (inData) inData = !say('.', '250 2.0.0 taken')
      else if (command === 'EHLO') say('EHLO', `250-relay${replies.AUTH ? '\r\n250-AUTH PLAIN' : ''}\r\n250 8BITMIME`)
      else if (command === 'DATA') inData = say('DATA', '354 go on') && !replies.DATA
      else say(command, '250 ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const user = replies.AUTH ? 'user:pass@' : ''
  const relay = openRelay(readSettings({ RELAY_URL: `smtp://${user}${host}:${port}` }))
  closing.push(
    () => relay.close(),
    () => server.close(),
  )
  return { relay, heard, server }
}
