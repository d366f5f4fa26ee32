import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { numbers } from '../chaos/numbers.ts'
import { companies, type Desk, type Json, letter, openDesk, sentTo, support } from '../scenario.ts'
import { send } from '../world/client.ts'
import type { Letter } from '../world/sink.ts'

const { acme } = companies
/** Petr's address is a list that comes back to us. */
const [, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const theirs = 'helpdesk@other.test'
const limit = 20
const budgets = { BUDGET_TICKET_10_MINUTES: '', BUDGET_TICKET_HOUR: '', BUDGET_RECIPIENT_HOUR: String(limit) }
/** Programs that answer whatever comes: by a letter of their own, or, every fifth, as RFC 3834 wants it. */
const loud = Array.from({ length: numbers.addresses }, (_, i) => `program${i}@loud.test`)
const honest = new Set(loud.filter((_, i) => i % 5 === 4))

let ours: Desk
let other: Desk
beforeAll(async () => {
  ours = await openDesk({ env: budgets })
  other = await openDesk({ env: { ...budgets, MAIL_DOMAIN: 'other.test' } })
  await knowsAsContact(ours, theirs, ...loud)
  await moveTo(other, theirs)
  await knowsAsContact(other, support)
  // Each believes the other's letters, which come from the same address as everybody's here.
  for (const desk of [ours, other]) {
    for (const domain of ['desk.test', 'other.test', 'loud.test']) {
      desk.dns.zone[domain] = { TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
    }
  }
}, 120_000)
afterAll(() => Promise.all([ours?.close(), other?.close()]))

test(`storm: a second desk, a list that comes back, and programs at ${loud.length} addresses answer everything within 10 ms, for ten minutes: \
nobody gets more than the budget, a digest tells of all the rest, no letter is lost and no status moved`, {
  timeout: 120_000 + loud.length * 20_000,
}, async () => {
  const storm = startStorm()
  for (const from of [theirs, petr.email, ...loud]) await write(ours, from)
  for (let minute = 0; minute <= 10; minute++) {
    await storm.calm()
    for (const [who, most] of busiest(ours)) expect(most, `letters to ${who}`).toBeLessThanOrEqual(limit)
    for (const [who, most] of busiest(other)) expect(most, `letters to ${who}`).toBeLessThanOrEqual(limit)
    await Promise.all([ours.later('1 minute'), other.later('1 minute')])
  }
  await Promise.all([ours.later('45 minutes'), other.later('45 minutes')])
  await storm.calm()
  const got = new Map(busiest(ours))
  for (const address of loud) {
    if (!honest.has(address)) expect(got.get(address), address).toBe(limit)
  }
  storm.end()

  // The programs are mended.
  await Promise.all([ours.later('1 hour'), other.later('1 hour')])
  for (const desk of [ours, other]) {
    const deliveries = await all(desk, '/api/deliveries')
    expect(deliveries.filter((one) => one.state !== 'sent' && !one.digest_id)).toEqual([])
    const tickets = await all(desk, '/api/tickets')
    expect(new Set(tickets.map(({ status }) => status))).toEqual(new Set(['queued']))
  }
  for (const address of honest) expect(sentTo(ours, address), 'an answer of a program is not answered').toHaveLength(1)
  const tickets = await all(ours, '/api/tickets')
  expect(tickets).toHaveLength(storm.written + 2 + loud.length)
  process.stdout.write(`Storm of ${loud.length} addresses: ${storm.answers} answers, ${tickets.length} tickets, \
${ours.post.letters.length} letters sent, ${(await all(ours, '/api/deliveries')).length} written\n`)
})

test('programs at fifty addresses answer everything within 10 ms: each gets five letters and no sixth within the hour, and no status moves', {
  timeout: 240_000,
}, async () => {
  const desk = await openDesk({ env: { ...budgets, BUDGET_RECIPIENT_HOUR: '5' } })
  try {
    desk.dns.zone['loud.test'] = { TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
    const fifty = Array.from({ length: 50 }, (_, i) => `fast${i}@loud.test`)
    await knowsAsContact(desk, ...fifty)
    const answers = respond(desk, ({ to }) => write(desk, to[0]!))
    for (const from of fifty) await write(desk, from)
    await calm([answers], [desk])
    answers.end()
    expect(new Set(busiest(desk).map(([, letters]) => letters))).toEqual(new Set([5]))
    expect(busiest(desk)).toHaveLength(50)
    // A digest tells of the rest.
    await desk.later('1 hour')
    expect(new Set(busiest(desk).map(([, letters]) => letters))).toEqual(new Set([6]))
    const tickets = await all(desk, '/api/tickets')
    expect(tickets).toHaveLength(50 + answers.count)
    expect(new Set(tickets.map(({ status }) => status))).toEqual(new Set(['queued']))
    const deliveries = await all(desk, '/api/deliveries')
    expect(deliveries.filter(({ state, digest_id }) => state !== 'sent' && !digest_id)).toEqual([])
  } finally {
    await desk.close()
  }
})

test('an agent and a client whose programs answer each other within one ticket: ten letters to each in ten minutes, 25 in an hour', {
  timeout: 180_000,
}, async () => {
  const desk = await openDesk({ env: { ...budgets, BUDGET_RECIPIENT_HOUR: '' } })
  try {
    desk.dns.zone['loud.test'] = { TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
    const [client, agent] = ['client@loud.test', 'agent@loud.test']
    await knowsAsContact(desk, client)
    await desk.api('POST', '/api/agents', { name: 'Agent', email: agent, role: 'agent' })
    const answers = respond(desk, async ({ to, raw }) => {
      for (const from of [client, agent]) if (to.includes(from)) await answer(desk, from, raw)
    })
    await write(desk, client)
    for (let minutes = 0; minutes < 60; minutes += 10) {
      await calm([answers], [desk])
      if (minutes === 0) for (const who of [client, agent]) expect(sentTo(desk, who), who).toHaveLength(10)
      await desk.later('10 minutes')
    }
    // The last digests are answered, too, and nobody is there to answer to once the desk is closed.
    await calm([answers], [desk])
    answers.end()
    expect(await mostWithin(desk, '10 minutes')).toBe(10)
    expect(await mostWithin(desk, '1 hour')).toBeLessThanOrEqual(25)
  } finally {
    await desk.close()
  }
})

/** Everybody answers what they get. */
function startStorm() {
  const counts = { written: 0 }
  const here = respond(ours, async ({ to, raw }) => {
    const [address] = to as [string]
    if (honest.has(address)) return answer(ours, address, raw, { 'Auto-Submitted': 'auto-replied' })
    if (address === theirs) return deliver(other, support, theirs, disguised(raw))
    counts.written++
    if (address === petr.email) return deliver(ours, petr.email, support, await comesBack(raw))
    if (loud.includes(address)) return write(ours, address)
    counts.written--
  })
  const there = respond(other, async ({ to, raw }) => {
    if (!to.includes(support)) return
    counts.written++
    await deliver(ours, theirs, support, disguised(raw))
  })
  return {
    get written() {
      return counts.written
    },
    get answers() {
      return here.count + there.count
    },
    calm: () => calm([here, there], [ours, other]),
    end() {
      here.end()
      there.end()
    },
  }
}

type Responding = { readonly count: number; readonly busy: number; end(): void }

/** Looks every few milliseconds, as the fastest of programs do. */
function respond(desk: Desk, answer: (letter: Letter) => Promise<unknown>): Responding {
  let [count, busy] = [0, 0]
  const looking = setInterval(() => {
    for (const letter of desk.post.letters.slice(count)) {
      count++
      busy++
      void answer(letter).finally(() => busy--)
    }
  }, 5)
  return {
    get count() {
      return count
    },
    get busy() {
      return busy
    },
    end: () => clearInterval(looking),
  }
}

/** Until nobody has anything to answer any more. */
async function calm(responding: Responding[], desks: Desk[]): Promise<void> {
  const answered = () => responding.reduce((sum, { count }) => sum + count, 0)
  for (let before = -1; before !== answered() || responding.some(({ busy }) => busy > 0); ) {
    before = answered()
    await delay(500)
    if (before !== answered()) continue
    await Promise.all(desks.map((desk) => desk.settled()))
  }
}

function busiest(desk: Desk): [string, number][] {
  const counts = new Map<string, number>()
  for (const { to } of desk.post.letters) for (const who of to) counts.set(who, (counts.get(who) ?? 0) + 1)
  return [...counts]
}

/** Letters to one recipient about one ticket, at most, within any stretch of that length. */
async function mostWithin(desk: Desk, stretch: string): Promise<number> {
  const client = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await client.connect()
  const { rows } = await client.query(`
    SELECT max(n)::int AS most FROM (
      SELECT count(*) OVER (PARTITION BY to_address, ticket_id ORDER BY created_at
        RANGE BETWEEN '${stretch}' PRECEDING AND CURRENT ROW) AS n
      FROM deliveries WHERE state = 'sent' AND ticket_id IS NOT NULL) windows`)
  await client.end()
  return rows[0].most
}

/** In the thread, and not a word of being automatic, unless it is given. */
async function answer(desk: Desk, from: string, raw: Buffer, headers: Record<string, string> = {}): Promise<void> {
  const field = (name: string) => new RegExp(`^${name}:\\s*(?:.*<)?([^>\\s]+)`, 'im').exec(raw.toString('latin1'))?.[1]
  const to = field('reply-to') ?? support
  const inReplyTo = `<${field('message-id')}>`
  const mine = await letter({
    from,
    to,
    subject: `Re: ${randomUUID()}`,
    inReplyTo,
    text: `Indeed ${randomUUID()}`,
    headers,
  })
  await deliver(desk, from, to, mine)
}

/** Without all that says what it is and what it answers, under a subject of its own, so that it opens a new ticket. */
function disguised(raw: Buffer): Buffer {
  const text = raw.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const telling =
    /^(subject|auto-submitted|x-auto-response-suppress|x-podatelna-loop|in-reply-to|references|thread-index|list-[a-z]+)$/i
  const fields = text.slice(0, end).split(/\r\n(?![ \t])/)
  const kept = fields.filter((field) => !telling.test(field.slice(0, field.indexOf(':'))))
  return Buffer.from([`Subject: Fresh ${randomUUID()}`, ...kept].join('\r\n') + text.slice(end), 'latin1')
}

/** As a list does that sends in its own name, under an identity of its own. */
function comesBack(raw: Buffer): Promise<Buffer> {
  const text = raw.subarray(raw.indexOf('\r\n\r\n')).toString('latin1')
  return acme.post({ from: `List <${petr.email}>`, to: support, subject: `[list] ${randomUUID()}`, text })
}

/** A letter as it stands, without waiting for what follows from it. */
async function deliver(desk: Desk, from: string, to: string, raw: Buffer): Promise<void> {
  const { code, text } = await send(raw, { port: desk.podatelna.smtpPort, from, to, helo: `mx.${from.split('@')[1]}` })
  expect(`${code} ${text}`).toMatch(/^250/)
}

async function write(desk: Desk, from: string): Promise<void> {
  const subject = `Fresh ${randomUUID()}`
  const draft = { from, to: support, subject, text: `About ${subject}` }
  await deliver(desk, from, support, from.endsWith(acme.domain) ? await acme.post(draft) : await letter(draft))
}

async function knowsAsContact(desk: Desk, ...emails: string[]): Promise<void> {
  const { id } = await desk.api('POST', '/api/organizations', { name: emails[0] })
  for (const email of emails) {
    await desk.api('POST', `/api/organizations/${id}/contacts`, { name: email, emails: [email] })
  }
}

/** The desk has another mailbox than the one that all desks begin with. */
async function moveTo(desk: Desk, address: string): Promise<void> {
  const { items } = await desk.api('GET', '/api/mailboxes')
  await desk.api('PATCH', `/api/mailboxes/${items[0].id}`, { address })
}

async function all(desk: Desk, path: string): Promise<Json[]> {
  const found: Json[] = []
  for (let cursor = ''; ; ) {
    const { items, next } = await desk.api('GET', `${path}?limit=200${cursor}`)
    found.push(...items)
    if (!next) return found
    cursor = `&cursor=${next}`
  }
}
