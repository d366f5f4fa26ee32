import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { acknowledged, bounceOf, complaintOf, delivery, liftAll, type Notice } from '../returned.ts'
import { companies, type Desk, openDesk, recipients, sentTo, support } from '../scenario.ts'

const { acme, proveless } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const [karel] = proveless.people as [(typeof proveless.people)[0]]

const later = 'Tue, 06 Jan 2026 09:00:00 +0100'

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

describe('an address that bounced hard', () => {
  test('gets no kind of mail, and staff see why on everything that was kept back', async () => {
    const notice = await bounced()
    await desk.api('POST', `/api/tickets/${notice.ticket}/replies`, { text: 'Are you there?' })
    await desk.hearsFrom(acme, jana, { subject: 'Another thing' })
    expect(sentTo(desk, jana.email)).toEqual([])
    const { deliveries } = await desk.api('GET', `/api/tickets/${notice.ticket}`)
    expect(deliveries[1]).toMatchObject({
      kind: 'public_reply',
      state: 'suppressed',
      due_at: null,
      attempts: [{ outcome: 'suppressed', smtp: expect.stringContaining('550 5.1.1 There is nobody of that name') }],
    })
  })

  test('is listed with its cause, and shown on the contact and on their tickets', async () => {
    const notice = await bounced()
    const shown = { address: jana.email, scope: 'all', cause: 'bounce', delivery_id: notice.id }
    expect((await desk.api('GET', '/api/suppressions')).items).toMatchObject([shown])
    expect((await desk.api('GET', '/api/suppressions?address=petr@acme.cz')).items).toEqual([])
    expect(await contact('Jana Nováková')).toMatchObject({ suppressions: [shown], bounces: expect.any(Number) })
    expect((await contact('Petr Svoboda')).suppressions).toEqual([])
    const { participants } = await desk.api('GET', `/api/tickets/${notice.ticket}`)
    expect(participants[0]).toMatchObject({ email: jana.email, suppression: shown })
  })

  test('has mail again when staff lift it, and who did is kept', async () => {
    const notice = await bounced()
    await desk.api('DELETE', `/api/suppressions/${jana.email}`)
    await desk.api('POST', `/api/tickets/${notice.ticket}/replies`, { text: 'Are you there now?' })
    expect(sentTo(desk, jana.email)).toHaveLength(1)
    const { items } = await desk.api('GET', `/api/suppressions?address=${jana.email}&lifted=true`)
    expect(items[0]).toMatchObject({ lifted_by: { name: 'Administrator' }, lifted_at: expect.any(String) })
    await desk.api('DELETE', `/api/suppressions/${jana.email}`, undefined, 404)
  })

  test('is not suppressed again by a late or doubled bounce of what was sent before staff lifted it', async () => {
    const notice = await bounced()
    await desk.api('DELETE', `/api/suppressions/${jana.email}`)
    await desk.receives(bounceOf(notice), { from: '', to: notice.bounceTo })
    await desk.receives(bounceOf(notice, { date: later }), {
      from: '',
      to: notice.bounceTo,
    })
    expect(await suppressed()).toEqual([])
  })

  test('keeps back what was waiting for a relay, too', async () => {
    const notice = await acknowledged(desk)
    desk.post.answer = () => '451 4.7.1 Later'
    await desk.api('POST', `/api/tickets/${notice.ticket}/replies`, { text: 'Waiting' })
    const { deliveries } = await desk.api('GET', `/api/tickets/${notice.ticket}`)
    desk.post.answer = () => undefined
    desk.post.clear()
    await desk.receives(bounceOf(notice), { from: '', to: notice.bounceTo })
    await desk.podatelna.app.store.prisma.$executeRaw`UPDATE deliveries SET due_at = now() WHERE state = 'deferred'`
    await desk.settled()
    expect(await delivery(desk, { ...notice, id: deliveries[1].id })).toMatchObject({ state: 'suppressed' })
    expect(recipients(desk)).toEqual([])
  })

  test('gets no authorization link, and the letter that waits says so', async () => {
    desk.post.answer = ({ to }) => (to.includes(karel.email) ? '550 5.1.1 No such user' : undefined)
    await desk.hearsFrom(proveless, karel, { subject: 'First' })
    expect(await suppressed()).toEqual([`${karel.email} all refusal`])
    desk.post.answer = () => undefined
    const { mail } = await desk.hearsFrom(proveless, karel, { subject: 'Second' })
    expect(sentTo(desk, karel.email)).toEqual([])
    expect(mail!.disposition).toBe('held')
    expect(mail!.timeline.at(-1)).toMatchObject({
      what: 'suppressed',
      detail: expect.stringContaining('Nothing is sent to this address until staff lift it: 550 5.1.1 No such user'),
    })
  })
})

