/** What comes back of our letters, as mail servers and providers write it. */
import { companies, type Desk, sentTo, support } from './scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

export type Notice = Awaited<ReturnType<typeof acknowledged>>
/** A letter of Jana's, and the acknowledgement that was sent to her. */
export async function acknowledged(desk: Desk) {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `Away ${Math.random()}` })
  const letter = sentTo(desk, jana.email).at(-1)!
  const { messageId, replyTo } = await letter.parsed
  const id = messageId!.slice(1, -1)
  const { items } = await desk.api('GET', `/api/deliveries?ticket=${mail!.ticket_number}`)
  return {
    id: items[0].id as string,
    mail: mail!.id,
    ticket: mail!.ticket_number,
    bounceTo: letter.from,
    messageId: id,
    raw: letter.raw,
    replyTo: replyTo!.value[0]!.address!,
  }
}

export function delivery(desk: Desk, { id }: Notice) {
  return desk.api('GET', `/api/deliveries/${id}`)
}

/** As Postfix writes it (RFC 3464), with the header of the letter it returns. */
export function bounceOf(
  { messageId }: Pick<Notice, 'messageId'>,
  {
    action = 'failed',
    status = '5.1.1',
    says = '550 5.1.1 There is nobody of that name',
    date = 'Mon, 05 Jan 2026 09:00:00 +0100',
    recipient = jana.email,
  } = {},
): Buffer {
  const lines = `From: MAILER-DAEMON@mx.provider.test (Mail Delivery System)
Date: ${date}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Message-ID: <${messageId.replace('@', '.')}@mx.provider.test>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.provider.test

Final-Recipient: rfc822; ${recipient}
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp; ${says}
--b
Content-Type: text/rfc822-headers

From: ${support}
To: ${jana.email}
Message-ID: <${messageId}>
Subject: Away
--b--
`
  return Buffer.from(lines.replaceAll('\n', '\r\n'))
}

/** A reader's complaint as their provider passes it on (RFC 5965); `mailFrom` is what it knows of our envelope. */
export function complaintOf({ messageId }: Pick<Notice, 'messageId'>, mailFrom = '', type = 'abuse'): Buffer {
  const lines = `From: staff@provider.test
Date: Mon, 05 Jan 2026 09:00:00 +0100
Subject: FW: Away
MIME-Version: 1.0
Message-ID: <${Math.random()}@provider.test>
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: ${type}
User-Agent: Provider/1.0
Version: 1${mailFrom && `\nOriginal-Mail-From: <${mailFrom}>`}

--b
Content-Type: message/rfc822

From: ${support}
To: ${jana.email}
Message-ID: <${messageId}>
Subject: Away

Hello
--b--
`
  return Buffer.from(lines.replaceAll('\n', '\r\n'))
}

/** Staff let every address have mail again. */
export async function liftAll(desk: Desk): Promise<void> {
  const { items } = await desk.api('GET', '/api/suppressions')
  for (const { address } of items) await desk.api('DELETE', `/api/suppressions/${address}`)
}
