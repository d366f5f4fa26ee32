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
      const hasFiles = plan.notices.some(({ files = [] }) => files.length > 0)
      const work = () => (hasFiles ? commitWithFiles(parts, event, plan) : commitAndPost(parts, event, plan))
      const done = await (hasFiles ? oneAtATime(work) : work())
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

/** One letter after the other, and left in the table until the post has room for so many bytes. */
async function commitWithFiles(parts: Parts, event: Envelope, plan: Plan): Promise<boolean> {
  const files = plan.notices.flatMap(({ files = [] }) => files)
  const contents = await contentsOf(parts.store, files)
  const letters: Letter[] = []
  for (const notice of plan.notices) letters.push(await parts.letterhead.write(notice, contents))
  return (await commit(parts, event, { ...plan, letters, lease: 0 })) !== undefined
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
