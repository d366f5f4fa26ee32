import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { type api, Disposition, LetterKind, ticketNumber, Verdict } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { Prisma, Store } from '@podatelna/store'
import { flagsOf, proof, reusedIds } from './mail-flags.ts'
import { literally, type Paging, pageOf } from './page.ts'
import { readTimeline } from './timeline.ts'

type Filter = Paging & { disposition?: string | undefined; q?: string | undefined }

export async function listMail(store: Store, { limit, cursor, disposition, q }: Filter) {
  const older = cursor && { OR: [{ receivedAt: { lt: cursor.at } }, { receivedAt: cursor.at, id: { lt: cursor.id } }] }
  const found = q && { OR: searched.map((column) => ({ [column]: literally(q) })) }
  const rows = await store.prisma.inboundMail.findMany({
    where: { AND: [{ disposition }, older || {}, found || {}] },
    orderBy: [{ receivedAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    select: columns,
  })
  const reused = await reusedIds(store, rows)
  return pageOf(
    rows,
    limit,
    ({ receivedAt, id }) => ({ at: receivedAt, id }),
    (row) => showInList(row, reused),
  )
}

/** Letters of the last week whose supposed author says that they did not write them: somebody forges a client. */
export async function disownedLately(store: Store, now = new Date()): Promise<{ at: string; mail: api.MailInList }[]> {
  const weekAgo = new Date(now.getTime() - 7 * 24 * 3_600_000)
  const rows = await store.prisma.mailEvent.findMany({
    where: { type: 'disowned', at: { gt: weekAgo } },
    orderBy: { at: 'desc' },
    take: 20,
    select: { at: true, mail: { select: columns } },
  })
  return rows.map(({ at, mail }) => ({ at: at.toISOString(), mail: showInList(mail, new Set()) }))
}

const searched = ['fromAddress', 'fromName', 'subject', 'messageId'] as const

export async function readMail(store: Store, id: string): Promise<api.Mail | undefined> {
  const row = await store.prisma.inboundMail.findUnique({
    where: { id },
    select: { ...columns, ...details },
  })
  if (!row) return undefined
  const { helo, tls, header, rawSha256, keepUntil, bounceOf } = row
  return {
    ...showInList(row, await reusedIds(store, [row])),
    ...{ helo, tls },
    header: header && Buffer.from(header).toString(),
    kept: rawSha256 !== null,
    kept_until: keepUntil?.toISOString() ?? null,
    ...(bounceOf && { bounce_of: bounceOf.deliveryId }),
    timeline: await readTimeline(store, id),
  }
}

/** The letter as it arrived: `gone` when its bytes are not kept, undefined when there is no such letter. */
export async function readRaw({ store, log }: App, id: string): Promise<Buffer | Readable | 'gone' | undefined> {
  const row = await store.prisma.inboundMail.findUnique({ where: { id }, select: { raw: true, rawSha256: true } })
  if (!row) return undefined
  if (row.raw) return Buffer.from(row.raw)
  if (!row.rawSha256) return 'gone'
  return openStored(store, Buffer.from(row.rawSha256)).catch((cause: unknown) => {
    log.error({ mail: id, cause: String(cause) }, 'the bytes of a letter are missing in the letter store')
    return 'gone'
  })
}

/** Waits for the first bytes: once an answer has begun, it cannot become a 410 any more. */
async function openStored(store: Store, sha256: Buffer): Promise<Readable> {
  const stream = store.letters.read(sha256)
  await once(stream, 'readable')
  return stream
}

function showInList(row: MailRow, reused: Set<string>): api.MailInList {
  const { id, peer, subject, bytes, repeats, reason } = row
  const ticket = row.messages[0]?.ticket
  return {
    ...{ id, peer, subject, bytes, repeats, reason },
    message_id: row.messageId,
    mail_from: row.mailFrom,
    rcpt_to: row.rcptTo,
    from: row.fromAddress,
    from_name: row.fromName,
    kind: LetterKind.parse(row.kind),
    received_at: row.receivedAt.toISOString(),
    verdict: Verdict.parse(row.verdict),
    disposition: Disposition.parse(row.disposition),
    flags: flagsOf(row, reused.has(id)),
    ...(ticket && { ticket_number: ticketNumber(ticket.number) }),
  }
}

const columns = {
  id: true,
  messageId: true,
  mailFrom: true,
  rcptTo: true,
  peer: true,
  fromAddress: true,
  fromName: true,
  subject: true,
  kind: true,
  bytes: true,
  receivedAt: true,
  repeats: true,
  unanswered: true,
  ...proof,
  disposition: true,
  reason: true,
  messages: { select: { ticket: { select: { number: true } } } },
} as const satisfies Prisma.InboundMailSelect
const details = {
  helo: true,
  tls: true,
  header: true,
  rawSha256: true,
  keepUntil: true,
  bounceOf: { select: { deliveryId: true } },
} as const satisfies Prisma.InboundMailSelect
type MailRow = Prisma.InboundMailGetPayload<{ select: typeof columns }>
