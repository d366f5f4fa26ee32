/** Two desks that are each other's client: what their programs write to each other ends, and moves nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, type Json, openDesk, support } from '../scenario.ts'
import { send } from '../world/client.ts'
import type { Letter } from '../world/sink.ts'

const theirs = 'helpdesk@other.test'
type Side = { desk: Desk; address: string; domain: string; read: number }

let ours: Side
let other: Side
beforeAll(async () => {
  ours = { desk: await openDesk(), address: support, domain: 'desk.test', read: 0 }
  other = {
    desk: await openDesk({ env: { MAIL_DOMAIN: 'other.test' } }),
    address: theirs,
    domain: 'other.test',
    read: 0,
  }
  const { items } = await other.desk.api('GET', '/api/mailboxes')
  await other.desk.api('PATCH', `/api/mailboxes/${items[0].id}`, { address: theirs })
  for (const [side, client] of [
    [ours, theirs],
    [other, support],
  ] as const) {
    const { id } = await side.desk.api('POST', '/api/organizations', { name: client })
    await side.desk.api('POST', `/api/organizations/${id}/contacts`, { name: client, emails: [client] })
    for (const domain of ['desk.test', 'other.test']) {
      side.desk.dns.zone[domain] = { TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
    }
  }
}, 120_000)
afterAll(() => Promise.all([ours?.desk.close(), other?.desk.close()]))

test('two instances of ours that mail each other: it ends after a letter or two, and no ticket’s state moves', async () => {
  const requester = { email: theirs }
  const opened = await ours.desk.api('POST', '/api/tickets', {
    mailbox: support,
    requester,
    subject: 'Offer',
    text: 'Hello',
  })
  expect(await exchange(), 'letters that follow from a new ticket').toBeLessThanOrEqual(2)
  const mine = `/api/tickets/${opened.number}`
  const copy = await onlyTicket(other.desk)

  for (const status of ['waiting', 'in_progress', 'solved'] as const) {
    await ours.desk.api('PATCH', mine, { status })
    await other.desk.api('PATCH', `/api/tickets/${copy.number}`, { status })
    expect(await exchange(), `letters that follow from ${status}`).toBeLessThanOrEqual(4)
    expect((await ours.desk.api('GET', mine)).status, 'ours').toBe(status)
    expect((await onlyTicket(other.desk)).status, 'theirs').toBe(status)
  }

  // What a person writes moves the other's ticket, as it does with any client; what follows by itself moves nothing.
  await ours.desk.api('POST', `${mine}/replies`, { text: 'An answer of a person.' })
  expect(await exchange(), 'letters that follow from an answer').toBeLessThanOrEqual(3)
  expect((await ours.desk.api('GET', mine)).status).toBe('solved')
  expect((await onlyTicket(other.desk)).status).toBe('queued')
  for (const { desk } of [ours, other]) {
    const { items } = await desk.api('GET', '/api/deliveries?limit=200')
    expect(items.filter(({ state }: Json) => state !== 'sent')).toEqual([])
  }
})

/** Brings each side what the other wrote, bounces included, until nobody writes any more; how many letters that were. */
async function exchange(): Promise<number> {
  let letters = 0
  for (;;) {
    const came = (await bring(ours, other)) + (await bring(other, ours))
    letters += came
    if (came === 0) return letters
    expect(letters, 'it ends').toBeLessThan(50)
  }
}

async function bring(from: Side, to: Side): Promise<number> {
  await from.desk.settled()
  const written: Letter[] = from.desk.post.letters.slice(from.read)
  from.read += written.length
  const here = written.filter((letter) => letter.to.some((address) => address.endsWith(`@${to.domain}`)))
  for (const letter of here) {
    const envelope = { from: letter.from, to: letter.to }
    const { code, text } = await send(letter.raw, {
      port: to.desk.podatelna.smtpPort,
      helo: `mx.${from.domain}`,
      ...envelope,
    })
    expect(`${code} ${text}`).toMatch(/^250/)
  }
  await to.desk.settled()
  return here.length
}

async function onlyTicket(desk: Desk): Promise<Json> {
  const { items } = await desk.api('GET', '/api/tickets')
  expect(items).toHaveLength(1)
  return items[0]
}
