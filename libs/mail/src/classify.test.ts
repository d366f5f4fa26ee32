import { describe, expect, test } from 'vitest'
import { classify } from './classify.ts'
import { parseHeader } from './headers.ts'
import { loopToken } from './loop.ts'

const keys = ['the secret of this installation']
const sender = 'jana@acme.cz'

describe('a letter is, by its header and envelope alone,', () => {
  test.each([
    ['letter', 'a person’s letter', ''],
    [
      'letter',
      'one that says it was not sent by a program',
      'Auto-Submitted: no\r\nSubject: Automatic reply is broken',
    ],
    ['letter', 'one with a subject like an automatic reply’s', 'Subject: Automatic reply does not work'],
    [
      'letter',
      'one whose loop header is another installation’s',
      `X-Podatelna-Loop: ${loopToken(['other'], 'b.test')}`,
    ],
    ['letter', 'one with a made-up loop header', 'X-Podatelna-Loop: desk.test AAAAAAAAAAAAAAAAAAAAAA'],
    ['loop', 'one of our own that came back', `X-Podatelna-Loop: ${loopToken(keys, 'desk.test')}`],
    ['bounce', 'a delivery report', 'Content-Type: multipart/report; report-type=delivery-status; boundary=b'],
    [
      'auto_reply',
      'a read receipt',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
    ],
    ['auto_reply', 'a complaint', 'Content-Type: multipart/report; report-type=feedback-report; boundary=b'],
    ['auto_reply', 'an answer by a program (RFC 3834)', 'Auto-Submitted: auto-replied (vacation)'],
    ['auto_reply', 'an answer by an old program', 'X-Autoreply: yes'],
    ['auto_reply', 'an answer by a very old program', 'Precedence: auto_reply'],
    ['auto_reply', 'Exchange’s out of office', 'Auto-Submitted: auto-generated\r\nSubject: Automatic reply: Printer'],
    [
      'auto_reply',
      'the same in Czech',
      'X-Auto-Response-Suppress: All\r\nSubject: =?utf-8?Q?Automatick=C3=A1_odpov=C4=9B=C4=8F?=',
    ],
    ['list', 'a letter of a mailing list', 'List-Id: <users.example.org>'],
    ['list', 'a newsletter', 'Precedence: bulk'],
    ['auto_generated', 'what monitoring sends', 'Auto-Submitted: auto-generated'],
    [
      'loop',
      'a loop that claims to be monitoring',
      `Auto-Submitted: auto-generated\r\nX-Podatelna-Loop: ${loopToken(keys, 'desk.test')}`,
    ],
  ])('%s: %s', (kind, _, header) => {
    expect(kindOf(header, sender)).toBe(kind)
  })

  test.each([
    ['auto_reply', 'without more', ''],
    ['bounce', 'from a mail server', 'From: MAILER-DAEMON@mx.acme.cz'],
    ['auto_generated', 'from a program', 'Auto-Submitted: auto-generated'],
  ])('%s, with the null sender: %s', (kind, _, header) => {
    expect(kindOf(header, '')).toBe(kind)
  })

  test('a bounce, when it is sent to the bounce address of a delivery, whatever it says', () => {
    const header = parseHeader(Buffer.from('Auto-Submitted: no\r\n\r\n'))
    expect(classify(header, { mailFrom: sender, bounceTo: true }, keys).kind).toBe('bounce')
  })
})

function kindOf(lines: string, mailFrom: string): string {
  const header = parseHeader(Buffer.from(`${lines}\r\n\r\n`))
  return classify(header, { mailFrom, bounceTo: false }, keys).kind
}
