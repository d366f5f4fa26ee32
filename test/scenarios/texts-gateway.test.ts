import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'
import { giveNumbers, openUrgent, publicUrl, textsOf } from '../texting.ts'
import { type Gateway, startGateway } from '../world/gateway.ts'

const { initech } = companies
const [giulia, marco] = initech.people as [(typeof initech.people)[0], (typeof initech.people)[0]]
const token = 'a token of whoever brings receipts'.replaceAll(' ', '-')

let gateway: Gateway
let desk: Desk
let taking: Gateway['answer']
beforeAll(async () => {
  gateway = await startGateway()
  taking = gateway.answer
  desk = await openDesk({
    env: {
      ...{ SMS_URL: gateway.url, SMS_TOKEN: 'ours', SMS_RECEIPT_TOKEN: token, PUBLIC_URL: publicUrl },
      ...{ SMS_FIELDS: 'status=delivery.state', SMS_BUDGET_RECIPIENT_HOUR: '20' },
      ...{ SMS_BUDGET_RECIPIENT_DAY: '21', SMS_BUDGET_HOUR: '24' },
    },
  })
  await giveNumbers(desk, giulia, ['+390212345678'])
  await giveNumbers(desk, marco, ['+390298765432'])
})
afterAll(async () => {
  await desk?.close()
  await gateway?.close()
})
beforeEach(() => {
  gateway.posted.length = 0
  gateway.answer = taking
})

test('a gateway is given each text whole, once, and tells later what became of it', async () => {
  gateway.answer = () => ({ status: 200, body: { id: 'm-1' } })
  const number = await openUrgent(desk, giulia)
  const [text] = await textsOf(desk, number)
  expect(gateway.posted).toMatchObject([
    {
      headers: { authorization: 'Bearer ours', 'idempotency-key': text!.id },
      body: { to: '+390212345678', text: text!.body, reference: text!.id },
    },
  ])
  expect(text).toMatchObject({ state: 'sent', attempts: [{ outcome: 'sent', answer: 'm-1' }] })
  expect(await receipt('m-1', 'buffered')).toBe(204)
  expect((await textsOf(desk, number))[0]).toMatchObject({ state: 'sent' })
  expect(await receipt('m-1', 'Delivered')).toBe(204)
  expect((await textsOf(desk, number))[0]).toMatchObject({
    state: 'delivered',
    attempts: [{ outcome: 'sent' }, { outcome: 'delivered', answer: 'Delivered' }],
  })
})

describe('a receipt by HTTP', () => {
  test('is taken from nobody without the token, nor with another one', async () => {
    const number = await openUrgent(desk, giulia)
    const [{ attempts }] = (await textsOf(desk, number)) as [Json]
    for (const authorization of [null, 'Bearer wrong', `Bearer ${desk.adminToken}`, `Basic ${token}`]) {
      const { status, headers } = await post({ id: attempts[0].answer, delivery: { state: 'failed' } }, authorization)
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    }
    expect((await textsOf(desk, number))[0]).toMatchObject({ state: 'sent' })
  })

  test('that comes twice counts once, and one that contradicts it comes too late', async () => {
    const number = await openUrgent(desk, giulia)
    const [{ attempts }] = (await textsOf(desk, number)) as [Json]
    const id = attempts[0].answer
    await Promise.all([receipt(id, 'delivered'), receipt(id, 'delivered')])
    await receipt(id, 'failed')
    expect((await textsOf(desk, number))[0]).toMatchObject({
      state: 'delivered',
      attempts: [{ outcome: 'sent' }, { outcome: 'delivered' }],
    })
  })

  test('that comes before the answer to the text is not lost', async () => {
    gateway.answer = async () => {
      await receiptNow('early', 'undeliverable')
      return { status: 200, body: { id: 'early' } }
    }
    const number = await openUrgent(desk, giulia)
    await expect.poll(async () => (await textsOf(desk, number))[0]!.state, { timeout: 10_000 }).toBe('failed')
  })

  test('is known by our reference when the gateway gave no id', async () => {
    gateway.answer = () => ({ status: 200, body: 'OK' })
    const number = await openUrgent(desk, giulia)
    const [{ id }] = (await textsOf(desk, number)) as [Json]
    await receipt(id, 'expired')
    expect((await textsOf(desk, number))[0]).toMatchObject({ state: 'expired' })
  })

  test('of what we never sent, an empty one, and one that is none are harmless', async () => {
    expect(await receipt('never-heard-of', 'delivered')).toBe(204)
    for (const body of [{}, { id: '' }, { id: 'x' }, { delivery: { state: 'failed' } }, [], null, 'text']) {
      expect([body, (await post(body)).status]).toEqual([body, 400])
    }
    expect((await post('{"id":', `Bearer ${token}`, true)).status).toBe(400)
    expect((await desk.http('/texts/receipts')).status).toBe(405)
  })
})

test('over the budget of a number in an hour or a day, and of all, texts are not sent and say so; letters go on', async () => {
  const { store } = desk.podatelna.app
  await store.prisma.$executeRaw`DELETE FROM text_budgets`
  const open = (person: typeof giulia) => openUrgent(desk, person)
  const ofGiulia: Json[] = []
  const numbers = await Promise.all(Array.from({ length: 22 }, () => open(giulia)))
  for (const number of numbers) ofGiulia.push(...(await textsOf(desk, number)))
  expect(statesOf(ofGiulia)).toEqual({ sent: 20, suppressed: 2 })
  const stopped = ofGiulia.find(({ state }) => state === 'suppressed')!
  expect(stopped.attempts).toMatchObject([{ outcome: 'suppressed', answer: expect.stringContaining('As many texts') }])
  const { items } = await desk.api('GET', `/api/deliveries?ticket=${stopped.ticket_number}`)
  expect(items).toMatchObject([{ kind: 'ticket_opened', state: 'sent' }])

  const ofMarco: Json[] = []
  for (let i = 0; i < 6; i++) ofMarco.push(...(await textsOf(desk, await open(marco))))
  expect(statesOf(ofMarco)).toEqual({ sent: 4, suppressed: 2 })
  await store.prisma.$executeRaw`
    UPDATE text_budgets SET sent_at = ARRAY(SELECT at - interval '61 minutes' FROM unnest(sent_at) AS at)`
  for (const [person, state] of [
    [marco, 'sent'],
    [giulia, 'sent'],
    [giulia, 'suppressed'],
  ] as const) {
    expect(await textsOf(desk, await open(person))).toMatchObject([{ state }])
  }
}, 60_000)

test('without SMS_URL nothing is texted, and nobody brings receipts', async () => {
  const silent = await openDesk()
  try {
    await giveNumbers(silent, giulia, ['+390212345678'])
    expect(await textsOf(silent, await openUrgent(silent, giulia))).toEqual([])
    const answer = await silent.http('/texts/receipts', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(404)
  } finally {
    await silent.close()
  }
})

async function receipt(id: string, state: string): Promise<number> {
  const status = await receiptNow(id, state)
  await desk.settled()
  return status
}

async function receiptNow(id: string, state: string): Promise<number> {
  return (await post({ id, delivery: { state } })).status
}

function post(body: unknown, authorization: string | null = `Bearer ${token}`, raw = false): Promise<Response> {
  return desk.http('/texts/receipts', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: raw ? String(body) : JSON.stringify(body),
  })
}

function statesOf(texts: Json[]): Record<string, number> {
  return Object.fromEntries(
    ['sent', 'suppressed'].map((state) => [state, texts.filter((text) => text.state === state).length]),
  )
}
