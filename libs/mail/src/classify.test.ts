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
    [
      'auto_reply',
      'a program’s with such a beginning',
      'Auto-Submitted: auto-generated\r\nSubject: Out of office from 1 May',
    ],
    ['auto_reply', 'iCloud’s absence', 'X-Apple-Action: VACATION'],
    [
      'auto_reply',
      'an answer that calls itself generated',
      `Auto-Submitted: auto-generated\r\n${answers('desk.test')}`,
    ],
    ['auto_reply', 'an absence in English, by its subject', 'Subject: Out of Office: Printer'],
    ['auto_reply', 'an absence in German', 'Subject: Abwesenheitsnotiz'],
    ['auto_reply', 'an absence in Italian', 'Subject: Fuori ufficio: Re: Stampante'],
    ['auto_reply', 'an absence in Slovak', 'Subject: =?utf-8?Q?Automatick=C3=A1_odpove=C4=8F=3A_Tla=C4=8Diare=C5=88?='],
    ['auto_reply', 'an absence in Czech', 'Subject: Odpověď v nepřítomnosti: Tiskárna'],
    ['auto_reply', 'a ticket system’s receipt', 'Subject: [acme.cz #33575] AutoReply: Printer'],
    ['letter', 'one about an absence', 'Subject: Nepřítomnost v kanceláři'],
    ['letter', 'one that answers an automatic reply', 'Subject: Re: Automatic reply: Printer'],
    ['letter', 'one about returned mail', 'Subject: Undeliverable mail, please help'],
    ['letter', 'a postmaster’s about returned mail', 'From: postmaster@acme.cz\r\nSubject: Undeliverable mail'],
    ['letter', 'a forwarded bounce', 'From: MAILER-DAEMON@acme.cz\r\nSubject: Fwd: Returned mail: User unknown'],
    ['bounce', 'qmail’s', 'From: MAILER-DAEMON@acme.cz\r\nSubject: failure notice'],
    ['bounce', 'Exim’s', 'From: Mailer-Daemon@acme.cz\r\nX-Failed-Recipients: jan@acme.cz'],
    ['auto_generated', 'monitoring that goes on', `Auto-Submitted: auto-generated\r\n${answers('acme.cz')}`],
    ['list', 'a letter of a mailing list', 'List-Id: <users.example.org>'],
    ['list', 'a newsletter', 'Precedence: bulk'],
    ['auto_generated', 'one whose author reads no answer', 'From: Shop <no-reply@acme.cz>'],
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
    ['bounce', 'from a mail server with no address', 'From: Mail Delivery System <>'],
    ['bounce', 'that was returned, in Slovak', 'From: noreply@acme.sk\r\nSubject: Nedoručiteľné: Tlačiareň'],
    ['auto_generated', 'from a program', 'Auto-Submitted: auto-generated'],
  ])('%s, with the null sender: %s', (kind, _, header) => {
    expect(kindOf(header, '')).toBe(kind)
  })

  test('a bounce, when it is sent to the bounce address of a delivery, whatever it says', () => {
    const header = parseHeader(Buffer.from('Auto-Submitted: no\r\n\r\n'))
    expect(classify(header, { mailFrom: sender, bounceToken: 'abc' }, keys).kind).toBe('bounce')
  })

  test('no bounce, although it is sent there, when a responder says that it wrote it (RFC 3834 §4)', () => {
    const header = parseHeader(Buffer.from('Auto-Submitted: auto-replied\r\n\r\n'))
    expect(classify(header, { mailFrom: '', bounceToken: 'abc' }, keys).kind).toBe('auto_reply')
  })

  test('a bounce, when sendmail wrote its own name for the null sender', () => {
    expect(kindOf('From: Postmaster@acme.cz\r\nSubject: Mail System Error - Returned Mail', 'MAILER-DAEMON')).toBe(
      'bounce',
    )
  })
})

/** A letter of jana@acme.cz in reply to one of that domain. */
function answers(domain: string): string {
  return `From: ${sender}\r\nIn-Reply-To: <1@${domain}>\r\nMessage-ID: <2@acme.cz>`
}

function kindOf(lines: string, mailFrom: string): string {
  const header = parseHeader(Buffer.from(`${lines}\r\n\r\n`))
  return classify(header, { mailFrom }, keys).kind
}
