/**
 * The way back: a bounce or complaint that ingress recorded is matched to the delivery it is about. It changes that
 * delivery, and when it came to the delivery's own address it may suppress the recipient's (rules §6): whoever has seen
 * our Message-ID could have written it, only who was given the letter knows where it was sent from. No mail to a client
 * follows from it (rules §1.5).
 */
import { type Consumer, inboxInsert, type Outcome, outboxFrom } from '@podatelna/bus'
import { deliveryFailed, type Envelope, mailSuppressed, subscriptions } from '@podatelna/contracts'
import {
  type Bounce,
  bounceTag,
  type Complaint,
  isDeadMailbox,
  type OwnDelivery,
  type Recipient,
  readHeader,
  understand,
} from '@podatelna/mail'
import type { App } from '@podatelna/process'
import { newId, Prisma, type Store } from '@podatelna/store'
import { type Ground, suppress } from './suppressions.ts'

const subscription = subscriptions.outboundBounces

export function bouncesConsumer({
  store,
  bus,
  keys,
  settings,
}: Pick<App, 'store' | 'bus' | 'keys' | 'settings'>): Consumer {
  return {
    subscription,
    async handle(event): Promise<Outcome> {
      const { mail_id: mailId } = mailSuppressed.payload.parse(event.payload)
      const report = await readReport(store, mailId, { keys, mailDomain: settings.MAIL_DOMAIN })
      const delivery = report && (await findDelivery(store, report.about))
      if (delivery) bus.publish(await record(store, event, { mailId, delivery, ...report.says(delivery) }))
      else await store.query(inboxInsert(subscription, event))
      return 'done'
    },
  }
}

/** Undefined when the letter is none about ours, or its bytes are gone: nothing can be learned from it any more. */
async function readReport(store: Store, id: string, how: Known): Promise<Report | undefined> {
  const [mail] = await store.query<MailRow>(Prisma.sql`
    SELECT kind, mail_from, rcpt_to, raw, raw_sha256 FROM inbound_mail
    WHERE id = ${id}::uuid AND kind IN ('bounce', 'auto_reply')`)
  const raw = mail && (await beginning(store, mail))
  if (!raw) return undefined
  const bounceToken = mail.rcpt_to.map((to) => bounceTag(to, how.mailDomain)).find((tag) => tag !== undefined)
  const { bounce, complaint } = understand(raw, readHeader(raw), { mailFrom: mail.mail_from, bounceToken }, how)
  if (complaint?.delivery) return { about: complaint.delivery, says: () => whatReaderSays(complaint) }
  if (bounce?.delivery) return { about: bounce.delivery, says: (delivery) => whatItSays(bounce, delivery) }
  return undefined
}

/** Of a large letter what is enough to read its report; the rest is what came back. */
async function beginning(store: Store, { raw, raw_sha256 }: MailRow): Promise<Buffer | undefined> {
  if (raw) return Buffer.from(raw)
  if (!raw_sha256) return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of store.letters.read(Buffer.from(raw_sha256)) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= enough) break
  }
  return Buffer.concat(chunks)
}

const enough = 1024 * 1024

async function findDelivery(store: Store, own: OwnDelivery): Promise<DeliveryRow | undefined> {
  const named = own.by === 'verp' ? Prisma.sql`id = ${own.id}::uuid` : Prisma.sql`message_id = ${own.messageId}`
  const rows = await store.query<DeliveryRow>(Prisma.sql`SELECT id, to_address FROM deliveries WHERE ${named}`)
  return rows[0]
}

