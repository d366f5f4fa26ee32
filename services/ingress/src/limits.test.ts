import { expect, test } from 'vitest'
import { Connections, Guesses, neighbourhood, Patience } from './limits.ts'

test('a peer may have so many connections at a time, and gets a place again when one ends', () => {
  const connections = new Connections(10, 2)
  const [first] = [connections.enter('192.0.2.1', false), connections.enter('192.0.2.1', false)]
  expect(connections.enter('192.0.2.1', false)).toBeUndefined()
  expect(connections.enter('192.0.2.2', false)).toBeDefined()
  first!()
  expect(connections.enter('192.0.2.1', false)).toBeDefined()
})

test('a relay of ours is held to the overall number alone', () => {
  const connections = new Connections(3, 1)
  for (const _ of [1, 2, 3]) expect(connections.enter('192.0.2.1', true)).toBeDefined()
  expect(connections.full).toBe(true)
})

test('one customer’s /64 counts as one peer', () => {
  const connections = new Connections(10, 1)
  expect(connections.enter('2001:db8:0:7::1', false)).toBeDefined()
  expect(connections.enter('2001:db8:0:7:ffff::2', false)).toBeUndefined()
  expect(connections.enter('2001:db8:0:8::1', false)).toBeDefined()
})

test.each([
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
  ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['192.0.2.1', '192.0.2.1'],
])('%s stands for %s', (address, network) => {
  expect(neighbourhood(address)).toBe(network)
})

test('errors and commands end a session, unless letters are taken in between', () => {
  const patience = new Patience(2, 5)
  expect(patience.answered(550)).toBeUndefined()
  patience.restore()
  expect(patience.answered(451)).toBeUndefined()
  expect(patience.answered(500)).toMatchObject({ code: 421, text: '4.7.0 Too many errors' })
  patience.restore()
  expect([1, 2, 3, 4, 5].map(() => patience.answered(250)?.text)).toEqual([
    ...Array(4).fill(undefined),
    '4.7.0 Too many commands without a letter',
  ])
})

test('who guesses at addresses is known for an hour, in whatever session', () => {
  const guesses = new Guesses(2)
  guesses.note('192.0.2.1', 0)
  expect(guesses.tooMany('192.0.2.1', 1)).toBe(false)
  guesses.note('192.0.2.1', 2)
  expect(guesses.tooMany('192.0.2.1', 3)).toBe(true)
  expect(guesses.tooMany('192.0.2.2', 3)).toBe(false)
  expect(guesses.tooMany('192.0.2.1', 3_600_001)).toBe(false)
})
