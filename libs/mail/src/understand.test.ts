import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LetterEnvelope } from './classify.ts'
import { readHeader } from './headers.ts'
import { loopToken } from './loop.ts'
import { makeToken, uuidAsNumber } from './tokens.ts'
import { classifyWhole, understand } from './understand.ts'

const keys = ['the secret of this installation']
const ours = { keys, mailDomain: 'desk.test' }
const person = 'From: jana@acme.test\n'
const daemon = 'From: Mail Delivery System <MAILER-DAEMON@mx.acme.test>\nTo: support@desk.test\n'
const away = 'I am out of the office until Monday. In urgent cases contact petr@acme.test.'

describe('by all of its bytes a letter is', () => {
  test.each([
    ['letter', 'a person’s who forwards a bounce', `${person}Subject: Fwd: Returned mail\n\n550 user unknown`],
    ['letter', 'a postmaster’s who asks about one', 'From: postmaster@acme.test\nSubject: Help\n\nWhat does it want?'],
    ['letter', 'a person’s who mentions a holiday', `${person}\nI am on holiday until Monday. Can you wait?`],
    ['letter', 'a person’s who forwards a receipt', `${person}Subject: Fwd: Read: Printer\n\nYour message was read`],
    ['bounce', 'a postmaster’s that a program wrote', 'From: postmaster@acme.test\nSubject: Mail\n\n550 no such user'],
    ['bounce', 'one that a server wrote in Czech', `${daemon}${utf8()}\nZprávu se nepodařilo doručit.`],
    ['auto_reply', 'an out-of-office, by its first words', `${person}\n${away}`],
    ['auto_reply', 'the same in HTML', `${person}Content-Type: text/html\n\n<p>Dear sender,</p><div>${away}</div>`],
    [
      'auto_reply',
      'a receipt in words',
      `${person}Subject: Read: Printer\n\nYour message\n  To: Support\nwas read today.`,
    ],
    ['auto_reply', 'one in Czech', `${person}${utf8()}Subject: Přečteno: Tiskárna\n\nVaše zpráva byla přečtena 5. 5.`],
    ['auto_reply', 'one in Slovak', `${person}${utf8()}Subject: Prečítané: Fax\n\nVaša správa\n\nbola prečítaná 5. 5.`],
    [
      'auto_reply',
      'one in Italian',
      `${person}${utf8()}Subject: Letto: Fax\n\nIl messaggio a Support è stato letto oggi.`,
    ],
    ['auto_reply', 'one in German', `${person}${utf8()}Subject: Gelesen: Fax\n\nIhre Nachricht wurde am 5.5. gelesen.`],
    [
      'challenge',
      'a filter’s question whether a person wrote',
      `${person}Auto-Submitted: auto-replied\nSubject: Please confirm your message\n\nClick`,
    ],
    ['challenge', 'one of a filter that has a name', `${person}X-Boxtrapper: a\nSubject: Your email\n\nClick`],
    [
      'loop',
      'a letter of ours that came back',
      `${person}X-Podatelna-Loop: ${loopToken(keys, 'desk.test')}\n\n${away}`,
    ],
  ])('%s: %s', (kind, _, letter) => {
    expect(see(letter).kind).toBe(kind)
  })

  test('nothing else than what a responder to a bounce address is', () => {
    const envelope = { mailFrom: 'jana@acme.test', bounceToken: 'abc' }
    expect(see(`${person}\n${away}`, envelope).kind).toBe('auto_reply')
    expect(see(`${person}\nPlease write to petr@acme.test.`, envelope)).toMatchObject({
      kind: 'bounce',
      bounce: { recipients: [] },
    })
    expect(see(`${person}\njana@acme.test: 550 5.1.1 user unknown`, envelope)).toMatchObject({
      kind: 'bounce',
      bounce: { recipients: [{ address: 'jana@acme.test', status: '5.1.1' }] },
    })
  })

  test('what it is for reasons that an operator understands', () => {
    expect(see(`${daemon}\n550 5.1.1 user unknown`).evidence).toEqual([
      'from a mail server, says “550 5.1.1 user unknown”',
    ])
    expect(see(`${person}X-Auto-Response-Suppress: All\n\n${away}`).evidence).toEqual([
      'says first “I am out of the office”, x-auto-response-suppress: All',
    ])
  })
})

