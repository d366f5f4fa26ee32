/** An agent locks a ticket that is not urgent to themselves; the client is told and may refuse with one click (product.md). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Colleague, hire } from '../agents.ts'
import { newestTo, openCase, pageIn } from '../case.ts'
import { companies, type Desk, type Json, openDesk, recipients, sentTo, transports } from '../scenario.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

let desk: Desk
let karel: Colleague
let alena: Colleague
let boss: Colleague

async function open(transport: (typeof transports)[number]): Promise<void> {
  desk = await openDesk({ transport })
  karel = await hire(desk, 'Karel Dvořák')
  alena = await hire(desk, 'Alena Malá')
  boss = await hire(desk, 'Bohumil Velký', 'admin')
}

describe.each(transports)('a lock that its client may refuse, over %s', (transport) => {
  beforeAll(() => open(transport))
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('the client is told in the one letter that names the agent, with a page where one click refuses', async () => {
    const { at, page } = await locked()
    const [told, ...more] = await Promise.all(sentTo(desk, jana.email).map(({ parsed }) => parsed))
    expect(more).toEqual([])
    expect(told!.text).toContain('Karel Dvořák si požadavek vyhrazuje')
    expect(told!.text).toContain(`${page}#lock`)
    expect(told!.html).toContain(`${page}#lock`)
    const shown = await (await desk.http(page)).text()
    expect(shown).toMatch(/<h2 id="lock">Vyhrazeno jednomu člověku<\/h2>/)
    expect(shown).toContain('Odmítnout vyhrazení')
    // A link scanner has been there: nothing has changed.
    expect(await desk.api('GET', at)).toMatchObject({ locked_at: expect.any(String), assignee: { id: karel.id } })
  })

  test('refused, the ticket is nobody’s and in the queue, and staff see by whom', async () => {
    const { at, page } = await locked()
    await karel.api('PATCH', at, { status: 'waiting' })
    desk.post.clear()
    const answer = await refuse(page, await lockOn(page))
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${page}?done=lockRefused`])
    const { status, locked_at, assignee, events } = await desk.api('GET', at)
    expect({ status, locked_at, assignee }).toEqual({ status: 'queued', locked_at: null, assignee: null })
    expect(events.at(-2)).toMatchObject({
      ...{ type: 'unlocked', why: 'refused', agent: 'Karel Dvořák', agent_id: karel.id },
      by: { kind: 'contact', email: jana.email },
    })
    expect(events.at(-1)).toMatchObject({ type: 'status_changed', to: 'queued', by: { email: jana.email } })
    expect(recipients(desk)).toEqual([])
    const shown = await (await desk.http(`${page}?done=lockRefused`)).text()
    expect(shown).toContain('Vyhrazení jste odmítli.')
    expect(shown).not.toContain('id="lock"')
  })

  test('pressed twice, even at once, it is refused once', async () => {
    const { at, page } = await locked()
    const lock = await lockOn(page)
    const answers = await Promise.all([refuse(page, lock), refuse(page, lock), refuse(page, lock)])
    expect(answers.map((answer) => answer.headers.get('location')).sort()).toEqual([
      `${page}?done=lockRefused`,
      `${page}?done=notLocked`,
      `${page}?done=notLocked`,
    ])
    const { events } = await desk.api('GET', at)
    expect(events.filter(({ type }: Json) => type === 'unlocked')).toHaveLength(1)
    expect(await (await desk.http(`${page}?done=notLocked`)).text()).toContain('nebylo tedy co odmítnout')
  })
})

describe('a lock', () => {
  beforeAll(() => open('in-process'))
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test.each([
    ['its agent unlocked it', (at: string) => karel.api('DELETE', `${at}/lock`, undefined, 204)],
    ['it was solved', (at: string) => karel.api('PATCH', at, { status: 'solved' })],
    ['it became urgent', (at: string) => alena.api('PATCH', at, { priority: 'urgent' })],
    ['it was given to another', (at: string) => boss.api('PATCH', at, { assignee: alena.email })],
  ])('is refused no more after %s: nothing changes', async (_, act) => {
    const { at, page } = await locked()
    const lock = await lockOn(page)
    await act(at)
    const { locked_at, assignee, version } = await desk.api('GET', at)
    expect(locked_at).toBeNull()
    expect((await refuse(page, lock)).headers.get('location')).toBe(`${page}?done=notLocked`)
    expect(await desk.api('GET', at)).toMatchObject({ assignee, version })
  })

  test('is refused by nobody in copy, and by no other site', async () => {
    const { at, page } = await locked()
    const lock = await lockOn(page)
    await karel.api('POST', `${at}/cc`, { email: petr.email })
    const own = pageIn(await newestTo(desk, petr.email))
    expect(await (await desk.http(own)).text()).not.toContain('id="lock"')
    expect((await refuse(own, lock)).status).toBe(422)
    expect((await refuse(page, lock, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await refuse(page, 'nonsense')).status).toBe(422)
    expect(await desk.api('GET', at)).toMatchObject({ locked_at: lock, assignee: { id: karel.id } })
  })

  test('of another agent is not refused by the page of the one before', async () => {
    const { at, page } = await locked()
    const before = await lockOn(page)
    await karel.api('DELETE', `${at}/lock`)
    await alena.api('POST', `${at}/lock`)
    expect((await refuse(page, before)).headers.get('location')).toBe(`${page}?done=notLocked`)
    expect(await desk.api('GET', at)).toMatchObject({ assignee: { id: alena.id }, locked_at: expect.any(String) })
  })

  test('keeps others from being given the ticket or taking it, but from nothing else', async () => {
    const { at } = await locked()
    expect((await alena.api('PATCH', at, { assignee: alena.email }, 409)).detail).toMatch(/^P-\d+ is locked to Karel/)
    expect((await alena.api('PATCH', at, { assignee: null }, 409)).detail).toContain('is locked to')
    expect((await alena.api('POST', `${at}/lock`, undefined, 409)).detail).toContain('is locked to')
    expect((await alena.api('DELETE', `${at}/lock`, undefined, 403)).detail).toContain('Only they or an administrator')
    await alena.api('POST', `${at}/replies`, { text: 'Meanwhile.', status: 'in_progress' })
    await alena.api('POST', `${at}/notes`, { text: 'Look there.' })
    expect(await desk.api('GET', at)).toMatchObject({ status: 'in_progress', assignee: { id: karel.id } })
  })

  test('is ended by whoever has it when they give the ticket away, and by an administrator, which is recorded', async () => {
    const [own, other] = [await locked(), await locked()]
    await karel.api('PATCH', own.at, { assignee: alena.email })
    await boss.api('PATCH', other.at, { assignee: alena.email })
    for (const [at, by] of [
      [own.at, karel],
      [other.at, boss],
    ] as const) {
      const { locked_at, assignee, events } = await desk.api('GET', at)
      expect({ locked_at, assignee: assignee.id }).toEqual({ locked_at: null, assignee: alena.id })
      expect(events.find(({ type }: Json) => type === 'unlocked')).toMatchObject({
        ...{ why: 'assigned', agent: karel.name, by: { email: by.email } },
      })
    }
  })

  test('is for administrators to give to others, and asks their token to whom', async () => {
    const number = await opened()
    const at = `/api/tickets/${number}`
    await alena.api('POST', `${at}/lock`, { agent: karel.email }, 403)
    expect((await desk.api('POST', `${at}/lock`, undefined, 422)).detail).toContain('agent')
    await desk.api('POST', `${at}/lock`, { agent: 'nobody@desk.test' }, 422)
    await desk.api('POST', `${at}/lock`, { agent: karel.email, agnet: 1 }, 400)
    await boss.api('POST', `${at}/lock`, { agent: karel.email })
    await desk.api('POST', `${at}/lock`, { agent: alena.id })
    expect(await desk.api('GET', at)).toMatchObject({ assignee: { id: alena.id }, locked_at: expect.any(String) })
  })

  test('asked for twice is one', async () => {
    const { at } = await locked()
    const { version } = await desk.api('GET', at)
    await karel.api('POST', `${at}/lock`)
    expect((await desk.api('GET', at)).version).toBe(version)
    for (const _ of [1, 2]) await karel.api('DELETE', `${at}/lock`, undefined, 204)
    await karel.api('POST', `${at}/lock`)
    expect(recipients(desk)).toEqual([jana.email])
  })

  test('is told once more to a client who knew only that the agent has their ticket', async () => {
    const number = await opened()
    await karel.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
    await karel.api('POST', `/api/tickets/${number}/lock`)
    const letters = await Promise.all(sentTo(desk, jana.email).map(({ parsed }) => parsed))
    expect(letters.map(({ text }) => text!.includes('#lock'))).toEqual([false, true])
  })

  test('is for tickets that are open and not urgent', async () => {
    const number = await opened()
    const at = `/api/tickets/${number}`
    await karel.api('PATCH', at, { priority: 'urgent' })
    expect((await karel.api('POST', `${at}/lock`, undefined, 409)).detail).toContain('is urgent')
    await karel.api('PATCH', at, { priority: 'high', status: 'solved' })
    expect((await karel.api('POST', `${at}/lock`, undefined, 409)).detail).toContain('is solved')
    await karel.api('DELETE', at)
    expect((await karel.api('POST', `${at}/lock`, undefined, 409)).detail).toContain('is deleted')
    await karel.api('POST', '/api/tickets/P-999999/lock', undefined, 404)
  })

  test('that was refused is not asked for again by the same agent, nor in their name', async () => {
    const { at, page } = await locked()
    await refuse(page, await lockOn(page))
    expect((await karel.api('POST', `${at}/lock`, undefined, 409)).detail).toContain('The client has refused')
    await boss.api('POST', `${at}/lock`, { agent: karel.email }, 409)
    await alena.api('POST', `${at}/lock`)
    await boss.api('PATCH', at, { assignee: karel.email })
  })

  test('outlives neither solving nor reopening', async () => {
    const { at } = await locked()
    await karel.api('PATCH', at, { status: 'solved' })
    await karel.api('PATCH', at, { status: 'in_progress' })
    expect(await desk.api('GET', at)).toMatchObject({ locked_at: null, assignee: { id: karel.id } })
  })

  test('asked for by eight agents at once is one agent’s', async () => {
    const number = await opened()
    const at = `/api/tickets/${number}`
    const tries = [karel, alena, boss, karel, alena, boss, karel, alena].map((agent) =>
      agent.api('POST', `${at}/lock`).then(
        () => agent.name,
        () => undefined,
      ),
    )
    await Promise.all(tries)
    const { events, locked_at } = await desk.api('GET', at)
    const told = await Promise.all(sentTo(desk, jana.email).map(({ parsed }) => parsed))
    expect(locked_at).toEqual(expect.any(String))
    // The administrator may take it from another; nobody else may.
    expect(events.filter(({ type }: Json) => type === 'locked').length).toBeLessThanOrEqual(2)
    expect(told).toHaveLength(events.filter(({ type }: Json) => type === 'taken').length)
  })
})

/** @returns its number; its first notice is read and done with */
async function opened(): Promise<string> {
  const { number } = await openCase(desk)
  desk.post.clear()
  return number
}

/** A ticket locked to Karel, and Jana's page of it. */
async function locked(): Promise<{ at: string; page: string }> {
  const at = `/api/tickets/${await opened()}`
  await karel.api('POST', `${at}/lock`)
  return { at, page: pageIn(await newestTo(desk, jana.email)) }
}

/** What the page says of the lock when the button is pressed. */
async function lockOn(page: string): Promise<string> {
  return /name="lock" value="([^"]+)"/.exec(await (await desk.http(page)).text())![1]!
}

async function refuse(page: string, lock: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({ act: 'refuse', lock })
  const response = await desk.http(page, { method: 'POST', body, headers })
  await desk.settled()
  return response
}
