import { letter } from '../world/letters.ts'

/** Letters of our own, one for each thing that a letter may be. */
export async function ownSamples(): Promise<Buffer[]> {
  const base = { from: 'Jana Nováková <jana@acme.test>', to: 'support@desk.test', subject: 'Tiskárna v účtárně hoří' }
  const quoted = 'Děkuji.\n\nDne 1. 1. 2026 v 10:00 Petr napsal(a):\n> Zkuste ji vypnout.\n\n-- \nJana\n'
  const html =
    '<p>See <img src="cid:a"> <a href="https://x.test">here</a></p><div class="gmail_quote"><blockquote type="cite">Old</blockquote></div>'
  const calendar =
    'BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20260101T100000Z\nEND:VEVENT\nEND:VCALENDAR\n'
  const attachments = [
    { filename: 'a.png', content: Buffer.alloc(300, 7), contentType: 'image/png', cid: 'a' },
    { filename: 'zpráva.ics', content: calendar, contentType: 'text/calendar; method=REQUEST' },
    { filename: 'letter.eml', content: 'Subject: inner\n\nInner text\n', contentType: 'message/rfc822' },
  ]
  const made = await Promise.all([
    letter({ ...base, text: quoted }),
    letter({ ...base, text: quoted, html }),
    letter({ ...base, html, attachments }),
  ])
  const report =
    'From: MAILER-DAEMON@x.test\nReturn-Path: <>\nSubject: failure\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n' +
    '--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.test\nStatus: 5.1.1\n--b--\n'
  const uu = 'Subject: file\n\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\n'
  return [...made, Buffer.from(report), Buffer.from(uu)]
}
