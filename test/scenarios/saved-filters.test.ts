import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'

const { acme, globex } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let desk: Desk
let alena: Agent
let boris: Agent
let vpn: string
let printer: string
let waiting: string
beforeAll(async () => {
  desk = await openDesk()
  alena = await signsIn('Alena', 'alena@desk.test', 'agent')
  boris = await signsIn('Boris', 'boris@desk.test', 'admin')
  const opened = async (draft: object) => (await desk.hearsFrom(acme, jana, draft)).mail!.ticket_number!
  vpn = await opened({ subject: 'Nejde VPN' })
  printer = await opened({ subject: 'Nejde tiskárna' })
  waiting = (await desk.hearsFrom(globex, zuzana, { subject: 'Question' })).mail!.ticket_number!
  await desk.api('PATCH', `/api/tickets/${vpn}`, { assignee: 'alena@desk.test', priority: 'urgent' })
  await desk.api('PATCH', `/api/tickets/${waiting}`, { assignee: 'boris@desk.test', status: 'waiting' })
})
afterAll(() => desk?.close())

test.each([
  ['one status', 'status=waiting', () => [waiting]],
  ['several statuses, parted by commas', 'status=waiting,queued', () => [waiting, printer, vpn]],
  ['several statuses, named one by one', 'status=waiting&status=in_progress', () => [waiting]],
  ['a priority', 'priority=urgent,high', () => [vpn]],
  ['an agent', 'assignee=boris@desk.test', () => [waiting]],
  ['nobody at work on it', 'assignee=none', () => [printer]],
  ['words and a priority', 'q=nejde&priority=normal', () => [printer]],
])('the list is filtered by %s', async (_, query, expected) => {
  expect(await listed(desk, query)).toEqual(expected())
})

test('an agent saves a filter, lists by it, narrows it, changes it and deletes it', async () => {
  const query = { status: ['queued', 'waiting'], q: 'nejde' }
  const { id, ...saved } = await alena.api('POST', '/api/filters', { name: 'Broken', query }, 201)
  expect(saved).toMatchObject({ name: 'Broken', shared: false, query })
  expect(await listed(alena, `filter=${id}`)).toEqual([printer, vpn])
  expect(await listed(alena, `filter=${id}&assignee=none`)).toEqual([printer])
  expect(await listed(alena, `filter=${id}&status=waiting`)).toEqual([])
  expect(await listed(alena, `filter=${id}&q=tiskarna`)).toEqual([printer])
  await alena.api('PATCH', `/api/filters/${id}`, { name: 'Waiting', query: { status: 'waiting' } }, 200)
  expect(await listed(alena, `filter=${id}`)).toEqual([waiting])
  expect((await alena.api('GET', '/api/filters')).items.map(({ name }: Json) => name)).toEqual(['Waiting'])
  await alena.api('DELETE', `/api/filters/${id}`, undefined, 204)
  await alena.api('GET', `/api/tickets?filter=${id}`, undefined, 404)
})

test('pages of a filtered list follow each other by cursor', async () => {
  const { id } = await alena.api('POST', '/api/filters', { name: 'All of Acme', query: { q: 'nejde' } }, 201)
  const first = await alena.api('GET', `/api/tickets?filter=${id}&limit=1`)
  const second = await alena.api('GET', `/api/tickets?filter=${id}&limit=1&cursor=${first.next}`)
  expect([...first.items, ...second.items].map(({ number }) => number)).toEqual([printer, vpn])
  expect(second.next).toBeNull()
})

test('`me` in a shared filter is whoever looks', async () => {
  const mine = { name: 'Mine', query: { assignee: 'me' }, shared: true }
  const { id } = await boris.api('POST', '/api/filters', mine, 201)
  expect(await listed(alena, `filter=${id}`)).toEqual([vpn])
  expect(await listed(boris, `filter=${id}`)).toEqual([waiting])
  expect(await listed(desk, `filter=${id}`)).toEqual([])
})

