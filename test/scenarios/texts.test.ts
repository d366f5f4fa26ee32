import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, sentTo } from '../scenario.ts'
import { contactOf, giveNumbers, openUrgent, publicUrl, textsOf, tryTextNow } from '../texting.ts'
import { type MessageCentre, startMessageCentre } from '../world/smpp.ts'

const { acme, globex, initech } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]
const [giulia, marco] = initech.people as [(typeof initech.people)[0], (typeof initech.people)[0]]

let centre: MessageCentre
let desk: Desk
beforeAll(async () => {
  centre = await startMessageCentre()
  desk = await openDesk({
    env: {
      ...{ SMS_URL: centre.url, SMS_FROM: 'Podatelna', PUBLIC_URL: publicUrl },
      ...{ SMS_BUDGET_RECIPIENT_HOUR: '100', SMS_BUDGET_RECIPIENT_DAY: '1000', SMS_BUDGET_HOUR: '1000' },
    },
  })
  await giveNumbers(desk, giulia, ['by the door', '00390212345678', '+39 02 999'])
  await giveNumbers(desk, jana, ['+420 601 000 000'])
  expect((await contactOf(desk, giulia)).texts_to).toBe('+390212345678')
  expect((await contactOf(desk, petr)).texts_to).toBeNull()
})
afterAll(async () => {
  await desk?.close()
  await centre?.close()
})
const usual = () => centre.answer
let taking: MessageCentre['answer']
beforeAll(() => {
  taking = usual()
})
beforeEach(() => {
  centre.clear()
  centre.answer = taking
})

describe('a requester with a telephone hears of their urgent ticket', () => {
  test('that it is open, in their language, with a link that opens it', async () => {
    const number = await openUrgent(desk, giulia)
    expect(centre.submitted).toHaveLength(1)
    const { to, from, words, pdu } = centre.submitted[0]!
    expect([to, from]).toEqual(['390212345678', 'Podatelna'])
    expect([pdu.source_addr_ton, pdu.data_coding, pdu.esm_class, pdu.registered_delivery]).toEqual([5, 0, 0, 1])
    const [said, link] = words.split('\n') as [string, string]
    expect(said).toBe(`Support: La richiesta urgente ${number} \x04 aperta: Printer on fire`)
    const page = await desk.http(link.replace(publicUrl, ''))
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(number)])
    expect(await textsOf(desk, number)).toMatchObject([
      {
        ...{ kind: 'ticket_opened', to: '+390212345678', state: 'sent', parts: 1, ticket_number: number, due_at: null },
        ...{ body: words.replace('\x04', 'è'), attempts: [{ outcome: 'sent' }] },
      },
    ])
  })

  test('of replies, and that it is solved; a reply that solves is one text', async () => {
    const number = await openUrgent(desk, giulia)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'On our way.' })
    await desk.api('PATCH', `/api/tickets/${number}`, { status: 'solved' })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'And again.', status: 'solved' })
    expect((await textsOf(desk, number)).map(({ kind }) => kind)).toEqual([
      ...['ticket_opened', 'public_reply', 'solved', 'solved'],
    ])
    expect(centre.submitted.map(({ words }) => words).join()).not.toContain('On our way')
  })

  test('in Czech as it is written, in as many parts as that takes, held together', async () => {
    const number = await openUrgent(desk, jana, { subject: 'Nejde přihlášení do účetnictví 🔥 od rána' })
    const [text] = await textsOf(desk, number)
    expect(centre.submitted).toHaveLength(text!.parts)
    expect(centre.submitted.map(({ words }) => words).join('')).toBe(text!.body)
    expect(text!.body).toContain('je založen: Nejde přihlášení do účetnictví 🔥 od rána\n')
    const headers = centre.submitted.map(({ header }) => [...header!])
    expect(headers.map(([, length, , total, at]) => [length, total, at])).toEqual(
      Array.from({ length: text!.parts }, (_, i) => [3, text!.parts, i + 1]),
    )
    expect(new Set(headers.map(([, , reference]) => reference)).size).toBe(1)
    expect(centre.submitted.every(({ pdu }) => pdu.data_coding === 8)).toBe(true)
  })

  test('nobody else does: who has no number, is in copy, or whose ticket can wait', async () => {
    await openUrgent(desk, petr, { subject: 'No number' })
    await openUrgent(desk, giulia, { subject: 'It can wait', priority: 'high' })
    await openUrgent(desk, { ...marco, email: 'nobody@elsewhere.example' })
    expect(centre.submitted).toEqual([])
    const number = await openUrgent(desk, marco, { subject: 'Of Marco' })
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: giulia.email })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'To both.' })
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'To nobody.' })
    expect(sentTo(desk, giulia.email).length).toBeGreaterThan(0)
    expect(centre.submitted).toEqual([])
  })

  test('nor an end customer of what is not for them', async () => {
    await giveNumbers(desk, zuzana, ['+421905123456'], { role: 'end_customer' })
    const number = await openUrgent(desk, zuzana)
    expect(centre.submitted.length).toBeGreaterThan(0)
    centre.clear()
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'For the partner.', audience: 'client' })
    await desk.api('PATCH', `/api/tickets/${number}`, { end_customer_visible: false })
    await desk.api('PATCH', `/api/tickets/${number}`, { status: 'solved' })
    expect(centre.submitted).toEqual([])
  })
})

