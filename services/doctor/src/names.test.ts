import { expect, test } from 'vitest'
import { reverseName } from './names.ts'

test.each([
  ['192.0.2.10', '10.2.0.192.in-addr.arpa'],
  ['2001:db8::5', '5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
  ['::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa'],
])('the name that leads back from %s is %s', (address, name) => {
  expect(reverseName(address)).toBe(name)
})
