import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hire } from '../agents.ts'
import { bounceOf, liftAll } from '../returned.ts'
import { companies, type Desk, type Json, openDesk, sentTo, support } from '../scenario.ts'
import { queueFor } from '../world/queue.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await liftAll(desk)
  desk.post.answer = () => undefined
  desk.post.clear()
})

describe('a letter that is sent again', () => {
  test('says the same, answers the same, and is a delivery of its own', async () => {
    const { number, answer } = await answered()
    const { id, ticket_number } = await resend(answer.id, 202)
    const again = await desk.api('GET', `/api/deliveries/${id}`)
    expect(ticket_number).toBe(number)
    expect(again).toMatchObject({ kind: 'public_reply', to: jana.email, subject: answer.subject, state: 'sent' })
    const [first, second] = sentTo(desk, jana.email).slice(-2)
    const [one, other] = [await first!.parsed, await second!.parsed]
    expect(other.messageId).toBe(`<${again.message_id}>`)
    expect(other.messageId).not.toBe(one.messageId)
    expect(second!.from).not.toBe(first!.from)
    expect([other.inReplyTo, other.references, other.replyTo?.text, other.text, other.html]).toEqual([
      ...[one.inReplyTo, one.references, one.replyTo?.text, one.text, one.html],
    ])
    expect(other.headers.get('thread-index')).toBe(one.headers.get('thread-index'))
  })

  test('can be answered by its Message-ID alone, and its bounce finds it', async () => {
    const { number, answer } = await answered()
    const { id } = await resend(answer.id, 202)
    const { message_id: messageId } = await desk.api('GET', `/api/deliveries/${id}`)
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Thanks', inReplyTo: `<${messageId}>` })
    expect(mail!.ticket_number).toBe(number)
    const bounceTo = sentTo(desk, jana.email).find(({ raw }) => raw.includes(`Message-ID: <${messageId}>`))!.from
    await desk.receives(bounceOf({ messageId }), { from: '', to: bounceTo })
    expect((await desk.api('GET', `/api/deliveries/${id}`)).state).toBe('bounced')
    expect((await desk.api('GET', `/api/deliveries/${answer.id}`)).state).toBe('sent')
  })

  test('is written down on the ticket with who asked for it', async () => {
    const eva = await hire(desk, 'Eva Stará')
    const { number, answer } = await answered()
    const { id } = await eva.api('POST', `/api/deliveries/${answer.id}/resend`)
    const { events, deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'letter_resent', by: { name: 'Eva Stará' }, email: jana.email, kind: 'public_reply' },
      ...{ delivery_id: answer.id, resent_as: id },
    })
    expect(deliveries.map((each: Json) => each.id)).toContain(id)
  })

  test('goes once for one Idempotency-Key, and again for another', async () => {
    const { answer } = await answered()
    const before = sentTo(desk, jana.email).length
    const ids = [await resend(answer.id, 202, 'one'), await resend(answer.id, 202, 'one')].map(({ id }) => id)
    expect(ids[0]).toBe(ids[1])
    expect(sentTo(desk, jana.email)).toHaveLength(before + 1)
    expect((await resend(answer.id, 202, 'two')).id).not.toBe(ids[0])
    expect(sentTo(desk, jana.email)).toHaveLength(before + 2)
  })

  test('goes after a failure, and to an agent as to a client', async () => {
    const { email, id: agentId } = await desk.api('POST', '/api/agents', { name: 'Ota', email: 'ota@desk-staff.test' })
    desk.post.answer = () => '550 5.7.1 Not today'
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Nobody hears' })
    desk.post.answer = () => undefined
    const { deliveries } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    for (const { id, to, state } of deliveries.filter(({ kind }: Json) => kind !== 'delivery_failed')) {
      expect(state).toBe('failed')
      await resend(id, 202)
      expect(
        sentTo(desk, to)
          .map(({ raw }) => raw.toString())
          .filter((raw) => raw.includes('Nobody hears')),
      ).not.toEqual([])
    }
    await desk.api('PATCH', `/api/agents/${agentId}`, { disabled: true })
    const toOta = deliveries.find(({ to }: Json) => to === email)
    expect((await resend(toOta.id, 409)).detail).toBe('The recipient is no longer an agent.')
  })

  test('goes from its page in the console, once however often the form is sent', async () => {
    const { number, answer } = await answered()
    const before = sentTo(desk, jana.email).length
    const headers = { authorization: `Bearer ${desk.adminToken}` }
    const page = await (await desk.http(`/deliveries/${answer.id}`, { headers })).text()
    const body = new URLSearchParams({ key: /name="key" value="([^"]+)"/.exec(page)![1]! })
    for (const _ of [1, 2]) {
      const done = await desk.http(`/deliveries/${answer.id}/resend`, { method: 'POST', headers, body })
      expect([done.status, done.headers.get('location')]).toEqual([303, `/tickets/${number}#deliveries`])
    }
    await desk.settled()
    expect(sentTo(desk, jana.email)).toHaveLength(before + 1)
    await desk.api('POST', `/api/tickets/${number}/participants/${jana.email}/renew-token`)
    const refused = await desk.http(`/deliveries/${answer.id}/resend`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ key: answer.id }),
    })
    expect(refused.status).toBe(409)
    expect(await refused.text()).toMatch(/role="alert">The links in it lead nowhere any more/)
  })

  test('counts in the budgets: what is over one stands in the next digest', async () => {
    const frugal = await openDesk({ env: { BUDGET_TICKET_10_MINUTES: '3' } })
    try {
      const { answer } = await answered(frugal)
      const ids: string[] = []
      for (const _ of [1, 2]) ids.push((await frugal.api('POST', `/api/deliveries/${answer.id}/resend`)).id)
      expect(sentTo(frugal, jana.email)).toHaveLength(3)
      const stopped = await frugal.api('GET', `/api/deliveries/${ids[1]}`)
      expect(stopped).toMatchObject({ state: 'suppressed', attempts: [{ smtp: expect.stringContaining('digest') }] })
      await frugal.later('10 minutes')
      expect((await sentTo(frugal, jana.email).at(-1)!.parsed).text).toContain('Try this, please.')
    } finally {
      await frugal.close()
    }
  })
})

