import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bounce, readBounce } from './bounce/read.ts'
import { readHeader } from './headers.ts'
import { makeToken } from './tokens.ts'
import { understand } from './understand.ts'

const keys = ['the secret of this installation']
const daemon = 'From: Mail Delivery System <MAILER-DAEMON@mx.acme.test>\nTo: bounce+token@desk.test\n'
const original = 'Received: from desk.test\nFrom: support@desk.test\nTo: jana@acme.test\nMessage-ID: <1@desk.test>\n'

describe('a delivery status notification (RFC 3464)', () => {
  const report = multipart('report; report-type=delivery-status', [
    'Content-Type: text/plain\n\nSorry.\n',
    `Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.test

Original-Recipient: rfc822;jana@acme.test
Final-Recipient: rfc822;j.novak@acme.test
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550-5.1.1 There is nobody
 550 5.1.1 of that name

Final-Recipient: rfc822; petr@acme.test
Action: delayed
Status: 4.4.7
`,
    `Content-Type: message/rfc822\n\n${original}\nHello`,
  ])

  test('says what became of each recipient, and of which letter', () => {
    expect(readBounce(Buffer.from(`${daemon}${report}`), 'desk.test')).toEqual({
      recipients: [
        { address: 'jana@acme.test', status: '5.1.1', code: 550, permanent: true },
        { address: 'petr@acme.test', status: '4.4.7', code: undefined, permanent: false },
      ],
      originalMessageId: '1@desk.test',
      token: 'token',
    })
  })

  test.each(['\r\n', '\r'])('is the same with lines that end in %j', (end) => {
    const raw = Buffer.from(`${daemon}${report}`)
    expect(readBounce(Buffer.from(raw.toString().replaceAll('\n', end)))).toEqual(readBounce(raw))
  })

  test('without a blank line between its recipients still names both', () => {
    expect(addressesOf(readBounce(Buffer.from(`${daemon}${report.replace(/\n\nFinal/g, '\nFinal')}`)))).toHaveLength(2)
  })

  test('is read although its boundary is not the one it names', () => {
    const lost = `${daemon}${report.replace('boundary=b', 'boundary=other')}`
    expect(addressesOf(readBounce(Buffer.from(lost)))).toEqual(['jana@acme.test', 'petr@acme.test'])
  })

  test('is a bounce, with its evidence, whoever delivered it', () => {
    const raw = Buffer.from(
      `${daemon}Return-Path: <x@y.test>\n${report.replace('report; report-type=delivery-status', 'mixed')}`,
    )
    const seen = understandLetter(raw)
    expect(seen.kind).toBe('bounce')
    expect(seen.evidence).toEqual(['a delivery report, from a mail server'])
  })
})

describe('a bounce in words', () => {
  test.each([
    [
      'qmail',
      `Hi. This is the qmail-send program at mx.acme.test.
This is a permanent error; I've given up.

<jana@acme.test>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 no such user

--- Below this line is a copy of the message.

${original}`,
      { address: 'jana@acme.test', status: '5.1.1', code: 550, permanent: true },
    ],
    [
      'Exim',
      `A message that you sent could not be delivered. The following address(es) failed:

  jana@acme.test
    SMTP error from remote mail server after RCPT TO:<jana@acme.test>:
    host mx.acme.test [192.0.2.1]: 452 4.2.2 Mailbox full

------ This is a copy of the message, including all the headers. ------

${original}`,
      { address: 'jana@acme.test', status: '4.2.2', code: 452, permanent: false },
    ],
    [
      'Exchange',
      `Delivery has failed to these recipients:\n\njana@acme.test<mailto:jana@acme.test>
Remote Server returned '550 5.7.1 RESOLVER.RST.NotAuthorized'\n\nOriginal message headers:\n\n${original}`,
      { address: 'jana@acme.test', status: '5.7.1', code: 550, permanent: true },
    ],
    [
      'sendmail 5',
      `   ----- Transcript of session follows -----\n>>> RCPT To:<jana@acme.test>\n<<< 550 Nobody here\n
   ----- Unsent message follows -----\n${original}`,
      { address: 'jana@acme.test', status: '5.0.0', code: 550, permanent: true },
    ],
    [
      'a server that is patient',
      `Your message to jana@acme.test is delayed; it will be retried for 2 days.\n\n${original}`,
      { address: 'jana@acme.test', status: undefined, code: undefined, permanent: false },
    ],
  ])('of %s names its recipient and the returned letter', (_, words, recipient) => {
    const { recipients, originalMessageId } = readBounce(Buffer.from(`${daemon}Subject: failure notice\n\n${words}`))
    expect(recipients).toEqual([recipient])
    expect(originalMessageId).toBe('1@desk.test')
  })

  test('of two addresses keeps each one’s own answer', () => {
    const words = '<jana@acme.test>:\n550 5.1.1 unknown\n\n<petr@acme.test>:\n452 4.2.2 full\n'
    const { recipients } = readBounce(Buffer.from(`${daemon}\n${words}`))
    expect(recipients.map(({ status }) => status)).toEqual(['5.1.1', '4.2.2'])
  })

  test('takes neither an IP address nor its sender for what it looks for', () => {
    const words = `host 5.1.2.3 refused support@desk.test's letter to <jana@acme.test>\n\n${original}`
    const seen = readBounce(Buffer.from(`${daemon.replace('bounce+token', 'support')}\n${words}`))
    expect(seen.recipients).toMatchObject([{ address: 'jana@acme.test', status: undefined }])
  })

  test('as JSON of Amazon SES is read, too', () => {
    const json =
      '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"jana@acme.test","status":"5.1.1"}]}}'
    const seen = understandLetter(Buffer.from(`From: no-reply@sns.amazonaws.com\n\n${json}\n`))
    expect(seen).toMatchObject({
      kind: 'bounce',
      bounce: { recipients: [{ address: 'jana@acme.test', permanent: true }] },
    })
  })
})

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

test('the token of a bounce is the one we put into its address', () => {
  const token = makeToken(keys, 'bounce', 7n)
  expect(readBounce(Buffer.from(`Delivered-To: bounce+${token}@desk.test\n\n`), 'desk.test').token).toBe(token)
  expect(readBounce(Buffer.from(`Delivered-To: bounce+${token}@other.test\n\n`), 'desk.test').token).toBeUndefined()
})

function understandLetter(raw: Buffer) {
  const envelope = { mailFrom: 'unknown', bounceTo: false }
  return understand(raw, readHeader(raw), envelope, { keys, mailDomain: 'desk.test' })
}

function addressesOf({ recipients }: Bounce): string[] {
  return recipients.map(({ address }) => address)
}

function multipart(subtype: string, parts: string[]): string {
  return `Content-Type: multipart/${subtype}; boundary=b\n\n${parts.map((part) => `--b\n${part}\n`).join('')}--b--\n`
}
