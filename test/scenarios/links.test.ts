import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, recipients, sentTo } from '../scenario.ts'

const { acme, globex } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

test('a link is shown on both tickets, each in its own words, until it is taken away', async () => {
  const [one, other] = [await opened(), await opened()]
  await link(one, other, undefined)
  await link(one, other, 'follow_up_of')
  expect(await links(one)).toEqual([
    { kind: 'related', number: other },
    { kind: 'follow_up_of', number: other },
  ])
  expect(await links(other)).toEqual([
    { kind: 'followed_up_by', number: one },
    { kind: 'related', number: one },
  ])
  await desk.api('DELETE', `/api/tickets/${other}/links/${one}`, undefined, 204)
  expect([await links(one), await links(other)]).toEqual([[], []])
  expect((await desk.api('DELETE', `/api/tickets/${other}/links/${one}`, undefined, 404)).detail).toContain(
    'not linked',
  )
  const { events } = await desk.api('GET', `/api/tickets/${one}`)
  expect(events.filter(({ type }: Json) => /linked/.test(type))).toMatchObject([
    { type: 'linked', kind: 'related', number: other },
    { type: 'linked', kind: 'follow_up_of', number: other },
    { type: 'unlinked', number: other },
    { type: 'unlinked', number: other },
  ])
})

test('a link that is there already stays as it is, whichever end it is set from, and however many set it at once', async () => {
  const [one, other] = [await opened(), await opened()]
  await Promise.all([
    link(one, other, 'split_to'),
    link(other, one, 'split_from'),
    link(one, other, 'related'),
    link(other, one, 'related'),
  ])
  const told = await links(one)
  expect(told).toHaveLength(2)
  expect(told).toEqual(
    expect.arrayContaining([
      { kind: 'split_to', number: other },
      { kind: 'related', number: other },
    ]),
  )
})

test('a link moves no mail, and clients see nothing of it: tickets of two organizations may be linked', async () => {
  const [one, foreign] = [await opened(), await opened(globex, zuzana)]
  const page = await pageOf(one)
  desk.post.clear()
  await link(one, foreign, 'followed_up_by')
  expect(recipients(desk)).toEqual([])
  expect(await (await desk.http(page)).text()).not.toContain(foreign)
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `About ${one}` })
  expect(mail!.ticket_number).toBe(one)
})

test('a ticket is not linked to itself, nor to one that is deleted or merged, and the answer says why', async () => {
  const [one, gone, merged, target] = [await opened(), await opened(), await opened(), await opened()]
  await desk.api('DELETE', `/api/tickets/${gone}`)
  await desk.api('POST', `/api/tickets/${merged}/merge`, { into: target })
  expect((await link(one, one, 'related', 409)).detail).toContain('itself')
  expect((await link(one, gone, 'related', 409)).detail).toBe(`${gone} is deleted. Restore it first.`)
  expect((await link(gone, one, 'related', 409)).detail).toContain('is deleted')
  expect((await link(one, merged, 'related', 409)).detail).toBe(`${merged} is merged into ${target}.`)
  expect((await link(merged, one, 'related', 409)).detail).toContain(target)
  await link(one, 'P-999999', 'related', 404)
  await link('P-999999', one, 'related', 404)
  await link(one, target, 'merged_into', 400)
  await link(one, target, 'legacy', 400)
  await link(one, '42', 'related', 400)
})

test('what came of a ticket cannot be where that ticket came from, by however many steps', async () => {
  const [first, second, third] = [await opened(), await opened(), await opened()]
  await link(first, second, 'followed_up_by')
  await link(second, third, 'split_to')
  expect((await link(first, third, 'follow_up_of', 409)).detail).toBe(
    `${third} came of ${first}, so ${first} cannot have come of ${third}.`,
  )
  await link(third, first, 'related')
  const [a, b] = [await opened(), await opened()]
  const answers = await Promise.all([link(a, b, 'follow_up_of', 0), link(b, a, 'follow_up_of', 0)])
  expect(answers.map(({ status }) => status ?? 409).sort()).toEqual(['queued', 409].sort())
})

test('the links of a merge and of a late reply are not taken away', async () => {
  const [closed, merged, target] = [await opened(), await opened(), await opened()]
  await desk.api('POST', `/api/tickets/${merged}/merge`, { into: target })
  expect((await unlink(target, merged, 409)).detail).toContain('Undo the merge')
  for (const status of ['solved', 'closed']) await desk.api('PATCH', `/api/tickets/${closed}`, { status })
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `About ${closed}` })
  const successor = mail!.ticket_number!
  expect((await unlink(closed, successor, 409)).detail).toContain('Late replies')
  await link(closed, successor, 'followed_up_by')
  expect(await links(closed)).toEqual([{ kind: 'followed_up_by', number: successor }])
})

test("the console's ticket page shows links, sets them and takes them away", async () => {
  const [one, other] = [await opened(), await opened()]
  const send = (act: string) => form(`/tickets/${one}/links`, { act, kind: 'follow_up_of', number: other.slice(2) })
  expect((await send('link')).headers.get('location')).toBe(`/tickets/${one}#links`)
  const shown = async () => (await form(`/tickets/${other}`)).text()
  expect(await shown()).toContain(`followed up by <a href="/tickets/${one}">${one}</a>`)
  await send('unlink')
  expect(await shown()).not.toContain(one)
  expect((await send('unlink')).status).toBe(404)
})

async function opened(company = acme, person = jana): Promise<string> {
  return (await desk.hearsFrom(company, person, { subject: `Case ${Math.random()}` })).mail!.ticket_number!
}

async function links(number: string): Promise<Json[]> {
  return (await desk.api('GET', `/api/tickets/${number}`)).links
}

/** @param expected status of the answer; 0: any */
async function link(from: string, number: string, kind: string | undefined, expected = 201): Promise<Json> {
  const response = await desk.http(`/api/tickets/${from}/links`, {
    method: 'POST',
    headers: { ...bearer(), 'content-type': 'application/json' },
    body: JSON.stringify({ kind, number }),
  })
  if (expected > 0) expect(response.status).toBe(expected)
  return (await response.json()) as Json
}

function unlink(from: string, number: string, expected: number): Promise<Json> {
  return desk.api('DELETE', `/api/tickets/${from}/links/${number}`, undefined, expected)
}

/** A page of the console, or what its form sends. */
function form(path: string, fields?: Record<string, string>): Promise<Response> {
  return desk.http(path, {
    headers: { ...bearer(), accept: 'text/html' },
    ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
  })
}

/** The requester's page, by the link in the last letter to them. */
async function pageOf(number: string): Promise<string> {
  const { text } = await sentTo(desk, jana.email).at(-1)!.parsed
  expect(text).toContain(number)
  return /\/t\/[a-z2-7]+/.exec(text!)![0]
}

function bearer(): Record<string, string> {
  return { authorization: `Bearer ${desk.adminToken}` }
}
