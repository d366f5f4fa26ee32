import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, recipients, sentTo } from '../scenario.ts'
import { queueForTicket } from '../world/queue.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

test('a merged ticket redirects, transitively, and shows what was written to it where it was merged into', async () => {
  const [first, second, third] = [await opened('one'), await opened('two', petr), await opened('three')]
  await desk.api('POST', `/api/tickets/${first.number}/merge`, { into: second.number })
  await desk.api('POST', `/api/tickets/${second.number}/merge`, { into: third.number })
  const { mail } = await desk.hearsFrom(acme, jana, { to: first.replyTo, text: 'To the first.' })
  expect(mail!.ticket_number).toBe(third.number)
  const merged = await desk.api('GET', `/api/tickets/${third.number}`)
  expect(merged.messages.map(({ text }: Json) => text.trim())).toEqual(['one', 'two', 'three', 'To the first.'])
  expect(merged.participants.map(({ email }: Json) => email)).toEqual([jana.email, petr.email])
  expect(merged.links).toEqual([{ kind: 'merged_from', number: second.number }])
  expect((await desk.api('GET', `/api/tickets/${first.number}`)).links).toEqual([
    { kind: 'merged_into', number: second.number },
  ])
  const { items } = await desk.api('GET', '/api/tickets?limit=100')
  expect(items.map(({ number }: Json) => number)).not.toContain(first.number)
})

test('a merge can be undone: messages come back, and who came by the merge leaves', async () => {
  const [source, target] = [await opened('source', petr), await opened('target')]
  await desk.api('POST', `/api/tickets/${source.number}/merge`, { into: target.number })
  await desk.api('POST', `/api/tickets/${source.number}/unmerge`)
  expect(await texts(source.number)).toEqual(['source'])
  expect(await texts(target.number)).toEqual(['target'])
  desk.post.clear()
  await desk.api('POST', `/api/tickets/${target.number}/replies`, { text: 'Only Jana.' })
  expect(recipients(desk)).toEqual([jana.email])
  const { mail } = await desk.hearsFrom(acme, petr, { to: source.replyTo, text: 'again' })
  expect(mail!.ticket_number).toBe(source.number)
})

test('a merge in the middle of several can be undone: what was written to either ticket stands in its own again', async () => {
  const [a, b, c] = [await opened('a'), await opened('b'), await opened('c')]
  await desk.api('POST', `/api/tickets/${a.number}/merge`, { into: b.number })
  await desk.api('POST', `/api/tickets/${b.number}/merge`, { into: c.number })
  await desk.api('POST', `/api/tickets/${b.number}/unmerge`)
  expect([await texts(a.number), await texts(b.number), await texts(c.number)]).toEqual([[], ['a', 'b'], ['c']])
  await desk.api('POST', `/api/tickets/${b.number}/merge`, { into: c.number })
  await desk.api('POST', `/api/tickets/${a.number}/unmerge`)
  expect([await texts(a.number), await texts(b.number), await texts(c.number)]).toEqual([['a'], [], ['b', 'c']])
})