describe('no suppression follows from', () => {
  test('a bounce that only knows our Message-ID: anybody who has seen it can write one', async () => {
    const notice = await acknowledged(desk)
    await desk.receives(bounceOf(notice), { from: '', to: support })
    expect((await delivery(desk, notice)).state).toBe('bounced')
    expect(await suppressed()).toEqual([])
  })

  test.each([
    ['a full mailbox', { status: '5.2.2', says: '552 5.2.2 Mailbox full' }],
    ['a letter that was too large', { status: '5.3.4', says: '552 5.3.4 Too large' }],
    ['a refusal for its content', { status: '5.7.1', says: '550 5.7.1 Looks like spam' }],
    ['what was given up after days', { status: '4.4.1', says: '451 4.4.1 No answer from host' }],
    ['a member of a list', { recipient: 'somebody@else.example' }],
  ])('%s', async (_what, how) => {
    const notice = await acknowledged(desk)
    await desk.receives(bounceOf(notice, how), { from: '', to: notice.bounceTo })
    expect((await delivery(desk, notice)).state).toBe('bounced')
    expect(await suppressed()).toEqual([])
  })

  test.each(['550 5.7.1 Relaying denied', '552 5.3.4 Too large', '450 4.1.1 Try again'] as const)(
    'the relay’s %s',
    async (answer) => {
      desk.post.answer = ({ stage }) => (stage === 'rcpt' ? answer : undefined)
      await desk.hearsFrom(acme, jana, { subject: 'Refused' })
      expect(await suppressed()).toEqual([])
    },
  )
})

describe('a reader who reports our mail as spam', () => {
  test('gets nothing automatic any more, but what people write to them', async () => {
    const notice = await acknowledged(desk)
    const { mail } = await desk.receives(complaintOf(notice, notice.bounceTo), { from: '', to: support })
    expect(mail).toMatchObject({ disposition: 'suppressed', bounce_of: notice.id })
    expect((await delivery(desk, notice)).attempts.at(-1)).toMatchObject({ outcome: 'complained', mail_id: mail!.id })
    expect(await suppressed()).toEqual([`${jana.email} automatic complaint`])
    desk.post.clear()
    await desk.hearsFrom(acme, jana, { subject: 'Not acknowledged' })
    expect(sentTo(desk, jana.email)).toEqual([])
    await desk.api('POST', `/api/tickets/${notice.ticket}/replies`, { text: 'From a person' })
    expect(sentTo(desk, jana.email)).toHaveLength(1)
  })

  test('is believed when the report came to the delivery’s own address, not for a Message-ID', async () => {
    const notice = await acknowledged(desk)
    await desk.receives(complaintOf(notice), { from: '', to: support })
    expect((await delivery(desk, notice)).attempts.at(-1)).toMatchObject({ outcome: 'complained' })
    expect(await suppressed()).toEqual([])
    await desk.receives(complaintOf(notice), { from: '', to: notice.bounceTo })
    expect(await suppressed()).toEqual([`${jana.email} automatic complaint`])
  })

  test('gets nothing at all once a letter to them bounces as well', async () => {
    const notice = await acknowledged(desk)
    await desk.receives(complaintOf(notice), { from: '', to: notice.bounceTo })
    await desk.receives(bounceOf(notice), { from: '', to: notice.bounceTo })
    expect(await suppressed()).toEqual([`${jana.email} all bounce`])
  })

  test('and then says that it was none, is not suppressed', async () => {
    const notice = await acknowledged(desk)
    await desk.receives(complaintOf(notice, '', 'not-spam'), { from: '', to: notice.bounceTo })
    expect(await suppressed()).toEqual([])
  })
})

/** Jana's mailbox is not there any more, and the server says so. */
async function bounced(): Promise<Notice> {
  const notice = await acknowledged(desk)
  await desk.receives(bounceOf(notice), { from: '', to: notice.bounceTo })
  desk.post.clear()
  return notice
}

async function suppressed(): Promise<string[]> {
  const { items } = await desk.api('GET', '/api/suppressions')
  return items.map(({ address, scope, cause }: Record<string, string>) => `${address} ${scope} ${cause}`)
}

async function contact(name: string) {
  const { items: organizations } = await desk.api('GET', '/api/organizations')
  const { id } = organizations.find((one: { name: string }) => one.name === acme.name)
  const { items } = await desk.api('GET', `/api/organizations/${id}/contacts`)
  return items.find((one: { name: string }) => one.name === name)
}
