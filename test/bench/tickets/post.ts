/** What came and went by mail in the life of invented tickets: letters, files, and what people were told. */
import { createHash } from 'node:crypto'
import type { Random } from '../../world/random.ts'
import type { Entry, Plan } from './life.ts'
import { put, type Rows } from './rows.ts'
import { title } from './words.ts'

export function arrived(random: Random, { directory }: Plan, letter: Entry & { messageId: string }, rows: Rows): void {
  const { id, ticket, author, at, messageId, subject, text } = letter
  const mailbox = directory.mailboxes[ticket.mailbox]!
  const peer = `192.0.2.${random.below(250)}`
  put(rows, 'inbound_mail', at, () => {
    const header = `From: ${author.email}\r\nTo: ${mailbox.address}\r\nSubject: ${subject}\r\nMessage-ID: <${messageId}>\r\n`
    const raw = Buffer.from(`${trail.repeat(12)}${header}\r\n${text}`)
    return {
      ...{ id, message_id: messageId, digest: sha256(id), dedupe_key: sha256(id), received_at: new Date(at) },
      ...{
        mail_from: author.email,
        rcpt_to: `{${mailbox.address}}`,
        mailbox_id: mailbox.id,
        peer,
        helo: 'mx.client.test',
      },
      ...{
        from_address: author.email,
        from_name: author.name,
        subject,
        kind: 'letter',
        bytes: raw.length,
        raw,
        verdict,
      },
      ...{
        disposition: 'admitted',
        reason: verdict.explanation,
        contact_id: author.id,
        organization_id: ticket.client.id,
      },
    }
  })
}

const trail = 'Received: from mx.client.test by mx.desk.test; a trail of servers, signatures and verdicts\r\n'
const verdict = {
  verified: true,
  explanation: 'It came from a server that its author names.',
  spf: { result: 'pass', aligned: true },
  dkim: [],
  dmarc: { result: 'none' },
  arc: { result: 'none' },
}

/** Half of all files are somebody's logo again. */
export function attach(random: Random, messageId: string, at: number, rows: Rows): void {
  const inline = random.chance(0.5)
  const content = inline ? logoOf(random.rank(logoCount)) : random.id(at)
  const filename = inline ? 'image001.png' : fileName(random)
  const id = random.id(at)
  put(rows, 'attachments', at, () => {
    const file = { filename, type: 'application/octet-stream', bytes: contentBytes, inline, source: 'part' }
    return { id, message_id: messageId, position: 0, sha256: sha256(content), ...file }
  })
  if (!inline) put(rows, 'contents', at, () => contentRow(content, at))
}

function fileName(random: Random): string {
  const type = random.one(['pdf', 'pdf', 'jpg', 'xlsx', 'log'])
  return `${title(random, 'cs').replaceAll(' ', '_')}-${random.below(100_000)}.${type}`
}

/** What is there before the first ticket. */
export function logos({ end }: Plan): Rows {
  const row = (i: number) => ({ at: end, row: () => contentRow(logoOf(i), end) })
  return new Map([['contents', Array.from({ length: logoCount }, (_, i) => row(i))]])
}

const logoCount = 2_000
const logoOf = (i: number) => `logo ${i}`

/** Files are listed and searched by name here, not read. */
const contentBytes = 64

function contentRow(content: string, at: number) {
  const raw = Buffer.from(content.padEnd(contentBytes, '.'))
  return { sha256: sha256(content), bytes: contentBytes, raw, created_at: new Date(at) }
}

export function tell(
  random: Random,
  { id: causedBy, ticket, told, at, opening, subject, text }: Entry,
  rows: Rows,
): void {
  for (const { id: seat, person } of told) {
    const [id, cause] = [random.id(at), random.id(at)]
    put(rows, 'deliveries', at, () => ({
      ...{ id, cause, kind: opening ? 'ticket_opened' : 'public_reply', to_address: person.email, subject },
      ...{ message_id: `${id}@desk.test`, envelope_from: 'bounce@desk.test', state: 'sent', attempt_count: 1 },
      source: Buffer.from(
        `Subject: ${subject}\r\nContent-Type: multipart/alternative\r\n\r\n${text}\r\n<p>${text}</p>`,
      ),
      ...{ ticket_id: ticket.id, participant_id: seat, caused_by_message_id: causedBy, created_at: new Date(at) },
    }))
    put(rows, 'delivery_attempts', at, () => {
      return { delivery_id: id, at: new Date(at), outcome: 'sent', smtp: '250 2.0.0 Ok: queued' }
    })
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
