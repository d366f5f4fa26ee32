import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { hire } from '../agents.ts'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'
import { certificate, certificateKey } from '../world/certificate.ts'
import { type Receiver, startReceiver, type Told } from '../world/receiver.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

const tls = { cert: certificate, key: certificateKey }

let desk: Desk
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  desk = await openDesk({ env: { WEBHOOK_NETWORKS: '127.0.0.0/8', PUBLIC_URL: 'https://desk.example' } })
})
afterAll(async () => {
  await desk?.close()
  await receiver?.close()
})
beforeEach(async () => {
  for (const { id } of (await desk.api('GET', '/api/webhooks')).items) await desk.api('DELETE', `/api/webhooks/${id}`)
  receiver.told.length = 0
  receiver.answer = () => 204
})

describe('a webhook', () => {
  test('is told what happens to a ticket, as the live events tell it', async () => {
    await hook({})
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Printer on fire' })
    const number = mail!.ticket_number!
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Unplug it.', status: 'solved' })
    const { events } = await desk.api('GET', `/api/tickets/${number}`)
    await receiver.until(events.length)
    const told = inOrder(receiver.told)
    expect(told.map(({ json }) => json.type)).toEqual(events.map(({ type }: Json) => `ticket.${type}`))
    expect(told[0]!.json).toEqual({
      type: 'ticket.opened',
      timestamp: events[0].at,
      data: {
        ...{ after: expect.stringMatching(/^\d+\.\d+$/), type: 'opened', at: events[0].at, number },
        by: { kind: 'contact', name: jana.name, email: jana.email },
        ticket: {
          ...{ number, subject: 'Printer on fire', status: expect.any(String), priority: 'normal' },
          url: `https://desk.example/api/tickets/${number}`,
        },
      },
    })
    const live = await desk.api('GET', '/api/events?limit=500')
    const ofTicket = live.items.filter((event: Json) => event.number === number)
    expect(told.map(({ json: { data } }) => ({ ...data, ticket: undefined }))).toEqual(ofTicket)
  })

  test('is told of the kinds it asked for, and of nothing that happened before it was there', async () => {
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Before' })
    await hook({ events: ['ticket.noted', 'ticket.assigned', 'ticket.noted'] })
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/replies`, { text: 'Nobody is told.' })
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/notes`, { text: 'Call them.' })
    await receiver.until(1)
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/notes`, { text: 'They were called.' })
    await receiver.until(2)
    expect(receiver.told.map(({ json }) => json.type)).toEqual(['ticket.noted', 'ticket.noted'])
    expect(receiver.told.map(({ body }) => body).join()).not.toContain('Call them')
  })

  test('is told that a letter did not arrive, and so is whoever reads the history of the ticket', async () => {
    await hook({ events: ['ticket.delivery_failed'] })
    desk.post.answer = () => '550 5.7.1 Not today'
    onTestFinished(() => {
      desk.post.answer = () => undefined
    })
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Unheard' })
    const number = mail!.ticket_number!
    await receiver.until(1)
    const { events, deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    const failed = { email: jana.email, kind: 'ticket_opened', reason: expect.stringContaining('550 5.7.1 Not today') }
    expect(receiver.told[0]!.json.data).toMatchObject({ number, by: { kind: 'system' }, ...failed })
    const delivery_id = deliveries.find(({ to }: Json) => to === jana.email).id
    expect(events.at(-1)).toMatchObject({ type: 'delivery_failed', delivery_id, ...failed })
  })

  test('can prove with its secret that we wrote, and when', async () => {
    const { secret } = await hook({})
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    await desk.hearsFrom(acme, jana, { subject: 'Signed' })
    await receiver.until(1)
    const [told] = receiver.told as [Told]
    expect(told.headers['content-type']).toBe('application/json')
    expect(Math.abs(Date.now() / 1_000 - Number(told.headers['webhook-timestamp']))).toBeLessThan(60)
    expect(signaturesOf(told)).toEqual([sign(told, secret)])
  })

  test('has two signatures for a day after its secret was renewed, the new one first', async () => {
    const { id, secret } = await hook({})
    const renewed = await desk.api('POST', `/api/webhooks/${id}/secret`)
    expect(renewed.secret).not.toBe(secret)
    await told(id)
    expect(signaturesOf(receiver.told[0]!)).toEqual(
      [renewed.secret, secret].map((each) => sign(receiver.told[0]!, each)),
    )
    await desk.later('25 hours')
    await told(id)
    expect(signaturesOf(receiver.told[1]!)).toEqual([sign(receiver.told[1]!, renewed.secret)])
  })

  test('shows its secret once, and the database holds it nowhere', async () => {
    const { id, secret } = await hook({})
    expect(JSON.stringify(await desk.api('GET', `/api/webhooks/${id}`))).not.toContain('whsec')
    const rows = await desk.podatelna.app.store.prisma.webhook.findMany()
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64')
    for (const form of [secret, bytes.toString('base64'), bytes.toString('hex')]) {
      expect(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
        form,
      )
    }
  })
})

describe('a webhook that does not take what it is told', () => {
  test('is told again under the same id, until it does', async () => {
    const { id } = await hook({})
    receiver.answer = () => 500
    const delivery = await ping(id)
    const tried = await attempted(delivery, 1)
    expect(tried).toMatchObject({
      state: 'pending',
      attempts: [{ outcome: 'deferred', status: 500, answer: 'no: 500' }],
    })
    expect(await desk.api('GET', `/api/webhooks/${id}`)).toMatchObject({
      state: 'active',
      problem: 'It answered 500.',
      pending: 1,
    })
    receiver.answer = () => 200
    await desk.later('5 seconds')
    expect(await attempted(delivery, 2)).toMatchObject({ state: 'delivered', due_at: null })
    const [first, second] = receiver.told as [Told, Told]
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(first.headers['webhook-id']).toBe(delivery)
    expect((await desk.api('GET', `/api/webhooks/${id}`)).problem).toBeUndefined()
  })

  test('that says when it has time again is left alone until then', async () => {
    const { id } = await hook({})
    receiver.answer = (_, response) => void response.writeHead(429, { 'retry-after': '600' }).end()
    const { due_at } = await attempted(await ping(id), 1)
    expect(Date.parse(due_at) - Date.now()).toBeGreaterThan(500_000)
    await ping(id)
    receiver.answer = () => 200
    await desk.later('9 minutes')
    expect(receiver.told).toHaveLength(1)
    await desk.later('1 minute')
    await receiver.until(3)
  })

  test('is given up after three days, and told all of it once somebody replays what failed', async () => {
    const { id } = await hook({ events: ['ticket.noted'] })
    receiver.answer = () => 503
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Away' })
    await desk.api('POST', `/api/tickets/${mail!.ticket_number}/notes`, { text: 'One' })
    await receiver.until(1)
    const [{ id: delivery }] = (await desk.api('GET', `/api/webhooks/${id}/deliveries`)).items
    await attempted(delivery, 1)
    await desk.later('3 days')
    expect(await attempted(delivery, 2)).toMatchObject({ state: 'failed', due_at: null })
    receiver.answer = () => 204
    const replayed = { since: new Date(Date.now() - 4 * 24 * 3_600_000).toISOString() }
    expect(await desk.api('POST', `/api/webhooks/${id}/replay`, replayed)).toEqual({ count: 1 })
    expect(await attempted(delivery, 3)).toMatchObject({ state: 'delivered' })
    expect(new Set(receiver.told.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery]))
  })

  test('is disabled when it answers 410, or took nothing for five days; nothing is lost until it is active again', async () => {
    const { id } = await hook({ events: ['ticket.opened'] })
    receiver.answer = () => 410
    await desk.hearsFrom(acme, jana, { subject: 'Gone' })
    await receiver.until(1)
    await expect.poll(() => stateOf(id)).toBe('disabled')
    expect((await desk.api('GET', `/api/webhooks/${id}`)).problem).toBe('It answered 410: it is gone.')
    receiver.answer = () => 204
    await desk.hearsFrom(acme, jana, { subject: 'Meanwhile' })
    await desk.api('PATCH', `/api/webhooks/${id}`, { state: 'active' })
    await receiver.until(2)
    expect(receiver.told[1]!.json.data.ticket.subject).toBe('Meanwhile')
    receiver.answer = () => 500
    const first = await ping(id)
    await attempted(first, 1)
    await desk.later('6 days')
    await expect.poll(() => stateOf(id)).toBe('disabled')
    expect((await desk.api('GET', `/api/webhooks/${id}`)).problem).toBe('It took nothing for five days.')
  })

  test('holds nobody else up', async () => {
    const away = await startReceiver()
    onTestFinished(() => away.close())
    away.answer = () => undefined
    await hook({ url: away.url })
    await hook({})
    for (const subject of ['One', 'Two', 'Three', 'Four', 'Five', 'Six']) await desk.hearsFrom(acme, jana, { subject })
    await receiver.until(6)
    expect(away.told.length).toBeLessThanOrEqual(4)
  })

  test('is tried one at a time when it fails again and again, and told everything at once when it is back', async () => {
    const { id } = await hook({})
    receiver.answer = () => 500
    const deliveries: string[] = []
    for (let i = 0; i < 8; i++) deliveries.push(await ping(id))
    await receiver.until(4)
    receiver.answer = () => 204
    await Promise.all(deliveries.map((each) => delivered(each)))
    expect(receiver.told.length).toBeLessThan(8 + 6)
  })
})

describe('a webhook that is paused', () => {
  test('is told nothing, and all that it missed once it is active again', async () => {
    const { id } = await hook({ events: ['ticket.opened'] })
    await desk.api('PATCH', `/api/webhooks/${id}`, { state: 'paused' })
    const { detail } = await desk.api('POST', `/api/webhooks/${id}/ping`, undefined, 409)
    expect(detail).toBe('It is paused; make it active first.')
    await desk.hearsFrom(acme, jana, { subject: 'Missed' })
    await hook({ events: ['ticket.opened'] })
    await desk.hearsFrom(acme, jana, { subject: 'Heard' })
    await receiver.until(1)
    expect(receiver.told.map(subjectOf)).toEqual(['Heard'])
    await desk.api('PATCH', `/api/webhooks/${id}`, { state: 'active' })
    await receiver.until(3)
    expect(receiver.told.map(subjectOf).sort()).toEqual(['Heard', 'Heard', 'Missed'])
  })
})

describe('two processes', () => {
  test('tell each event once', async () => {
    await hook({ events: ['ticket.opened'] })
    await desk.colleague()
    await Promise.all(Array.from({ length: 20 }, (_, i) => desk.hearsFrom(acme, jana, { subject: `Number ${i}` })))
    await receiver.until(20)
    await desk.hearsFrom(acme, jana, { subject: 'The last' })
    await receiver.until(21)
    const ids = receiver.told.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(21)
    expect(ids).toHaveLength(21)
  })
})

describe('a delivery', () => {
  test('can be read with what it says, and replayed', async () => {
    const { id } = await hook({ events: ['ticket.opened'] })
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Again' })
    await receiver.until(1)
    const [{ id: delivery }] = (await desk.api('GET', `/api/webhooks/${id}/deliveries?type=ticket.opened`)).items
    const read = await delivered(delivery)
    expect(read).toMatchObject({ webhook_id: id, type: 'ticket.opened', ticket_number: mail!.ticket_number })
    expect(read.message).toEqual(receiver.told[0]!.json)
    await desk.api('POST', `/api/webhook-deliveries/${delivery}/replay`, undefined, 202)
    await receiver.until(2)
    expect(receiver.told[1]!.headers['webhook-id']).toBe(delivery)
    expect(receiver.told[1]!.json).toEqual(receiver.told[0]!.json)
  })

  test('tells nothing any more that was removed meanwhile, and what was answered is forgotten', async () => {
    const { id } = await hook({ events: ['ticket.opened'] })
    receiver.answer = ({ json }, response) => void response.writeHead(500).end(json.data.ticket.subject)
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'My password is hunter2' })
    await receiver.until(1)
    const [{ id: delivery }] = (await desk.api('GET', `/api/webhooks/${id}/deliveries`)).items
    expect((await attempted(delivery, 1)).attempts[0].answer).toBe('My password is hunter2')
    const { messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    const redact = `/api/tickets/${mail!.ticket_number}/messages/${messages[0].id}/redact`
    await desk.api('POST', redact, { text: 'hunter2', reason: 'a secret' })
    receiver.answer = () => 200
    await desk.later('5 seconds')
    await receiver.until(2)
    expect(receiver.told[1]!.body).not.toContain('hunter2')
    expect(JSON.stringify(await delivered(delivery))).not.toContain('hunter2')
  })

  test('leaves the log thirty days after it ended', async () => {
    const { id } = await hook({ events: ['ticket.opened'] })
    await delivered(await ping(id))
    await desk.later('31 days')
    // It tidies up as soon as it starts.
    await desk.colleague()
    await expect.poll(async () => (await desk.api('GET', `/api/webhooks/${id}/deliveries`)).items).toEqual([])
  })
})

describe('what is no place for a webhook', () => {
  const refused = [
    ['https://10.0.0.1/', /not an address of the public internet/],
    ['https://[::1]/', /not an address of the public internet/],
    ['https://[::ffff:169.254.169.254]/latest', /not an address of the public internet/],
    ['https://0xa9fea9fe/latest', /169\.254\.169\.254 is not an address/],
    ['https://[64:ff9b::a00:1]/', /not an address of the public internet/],
    ['https://[::7f00:1]/', /not an address of the public internet/],
    ['http://192.0.43.8/', /Use https/],
    ['https://user:secret@example.com/', /password/],
    ['https://example.com:25/', /Port 25/],
    ['ftp://example.com/', /not a URL like/],
    ['/podatelna', /not a URL like/],
  ] as const
  test.each(refused)('%s is refused in words', async (url, words) => {
    const { errors } = await desk.api(
      'POST',
      '/api/webhooks',
      { url },
      url.includes('://') && /^http/.test(url) ? 422 : 400,
    )
    expect(errors).toMatchObject([{ path: 'url', message: expect.stringMatching(words) }])
  })

  test('a name that leads into our network is not connected to, and the log says why', async () => {
    const strict = await openDesk()
    onTestFinished(() => strict.close())
    const inside = await startReceiver(tls)
    onTestFinished(() => inside.close())
    const { id } = await strict.api('POST', '/api/webhooks', { url: `https://localhost:${inside.port}/` })
    const { id: delivery } = await strict.api('POST', `/api/webhooks/${id}/ping`)
    await expect
      .poll(async () => (await strict.api('GET', `/api/webhook-deliveries/${delivery}`)).attempts[0]?.answer)
      .toMatch(/^localhost leads to (127\.0\.0\.1|::1), which is not an address of the public internet\./)
    expect(inside.told).toEqual([])
    const message = 'Use https: without it, whoever is on the way reads what is told.'
    expect(await strict.api('POST', '/api/webhooks', { url: receiver.url }, 422)).toMatchObject({
      errors: [{ message }],
    })
  })

  test('a server that cannot show a certificate of its name is told nothing', async () => {
    const impostor = await startReceiver(tls)
    onTestFinished(() => impostor.close())
    const { id } = await hook({ url: impostor.url })
    const { attempts } = await attempted(await ping(id), 1)
    expect(attempts[0]).toMatchObject({ outcome: 'deferred', answer: expect.stringMatching(/certificate/i) })
    expect(impostor.told).toEqual([])
  })

  test('where a redirect leads is not visited', async () => {
    const elsewhere = await startReceiver()
    onTestFinished(() => elsewhere.close())
    const { id } = await hook({})
    receiver.answer = (_, response) => void response.writeHead(307, { location: elsewhere.url }).end()
    const { attempts } = await attempted(await ping(id), 1)
    expect(attempts[0]).toMatchObject({
      status: 307,
      answer: 'It answered with a redirect, and those are not followed.',
    })
    expect(elsewhere.told).toEqual([])
  })

  test('an answer that breaks off counts by its status', async () => {
    const { id } = await hook({})
    receiver.answer = (_, response) => {
      response.writeHead(202, { 'content-length': 100 })
      response.write('Thank', () => response.socket!.destroySoon())
      return undefined
    }
    expect((await delivered(await ping(id))).attempts).toMatchObject([
      { outcome: 'delivered', status: 202, answer: '' },
    ])
  })

  test('an answer without end, or of strange letters, is cut to a line', async () => {
    const { id } = await hook({})
    receiver.answer = (_, response) => {
      response.writeHead(500)
      response.on('error', () => {})
      const more = () => {
        while (!response.destroyed && response.write(`\u202e\u0000line\r\n`.repeat(1_000)));
      }
      response.on('drain', more)
      more()
      return undefined
    }
    const { attempts } = await attempted(await ping(id), 1)
    expect(attempts[0].answer).toMatch(/^(line ){39}/)
    expect(attempts[0].answer.length).toBeLessThanOrEqual(200)
  })
})

