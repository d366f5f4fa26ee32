import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, type Json, openDesk } from '../scenario.ts'

let desk: Desk
let calls: [name: string, call: Json][]
beforeAll(async () => {
  desk = await openDesk()
  const { paths } = (await (await desk.http('/api/openapi.json')).json()) as Json
  const ofTheApi = Object.entries<Json>(paths).filter(([path]) => path.startsWith('/api/'))
  calls = ofTheApi.flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, call]): [string, Json] => [`${method.toUpperCase()} ${path}`, call]),
  )
})
afterAll(() => desk?.close())

test('every call says what it does, who may make it, and what can go wrong', () => {
  expect(calls.length).toBeGreaterThan(40)
  for (const [name, { summary, tags, security, responses }] of calls) {
    expect([name, summary?.length > 0, tags?.length, security]).toEqual([
      name,
      true,
      1,
      [{ bearer: [] }, { session: [] }],
    ])
    const statuses = Object.keys(responses)
    expect([name, statuses]).toEqual([name, expect.arrayContaining(['400', '401', '403', '500', '503'])])
    if (name.includes('{')) expect([name, statuses]).toEqual([name, expect.arrayContaining(['404'])])
    for (const status of statuses.filter((status) => status >= '400')) {
      expect([name, Object.keys(responses[status].content)]).toEqual([name, ['application/problem+json']])
    }
    expect([name, statuses.some((status) => status < '400')]).toEqual([name, true])
  }
})

test('the calls that tools outside rely on are there by their names', () => {
  const fixed = [
    ...['GET /api/mailboxes', 'POST /api/mailboxes', 'PATCH /api/mailboxes/{id}', 'DELETE /api/mailboxes/{id}'],
    ...['GET /api/organizations', 'POST /api/organizations', 'PATCH /api/organizations/{id}'],
    ...['DELETE /api/organizations/{id}', 'GET /api/organizations/{id}/contacts'],
    ...['POST /api/organizations/{id}/contacts', 'PATCH /api/contacts/{id}', 'DELETE /api/contacts/{id}'],
    ...['POST /api/contacts/import', 'GET /api/tickets', 'POST /api/tickets', 'GET /api/tickets/{number}'],
    ...['PATCH /api/tickets/{number}', 'POST /api/tickets/{number}/replies', 'POST /api/tickets/{number}/notes'],
    ...['POST /api/tickets/{number}/cc', 'DELETE /api/tickets/{number}/cc/{email}'],
    ...['POST /api/tickets/{number}/merge', 'POST /api/tickets/{number}/lock'],
    ...['GET /api/legacy-systems', 'POST /api/legacy-systems', 'PATCH /api/legacy-systems/{id}'],
    ...['DELETE /api/legacy-systems/{id}', 'GET /api/mail', 'GET /api/mail/{id}', 'GET /api/mail/{id}/raw'],
    ...['POST /api/mail/{id}/release', 'POST /api/mail/{id}/replay'],
    ...['GET /api/deliveries', 'GET /api/deliveries/{id}', 'GET /api/events'],
  ]
  expect(calls.map(([name]) => name)).toEqual(expect.arrayContaining(fixed))
})

test('no call of the API answers somebody who is nobody', async () => {
  for (const [name] of calls) {
    const [method, path] = name.split(' ') as [string, string]
    const { status } = await desk.http(path.replace(/\{[^}]+\}/g, 'P-100001'), { method })
    expect([name, status]).toEqual([name, 401])
  }
})
