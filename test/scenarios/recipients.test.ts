/** Who receives a reply: as previewed, as recorded, and as mailed, for any people on a ticket (rules §5). */
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'

const { acme } = companies
const roles = ['member', 'manager', 'partner', 'end_customer'] as const
/** Three of each role on Acme's list, and three whom nobody knows. */
const people = ['stranger' as const, ...roles].flatMap((role) =>
  [1, 2, 3].map((i) => ({
    role,
    email: `${role.replace('_', '.')}${i}@${role === 'stranger' ? 'else.example' : 'acme.cz'}`,
  })),
)

let desk: Desk
/** Ids by address. */
const contacts = new Map<string, string>()
beforeAll(async () => {
  desk = await openDesk()
  const { items } = await desk.api('GET', '/api/organizations')
  const { id } = items.find(({ name }: Json) => name === acme.name)
  for (const { role, email } of people.filter((person) => person.role !== 'stranger')) {
    const contact = await desk.api('POST', `/api/organizations/${id}/contacts`, { name: email, emails: [email], role })
    contacts.set(email, contact.id)
  }
})
afterAll(() => desk?.close())

test('Each reply shows exactly who will receive it before it is sent, and records who did.', async () => {
  const numRuns = Number(process.env.TICKET_STORIES ?? 12)
  await fc.assert(fc.asyncProperty(roster, told), { numRuns, endOnFailure: false })
}, 600_000)

/** Everybody by their place in `people`. */
const some = (most: number) => fc.uniqueArray(fc.nat({ max: people.length - 1 }), { maxLength: most })
const roster = fc.record({
  requester: fc.nat({ max: people.length - 1 }).filter((i) => people[i]!.role !== 'stranger'),
  copiedByLetter: some(5),
  copiedByStaff: some(4),
  removed: some(4),
  visible: fc.boolean(),
  audience: fc.constantFrom('client', 'end_customer', undefined),
  cc: some(3),
  addedAfterwards: some(2),
  wantOnlyTheirOwn: some(4),
})

async function told(story: Roster): Promise<void> {
  const author = people[story.requester]!
  const sparing = called(story.wantOnlyTheirOwn).filter(({ email }) => contacts.has(email))
  await prefer(sparing, 'mine')
  const [byLetter, byStaff, removed] = [
    called(story.copiedByLetter),
    called(story.copiedByStaff),
    called(story.removed),
  ]
  const [cc, afterwards] = [called(story.cc), called(story.addedAfterwards)]
  const letter = byLetter.length > 0 ? { cc: emails(byLetter) } : {}
  const { mail } = await desk.hearsFrom(acme, { name: '', email: author.email, as: author.email }, letter)
  const at = `/api/tickets/${mail!.ticket_number}`
  for (const { email } of byStaff) await desk.api('POST', `${at}/cc`, { email })
  for (const { email } of removed) await desk.api('DELETE', `${at}/cc/${email}`).catch(() => {})
  await desk.api('PATCH', at, { end_customer_visible: story.visible })

  const onIt = new Map<string, Person>([[author.email, author]])
  for (const person of byLetter) if (person.role !== 'stranger') onIt.set(person.email, person)
  for (const person of byStaff) onIt.set(person.email, person)
  for (const person of removed) if (person !== author) onIt.delete(person.email)
  for (const person of cc) onIt.set(person.email, person)
  const audience = story.audience ?? (author.role === 'end_customer' && story.visible ? 'end_customer' : 'client')
  const mayBeWritten = audience === 'client' || story.visible
  const readers = [...onIt.values()].filter(({ role }) => role !== 'end_customer' || audience === 'end_customer')
  const spared = readers.filter((person) => sparing.includes(person) && person !== author)
  const expected = readers.filter((person) => !spared.includes(person))

  const query = new URLSearchParams({ cc: emails(cc).join(','), ...(story.audience && { audience: story.audience }) })
  const preview = await desk.api('GET', `${at}/recipients?${query}`, undefined, mayBeWritten ? 200 : 409)
  const draft = { text: 'An answer.', cc: emails(cc), audience: story.audience }
  const reply = await desk.api('POST', `${at}/replies`, draft, mayBeWritten ? 201 : 409)
  await prefer(sparing, 'all')
  if (!mayBeWritten) return
  for (const { email } of afterwards) await desk.api('POST', `${at}/cc`, { email })
  const { messages, deliveries } = await desk.api('GET', at)
  const mailed = deliveries.filter(({ kind }: Json) => kind === 'public_reply').map(({ to }: Json) => to)
  expect(preview.audience).toBe(audience)
  expect(emails(preview.recipients).sort(), 'preview').toEqual(emails(expected).sort())
  expect(emails(preview.not_mailed).sort(), 'not mailed').toEqual(emails(spared).sort())
  expect(emails(reply.recipients).sort(), 'answer of the call').toEqual(emails(expected).sort())
  expect(emails(messages.at(-1).recipients).sort(), 'record').toEqual(emails(expected).sort())
  expect(mailed.sort(), 'deliveries').toEqual(emails(expected).sort())
}

