import { parseHeader } from '@podatelna/mail'
import { networks } from '@podatelna/runtime'
import type { SMTPServerSession } from 'smtp-server'
import { expect, test } from 'vitest'
import { hopBefore, readReceived } from './hop.ts'

const relays = networks(['10.0.0.0/8'])
const postfix = 'Received: from mail.acme.cz (mx.acme.cz [192.0.2.10])\r\n\tby relay.desk.test (Postfix) with ESMTP\r\n'

test.each([
  ['Postfix', 'from mail.acme.cz (mx.acme.cz [192.0.2.10]) by relay.test (Postfix) with ESMTP id 1', 'mail.acme.cz'],
  [
    'Postfix with TLS',
    'from mail.acme.cz (unknown [192.0.2.10]) (using TLSv1.3 with cipher X (256/256 bits)) by relay.test',
    'mail.acme.cz',
  ],
  ['Postfix, HELO a literal', 'from [198.51.100.1] (mx.acme.cz [192.0.2.10]) by relay.test', '[198.51.100.1]'],
  ['Sendmail', 'from mail.acme.cz (mx.acme.cz [192.0.2.10] (may be forged)) by relay.test', 'mail.acme.cz'],
  ['Exim, HELO as in DNS', 'from mx.acme.cz ([192.0.2.10]) by relay.test with esmtp (Exim 4.96)', 'mx.acme.cz'],
  ['Exim, another HELO', 'from mx.acme.cz ([192.0.2.10]:2525 helo=mail.acme.cz) by relay.test', 'mail.acme.cz'],
  ['Exim, no name in DNS', 'from [192.0.2.10] (helo=mail.acme.cz) by relay.test with esmtp', 'mail.acme.cz'],
  ['Exim, no name, with port', 'from [192.0.2.10] (port=2525 helo=mail.acme.cz) by relay.test', 'mail.acme.cz'],
  ['Exchange', 'from mail.acme.cz (192.0.2.10) by ex.desk.test (10.0.0.5) with Microsoft SMTP Server', 'mail.acme.cz'],
])('a line of %s tells the address and the name', (_, line, helo) => {
  expect(readReceived(line)).toEqual({ address: '192.0.2.10', helo })
})

test('IPv6 is read in every form', () => {
  const peer = { address: '2001:db8::10', helo: 'mail.acme.cz' }
  expect(readReceived('from mail.acme.cz (mx.acme.cz [IPv6:2001:db8::10]) by relay.test')).toEqual(peer)
  expect(readReceived('from mx.acme.cz ([2001:db8::10] helo=mail.acme.cz) by relay.test')).toEqual(peer)
  expect(readReceived('from mail.acme.cz (2001:db8::10) by ex.desk.test (::1) with Microsoft SMTP')).toEqual(peer)
})

test.each([
  'by relay.test (Postfix, from userid 1000) id 1',
  'from mail.acme.cz by relay.test',
  'from mail.acme.cz (mx.acme.cz [192.0.2.999]) by relay.test',
  'from x([192.0.2.10]) (unknown [203.0.113.5]) by relay.test',
  'from x (y [192.0.2.10]) (unknown [203.0.113.5]) by relay.test',
  'from evil ([192.0.2.10] helo=a b) by relay.test',
  'from mail.acme.cz (HELO x) (192.0.2.10) by relay.test',
  '',
])('a line that could be read in two ways is not read: %s', (line) => {
  expect(readReceived(line)).toBeUndefined()
})

test('XCLIENT comes before what the letter says', () => {
  const xClient = { ADDR: '198.51.100.7', HELO: 'mx.globex.sk' }
  const session = sessionWith({ xClient })
  expect(hopBefore(session, header(postfix), relays)).toEqual({ address: '198.51.100.7', helo: 'mx.globex.sk' })
})

test('without HELO in XCLIENT the name is the one said afterwards', () => {
  const session = sessionWith({ xClient: { ADDR: '198.51.100.7' } })
  expect(hopBefore(session, header(postfix), relays).helo).toBe('relay.desk.test')
})

test('an address that the relay calls unavailable is nobody’s, whatever the letter says', () => {
  const session = sessionWith({ xForward: { ADDR: false, HELO: false } })
  expect(hopBefore(session, header(postfix), relays).address).toBe('')
})

test('only the topmost Received line counts', () => {
  const two = 'Received: from localhost by relay.desk.test\r\n'
  expect(hopBefore(sessionWith({}), header(postfix + two), relays).address).toBe('192.0.2.10')
  expect(hopBefore(sessionWith({}), header(two + postfix), relays).address).toBe('')
})

test('a relay of ours is never the sender', () => {
  const own = 'Received: from inner.desk.test (inner.desk.test [10.1.2.3]) by relay.desk.test\r\n'
  expect(hopBefore(sessionWith({}), header(own), relays).address).toBe('')
  expect(hopBefore(sessionWith({ xClient: { ADDR: '10.1.2.3' } }), header(postfix), relays).address).toBe('')
})

function header(text: string) {
  return parseHeader(Buffer.from(text))
}

function sessionWith(said: { xClient?: Record<string, string>; xForward?: Record<string, string | false> }) {
  const attributes = (of: Record<string, string | false> = {}) => new Map(Object.entries(of))
  const names = { hostNameAppearsAs: 'relay.desk.test' }
  return { ...names, xClient: attributes(said.xClient), xForward: attributes(said.xForward) } as SMTPServerSession
}
