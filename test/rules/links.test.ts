/** Tokens are revocable, and their keys can be rotated (rules §2). */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { newestTo, openCase, pageIn, replyToOf, roster, submit, ticketOf } from '../case.ts'
import { startDesk } from '../desk.ts'
import { companies, type Desk, openDesk, sentTo } from '../scenario.ts'
import { cloneDatabase } from '../world/database.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

describe('a link and an address that somebody else has', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk?.close())

  test('Tokens are revocable: renewed by staff, the old ones are as if absent, and further mail has the new ones.', async () => {
    const { number, page, replyTo, notice } = await openCase(desk)
    const { events } = await desk.api('POST', `/api/tickets/${number}/participants/${jana.email}/renew-token`)
    expect(events.at(-1)).toMatchObject({ type: 'link_renewed', email: jana.email, by: { kind: 'agent' } })
    expect((await desk.http(page)).status).toBe(404)
    for (const old of [{ to: replyTo }, { inReplyTo: notice.messageId! }, { references: [notice.messageId!] }]) {
      const { mail } = await desk.hearsFrom(acme, jana, {
        subject: 'Something else',
        text: String(Object.keys(old)),
        ...old,
      })
      expect(mail!.ticket_number).not.toBe(number)
    }
    const told = sentTo(desk, jana.email).filter(({ raw }) => raw.includes(number))
    const renewed = await told.at(-1)!.parsed
    expect(renewed.text).toContain('Odkazy z našich dřívějších e-mailů o něm už neplatí')
    expect(await (await desk.http(pageIn(renewed))).text()).toContain(number)
    const { mail } = await desk.hearsFrom(acme, jana, {
      to: replyToOf(renewed),
      subject: 'Something else',
      text: 'New.',
    })
    expect(mail!.ticket_number).toBe(number)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'With the new link.' })
    expect(pageIn(await newestTo(desk, jana.email))).toBe(pageIn(renewed))
  })

  test('is ended by its owner on the page, which shows nobody the new one: that goes by mail', async () => {
    const { number, page } = await openCase(desk)
    const answer = await submit(desk, page, { act: 'renew' })
    expect(answer.status).toBe(200)
    const renewed = pageIn(await newestTo(desk, jana.email))
    expect(renewed).not.toBe(page)
    expect(await answer.text()).not.toContain(renewed)
    expect((await submit(desk, page, { act: 'renew' })).status).toBe(404)
    expect((await ticketOf(desk, number)).events.at(-1)).toMatchObject({
      type: 'link_renewed',
      by: { email: jana.email },
    })
  })

  test('of a ticket that was merged into this one ends with it', async () => {
    const [first, second] = [await openCase(desk), await openCase(desk)]
    await desk.api('POST', `/api/tickets/${first.number}/merge`, { into: second.number })
    expect((await desk.http(first.page)).status).toBe(200)
    await desk.api('POST', `/api/tickets/${second.number}/participants/${jana.email}/renew-token`)
    for (const { page, replyTo } of [first, second]) {
      expect((await desk.http(page)).status).toBe(404)
      const { mail } = await desk.hearsFrom(acme, jana, { to: replyTo, text: page })
      expect(mail!.ticket_number).not.toBe(second.number)
    }
  })

  test('ends with the way out that mail programs know: whoever uses it is not told that they have left', async () => {
    const { number } = await openCase(desk, { cc: petr.as })
    const { raw } = sentTo(desk, petr.email).at(-1)!
    const leave = /\/t\/[a-z2-7]+\/leave/.exec(raw.toString('latin1').replace(/\r\n\s/g, ''))![0]
    expect((await desk.http(leave)).status).toBe(200)
    await desk.api('POST', `/api/tickets/${number}/participants/${petr.email}/renew-token`)
    expect((await submit(desk, leave, { 'List-Unsubscribe': 'One-Click' })).status).toBe(404)
    expect(await roster(desk, number)).toMatchObject({ [petr.email]: 'active' })
  })

  test('is renewed for nobody who is not on the ticket', async () => {
    const { number } = await openCase(desk, { cc: petr.as })
    await desk.api('DELETE', `/api/tickets/${number}/cc/${petr.email}`)
    for (const email of [petr.email, 'nobody@acme.cz']) {
      await desk.api('POST', `/api/tickets/${number}/participants/${email}/renew-token`, undefined, 404)
    }
  })
})

test('Keys can be rotated: what the old key signed holds while it stands behind the new one, and not a moment longer.', async () => {
  const database = await cloneDatabase(inject('databaseUrl'))
  const [old, fresh] = ['o'.repeat(40), 'n'.repeat(40)]
  const start = (SECRET_KEYS: string, furnished: boolean) =>
    startDesk({ databaseUrl: database.url, furnished, env: { SECRET_KEYS } })
  const before = await start(old, false)
  const { number, page, replyTo } = await openCase(before)
  await before.close()

  const between = await start(`${fresh},${old}`, true)
  expect((await between.http(page)).status).toBe(200)
  const heard = await between.hearsFrom(acme, jana, { to: replyTo, subject: 'Something else' })
  expect(heard.mail!.ticket_number).toBe(number)
  await between.api('POST', `/api/tickets/${number}/replies`, { text: 'Signed by the new key.' })
  const newPage = pageIn(await newestTo(between, jana.email))
  await between.close()

  const after = await start(fresh, true)
  try {
    expect((await after.http(page)).status).toBe(404)
    expect((await after.http(newPage)).status).toBe(200)
    const { mail } = await after.hearsFrom(acme, jana, { to: replyTo, subject: 'Something else', text: 'Again.' })
    expect(mail!.ticket_number).not.toBe(number)
  } finally {
    await after.close()
    await database.drop()
  }
})
