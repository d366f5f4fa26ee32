/** What is asked of a full desk: how long it takes, and by which plans. */
import { openClient } from '../../world/client.ts'
import { letter } from '../../world/letters.ts'
import { seeded } from '../../world/random.ts'
import { filtersToSave, type Known, questions, samplesOf } from './api.ts'
import { type ApiDesk, type Env, openApiDesk } from './desk.ts'
import { answer, answerable, question, type Written } from './letters.ts'
import type { Plan as Filling } from './life.ts'
import { explainedUrl, hearPlans, type Plan } from './plans.ts'
import { ownTime, serverTime } from './processor.ts'
import type { Timed } from './report.ts'

/** So often PostgreSQL plans a prepared statement anew, before it may settle for one plan (its plancache.c). */
const untilPlansSettle = 6

/** Tickets on a page that is not the last, unless its search stopped early. */
const usual = 50

export async function reading(
  env: Env,
  serverPid: number,
  filling: Filling,
  repetitions: number,
): Promise<{ timings: Timed[]; plans: Plan[] }> {
  const desk = await openApiDesk(env)
  const known = await whatIsKnown(desk, env, filling)
  const timings: Timed[] = []
  for (const { name, goal, paths } of await questions(known, repetitions)) {
    for (const path of paths.slice(0, 3)) await desk.ask('GET', path)
    const times: number[] = []
    let stopped = 0
    const before = serverTime(serverPid) + ownTime()
    for (const path of paths) {
      const start = performance.now()
      const page = await desk.ask<{ items?: unknown[]; next?: string | null }>('GET', path)
      times.push(performance.now() - start)
      if (page.next && page.items!.length < usual) stopped++
    }
    const processor = (serverTime(serverPid) + ownTime() - before) / paths.length
    timings.push({ name, goal, times, processor, stopped: stopped / paths.length })
  }
  await desk.close()
  return { timings, plans: await explained(env, filling, known) }
}

async function whatIsKnown(desk: ApiDesk, env: Env, { tickets, directory }: Filling): Promise<Known> {
  const filters: string[] = []
  for (const query of filtersToSave(directory)) {
    const name = `Bench ${JSON.stringify(query)}`.slice(0, 90)
    const { items } = await desk.ask<{ items: { id: string; name: string }[] }>('GET', '/api/filters')
    const { id } =
      items.find((one) => one.name === name) ??
      (await desk.ask<{ id: string }>('POST', '/api/filters', { name, query }))
    filters.push(id)
  }
  const nextOf = async (query: string) => {
    const { next } = await desk.ask<{ next: string | null }>('GET', `/api/tickets?${query}`)
    return next ? [next] : []
  }
  const nexts: string[] = []
  for (const limit of [10, 25, 50, 100, 200]) nexts.push(...(await nextOf(`limit=${limit}`)))
  const filterNexts: string[] = []
  for (const id of filters) {
    filterNexts.push(...(await nextOf(`filter=${id}`)).map((next) => `filter=${id}&cursor=${next}`))
  }
  return { tickets, directory, filters, nexts, filterNexts, samples: await samplesOf(env.DATABASE_URL, 500) }
}

/** Everything once more, in sessions that tell their plans; letters go in by SMTP, and out as far as they get. */
async function explained(env: Env, { directory }: Filling, known: Known): Promise<Plan[]> {
  const ear = hearPlans()
  const desk = await openApiDesk({ ...env, DATABASE_URL: explainedUrl(env.DATABASE_URL) })
  const tickets = await answerable(env.DATABASE_URL, 4 * untilPlansSettle)
  const { smtpPort, app } = desk.podatelna
  const random = seeded(13)
  const acts: [string, number, (i: number) => Promise<unknown>][] = [
    ['a letter that opens a ticket', untilPlansSettle, () => sends(smtpPort, question(random, directory))],
    ['a letter that answers', 2 * untilPlansSettle, (i) => sends(smtpPort, answer(random, app.keys, tickets[i]!))],
    [
      'a reply by an agent',
      untilPlansSettle,
      (i) => {
        const { number } = tickets[2 * untilPlansSettle + i]!
        return desk.ask('POST', `/api/tickets/P-${number}/replies`, { text: 'Hotovo.', status: 'waiting' })
      },
    ],
    ...(await questions(known, 2 * untilPlansSettle)).map(
      ({ name, paths }): [string, number, (i: number) => Promise<unknown>] => {
        return [name, paths.length, (i) => desk.ask('GET', paths[i]!)]
      },
    ),
  ]
  // Once unheard: what timers do at a start belongs to nothing that is asked for.
  for (const [, , act] of acts) await act(0)
  for (const [name, times, act] of acts) {
    for (let i = 0; i < times; i++) {
      ear.during(name)
      await act(i)
    }
  }
  await desk.close()
  ear.stop()
  return ear.plans
}

async function sends(port: number, { from, domain, to, inReplyTo, ...draft }: Written): Promise<void> {
  const client = await openClient({ port, helo: `mx.${domain}` })
  const raw = await letter({ ...draft, from: `${from.name} <${from.email}>`, to, ...(inReplyTo && { inReplyTo }) })
  const { code, text } = await client.send(raw, { from: from.email, to })
  client.close()
  if (code !== 250) throw new Error(`A letter of the bench was answered ${code} ${text}`)
}