describe('a receipt', () => {
  test('says that a text has arrived, when all its parts have; said twice it changes nothing', async () => {
    const number = await openUrgent(desk, jana)
    const ids = await idsOf(number)
    expect(ids.length).toBeGreaterThan(1)
    for (const id of ids.slice(1)) expect(await centre.receipt(id, 'DELIVRD')).toBe(0)
    expect((await textsOf(desk, number))[0]).toMatchObject({ state: 'sent' })
    await centre.receipt(ids[1]!, 'DELIVRD')
    expect((await textsOf(desk, number))[0]).toMatchObject({ state: 'sent' })
    await centre.receipt('', '', { receipted_message_id: ids[0]!, message_state: 2, short_message: Buffer.alloc(0) })
    const [text] = await textsOf(desk, number)
    expect(text!.state).toBe('delivered')
    expect(text!.attempts.map(({ outcome }: Json) => outcome)).toEqual(['sent', ...ids.map(() => 'delivered')])
  })

  test.each([
    ['UNDELIV', 'failed'],
    ['REJECTD', 'failed'],
    ['EXPIRED', 'expired'],
  ])('%s: it has %s, and stays so whatever is said later', async (stat, state) => {
    const number = await openUrgent(desk, giulia)
    const [id] = await idsOf(number)
    await centre.receipt(id!, stat)
    await centre.receipt(id!, 'DELIVRD')
    expect((await textsOf(desk, number))[0]).toMatchObject({
      state,
      attempts: [{ outcome: 'sent' }, { outcome: state, answer: `${stat}, error 000` }],
    })
  })

  test('that comes before the answer to the text, as it may, is not lost', async () => {
    centre.answer = async () => {
      expect(await centre.receipt('early', 'DELIVRD')).toBe(0)
      return { id: 'early' }
    }
    const number = await openUrgent(desk, giulia)
    const [text] = await textsOf(desk, number)
    expect([text!.state, text!.attempts.map(({ outcome }: Json) => outcome)]).toEqual([
      'delivered',
      ['sent', 'delivered'],
    ])
  })

  test('of nothing we know, an empty one, one that is not the last word, and an answer by text are taken, and harmless', async () => {
    const number = await openUrgent(desk, giulia)
    const [id] = await idsOf(number)
    expect(await centre.receipt('never-heard-of', 'DELIVRD')).toBe(0)
    expect(await centre.deliver({ esm_class: 4, short_message: Buffer.alloc(0) })).toBe(0)
    expect(await centre.receipt(id!, 'ACCEPTD')).toBe(0)
    expect(await centre.deliver({ source_addr: '390212345678', short_message: Buffer.from('Thank you!') })).toBe(0)
    expect((await textsOf(desk, number))[0]).toMatchObject({ state: 'sent', attempts: [{ outcome: 'sent' }] })
  })

  test('with an id that the centre uses again counts for the later text', async () => {
    centre.answer = () => ({ id: 'again' })
    const first = await openUrgent(desk, giulia)
    await centre.receipt('again', 'UNDELIV')
    const second = await openUrgent(desk, giulia)
    expect((await textsOf(desk, second))[0]).toMatchObject({ state: 'sent' })
    await centre.receipt('again', 'DELIVRD')
    expect((await textsOf(desk, second))[0]).toMatchObject({ state: 'delivered' })
    expect((await textsOf(desk, first))[0]).toMatchObject({ state: 'failed' })
  })
})

