import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, openDesk } from '../scenario.ts'
import { whereStored } from '../stored.ts'
import { contactOf, giveNumbers, openUrgent, publicUrl, textsOf, tryTextNow } from '../texting.ts'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { unzip } from '../world/zip.ts'

const { initech } = companies
const [giulia, marco] = initech.people as [(typeof initech.people)[0], (typeof initech.people)[0]]
const phone = '390212345678'
const reason = 'asked for it'

let gateway: Gateway
let desk: Desk
let taking: Gateway['answer']
beforeAll(async () => {
  gateway = await startGateway()
  taking = gateway.answer
  desk = await openDesk({ env: { SMS_URL: gateway.url, PUBLIC_URL: publicUrl } })
  await giveNumbers(desk, giulia, [`+${phone}`])
  await giveNumbers(desk, marco, ['+390298765432'])
})
afterAll(async () => {
  await desk?.close()
  await gateway?.close()
})

test('words that are redacted go from texts, and one that waits with them is not sent', async () => {
  const secret = `segreto${randomBytes(6).toString('hex')}`
  const number = await openUrgent(desk, marco, { subject: `La password: ${secret}` })
  gateway.answer = ({ body }) => ({ status: 503, body: { not_now: body.text } })
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Thank you.' })
  const waiting = (await textsOf(desk, number)).at(-1)!
  expect(waiting).toMatchObject({ state: 'queued', body: expect.stringContaining(secret) })
  gateway.answer = taking
  const { messages } = await desk.api('GET', `/api/tickets/${number}`)
  await desk.api('POST', `/api/tickets/${number}/messages/${messages[0].id}/redact`, { text: secret, reason })
  expect(await textsOf(desk, number)).toMatchObject([
    { state: 'sent', body: '', attempts: [{ outcome: 'sent' }] },
    { state: 'suppressed', body: '', attempts: [{ outcome: 'deferred' }, { outcome: 'suppressed' }], due_at: null },
  ])
  expect(await whereStored(desk, secret)).toEqual([])
})

test('a message that is redacted takes the subject it gave from texts', async () => {
  const number = await openUrgent(desk, marco, { subject: 'Rodné číslo' })
  const { messages } = await desk.api('GET', `/api/tickets/${number}`)
  await desk.api('POST', `/api/tickets/${number}/messages/${messages[0].id}/redact`, { reason })
  expect(await textsOf(desk, number)).toMatchObject([{ body: '' }])
})

test('a person’s texts are exported with what became of them', async () => {
  const number = await openUrgent(desk, giulia, { subject: 'Mine' })
  const path = `/api/people/export?email=${giulia.email}`
  const response = await desk.http(path, { headers: { authorization: `Bearer ${desk.adminToken}` } })
  const files = unzip(Buffer.from(await response.arrayBuffer()))
  const [[name, bytes]] = [...files].filter(([name]) => name.startsWith('texts/')) as [[string, Buffer]]
  const [{ id }] = (await textsOf(desk, number)) as [{ id: string }]
  expect(name).toBe(`texts/${id}.json`)
  expect(JSON.parse(bytes.toString())).toMatchObject({ to_number: `+${phone}`, attempts: [{ outcome: 'sent' }] })
  expect(JSON.parse(files.get('about.json')!.toString()).counts).toMatchObject({ texts: 1 })
})

test('a person who is erased is in no column: number, name or address, even where a provider quoted them', async () => {
  gateway.answer = ({ body }) => ({ status: 503, body: { error: `cannot reach ${body.to}: ${body.text}` } })
  const subject = `${giulia.name} <${giulia.email}>`
  const number = await openUrgent(desk, giulia, { subject })
  const [waiting] = await textsOf(desk, number)
  expect(waiting!.attempts[0].answer).toContain(phone)
  const named = await openUrgent(desk, marco, { subject: `About ${giulia.email}` })
  gateway.answer = taking
  const { counts } = await desk.api('POST', '/api/people/erase', { email: giulia.email, reason })
  expect(counts.texts).toBe(2)
  gateway.posted.length = 0
  for (const word of [phone, giulia.name, giulia.email])
    expect([word, await whereStored(desk, word)]).toEqual([word, []])
  expect(await textsOf(desk, number)).toMatchObject([{ to: '', body: '', state: 'suppressed', due_at: null }])
  expect(await textsOf(desk, named)).toMatchObject([{ to: '+390298765432', body: '' }])
  expect(gateway.posted).toEqual([])
})

test('a contact who is removed gets no text that waits', async () => {
  gateway.answer = () => ({ status: 503, body: {} })
  const number = await openUrgent(desk, marco)
  const [{ id }] = (await textsOf(desk, number)) as [{ id: string }]
  gateway.answer = taking
  gateway.posted.length = 0
  await desk.api('DELETE', `/api/contacts/${(await contactOf(desk, marco)).id}`)
  await tryTextNow(desk, id)
  expect(await textsOf(desk, number)).toMatchObject([{ state: 'suppressed' }])
  expect(gateway.posted).toEqual([])
})
