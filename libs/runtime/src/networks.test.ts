import { expect, test } from 'vitest'
import { networks } from './networks.ts'

const ours = networks(['192.0.2.0/24', '198.51.100.7', '2001:db8::/32', '::1'])

test.each([
  ['192.0.2.255', true],
  ['192.0.3.0', false],
  ['198.51.100.7', true],
  ['198.51.100.8', false],
  ['2001:db8:ffff::1', true],
  ['2001:db9::1', false],
  ['::1', true],
  ['::ffff:192.0.2.10', true],
  ['::ffff:198.51.100.8', false],
  ['relay.example.com', false],
  ['', false],
  [undefined, false],
])('%s belongs to them: %s', (address, belongs) => {
  expect(ours.includes(address)).toBe(belongs)
})

test('of no networks nobody is part', () => {
  expect(networks([]).includes('127.0.0.1')).toBe(false)
})