test("another agent's filter is as if absent, for administrators and the token too", async () => {
  const { id } = await alena.api('POST', '/api/filters', { name: 'Private', query: {} }, 201)
  for (const other of [boris, desk]) {
    await other.api('GET', `/api/tickets?filter=${id}`, undefined, 404)
    await other.api('PATCH', `/api/filters/${id}`, { name: 'Taken over' }, 404)
    await other.api('DELETE', `/api/filters/${id}`, undefined, 404)
    expect((await other.api('GET', '/api/filters')).items.map(({ id }: Json) => id)).not.toContain(id)
  }
})

test('only administrators share, and change what is shared', async () => {
  const query = { status: 'queued' }
  const refused = await alena.api('POST', '/api/filters', { name: 'Queue', query, shared: true }, 403)
  expect(refused.detail).toContain('Only an administrator')
  const { id } = await boris.api('POST', '/api/filters', { name: 'Queue', query, shared: true }, 201)
  await alena.api('PATCH', `/api/filters/${id}`, { query: {} }, 403)
  await alena.api('DELETE', `/api/filters/${id}`, undefined, 403)
  await boris.api('PATCH', `/api/filters/${id}`, { shared: false }, 200)
  await alena.api('GET', `/api/tickets?filter=${id}`, undefined, 404)
})

test('what the token saves is shared, as it is no agent', async () => {
  const { id, shared } = await desk.api('POST', '/api/filters', { name: 'By automation', query: {} }, 201)
  expect(shared).toBe(true)
  expect(await listed(alena, `filter=${id}`)).toHaveLength(3)
  await desk.api('POST', '/api/filters', { name: 'Own', query: {}, shared: false }, 422)
  await desk.api('PATCH', `/api/filters/${id}`, { shared: false }, 422)
})

test('a filter is checked as the list checks its query, and a name is taken once', async () => {
  const refused = await alena.api('POST', '/api/filters', { name: 'x', query: { status: 'open', colour: 'red' } }, 400)
  expect(refused.errors.map(({ path }: Json) => path)).toEqual(['query.status.0', 'query.colour'])
  await alena.api('POST', '/api/filters', { name: 'Once', query: {} }, 201)
  await alena.api('POST', '/api/filters', { name: 'once', query: {} }, 409)
  await boris.api('POST', '/api/filters', { name: 'Once', query: {} }, 201)
})

test('the console offers saved filters as links, escaped, and keeps the chosen one on older pages', async () => {
  const name = '<b>Nejde & nic</b>'
  const { id } = await alena.api('POST', '/api/filters', { name, query: { q: 'nejde' } }, 201)
  const page = await alena.page('/')
  expect(page).toContain(`<a href="/?filter=${id}#tickets">&lt;b&gt;Nejde &amp; nic&lt;/b&gt;</a>`)
  const [filtered] = (await alena.page(`/?filter=${id}`)).split('id="letters"')
  expect(filtered).toContain(`/tickets/${vpn}`)
  expect(filtered).not.toContain(`/tickets/${waiting}`)
  expect((await desk.http(`/?filter=${id}`, { headers: { authorization: `Bearer ${desk.adminToken}` } })).status).toBe(
    404,
  )
})

type Agent = { api: Desk['api']; page(path: string): Promise<string> }

async function signsIn(name: string, email: string, role: string): Promise<Agent> {
  const { password } = await desk.api('POST', '/api/agents', { name, email, role })
  const json = { 'content-type': 'application/json' }
  const login = await desk.http('/login', { method: 'POST', headers: json, body: JSON.stringify({ email, password }) })
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!
  return {
    async api(method, path, body, expected = 200) {
      const headers = { cookie, 'sec-fetch-site': 'same-origin', ...(body ? json : {}) }
      const answer = await desk.http(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
      const text = await answer.text()
      expect([method, path, answer.status, text]).toEqual([method, path, expected, text])
      return text ? JSON.parse(text) : undefined
    },
    page: async (path) => (await desk.http(path, { headers: { cookie, accept: 'text/html' } })).text(),
  }
}

async function listed(who: { api: Desk['api'] }, query: string): Promise<string[]> {
  const { items } = await who.api('GET', `/api/tickets?${query}`)
  return items.map(({ number }: Json) => number)
}