describe('a message centre that', () => {
  test('knows no such number: the text has failed', async () => {
    centre.answer = () => 0x0b
    const number = await openUrgent(desk, giulia)
    expect((await textsOf(desk, number))[0]).toMatchObject({
      ...{ state: 'failed', due_at: null },
      attempts: [{ outcome: 'failed', answer: 'ESME_RINVDSTADR' }],
    })
  })

  test('has enough for now is asked again later, for the parts that it has not', async () => {
    let asked = 0
    centre.answer = () => (asked++ === 1 ? 0x58 : { id: `throttled-${asked}` })
    const number = await openUrgent(desk, jana)
    const [text] = await textsOf(desk, number)
    expect(text).toMatchObject({
      state: 'queued',
      attempts: [{ outcome: 'deferred', answer: 'ESME_RTHROTTLED' }],
    })
    const wait = Date.parse(text!.due_at) - Date.parse(text!.attempts[0].at)
    expect([wait > 25_000, wait < 35_000]).toEqual([true, true])
    await tryTextNow(desk, text!.id)
    expect((await textsOf(desk, number))[0]!.state).toBe('sent')
    const parts = centre.submitted.map(({ header }) => header!.at(-1))
    expect(parts).toEqual([1, 2, ...Array.from({ length: text!.parts - 1 }, (_, i) => i + 2)])
  })

  test('breaks off instead of an answer is given the text once more, and no third time', async () => {
    centre.answer = () => 'drop'
    const number = await openUrgent(desk, giulia)
    const [text] = await textsOf(desk, number)
    expect(text).toMatchObject({ state: 'queued', attempts: [{ outcome: 'unclear' }] })
    await expect.poll(() => centre.bound(), { timeout: 10_000 }).toBe(1)
    await tryTextNow(desk, text!.id)
    expect((await textsOf(desk, number))[0]).toMatchObject({
      ...{ state: 'failed', due_at: null },
      attempts: [{ outcome: 'unclear' }, { outcome: 'unclear' }],
    })
    expect(centre.submitted).toHaveLength(2)
  })

  test('is away makes texts wait, and has them when it is back', async () => {
    await centre.away(true)
    const number = await openUrgent(desk, giulia)
    const [text] = await textsOf(desk, number)
    expect(text).toMatchObject({ state: 'queued', attempts: [{ outcome: 'deferred' }] })
    await centre.away(false)
    await expect.poll(() => centre.bound(), { timeout: 15_000 }).toBe(1)
    await tryTextNow(desk, text!.id)
    expect((await textsOf(desk, number))[0]).toMatchObject({ state: 'sent' })
  })
})

