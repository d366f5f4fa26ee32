import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const PUBLIC_URL = 'https://support.example.com'

test('a message centre has a system id, and a port by its protocol', () => {
  expect(provider('smpp://desk:p%40ss@smsc.example.com')).toEqual({
    ...{ kind: 'smpp', host: 'smsc.example.com', port: 2775, tls: false },
    ...{ systemId: 'desk', password: 'p@ss', systemType: '', reference: 8 },
  })
  const other = provider('smpps://desk:x@[2001:db8::1]:3601?system_type=VMA&reference=16')
  expect(other).toMatchObject({ host: '2001:db8::1', port: 3601, tls: true, systemType: 'VMA', reference: 16 })
  expect(provider('smpps://desk:x@smsc.example.com')).toMatchObject({ port: 3550 })
})

test('a gateway is spoken to by TLS, unless it is on this machine', () => {
  const url = 'https://gateway.example.com/v1/messages?account=7'
  expect(provider(url)).toEqual({ kind: 'http', url })
  expect(provider('http://127.0.0.1:9000/')).toMatchObject({ kind: 'http' })
})

test.each([
  'http://gateway.example.com/',
  'https://user:password@gateway.example.com/',
  'smpp://smsc.example.com',
  'smpp://desk:x@smsc.example.com/path',
  'smpp://desk:x@smsc.example.com?reference=7',
  'smpp://desk:%@smsc.example.com',
  'smtp://desk:x@smsc.example.com',
  'nothing',
])('%s is no provider, and what is said of it does not repeat it', (url) => {
  expect(() => provider(url)).toThrow('SMS_URL: is neither')
  expect(() => provider(url)).not.toThrow(url)
})

test.each(['+420601000000', '90999', 'Podatelna', 'IT & co.'])('%s may send texts', (from) => {
  expect(readSettings({ SMS_FROM: from }).SMS_FROM).toBe(from)
})

test.each(['+0420', '12', '123456789', 'Podatelna s.r.o.', 'Číslo', '+420 601 000 000'])('%s may not', (from) => {
  expect(() => readSettings({ SMS_FROM: from })).toThrow('SMS_FROM: is neither')
})

test('a token has to fit into a header', () => {
  expect(() => readSettings({ SMS_TOKEN: 'klíč' })).toThrow('SMS_TOKEN: may hold letters')
})

test('a gateway’s own names take the place of ours', () => {
  expect(readSettings({ SMS_FIELDS: 'to=recipient, id=data.0.id' }).SMS_FIELDS).toEqual({
    ...{ to: 'recipient', from: 'from', text: 'text', reference: 'reference', id: 'data.0.id', status: 'status' },
  })
})

function provider(url: string) {
  return readSettings({ SMS_URL: url, PUBLIC_URL }).SMS_URL
}
