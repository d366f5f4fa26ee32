import { expect, test } from 'vitest'
import { isDeadMailbox } from './dead.ts'
import { recipient } from './recipient.ts'

test.each([
  '550 5.1.1 <jana@acme.cz>: Recipient address rejected: User unknown in virtual mailbox table',
  '550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking',
  '550 5.1.2 Bad destination system address',
  '501 5.1.3 Bad recipient address syntax',
  '556 5.1.10 Recipient not found; domain does not accept mail (nullMX)',
  '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)',
  '550 No such user here',
  '550 Unknown recipient',
  '550 5.0.0 <jana@acme.cz>: user unknown',
  '553 sorry, no mailbox here by that name',
])('there is nobody at the address: %s', (answer) => {
  expect(isDeadMailbox(recipient('jana@acme.cz', { text: answer }))).toBe(true)
})

test.each([
  '550 5.7.1 Message rejected due to content restrictions',
  '550 5.7.1 Relaying denied',
  '550 5.7.26 This mail is unauthenticated',
  '552 5.2.2 Mailbox full',
  '552 5.3.4 Message size exceeds fixed limit',
  '554 5.6.0 Corrupt message content',
  '550 5.4.1 Relay access denied',
  '550 5.4.7 Delivery expired',
  '550 5.2.1 Mailbox disabled',
  // RFC 5321 has it for mailboxes that are not there, and for policy.
  '550 5.5.0 Requested action not taken: mailbox unavailable',
  '554 Transaction failed',
  '550 5.0.0 Blocked, see https://example.com/users',
  '450 4.1.1 User unknown, try again',
  '450 4.2.0 Greylisted',
  '421 Too many connections',
])('it is about this letter, or it passes: %s', (answer) => {
  expect(isDeadMailbox(recipient('jana@acme.cz', { text: answer }))).toBe(false)
})

test('long answers cost no more than their length', () => {
  const began = performance.now()
  isDeadMailbox(recipient('jana@acme.cz', { text: `550 ${'user <'.repeat(20_000)}` }))
  expect(performance.now() - began).toBeLessThan(500)
})