describe('the calls', () => {
  test('are for administrators', async () => {
    const { id } = await hook({})
    const eva = await hire(desk, 'Eva Stará')
    const calls = [
      ...[
        ['GET', '/api/webhooks'],
        ['POST', '/api/webhooks', { url: receiver.url }],
        ['GET', `/api/webhooks/${id}`],
      ],
      ...[
        ['DELETE', `/api/webhooks/${id}`],
        ['POST', `/api/webhooks/${id}/secret`],
        ['POST', `/api/webhooks/${id}/ping`],
      ],
      ...[
        ['GET', `/api/webhooks/${id}/deliveries`],
        ['POST', `/api/webhook-deliveries/${id}/replay`],
      ],
    ] as [string, string, unknown?][]
    for (const [method, path, body] of calls) await eva.api(method, path, body, 403)
  })

  test('say what is wrong', async () => {
    const unknown = await desk.api('POST', '/api/webhooks', { url: receiver.url, events: ['ticket.exploded'] }, 400)
    expect(unknown.errors[0].path).toBe('events.0')
    const nobody = randomUUID()
    for (const call of ['', '/deliveries']) await desk.api('GET', `/api/webhooks/${nobody}${call}`, undefined, 404)
    for (const call of ['/secret', '/ping']) await desk.api('POST', `/api/webhooks/${nobody}${call}`, undefined, 404)
    await desk.api('PATCH', `/api/webhooks/${nobody}`, { description: 'x' }, 404)
    await desk.api('DELETE', `/api/webhooks/${nobody}`, undefined, 404)
    await desk.api('POST', `/api/webhook-deliveries/${nobody}/replay`, undefined, 404)
    await desk.api('PATCH', `/api/webhooks/${(await hook({})).id}`, { state: 'disabled' }, 400)
  })
})

