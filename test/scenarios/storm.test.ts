import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, sentTo, support } from '../scenario.ts'
import { send } from '../world/client.ts'

const { acme } = companies
/** Jana's program answers everything; Petr's address is a list that comes back to us. */
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const theirs = 'helpdesk@other.test'
const limit = 20
const budgets = { BUDGET_TICKET_10_MINUTES: '', BUDGET_TICKET_HOUR: '', BUDGET_RECIPIENT_HOUR: String(limit) }

let ours: Desk
let other: Desk
beforeAll(async () => {
  ours = await openDesk({ env: budgets })
  other = await openDesk({ env: { ...budgets, MAIL_DOMAIN: 'other.test' } })
  await knowsAsContact(ours, theirs)
  await moveTo(other, theirs)
  await knowsAsContact(other, support)
  // Each believes the other's letters, which come from the same address as everybody's here.
  for (const desk of [ours, other]) {
    for (const domain of ['desk.test', 'other.test']) desk.dns.zone[domain] = { TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
  }
})
afterAll(() => Promise.all([ours?.close(), other?.close()]))

test('storm: a second desk, an autoresponder and a list that comes back answer every letter with a fresh one and say nothing of ' +
  'being automatic: in an hour nobody gets more than the budget, and a digest tells of all the rest', {
  timeout: 300_000,
}, async () => {
  await write(ours, { from: theirs, subject: 'The first word' })
  await write(ours, { from: jana.email, subject: 'The second word' })
  await write(ours, { from: petr.email, subject: 'The third word' })
  const answered = { ours: 0, other: 0 }
  for (let minutes = 0; minutes <= 60; minutes += 20) {
    await storm(answered)
    for (const email of [jana.email, petr.email, theirs]) expect(letters(ours, email)).toBeLessThanOrEqual(limit)
    expect(letters(other, support)).toBeLessThanOrEqual(limit)
    if (minutes < 60) await Promise.all([ours.later('19 minutes'), other.later('19 minutes')])
  }
  expect([jana.email, petr.email, theirs].map((email) => letters(ours, email))).toEqual([limit, limit, limit])

  // The responders are mended.
  await Promise.all([ours.later('1 hour'), other.later('1 hour')])
  for (const desk of [ours, other]) {
    const deliveries = await all(desk, '/api/deliveries')
    expect(deliveries.filter((one) => one.state !== 'sent' && !one.digest_id)).toEqual([])
    const tickets = await all(desk, '/api/tickets')
    expect(new Set(tickets.map(({ status }) => status))).toEqual(new Set(['queued']))
  }
})

/** Everybody answers what they got, until nobody has anything to answer any more. */
async function storm(answered: { ours: number; other: number }): Promise<void> {
  for (;;) {
    const [sent, back] = [ours.post.letters.slice(answered.ours), other.post.letters.slice(answered.other)]
    answered.ours += sent.length
    answered.other += back.length
    if (sent.length + back.length === 0) return
    for (const { to, raw } of sent) {
      if (to.includes(theirs)) await deliver(other, support, theirs, disguised(raw))
      else if (to.includes(petr.email)) await deliver(ours, petr.email, support, await comesBack(raw))
      else if (to.includes(jana.email)) await write(ours, { from: jana.email, subject: `Fresh ${randomUUID()}` })
    }
    for (const { to, raw } of back) if (to.includes(support)) await deliver(ours, theirs, support, disguised(raw))
    await Promise.all([ours.settled(), other.settled()])
  }
}

/** Without all that says what it is and what it answers, under a subject of its own, so that it opens a new ticket. */
function disguised(raw: Buffer): Buffer {
  const text = raw.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const telling =
    /^(subject|auto-submitted|x-auto-response-suppress|x-podatelna-loop|in-reply-to|references|thread-index|list-[a-z]+)$/i
  const fields = text.slice(0, end).split(/\r\n(?![ \t])/)
  const kept = fields.filter((field) => !telling.test(field.slice(0, field.indexOf(':'))))
  return Buffer.from([`Subject: Fresh ${randomUUID()}`, ...kept].join('\r\n') + text.slice(end), 'latin1')
}

/** As a list does that sends in its own name, under an identity of its own. */
function comesBack(raw: Buffer): Promise<Buffer> {
  const text = raw.subarray(raw.indexOf('\r\n\r\n')).toString('latin1')
  return acme.post({ from: `List <${petr.email}>`, to: support, subject: `[list] ${randomUUID()}`, text })
}

/** A letter as it stands, without waiting for what follows from it. */
async function deliver(desk: Desk, from: string, to: string, raw: Buffer): Promise<void> {
  const { code, text } = await send(raw, { port: desk.podatelna.smtpPort, from, to, helo: `mx.${from.split('@')[1]}` })
  expect(`${code} ${text}`).toMatch(/^250/)
}

async function write(desk: Desk, { from, subject }: { from: string; subject: string }): Promise<void> {
  await deliver(desk, from, support, await acme.post({ from, to: support, subject, text: `About ${subject}` }))
  await desk.settled()
}

function letters(desk: Desk, email: string): number {
  return sentTo(desk, email).length
}

async function knowsAsContact(desk: Desk, email: string): Promise<void> {
  const { id } = await desk.api('POST', '/api/organizations', { name: email })
  await desk.api('POST', `/api/organizations/${id}/contacts`, { name: email, emails: [email] })
}

/** The desk has another mailbox than the one that all desks begin with. */
async function moveTo(desk: Desk, address: string): Promise<void> {
  const { items } = await desk.api('GET', '/api/mailboxes')
  await desk.api('PATCH', `/api/mailboxes/${items[0].id}`, { address })
}

async function all(desk: Desk, path: string): Promise<Json[]> {
  const found: Json[] = []
  for (let cursor = ''; ; ) {
    const { items, next } = await desk.api('GET', `${path}?limit=200${cursor}`)
    found.push(...items)
    if (!next) return found
    cursor = `&cursor=${next}`
  }
}