describe('a letter is not sent again', () => {
  test('that is not there', async () => {
    expect((await resend('01890000-0000-7000-8000-000000000009', 404)).detail).toBe('There is no such delivery.')
  })

  test('to an address that is suppressed, until staff lift it', async () => {
    const { answer } = await answered()
    const { from } = sentTo(desk, jana.email).at(-1)!
    await desk.receives(bounceOf({ messageId: answer.message_id }), { from: '', to: from })
    expect((await resend(answer.id, 409)).detail).toMatch(/^Nothing is sent to this address until staff lift it: 550/)
    await desk.api('DELETE', `/api/suppressions/${jana.email}`)
    await resend(answer.id, 202)
  })

  test('while it is still being tried', async () => {
    desk.post.answer = () => '451 4.7.1 Later'
    const { answer } = await answered()
    expect((await resend(answer.id, 409)).detail).toBe('It is tried again by itself.')
  })

  test('when what it said was removed', async () => {
    const { number, answer } = await answered()
    const { messages } = await desk.api('GET', `/api/tickets/${number}`)
    const path = `/api/tickets/${number}/messages/${messages.at(-1).id}/redact`
    await desk.api('POST', path, { reason: 'wrong client' })
    expect((await resend(answer.id, 409)).detail).toBe('What it said was removed by staff.')
  })

  test('when it was hidden from its reader meanwhile', async () => {
    const { number, answer } = await answered()
    const { messages } = await desk.api('GET', `/api/tickets/${number}`)
    const path = `/api/tickets/${number}/messages/${messages.at(-1).id}`
    await desk.api('PATCH', path, { audience: 'internal' })
    expect((await resend(answer.id, 409)).detail).toMatch(/hidden from the recipient/)
  })

  test('to somebody who left the ticket', async () => {
    const { number } = await answered()
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: petr.email })
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    await desk.api('DELETE', `/api/tickets/${number}/cc/${petr.email}`)
    const added = deliveries.find(({ kind }: Json) => kind === 'cc_added')
    expect((await resend(added.id, 409)).detail).toBe('The recipient is no longer on the ticket.')
  })

  test('to somebody who is no contact any more', async () => {
    const { items } = await desk.api('GET', '/api/organizations')
    const { id } = items.find(({ name }: Json) => name === acme.name)
    const nora = { name: 'Nora', email: 'nora@acme.cz', as: 'Nora <nora@acme.cz>' }
    const contact = await desk.api('POST', `/api/organizations/${id}/contacts`, { name: 'Nora', emails: [nora.email] })
    const { mail } = await desk.hearsFrom(acme, nora, { subject: 'Before I go' })
    const [opened] = (await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).deliveries
    await desk.api('DELETE', `/api/contacts/${contact.id}`)
    expect((await resend(opened.id, 409)).detail).toBe('The recipient is no longer on the ticket.')
  })

  test('when its links were renewed: the ones in it lead nowhere', async () => {
    const { number, answer } = await answered()
    await desk.api('POST', `/api/tickets/${number}/participants/${jana.email}/renew-token`)
    expect((await resend(answer.id, 409)).detail).toMatch(/^The links in it lead nowhere any more/)
  })

  test('of a ticket that was deleted or merged', async () => {
    const [one, other, third] = [await answered(), await answered(), await answered()]
    await desk.api('DELETE', `/api/tickets/${one.number}`)
    expect((await resend(one.answer.id, 409)).detail).toContain('is deleted')
    await desk.api('POST', `/api/tickets/${other.number}/merge`, { into: third.number })
    expect((await resend(other.answer.id, 409)).detail).toContain(`merged into ${third.number}`)
  })

  test('with a secret link, which is asked for anew where the letter waits', async () => {
    const { proveless } = companies
    const karel = proveless.people[0]!
    const { mail } = await desk.hearsFrom(proveless, karel, { subject: 'Held', to: support })
    const { items } = await desk.api('GET', '/api/deliveries?limit=1')
    expect(items[0]).toMatchObject({ kind: 'letter_held', mail_id: mail!.id })
    expect((await resend(items[0].id, 409)).detail).toBe('Only letters about a ticket that is there are sent again.')
  })
})

