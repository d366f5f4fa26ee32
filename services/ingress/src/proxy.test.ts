import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { readProxyHeader } from './proxy.ts'

const line = Buffer.from('PROXY TCP4 192.0.2.10 198.51.100.1 56324 25\r\n')
const binary4 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc000020ac6336401dc040019', 'hex')
const binary6 = Buffer.concat([
  Buffer.from('0d0a0d0a000d0a515549540a21210024', 'hex'),
  Buffer.from(`20010db8${'0'.repeat(22)}10${'0'.repeat(32)}dc040019`, 'hex'),
])

test.each([
  ['version 1', line, '192.0.2.10'],
  ['version 2', binary4, '192.0.2.10'],
  ['version 2 with IPv6', binary6, '2001:db8:0:0:0:0:0:10'],
])('%s is read byte by byte as well as at once, and nothing behind it', async (_, header, address) => {
  for (const size of [1, 5, header.length + 4]) {
    const socket = new PassThrough()
    const read = readProxyHeader(socket as unknown as Socket)
    const bytes = Buffer.concat([header, Buffer.from('EHLO')])
    for (let at = 0; at < header.length; at += size) socket.write(bytes.subarray(at, at + size))
    expect(await read).toEqual({ address, port: 56324 })
    socket.end()
    expect('EHLO').toContain((await socket.toArray()).join(''))
  }
})

test.each([
  ['another protocol', 'EHLO mx.acme.cz\r\n'],
  ['a line feed alone', `PROXY TCP4 192.0.2.10 198.51.100.1 56324 25\n${'x'.repeat(107)}`],
  ['words behind it', 'PROXY TCP4 192.0.2.10\r\n'],
  ['version 3', Buffer.from('0d0a0d0a000d0a515549540a3111000cc000020ac6336401dc040019', 'hex')],
  ['too few bytes for its addresses', Buffer.from('0d0a0d0a000d0a515549540a21110004c000020a', 'hex')],
  ['64 KiB of extensions', Buffer.from('0d0a0d0a000d0a515549540a2111ffff', 'hex')],
])('%s is no header', async (_, bytes) => {
  const socket = new PassThrough()
  socket.write(bytes)
  expect(await readProxyHeader(socket as unknown as Socket)).toBeUndefined()
})

test('a balancer that says nothing is not waited for', async () => {
  expect(await readProxyHeader(new PassThrough() as unknown as Socket, 1)).toBeUndefined()
})