async function prefer(persons: Person[], notify: string): Promise<void> {
  for (const { email } of persons) await desk.api('PATCH', `/api/contacts/${contacts.get(email)}`, { notify })
}

test('An agent who is on a ticket does not receive their own reply, and a mailbox of ours nobody’s.', async () => {
  const [member] = people.filter(({ role }) => role === 'member') as [Person]
  const { mail } = await desk.hearsFrom(acme, { name: '', email: member.email, as: member.email }, {})
  const at = `/api/tickets/${mail!.ticket_number}`
  const agent = { name: 'Alena', email: 'alena@desk.test' }
  const cookie = await signIn(agent)
  for (const email of [agent.email, 'sales@desk.test']) await desk.api('POST', `${at}/cc`, { email })
  await desk.api('POST', '/api/mailboxes', { address: 'sales@desk.test', name: 'Sales' })
  const asAgent = async (path: string, body?: object) => {
    const headers = { cookie, 'sec-fetch-site': 'same-origin', ...(body && { 'content-type': 'application/json' }) }
    const answer = await desk.http(path, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) })
    return (await answer.json()) as Json
  }
  expect(emails((await asAgent(`${at}/recipients`)).recipients)).toEqual([member.email])
  expect(emails((await asAgent(`${at}/replies`, { text: 'From Alena.' })).recipients)).toEqual([member.email])
  await desk.settled()
  const replies = await Promise.all(desk.post.letters.map(({ parsed }) => parsed))
  const mailed = replies.filter(({ text }) => text!.includes('From Alena.'))
  expect(mailed.map(({ to }) => [to].flat()[0]!.text)).toEqual([expect.stringContaining(member.email)])
  await desk.api('GET', `${at}/recipients?cc=sales%2Babc@desk.test`, undefined, 422)
  await desk.api('GET', `${at}/recipients?cc=nonsense`, undefined, 400)
  await desk.api('GET', '/api/tickets/P-1/recipients', undefined, 404)
})

test('Whoever is removed before a reply is sent gets nothing, whoever joins after it was written does not get it, and a merge changes nobody.', async () => {
  const [author, removed, added] = people.filter(({ role }) => role === 'member') as [Person, Person, Person]
  const from = { name: '', email: author.email, as: author.email }
  const [target, source] = [
    await desk.hearsFrom(acme, from, {}),
    await desk.hearsFrom(acme, from, { cc: removed.email }),
  ]
  const at = `/api/tickets/${source.mail!.ticket_number}`
  const ask = (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${desk.adminToken}`, ...(body && { 'content-type': 'application/json' }) }
    return desk.http(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  }
  const sending = await nothingIsSent(desk)
  const reply = (await (await ask('POST', `${at}/replies`, { text: 'Between the two.' })).json()) as Json
  expect(emails(reply.recipients).sort()).toEqual([author.email, removed.email])
  expect((await ask('DELETE', `${at}/cc/${removed.email}`)).status).toBe(204)
  const page = { email: added.email, decision: 'confirm' }
  expect((await ask('POST', `/tickets/${source.mail!.ticket_number}/cc`, page)).status).toBe(303)
  const merged = ask('POST', `${at}/merge`, { into: target.mail!.ticket_number })
  const listed = async () => (await ask('GET', '/api/tickets?limit=2')).text()
  await expect.poll(listed).not.toContain(source.mail!.ticket_number)
  await sending.goesOn()
  expect((await merged).status).toBe(200)
  await desk.settled()
  const sent = await Promise.all(desk.post.letters.map(async ({ to, parsed }) => ({ to, text: (await parsed).text! })))
  expect(sent.filter(({ text }) => text.includes('Between the two.')).flatMap(({ to }) => to)).toEqual([author.email])
})

/** Whatever is to be mailed waits, as for a slow database, until it goes on. */
async function nothingIsSent({ podatelna }: Desk): Promise<{ goesOn(): Promise<void> }> {
  const client = new pg.Client({ connectionString: podatelna.databaseUrl })
  await client.connect()
  await client.query('BEGIN')
  await client.query('LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE')
  return { goesOn: () => client.end() }
}

async function signIn(agent: { name: string; email: string }): Promise<string> {
  const { password } = await desk.api('POST', '/api/agents', { ...agent, role: 'agent' })
  const body = JSON.stringify({ email: agent.email, password })
  const login = await desk.http('/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return login.headers.get('set-cookie')!.split(';')[0]!
}

const called = (places: number[]) => places.map((place) => people[place]!)
const emails = (persons: { email: string }[]) => persons.map(({ email }) => email)

type Person = (typeof people)[number]
type Roster = typeof roster extends fc.Arbitrary<infer Value> ? Value : never
