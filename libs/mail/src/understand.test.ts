import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readHeader } from './headers.ts'
import { understand } from './understand.ts'

const keys = ['the secret of this installation']
const daemon = 'From: Mail Delivery System <MAILER-DAEMON@mx.acme.test>\nTo: bounce+token@desk.test\n'

describe('by all of its bytes a letter is', () => {
  test.each([
    [
      'letter',
      'a person’s who forwards a bounce',
      `From: jana@acme.test\nSubject: Fwd: Returned mail\n\n550 user unknown`,
    ],
    ['letter', 'a postmaster’s who asks about one', 'From: postmaster@acme.test\nSubject: Help\n\nWhat does it want?'],
    ['bounce', 'a postmaster’s that a program wrote', 'From: postmaster@acme.test\nSubject: Mail\n\n550 no such user'],
    [
      'feedback_report',
      'a complaint (RFC 5965)',
      `From: abuse@acme.test\n${multipart('report; report-type=feedback-report', ['Content-Type: message/feedback-report\n\nFeedback-Type: abuse'])}`,
    ],
    [
      'challenge',
      'a filter’s question whether a person wrote',
      'From: jana@acme.test\nAuto-Submitted: auto-replied\nSubject: Please confirm your message\n\nClick',
    ],
  ])('%s: %s', (kind, _, letter) => {
    expect(understandLetter(Buffer.from(letter)).kind).toBe(kind)
  })
})

test('any bytes are understood, in time that grows with their number', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => Boolean(understandLetter(Buffer.from(bytes)))))
  const numbered = Array.from({ length: 50_000 }, (_, n) => `<u${n}@acme.test>:\n550 no\n`).join('')
  const baits = ['<a@', '--b\n', '{"emailAddress":', 'a@b.', '= \t', '550 ', 'Final-Recipient: rfc822; ', '<p ', '&lt;']
  for (const bait of [...baits.map((short) => short.repeat(100_000)), numbered]) {
    const started = performance.now()
    understandLetter(Buffer.from(`${daemon}Content-Type: multipart/mixed; boundary=b\n\n${bait}`))
    expect(performance.now() - started, bait.slice(0, 40)).toBeLessThan(2_000)
  }
})

function understandLetter(raw: Buffer) {
  return understand(raw, readHeader(raw), { mailFrom: 'unknown' }, { keys, mailDomain: 'desk.test' })
}

function multipart(subtype: string, parts: string[]): string {
  return `Content-Type: multipart/${subtype}; boundary=b\n\n${parts.map((part) => `--b\n${part}\n`).join('')}--b--\n`
}