/** Of several addresses that of the delivery counts, or else, when its server wrote others, the worst that happened. */
function whatItSays({ recipients, delivery }: Bounce, { to_address }: DeliveryRow): Said {
  const own = recipients.find(({ address }) => address.toLowerCase() === to_address)
  const told = own ?? recipients.find(isFinal) ?? recipients[0]
  if (!told) return { outcome: 'unclear', words: 'Something came back that does not say what became of the letter.' }
  const about = own ? '' : ` (about ${told.address})`
  // Where a list or a forward leads to may be gone without the address being so.
  const dead = own && delivery?.by === 'verp' && isDeadMailbox(own)
  return {
    outcome: isFinal(told) ? 'bounced' : told.action,
    words: `${words(told)}${about}`,
    shows: dead ? { scope: 'all', cause: 'bounce' } : undefined,
  }
}

/** A reader told their provider that the letter is spam. What people write to them still goes. */
function whatReaderSays({ type, reporter, delivery }: Complaint): Said {
  if (type === 'not-spam') return { outcome: 'unclear', words: 'Its reader says that it is no spam.' }
  const how = [reporter && `through ${reporter}`, type && `as ${type}`].filter(Boolean).join(', ')
  const words = `Its reader reported it as spam${how && ` (${how})`}.`
  const shows = delivery?.by === 'verp' ? ({ scope: 'automatic', cause: 'complaint' } as const) : undefined
  return { outcome: 'complained', words, shows }
}

/** Given up: because it can never be delivered, or because what passes lasted too long. */
function isFinal({ action }: Recipient): boolean {
  return action === 'failed'
}

/** For staff: the server's words, and the numbers when they are not among them. */
function words({ code, status, diagnostic = '' }: Recipient): string {
  const numbers = [code, status].filter((number) => number !== undefined && !diagnostic.includes(String(number)))
  return [...numbers, diagnostic].filter((part) => part !== '').join(' ') || 'The server does not say why.'
}

/**
 * One statement, one commit. The inbox row and the unique `mail_id` make twice harmless; what was suppressed, or failed
 * before, stays what it is, however late the bounce.
 */
async function record(store: Store, event: Envelope, { mailId, delivery, outcome, words, shows }: Matched) {
  const suppressed = shows
    ? Prisma.sql`, suppressed AS (${suppress(
        shows,
        Prisma.sql`SELECT to_address, ${words}, id, ${mailId}::uuid, created_at FROM deliveries, inbox
          WHERE id = ${delivery.id}::uuid`,
      )})`
    : Prisma.empty
  return store.query<Envelope>(Prisma.sql`
    WITH inbox AS (${inboxInsert(subscription, event)}),
    attempt AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp, mail_id)
      SELECT ${delivery.id}::uuid, ${outcome}, ${words}, ${mailId}::uuid FROM inbox
      WHERE (SELECT count(*) FROM delivery_attempts WHERE delivery_id = ${delivery.id}::uuid AND mail_id IS NOT NULL)
        < ${bouncesKept}
      ON CONFLICT (mail_id) DO NOTHING
      RETURNING delivery_id),
    returned AS (
      UPDATE deliveries SET state = 'bounced', due_at = NULL
      FROM attempt
      WHERE id = delivery_id AND ${outcome === 'bounced'} AND state IN ('queued', 'sent', 'deferred')
      RETURNING id),
    told AS (${outboxFrom(Prisma.sql`
      SELECT ${newId()}::uuid, ${deliveryFailed.name}, jsonb_build_object('delivery_id', id) FROM returned`)})
    ${suppressed}
    SELECT * FROM told`)
}

/** Whoever once had a letter of ours can write bounces of it without end. */
const bouncesKept = 20

type Known = { keys: readonly string[]; mailDomain: string }
type MailRow = {
  kind: string
  mail_from: string
  rcpt_to: string[]
  raw: Uint8Array | null
  raw_sha256: Uint8Array | null
}
type DeliveryRow = { id: string; to_address: string }
/** `shows`: that the address is to be suppressed. */
type Said = { outcome: string; words: string; shows?: Ground | undefined }
type Report = { about: OwnDelivery; says(delivery: DeliveryRow): Said }
type Matched = Said & { mailId: string; delivery: DeliveryRow }