describe('a letter that was asked for again stays here', () => {
  /** What holds up: reading the letter that was sent, or committing the one that is to go. */
  const reading = 'LOCK TABLE agent_seats IN ACCESS EXCLUSIVE MODE'
  const committing = 'LOCK TABLE inbox IN SHARE MODE'
  const queue = (sql: string) => queueFor(desk.podatelna.databaseUrl, sql)

  test.each([
    ['before it is read', reading],
    ['before it is committed', committing],
  ])('when its links are renewed %s', async (_when, step) => {
    const { number, answer } = await answered()
    const [old] = linksTo(jana.email).slice(-1)
    const held = await queue(step)
    const id = await ask(answer.id)
    await held.waiting(1)
    await renew(number, jana.email)
    desk.post.clear()
    await held.release()
    await checkKeptBack({ number, answer, id })
    expect(linksTo(jana.email)).not.toContain(old)
  })

  test('when its links are being renewed while it is committed', async () => {
    const { number, answer } = await answered()
    const [old] = linksTo(jana.email).slice(-1)
    const held = await queue(committing)
    const id = await ask(answer.id)
    await held.waiting(1)
    const row = await queueFor(
      desk.podatelna.databaseUrl,
      `SELECT FROM participants p JOIN tickets t ON t.id = p.ticket_id WHERE t.number = $1 FOR UPDATE OF p`,
      [number.replace('P-', '')],
    )
    const renewing = renew(number, jana.email)
    await row.waiting(2)
    desk.post.clear()
    await held.release()
    await row.release()
    await renewing
    await checkKeptBack({ number, answer, id })
    expect(linksTo(jana.email)).not.toContain(old)
  })

  test.each([
    ['before it is read', reading],
    ['before it is committed', committing],
  ])('when its reader has another address %s', async (_when, step) => {
    const email = `iva-${Math.random().toString(36).slice(2)}@desk-staff.test`
    const { id: agent } = await desk.api('POST', '/api/agents', { name: 'Iva', email, notify: 'all' })
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Who reads this?' })
    const number = mail!.ticket_number!
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    const told = deliveries.find(({ to }: Json) => to === email)
    const held = await queue(step)
    const id = await ask(told.id)
    await held.waiting(1)
    await patch(`/api/agents/${agent}`, { email: `new-${email}` })
    desk.post.clear()
    await held.release()
    await checkKeptBack({ number, answer: told, id })
    expect(sentTo(desk, email)).toEqual([])
    await patch(`/api/agents/${agent}`, { disabled: true })
  })

  test.each([
    ['before it is read', reading],
    ['before it is committed', committing],
  ])('when its reader is a contact under another address %s', async (_when, step) => {
    const { items } = await desk.api('GET', '/api/organizations')
    const { id: company } = items.find(({ name }: Json) => name === acme.name)
    const email = `iva-${Math.random().toString(36).slice(2)}@acme.cz`
    const contact = await desk.api('POST', `/api/organizations/${company}/contacts`, { name: 'Iva', emails: [email] })
    const { mail } = await desk.hearsFrom(acme, { ...jana, email, as: `Iva <${email}>` }, { subject: 'Where am I?' })
    const number = mail!.ticket_number!
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    const opened = deliveries.find(({ to }: Json) => to === email)
    const held = await queue(step)
    const id = await ask(opened.id)
    await held.waiting(1)
    await patch(`/api/contacts/${contact.id}`, { emails: [`new-${email}`] })
    desk.post.clear()
    await held.release()
    await checkKeptBack({ number, answer: opened, id })
    expect(sentTo(desk, email)).toEqual([])
  })

  test('when its ticket is deleted before it is committed', async () => {
    const { number, answer } = await answered()
    const held = await queue(committing)
    const id = await ask(answer.id)
    await held.waiting(1)
    await desk.http(`/api/tickets/${number}`, { method: 'DELETE', headers })
    desk.post.clear()
    await held.release()
    await checkKeptBack({ number, answer, id })
    expect(sentTo(desk, jana.email)).toEqual([])
  })

  const headers = {
    get authorization() {
      return `Bearer ${desk.adminToken}`
    },
  }

  /** Without waiting for what follows. */
  async function ask(deliveryId: string): Promise<string> {
    const response = await desk.http(`/api/deliveries/${deliveryId}/resend`, { method: 'POST', headers })
    expect(response.status).toBe(202)
    return ((await response.json()) as Json).id
  }

  async function renew(number: string, email: string): Promise<void> {
    const path = `/api/tickets/${number}/participants/${email}/renew-token`
    expect((await desk.http(path, { method: 'POST', headers })).ok).toBe(true)
  }

  async function patch(path: string, body: object): Promise<void> {
    const json = { ...headers, 'content-type': 'application/json' }
    expect((await desk.http(path, { method: 'PATCH', headers: json, body: JSON.stringify(body) })).ok).toBe(true)
  }

  /** It is no delivery, and the ticket says so. */
  async function checkKeptBack({ number, answer, id }: { number: string; answer: Json; id: string }): Promise<void> {
    await desk.settled()
    await desk.api('GET', `/api/deliveries/${id}`, undefined, 404)
    const { events } = await desk.api('GET', `/api/tickets/${number}`)
    expect(events.filter(({ type }: Json) => type === 'letter_not_resent')).toMatchObject([
      { email: answer.to, kind: answer.kind, delivery_id: answer.id, resent_as: id },
    ])
  }

  function linksTo(email: string): string[] {
    return sentTo(desk, email)
      .flatMap(({ raw }) => raw.toString().match(/\/t\/[a-z2-7=\r\n]+/g) ?? [])
      .map((link) => link.replace(/=\r\n/g, ''))
  }
})

/** A ticket of Jana's with an answer, and the delivery of that. */
async function answered(where: Desk = desk): Promise<{ number: string; answer: Json }> {
  const { mail } = await where.hearsFrom(acme, jana, { subject: `It is slow ${Math.random()}` })
  const number = mail!.ticket_number!
  await where.api('POST', `/api/tickets/${number}/replies`, { text: 'Try this, please.' })
  const { items } = await where.api('GET', `/api/deliveries?ticket=${number}`)
  return { number, answer: items.find(({ kind }: Json) => kind === 'public_reply') }
}

async function resend(id: string, expected: number, key?: string): Promise<Json> {
  const headers = { authorization: `Bearer ${desk.adminToken}`, ...(key && { 'idempotency-key': key }) }
  const response = await desk.http(`/api/deliveries/${id}/resend`, { method: 'POST', headers })
  const said = (await response.json()) as Json
  expect([response.status, said]).toEqual([expected, said])
  await desk.settled()
  return said
}
