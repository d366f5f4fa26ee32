/** What hurts the users of other desks in the mail they send: each a story of its own that has to end well here. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { closeByTime, openCase, setMailbox } from '../case.ts'
import { bounceOf, liftAll } from '../returned.ts'
import { companies, type Desk, type Json, openDesk, recipients, sentTo } from '../scenario.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const karel = { name: 'Karel', email: 'karel@staff.test', role: 'agent', language: 'en' }

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ env: { BUDGET_TICKET_10_MINUTES: '', BUDGET_RECIPIENT_HOUR: '' } })
  await desk.api('POST', '/api/agents', karel)
})
afterAll(() => desk?.close())
beforeEach(() => {
  desk.post.clear()
  desk.post.answer = () => undefined
})

test('a bounce of a notice triggers no notice to anybody outside, and a bounce of what staff are told of it none at all', async () => {
  const { number } = await openCase(desk)
  await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  desk.post.clear()
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'An answer.' })
  await comesBack(jana.email)
  expect(recipients(desk)).toEqual([jana.email, karel.email])
  await comesBack(karel.email)
  expect(recipients(desk)).toEqual([jana.email, karel.email])
  await liftAll(desk)
})

test('an out-of-office of everybody on a ticket, sent back for each of our letters, causes no letter and moves no state', async () => {
  const { number } = await openCase(desk, { cc: petr.as })
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'An answer.', status: 'waiting' })
  const ours = desk.post.letters.splice(0).filter(({ to }) => !to.includes(karel.email))
  for (const { to, parsed } of ours) {
    const { replyTo, messageId } = await parsed
    const away = { to: replyTo!.text, subject: 'Out of office', text: 'I am away.', inReplyTo: messageId! }
    const person = [jana, petr].find(({ email }) => to.includes(email))!
    await desk.hearsFrom(acme, person, { ...away, headers: { 'Auto-Submitted': 'auto-replied' } })
  }
  expect(ours).toHaveLength(4)
  expect(recipients(desk)).toEqual([])
  expect((await desk.api('GET', `/api/tickets/${number}`)).status).toBe('waiting')
})

test('“please write a new ticket” is said ten times in ten minutes, however often a closed ticket is written to', async () => {
  const { number, replyTo } = await openCase(desk)
  await setMailbox(desk, { late_reply: 'notice' })
  try {
    await closeByTime(desk, number)
    desk.post.clear()
    for (let n = 0; n < 15; n++) await desk.hearsFrom(acme, jana, { to: replyTo, text: `Still ${n}` })
    const { items } = await desk.api('GET', '/api/deliveries?limit=15')
    expect(new Set(items.map(({ kind }: Json) => kind))).toEqual(new Set(['late_reply_notice']))
    expect(sentTo(desk, jana.email).length).toBeLessThanOrEqual(10)
    expect(items.filter(({ state }: Json) => state === 'suppressed').length).toBeGreaterThanOrEqual(5)
  } finally {
    await setMailbox(desk, { late_reply: 'new_linked' })
  }
})

test('a new subject on an old thread is answered under the new subject, and the ticket keeps its own', async () => {
  const { number, replyTo } = await openCase(desk, { subject: 'Printer', cc: petr.as })
  desk.post.clear()
  await desk.hearsFrom(acme, jana, { to: replyTo, subject: 'The projector, too', text: 'It is dark.' })
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'An answer.' })
  for (const { email } of [jana, petr]) expect((await subjectsTo(email)).at(-1)).toBe(`[${number}] The projector, too`)
  await desk.hearsFrom(acme, jana, { to: replyTo, subject: `Re: [${number}] The projector, too`, text: 'Still.' })
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Another.' })
  expect((await subjectsTo(jana.email)).at(-1)).toBe(`[${number}] The projector, too`)
  await desk.hearsFrom(acme, jana, { to: replyTo, subject: 'Re: Printer', text: 'And the printer?' })
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'About the printer.' })
  expect((await subjectsTo(jana.email)).at(-1)).toBe(`[${number}] Printer`)
  expect((await desk.api('GET', `/api/tickets/${number}`)).subject).toBe('Printer')
})

test('“550 too large” stops at once, and the owner of the ticket is told', async () => {
  const { number } = await openCase(desk)
  await desk.api('PATCH', `/api/tickets/${number}`, { assignee: karel.email })
  desk.post.clear()
  desk.post.answer = ({ stage, to }) =>
    stage === 'data' && to.includes(jana.email) ? '550 5.3.4 Message too large' : undefined
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'With a large file.' })
  const told = await (await desk.post.next(({ to }) => to.includes(karel.email))).parsed
  expect(told.text).toContain('550 5.3.4 Message too large')
  const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
  const failed = deliveries.find(({ state }: Json) => state === 'failed')
  expect(failed).toMatchObject({ to: jana.email, due_at: null, attempts: [{ outcome: 'failed' }] })
  expect(failed.attempts[0].explanation).toBe('The letter is larger than the mail server takes. It is not tried again.')
  desk.post.answer = () => undefined
  desk.post.clear()
  await desk.later('7 days')
  expect(await subjectsTo(jana.email)).not.toContainEqual(expect.stringContaining(number))
})

describe('a delivery that fails', () => {
  test('shows on the message whose answer it was, in the API and on the page of the ticket', async () => {
    const { number } = await openCase(desk, { cc: petr.as })
    desk.post.answer = ({ to }) => (to.includes(petr.email) ? '554 5.7.1 Go away' : undefined)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'To both.' })
    const { messages, deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    const failed = deliveries.find(({ state }: Json) => state === 'failed')
    expect(messages.at(-1).recipients).toMatchObject([
      { email: jana.email, delivery: { state: 'sent' } },
      { email: petr.email, delivery: { state: 'failed', id: failed.id } },
    ])
    const page = await signedIn(`/tickets/${number}`)
    expect(page).toMatch(
      new RegExp(`To: ${jana.email}, ${petr.email} <a href="/deliveries/${failed.id}" class="badge failed">failed</a>`),
    )
  })

  test('is on the page of what could not be delivered, with the reason, and what arrived is not', async () => {
    desk.post.answer = ({ to }) => (to.includes(petr.email) ? '451 4.7.1 Greylisted' : undefined)
    const { number } = await openCase(desk, { cc: petr.as })
    const shown = await signedIn('/deliveries')
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    const [deferred, sent] = ['deferred', 'sent'].map((state) => deliveries.find((one: Json) => one.state === state).id)
    expect(shown).toContain(`href="/deliveries/${deferred}"`)
    expect(shown).not.toContain(sent)
    expect(shown).toContain('wait (greylisting). It is tried again')
    expect(shown).toContain('href="/deliveries?state=deferred"')
    expect(await signedIn('/deliveries?state=failed')).not.toContain(deferred)
    expect(await signedIn('/deliveries?state=sent')).toContain(sent)
    expect((await desk.http('/deliveries')).headers.get('location')).toBe('/login?next=%2Fdeliveries')
  })
})

test('what staff write as HTML loses no word on its way, in either part, however odd it is', async () => {
  const { number } = await openCase(desk)
  const words = Array.from({ length: 12 }, (_, n) => `slovo${n}x`)
  const [a, b, c, d, e, f, g, h, i, j, k, l] = words
  const html = `${a}<p>${b}<o:p>${c}</o:p><font face="x">${d}</font><custom-tag>${e}</custom-tag><table><tr><td>${f}</table>
    <form><button>${g}</button></form><center>${h}</center><blockquote>${i}<details><summary>${j}</summary>${k}</details>
    ${'<div>'.repeat(5_000)}${l}`
  const began = performance.now()
  await desk.api('POST', `/api/tickets/${number}/replies`, { html })
  expect(performance.now() - began).toBeLessThan(10_000)
  const { text, html: shown } = await sentTo(desk, jana.email).at(-1)!.parsed
  expect(
    words.filter((word) => !text!.includes(word)),
    'missing in the text',
  ).toEqual([])
  expect(
    words.filter((word) => !String(shown).includes(word)),
    'missing in the HTML',
  ).toEqual([])
})

test('nobody reads in a letter who else has it: one recipient each, no Cc and no Bcc, and a competitor put in copy waits for a yes', async () => {
  const { number } = await openCase(desk, {
    cc: [petr.as, 'Rival <rival@competitor.test>'],
    headers: { Bcc: 'hidden@acme.cz' },
  })
  await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'The price is 42.' })
  const toClients = desk.post.letters.filter(({ to }) => !to.includes(karel.email))
  expect(new Set(toClients.flatMap(({ to }) => to))).toEqual(new Set([jana.email, petr.email]))
  for (const { to, raw, parsed } of toClients) {
    const { cc, bcc, to: named } = await parsed
    expect([to.length, cc, bcc, [named].flat().map((one) => one?.value.map(({ address }) => address))]).toEqual([
      1,
      undefined,
      undefined,
      [to],
    ])
    expect(raw.toString('latin1')).not.toMatch(/hidden@acme\.cz|rival@competitor\.test/)
  }
})

/** The newest letter to somebody, as a mail server returns it to the address of its delivery. */
async function comesBack(email: string): Promise<void> {
  const letter = sentTo(desk, email).at(-1)!
  const messageId = (await letter.parsed).messageId!.slice(1, -1)
  const { mail } = await desk.receives(bounceOf({ messageId }, { recipient: email }), { from: '', to: letter.from })
  expect(mail).toMatchObject({ disposition: 'suppressed', kind: 'bounce' })
}

async function subjectsTo(email: string): Promise<(string | undefined)[]> {
  return Promise.all(sentTo(desk, email).map(async ({ parsed }) => (await parsed).subject))
}

async function signedIn(path: string): Promise<string> {
  const answer = await desk.http(path, { headers: { authorization: `Bearer ${desk.adminToken}` } })
  expect(answer.status).toBe(200)
  return answer.text()
}