async function hook(more: Json): Promise<Json> {
  return desk.api('POST', '/api/webhooks', { url: receiver.url, ...more }, 201)
}

/** Tells it a ping and waits until it came. */
async function told(id: string): Promise<void> {
  await delivered(await ping(id))
}

async function ping(id: string): Promise<string> {
  return (await desk.api('POST', `/api/webhooks/${id}/ping`, undefined, 202)).id
}

async function attempted(delivery: string, count: number): Promise<Json> {
  await expect
    .poll(async () => (await desk.api('GET', `/api/webhook-deliveries/${delivery}`)).attempts.length, {
      timeout: 15_000,
    })
    .toBe(count)
  return desk.api('GET', `/api/webhook-deliveries/${delivery}`)
}

async function delivered(delivery: string): Promise<Json> {
  await expect
    .poll(async () => (await desk.api('GET', `/api/webhook-deliveries/${delivery}`)).state, { timeout: 15_000 })
    .toBe('delivered')
  return desk.api('GET', `/api/webhook-deliveries/${delivery}`)
}

async function stateOf(id: string): Promise<string> {
  return (await desk.api('GET', `/api/webhooks/${id}`)).state
}

function subjectOf({ json }: Told): string {
  return json.data.ticket.subject
}

function inOrder(told: Told[]): Told[] {
  const place = ({ json }: Told) => json.data.after.split('.').map(BigInt) as [bigint, bigint]
  return told.toSorted((one, other) => {
    const [[xact, id], [otherXact, otherId]] = [place(one), place(other)]
    return Number(xact - otherXact || id - otherId)
  })
}

function signaturesOf({ headers }: Told): string[] {
  return String(headers['webhook-signature']).split(' ')
}

function sign({ headers, body }: Told, secret: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}