describe('undoing a merge', () => {
  test('leads letters back to either ticket; what came in between stays where it was read', async () => {
    const [source, target] = [await opened('source', petr), await opened('target')]
    await merge(source.number, target.number)
    await desk.hearsFrom(acme, petr, { to: source.replyTo, text: 'in between' })
    await undo(source.number)
    await desk.hearsFrom(acme, petr, { to: source.replyTo, text: 'to the source' })
    await desk.hearsFrom(acme, jana, { to: target.replyTo, text: 'to the target' })
    expect(await texts(source.number)).toEqual(['source', 'to the source'])
    expect(await texts(target.number)).toEqual(['target', 'in between', 'to the target'])
  })

  test('takes nobody off who was on the other ticket before, and puts nobody back who was removed meanwhile', async () => {
    const [source, target] = [await opened('source', petr), await opened('target')]
    for (const { number } of [source, target]) {
      await desk.api('POST', `/api/tickets/${number}/cc`, { email: 'eva@elsewhere.example' })
    }
    await merge(source.number, target.number)
    await desk.api('DELETE', `/api/tickets/${target.number}/cc/${petr.email}`)
    await undo(source.number)
    expect(await roster(target.number)).toEqual([
      [jana.email, 'active', undefined],
      ['eva@elsewhere.example', 'active', undefined],
      [petr.email, 'removed', 'removed by staff'],
    ])
    expect(await roster(source.number)).toEqual([
      [petr.email, 'active', undefined],
      ['eva@elsewhere.example', 'active', undefined],
    ])
  })

  test('shows end customers nothing again that one of the two hid', async () => {
    const [source, target] = [await opened('source'), await opened('target')]
    const shown = async () => (await desk.api('GET', `/api/tickets/${target.number}`)).end_customer_visible
    await desk.api('PATCH', `/api/tickets/${target.number}`, { end_customer_visible: true })
    await desk.api('PATCH', `/api/tickets/${source.number}`, { end_customer_visible: false })
    await merge(source.number, target.number)
    expect(await shown()).toBe(false)
    await undo(source.number)
    expect(await shown()).toBe(false)
  })

  test('happens once, however many ask for it at once, and not to what is merged no more', async () => {
    const [source, target] = [await opened('source', petr), await opened('target')]
    await merge(source.number, target.number)
    const queue = await queueForTicket(desk.podatelna.databaseUrl, source.number)
    const asked = [1, 2].map(() =>
      desk.http(`/api/tickets/${source.number}/unmerge`, { method: 'POST', headers: bearer }),
    )
    await queue.waiting(2)
    await queue.release()
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 409])
    for (const { number } of [source, target]) {
      const { events } = await desk.api('GET', `/api/tickets/${number}`)
      expect(events.filter(({ type }: Json) => type === 'merge_undone')).toHaveLength(1)
    }
  })
})

describe('a reply that is under way', () => {
  test('while its ticket is merged stands in the other', async () => {
    const [source, target] = [await opened('source', petr), await opened('target')]
    const queue = await queueForTicket(desk.podatelna.databaseUrl, source.number)
    const merging = merge(source.number, target.number)
    await queue.waiting(1)
    const answering = desk.hearsFrom(acme, petr, { to: source.replyTo, text: 'under way' })
    await queue.waiting(2)
    await queue.release()
    await merging
    expect((await answering).mail!.ticket_number).toBe(target.number)
    expect(await texts(target.number)).toEqual(['source', 'target', 'under way'])
  })

  test('while its ticket is deleted opens a new one', async () => {
    const { number, replyTo } = await opened('deleted', petr)
    const queue = await queueForTicket(desk.podatelna.databaseUrl, number)
    const deleting = desk.api('DELETE', `/api/tickets/${number}`)
    await queue.waiting(1)
    const answering = desk.hearsFrom(acme, petr, { to: replyTo, text: 'under way' })
    await queue.waiting(2)
    await queue.release()
    await deleting
    const { mail } = await answering
    expect(mail!.ticket_number).not.toBe(number)
    expect(await texts(mail!.ticket_number!)).toEqual(['under way'])
  })
})

test('circular merges, merges of the merged, of the deleted and of two organizations are refused in words', async () => {
  const [a, b, foreign] = [await opened('a'), await opened('b'), await opened('foreign', zuzana, globex)]
  const merge = (number: string, into: string, expected: number) =>
    desk.api('POST', `/api/tickets/${number}/merge`, { into }, expected)
  expect((await merge(a.number, a.number, 409)).detail).toContain('into itself')
  expect((await merge(a.number, foreign.number, 409)).detail).toContain('two organizations')
  await merge(a.number, b.number, 200)
  expect((await merge(b.number, a.number, 409)).detail).toContain('is merged')
  expect((await merge(a.number, b.number, 409)).detail).toContain('is merged')
  expect((await desk.api('POST', `/api/tickets/${a.number}/replies`, { text: 'x' }, 409)).detail).toContain(b.number)
  await merge('P-999999', b.number, 404)
})