describe('a complaint', () => {
  const token = makeToken(keys, 'bounce', uuidAsNumber('0191e3a4-5b6c-7d8e-9fa0-b1c2d3e4f506'))
  const returned = 'From: support@desk.test\nMessage-ID: <1@desk.test>\nX-HmXmrOriginalRecipient: jana@acme.test\n'

  test('of RFC 5965 says who complained, through whom, and of which letter of ours', () => {
    const fields = `Feedback-Type: abuse
User-Agent: Provider-FBL/1.0
Original-Mail-From: <bounce+${token}@desk.test>
Original-Rcpt-To: <jana@acme.test>
Original-Rcpt-To: rfc822;petr@acme.test
`
    const report = multipart('report; report-type=feedback-report', [
      'Content-Type: text/plain\n\nThis is a spam complaint.\n',
      `Content-Type: message/feedback-report\n\n${fields}`,
      `Content-Type: message/rfc822\n\n${returned}\nHi`,
    ])
    expect(see(`From: fbl@provider.test\n${report}`)).toEqual({
      kind: 'feedback_report',
      evidence: ['content-type: multipart/report; report-type=feedback-report; boundary=b'],
      complaint: {
        type: 'abuse',
        reporter: 'Provider-FBL/1.0',
        recipients: ['jana@acme.test', 'petr@acme.test'],
        originalMessageId: '1@desk.test',
        delivery: { by: 'verp', id: '0191e3a4-5b6c-7d8e-9fa0-b1c2d3e4f506' },
      },
    })
  })

  test.each([
    [
      'Outlook',
      `From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1\n${multipart('mixed', [
        `Content-Type: message/rfc822\n\n${returned}\nHi`,
      ])}`,
    ],
    ['Apple Mail', `${person}X-Apple-Unsubscribe: true\nSubject: unsubscribe\n\n`],
    [
      'Amazon SES',
      `From: no-reply@sns.amazonaws.com\n\n{"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"jana@acme.test"}]}}`,
    ],
  ])('of %s names its recipient, too', (_, letter) => {
    expect(see(letter)).toMatchObject({ kind: 'feedback_report', complaint: { recipients: ['jana@acme.test'] } })
  })
})

describe('at the door the body decides', () => {
  const bounced = (returned: string) =>
    `From: Mail Admin <admin@acme.test>\nSubject: Undeliverable: Printer\n${multipart('mixed', [
      'Content-Type: text/plain\n\nThe message to jana@acme.test could not be delivered.\n',
      `Content-Type: message/rfc822\n\n${returned}\nHi`,
    ])}`

  test.each([
    ['a server’s words under a daemon’s name', 'bounce', `${daemon}Subject: Hm\n\nuser unknown`],
    ['a bounce of a letter of ours', 'bounce', bounced(`X-Podatelna-Loop: ${loopToken(keys, 'desk.test')}\n`)],
    ['an absence under such a subject', 'auto_reply', `${person}Subject: Out of office\n\n${away}`],
    ['an absence that a program sent', 'auto_reply', `${person}X-Auto-Response-Suppress: All\n\n${away}`],
    [
      'a complaint',
      'auto_reply',
      `From: a@b.test\n${multipart('mixed', ['Content-Type: message/feedback-report\n\nX'])}`,
    ],
  ])('of %s', (_, kind, letter) => {
    expect(atTheDoor(letter).kind).toBe(kind)
  })

  test('of an absence in answer to a letter of ours', () => {
    expect(atTheDoor(`${person}\n${away}`, { answersUs: true }).kind).toBe('auto_reply')
  })

  test.each([
    ['an absence and nothing else says so', `${person}\n${away}`],
    ['a postmaster quotes a refusal', 'From: postmaster@acme.test\n\nWhat is “550 no such user”?'],
    ['a person attaches what came back of their own letter', bounced('From: jana@acme.test\n')],
    ['somebody forwards our letter', bounced('X-Podatelna-Loop: desk.test forged\n')],
  ])('of no letter in which %s', (_, letter) => {
    expect(atTheDoor(letter, { answersUs: false }).kind).toBe('letter')
  })
})

test('any bytes are understood, in time that grows with their number', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => Boolean(see(Buffer.from(bytes)))))
  const numbered = Array.from({ length: 100_000 }, (_, n) => `<u${n}@acme.test>:\n550 no\n`).join('')
  const nested = Array.from({ length: 10_000 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`)
  const report = `Content-Type: message/delivery-status\n\n${numbered.replace(/<(.*)>:\n/g, '\nFinal-Recipient: rfc822; $1\n')}`
  const baits = ['<a@', '--b\n', '{"emailAddress":', 'a@b.', '= \t', '550 ', 'Final-Recipient: rfc822; ', '<p ', '&lt;']
  const phrases = [
    'ich bin ',
    'jsem ',
    'could not be ',
    'nachricht ist ',
    'your message ',
    'Received: a\n\n',
    '"',
    '5.1.1 ',
  ]
  const repeated = [...baits, ...phrases].map((short) => short.repeat(100_000))
  for (const bait of [...repeated, numbered, nested.join(''), `--b\n${report}`]) {
    see(`${daemon}Subject: Read: x\nContent-Type: multipart/mixed; boundary=b\n\n${bait}`)
  }
  // With the square of their number it would be minutes.
}, 20_000)

function see(letter: string | Buffer, envelope: LetterEnvelope = { mailFrom: 'unknown' }) {
  const raw = Buffer.from(letter as string)
  return understand(raw, readHeader(raw), envelope, ours)
}

function atTheDoor(letter: string, envelope: Partial<LetterEnvelope> = {}) {
  const raw = Buffer.from(letter)
  return classifyWhole(raw, readHeader(raw), { mailFrom: 'jana@acme.test', ...envelope }, ours)
}

function utf8(): string {
  return 'Content-Type: text/plain; charset=utf-8\n'
}

function multipart(subtype: string, parts: string[]): string {
  return `Content-Type: multipart/${subtype}; boundary=b\n\n${parts.map((part) => `--b\n${part}\n`).join('')}--b--\n`
}
