/** The list of webhooks, kept by administrators. */
import type { Actor, api } from '@podatelna/contracts'
import { newId, Prisma, type Store } from '@podatelna/store'
import { notUnderWay } from './attempts.ts'
import { secretOf } from './secret.ts'
import { openTargets } from './target.ts'

export type Desk = { store: Store; keys: readonly string[]; settings: { WEBHOOK_NETWORKS: string[] } }
export type Webhook = Omit<Prisma.WebhookGetPayload<object>, 'afterXact'>
export type Change<Value> =
  | { ok: true; value: Value }
  | { ok: false; problem: 'not_found' | 'bad_address' | 'too_many' | 'busy'; detail: string; errors?: api.FieldError[] }

const most = 100
/** After a new secret the one before signs as well, for so long. */
const overlap = Prisma.sql`interval '24 hours'`

/** It is told of what happens from now on. Its secret is shown this once. */
export async function createWebhook(
  desk: Desk,
  { url, description = '', events, by }: api.NewWebhook & { by: Actor },
): Promise<Change<{ webhook: Webhook; secret: string }>> {
  const bad = badAddress(desk, url)
  if (bad) return bad
  const id = newId()
  const written = await desk.store.query(Prisma.sql`
    INSERT INTO webhooks (id, url, description, events, created_by, after_xact, after_id)
    SELECT ${id}::uuid, ${url}, ${description}, ${events}::text[], ${JSON.stringify(by)}::jsonb,
      coalesce(xact, '0'::xid8), coalesce(id, 0)
    FROM (SELECT 1) one LEFT JOIN (
      SELECT xact, id FROM ticket_events WHERE xact < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY xact DESC, id DESC LIMIT 1) last ON true
    WHERE (SELECT count(*) FROM webhooks) < ${most}
    RETURNING id`)
  if (written.length === 0) return { ok: false, problem: 'too_many', detail: `There are ${most} webhooks already.` }
  const webhook = await desk.store.prisma.webhook.findUniqueOrThrow({ where: { id } })
  return { ok: true, value: { webhook, secret: secretOf(desk.keys[0]!, id, webhook.secretVersion) } }
}

/** Made active, it is told at once what it has missed, and what waits. */
export async function changeWebhook(desk: Desk, id: string, changes: api.WebhookChanges): Promise<Change<Webhook>> {
  const bad = changes.url === undefined ? undefined : badAddress(desk, changes.url)
  if (bad) return bad
  const afresh = { failures: 0, failingSince: null, restUntil: null, problem: null }
  const data = { ...changes, ...(changes.state === 'active' || changes.url ? afresh : {}), updatedAt: new Date() }
  const { prisma } = desk.store
  const [webhook] = await prisma.webhook.updateManyAndReturn({ where: { id }, data })
  if (!webhook) return noWebhook
  if (changes.state === 'active') {
    await prisma.$executeRaw`
      UPDATE webhook_deliveries d SET due_at = now() WHERE webhook_id = ${id}::uuid AND ${notUnderWay}`
  }
  return { ok: true, value: webhook }
}

/** With its log. */
export async function deleteWebhook(store: Store, id: string): Promise<boolean> {
  const { count } = await store.prisma.webhook.deleteMany({ where: { id } })
  return count > 0
}

/** A secret nobody has seen; the one before signs along for a day, and one before that no more. */
export async function renewSecret(desk: Desk, id: string): Promise<Change<{ secret: string; previousUntil: Date }>> {
  const [renewed] = await desk.store.query<{ version: number; until: Date }>(Prisma.sql`
    UPDATE webhooks SET secret_version = secret_version + 1, previous_secret_until = now() + ${overlap}, updated_at = now()
    WHERE id = ${id}::uuid RETURNING secret_version AS version, previous_secret_until AS until`)
  if (!renewed) return noWebhook
  return { ok: true, value: { secret: secretOf(desk.keys[0]!, id, renewed.version), previousUntil: renewed.until } }
}

/** Posts a `ping`, to see whether it arrives. */
export async function pingWebhook(store: Store, id: string): Promise<Change<{ id: string }>> {
  const known = await store.prisma.webhook.findUnique({ where: { id }, select: { state: true } })
  if (!known) return noWebhook
  if (known.state !== 'active')
    return { ok: false, problem: 'busy', detail: `It is ${known.state}; make it active first.` }
  const delivery = newId()
  const written = await store.query(Prisma.sql`
    INSERT INTO webhook_deliveries (id, webhook_id, type, due_at)
    SELECT ${delivery}::uuid, id, 'ping', now() FROM webhooks WHERE id = ${id}::uuid RETURNING id`)
  return written.length > 0 ? { ok: true, value: { id: delivery } } : noWebhook
}

/** Tells it again, under the same id; or now, when it waits for a later try. */
export async function replayDelivery(store: Store, id: string): Promise<Change<{ id: string }>> {
  const known = await store.prisma.webhookDelivery.findUnique({ where: { id }, select: { id: true } })
  if (!known) return { ok: false, problem: 'not_found', detail: 'There is no such delivery to a webhook.' }
  const count = await replay(store, Prisma.sql`d.id = ${id}::uuid AND (d.due_at IS NULL OR ${notUnderWay})`)
  if (count === 0) return { ok: false, problem: 'busy', detail: 'It is being tried just now.' }
  return { ok: true, value: { id } }
}

/** All that was given up of what happened since then. @returns how many, undefined when there is no such webhook */
export async function replayFailed(store: Store, id: string, since: Date): Promise<number | undefined> {
  const known = await store.prisma.webhook.findUnique({ where: { id }, select: { id: true } })
  if (!known) return undefined
  return replay(store, Prisma.sql`d.webhook_id = ${id}::uuid AND d.state = 'failed' AND d.created_at >= ${since}`)
}

async function replay(store: Store, which: Prisma.Sql): Promise<number> {
  return store.prisma.$executeRaw`
    UPDATE webhook_deliveries d SET state = 'pending', due_at = now(), first_tried_at = NULL, earlier_tries = attempt_count
    WHERE ${which}`
}

function badAddress({ settings }: Desk, url: string): (Change<never> & { ok: false }) | undefined {
  const message = openTargets(settings.WEBHOOK_NETWORKS).problem(new URL(url))
  return message
    ? { ok: false, problem: 'bad_address', detail: message, errors: [{ path: 'url', message }] }
    : undefined
}

const noWebhook = { ok: false, problem: 'not_found', detail: 'There is no such webhook.' } as const