test('two agents cannot overwrite each other unknowingly', async () => {
  const { number } = await opened('contested')
  const seen = await tagOf(number)
  const change = (tag: string, body: object) =>
    desk.http(`/api/tickets/${number}`, {
      method: 'PATCH',
      headers: { ...bearer, 'content-type': 'application/json', 'if-match': tag },
      body: JSON.stringify(body),
    })
  expect((await change(seen, { priority: 'high' })).status).toBe(200)
  const late = await change(seen, { priority: 'low' })
  expect(late.status).toBe(412)
  expect(((await late.json()) as Json).detail).toContain('Somebody changed')
  expect((await change(await tagOf(number), { priority: 'low' })).status).toBe(200)
  expect((await change('"nonsense"', { priority: 'low' })).status).toBe(412)
})

test('a reply asked for twice by the same key is written and mailed once', async () => {
  const { number } = await opened('twice')
  desk.post.clear()
  const ask = (key: string) =>
    desk.http(`/api/tickets/${number}/replies`, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ text: 'Once.' }),
    })
  const answers = [await ask('k1'), await ask('k1'), ...(await Promise.all([ask('k1'), ask('k1')]))]
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  await desk.settled()
  expect((await texts(number)).filter((text) => text === 'Once.')).toHaveLength(1)
  expect(recipients(desk)).toEqual([jana.email])
  await ask('k2')
  await desk.settled()
  expect((await texts(number)).filter((text) => text === 'Once.')).toHaveLength(2)
})

test('a deleted ticket is in no list, its tokens are as if absent, and it can be restored', async () => {
  const { number, replyTo } = await opened('away')
  await desk.api('DELETE', `/api/tickets/${number}`)
  const listed = async (query: string) => {
    const { items } = await desk.api('GET', `/api/tickets?limit=100${query}`)
    return items.some((item: Json) => item.number === number)
  }
  expect([await listed(''), await listed('&deleted=true')]).toEqual([false, true])
  expect((await desk.hearsFrom(acme, jana, { to: replyTo, text: 'x' })).mail!.ticket_number).not.toBe(number)
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'x' }, 409)
  await desk.api('POST', `/api/tickets/${number}/restore`)
  expect(await listed('')).toBe(true)
  expect((await desk.hearsFrom(acme, jana, { to: replyTo, text: 'y' })).mail!.ticket_number).toBe(number)
  await desk.api('POST', `/api/tickets/${number}/restore`, undefined, 409)
})

test('spam is deleted, and nobody is answered', async () => {
  const { number } = await opened('spam')
  desk.post.clear()
  expect(await desk.api('POST', `/api/tickets/${number}/spam`)).toMatchObject({ spam: true })
  expect(recipients(desk)).toEqual([])
  await desk.api('POST', `/api/tickets/${number}/restore`)
  expect(await desk.api('GET', `/api/tickets/${number}`)).toMatchObject({ spam: false, deleted_at: null })
})

const bearer: Record<string, string> = {}

async function opened(text: string, person = jana, company = acme) {
  bearer.authorization = `Bearer ${desk.adminToken}`
  const { mail } = await desk.hearsFrom(company, person, { subject: `Case ${Math.random()}`, text })
  const notice = await sentTo(desk, person.email).at(-1)!.parsed
  return { number: mail!.ticket_number!, replyTo: notice.replyTo!.text }
}

function merge(number: string, into: string): Promise<Json> {
  return desk.api('POST', `/api/tickets/${number}/merge`, { into })
}

function undo(number: string): Promise<Json> {
  return desk.api('POST', `/api/tickets/${number}/unmerge`)
}

async function roster(number: string): Promise<unknown[]> {
  const { participants } = await desk.api('GET', `/api/tickets/${number}`)
  return participants.map(({ email, state, removed_reason }: Json) => [email, state, removed_reason ?? undefined])
}

async function texts(number: string): Promise<string[]> {
  const { messages } = await desk.api('GET', `/api/tickets/${number}`)
  return messages.map(({ text }: Json) => text.trim())
}

async function tagOf(number: string): Promise<string> {
  return (await desk.http(`/api/tickets/${number}`, { headers: bearer })).headers.get('etag')!
}
