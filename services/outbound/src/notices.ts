import { type Consumer, inboxInsert, inboxInserts, type Outcome } from '@podatelna/bus'
import { type Envelope, subscriptions } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'
import { agentDeskReader } from './agent-notices.ts'
import type { Budgets } from './budgets.ts'
import { commitLetters, type Planned, type Step } from './deliveries.ts'
import { contentsOf } from './enclosures.ts'
import type { Letter, Letterhead } from './letterhead.ts'
import type { Plan } from './plan.ts'
import { planFor } from './plans.ts'
import type { Post } from './post.ts'
import { reactionEstimate } from './reaction.ts'
import type { Texts } from './texts/index.ts'
import { ticketReader } from './ticket-notices.ts'
import { together } from './together.ts'

const subscription = subscriptions.outboundNotices

/**
 * Turns events into letters: read what happened (one statement), decide who is told, write the letters, commit them as
 * deliveries (one statement), and only then hand them to the post. Nobody waits here for a mail server.
 */
export function noticesConsumer(opened: Opened): Consumer {
  const parts = { ...opened, commitPlain: together((steps) => commitLetters(opened.store, plain(opened, steps))) }
  const readers = { readTicket: ticketReader(parts.store), readAgents: agentDeskReader(parts.store) }
  const desk = { ...parts, ...readers, reaction: reactionEstimate(parts.store), writeText: parts.texts?.write }
  const oneAtATime = turns()
  return {
    subscription,
    async handle(event): Promise<Outcome> {
      const plan = await planFor(desk, event)
      if ('reject' in plan) return plan
      const large = isLarge(plan)
      const work = () => (large ? commitInParts(parts, event, plan) : commitAndPost(parts, event, plan))
      const done = await (large ? oneAtATime(work) : work())
      if (!done) return { retry: 'something was redacted in the ticket meanwhile' }
      return 'done'
    },
  }
}

/** False when what was read is not true any more. */
async function commitAndPost(parts: Parts, event: Envelope, plan: Plan): Promise<boolean> {
  const written = await Promise.all(plan.notices.map((notice) => parts.letterhead.write(notice)))
  const letters = [...(plan.letters ?? []), ...written]
  const lease = parts.post.lease()
  const queued = await commit(parts, event, { ...plan, letters, lease: lease.seconds })
  if (!queued) return false
  if (lease.seconds > 0) parts.post.take(letters.filter((letter) => queued.has(letter.id)).map(firstTry), lease)
  return true
}

/** Of letters that are written and committed together: they are in memory twice, and the database answers in seconds. */
const bytesAtATime = 8 * 1024 * 1024

/** With files, or with so many words for so many that they could not be committed at once. */
function isLarge({ notices }: Plan): boolean {
  if (notices.some(({ files = [] }) => files.length > 0)) return true
  return notices.reduce((sum, { values }) => sum + characters(values), 0) > bytesAtATime / 4
}

function characters(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, each) => sum + characters(each), 0)
}

/**
 * One letter after the other, some of them in one commit, and left in the table until the post has room for so many bytes.
 * The last commit says that the event is done; begun anew, it goes on with those who have no letter yet.
 */
async function commitInParts(parts: Parts, event: Envelope, plan: Plan): Promise<boolean> {
  const contents = await contentsOf(
    parts.store,
    plan.notices.flatMap(({ files = [] }) => files),
  )
  const written = await writtenTo(parts.store, event)
  const rest = plan.notices.filter(({ to }) => !written.has(to.address))
  let letters = plan.letters ?? []
  while (rest.length > 0) {
    letters = [...letters, await parts.letterhead.write(rest.shift()!, contents)]
    if (rest.length === 0 || bytesOf(letters) < bytesAtATime) continue
    if (!(await commitPart(parts, event, { letters, ticket: plan.ticket }))) return false
    letters = []
  }
  return (await commit(parts, event, { ...plan, letters, lease: 0 })) !== undefined
}

/** Who has a letter of an event whose work was begun before. */
async function writtenTo(store: Store, { id }: Envelope): Promise<Set<string>> {
  const rows = await store.query<{ to: string }>(Prisma.sql`
    SELECT to_address AS "to" FROM deliveries WHERE cause = ${id}::uuid`)
  return new Set(rows.map(({ to }) => to))
}

function bytesOf(letters: Letter[]): number {
  return letters.reduce((sum, { source }) => sum + source.length, 0)
}

/** False when what was read is not true any more. */
async function commitPart(parts: Parts, event: Envelope, { letters, ticket }: Pick<Step, 'letters' | 'ticket'>) {
  const step: Step = { cause: event.id, letters, ticket, lease: 0 }
  const committed = await commitLetters(parts.store, { ...plain(parts, [step]), inbox: notDone })
  return committed.current.has(event.id)
}

/** In place of the inbox row, while there is more to do: nothing is written for an event that somebody else has done. */
function notDone(causes: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT cause AS event_id FROM (${causes}) c
    WHERE NOT EXISTS (SELECT FROM inbox WHERE consumer = ${subscription.consumer} AND event_id = cause)`
}

/** Ids of the deliveries to be sent now; undefined when what was read is not true any more. */
async function commit(parts: Parts, event: Envelope, plan: Plan & { letters: Letter[]; lease: number }) {
  const { store, texts, commitPlain } = parts
  const { letters, lease, gate, also, ticket } = plan
  if (letters.length === 0) {
    const inbox = inboxInsert(subscription, event)
    await store.query(
      also ? Prisma.sql`WITH inbox AS (${inbox}) ${also(Prisma.sql`SELECT event_id FROM inbox`)}` : inbox,
    )
    return new Set<string>()
  }
  const step: Step = { cause: event.id, letters, ticket, lease }
  const text = texts && plan.text && { text: plan.text, budgets: texts.budgets }
  const committed =
    text || gate || also
      ? await commitLetters(store, { ...plain(parts, [step]), gate, also, text })
      : await commitPlain(step)
  return committed.current.has(event.id) ? committed.queued : undefined
}

function plain({ budgets, letterhead }: Opened, steps: Step[]): Planned {
  const { timeZone } = letterhead
  return { steps, budgets, timeZone, inbox: (causes) => inboxInserts(subscription, causes) }
}

/** What is large is done by one at a time in each process. */
function turns() {
  let last: Promise<unknown> = Promise.resolve()
  return <Value>(work: () => Promise<Value>): Promise<Value> => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
}

function firstTry({ id, to, envelopeFrom, source }: Letter) {
  return { id, to, envelopeFrom, source, attempts: 0, createdAt: new Date() }
}

type Opened = { store: Store; letterhead: Letterhead; budgets: Budgets; post: Post; texts: Texts | undefined }
type Parts = Opened & { commitPlain: ReturnType<typeof together> }