describe('a text that waits', () => {
  test('is not sent to who is no longer on the ticket, has another number now, or when the reply was removed', async () => {
    centre.answer = () => 0x58
    const numbers = await Promise.all([1, 2, 3].map(() => openUrgent(desk, marcoWithNumber())))
    await desk.api('DELETE', `/api/tickets/${numbers[0]}`)
    centre.answer = taking
    centre.clear()
    await giveNumbers(desk, marco, ['+39 02 7777777'])
    for (const number of numbers) await tryTextNow(desk, (await textsOf(desk, number))[0]!.id)
    const texts = (await Promise.all(numbers.map((number) => textsOf(desk, number)))).flat()
    expect(texts.map(({ state, attempts }) => [state, attempts.at(-1).answer])).toEqual(
      numbers.map(() => ['suppressed', 'It is no longer a number of the recipient.']),
    )
    expect(centre.submitted).toEqual([])
  })

  test('for hours has expired: what was urgent is of no use then', async () => {
    centre.answer = () => 0x14
    const number = await openUrgent(desk, giulia)
    const [text] = await textsOf(desk, number)
    await desk.podatelna.app.store.prisma.$executeRaw`
      UPDATE texts SET expires_at = now() + interval '1 minute', attempt_count = 5 WHERE id = ${text!.id}::uuid`
    await tryTextNow(desk, text!.id)
    expect((await textsOf(desk, number))[0]).toMatchObject({
      ...{ state: 'expired', due_at: null },
      attempts: [{ outcome: 'deferred' }, { outcome: 'expired', answer: 'ESME_RMSGQFUL' }],
    })
  })

  const marcoWithNumber = () => marco
  beforeAll(() => giveNumbers(desk, marco, ['+390298765432']))
})

test('two processes that look for texts at once send each of them once', async () => {
  await desk.colleague()
  await expect.poll(() => centre.bound(), { timeout: 10_000 }).toBe(2)
  const number = await openUrgent(desk, giulia)
  for (let i = 0; i < 10; i++) await desk.api('POST', `/api/tickets/${number}/replies`, { text: `Reply ${i}` })
  const texts = await textsOf(desk, number)
  expect(texts.map(({ state }) => state)).toEqual(Array.from({ length: 11 }, () => 'sent'))
  expect(centre.submitted).toHaveLength(11)
  expect(new Set((await Promise.all([idsOf(number)])).flat()).size).toBe(11)
})

test('a process that a message centre does not let in leaves texts to one that it does', async () => {
  const alone = await startMessageCentre()
  alone.places = 1
  const two = await openDesk({ env: { SMS_URL: alone.url, PUBLIC_URL: publicUrl, SMS_BUDGET_RECIPIENT_HOUR: '20' } })
  try {
    await two.colleague()
    await giveNumbers(two, giulia, ['+390212345678'])
    const number = await openUrgent(two, giulia)
    for (let i = 0; i < 5; i++) await two.api('POST', `/api/tickets/${number}/replies`, { text: `Reply ${i}` })
    const attempts = (await textsOf(two, number)).flatMap(({ attempts }) => attempts)
    expect(attempts.map(({ outcome }: Json) => outcome)).toEqual(Array.from({ length: 6 }, () => 'sent'))
  } finally {
    await two.close()
    await alone.close()
  }
}, 60_000)

test('texts are listed page by page, and shown with their ticket', async () => {
  const number = await openUrgent(desk, giulia)
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'One' })
  const first = await desk.api('GET', `/api/texts?ticket=${number}&limit=1`)
  const second = await desk.api('GET', `/api/texts?ticket=${number}&limit=1&cursor=${first.next}`)
  expect([...first.items, ...second.items].map(({ kind }) => kind)).toEqual(['public_reply', 'ticket_opened'])
  expect(second.next).toBeNull()
  expect((await desk.api('GET', `/api/tickets/${number}`)).texts).toHaveLength(2)
  const page = await desk.http(`/tickets/${number}`, { headers: { authorization: `Bearer ${desk.adminToken}` } })
  expect(await page.text()).toMatch(/<h2 id="texts">Text messages<\/h2>[\s\S]*Nuova risposta alla richiesta urgente/)
  expect((await desk.api('GET', '/api/texts?state=sent')).items.length).toBeGreaterThanOrEqual(2)
  expect(await desk.api('GET', '/api/texts?ticket=nonsense')).toEqual({ items: [], next: null })
  await desk.api('GET', '/api/texts/00000000-0000-7000-8000-000000000000', undefined, 404)
})

/** Under which the centre knows the parts of a ticket's texts. */
async function idsOf(number: string): Promise<string[]> {
  const texts = await textsOf(desk, number)
  return texts.flatMap(({ attempts }) => attempts[0].answer.split(', '))
}
