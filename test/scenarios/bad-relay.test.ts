/** Relays that are out of order: what staff read of it, and that every letter arrives once when they are mended. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'
import { certificate } from '../world/certificate.ts'
import { type ScriptedRelay, startScriptedRelay } from '../world/scripted-relay.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

let relay: ScriptedRelay
let desk: Desk
beforeAll(async () => {
  relay = await startScriptedRelay()
  desk = await openDesk({ env: { RELAY_URL: `smtp://127.0.0.1:${relay.port}` } })
})
afterAll(async () => {
  await desk?.close()
  await relay?.close()
})
beforeEach(() => {
  Object.assign(relay, { says: {}, slow: 0 })
  relay.taken.splice(0)
  relay.heard.splice(0)
  // Connections are kept; what is said at their beginning is said to new ones.
  relay.hangUp()
})

describe('a relay', () => {
  const troubles: [what: string, says: Record<string, string>, told: RegExp][] = [
    ['that greylists', { RCPT: '451 4.7.1 Greylisted, come back in 5 minutes' }, /greylisting.*It is tried again/],
    ['that says 421 on connect', { greeting: '421 4.3.2 Too busy' }, /busy, or about to stop/],
    ['that is silent on connect and hangs up', { greeting: 'hang up' }, /broke off before/],
    ['that hangs up after RCPT', { RCPT: 'hang up' }, /broke off before/],
    ['that drops the connection in the middle of a letter', { body: 'hang up' }, /broke off before/],
    ['that drops the connection after a letter', { '.': 'hang up' }, /broke off before/],
    ['that is full', { '.': '452 4.3.1 Insufficient system storage' }, /no room left/],
    ['that talks garbage for TLS', { hello: 'STARTTLS', STARTTLS: '220 Go on\r\ngarbage' }, /No encrypted connection/],
    ['that has something else on its port', { greeting: 'HTTP/1.1 400 Bad Request' }, /not answer as a mail server/],
  ]

  test.each(troubles)(
    '%s: the letter waits, staff read why, and once it is mended the letter arrives once',
    async (_what, says, told) => {
      relay.says = says
      const id = await acknowledgement()
      expect(await deliveryOf(id)).toMatchObject({
        state: 'deferred',
        due_at: expect.any(String),
        attempts: [{ outcome: 'deferred', explanation: expect.stringMatching(told) }],
      })
      relay.says = {}
      relay.taken.splice(0)
      await becomesDue()
      await expect.poll(() => stateOf(id)).toBe('sent')
      expect(relay.taken.map(({ to }) => to)).toEqual([jana.email])
    },
  )

  test('that is away: letters wait, and arrive once each when it is back', async () => {
    await relay.away()
    const ids = [await acknowledgement(), await acknowledgement()]
    for (const id of ids) {
      const { state, attempts } = await deliveryOf(id)
      expect([state, attempts[0].explanation]).toEqual([
        'deferred',
        expect.stringMatching(/relay cannot be reached|broke off/),
      ])
    }
    await relay.back()
    await becomesDue()
    for (const id of ids) await expect.poll(() => stateOf(id)).toBe('sent')
    expect(relay.taken.map(({ to }) => to)).toEqual([jana.email, jana.email])
  })

  test('that is slow in every answer has the letter at the first try', async () => {
    relay.slow = 300
    const id = await acknowledgement()
    expect(await deliveryOf(id)).toMatchObject({ state: 'sent', attempts: [{ outcome: 'sent' }] })
    expect(relay.taken).toHaveLength(1)
  })

  test('that hangs after DATA keeps no other letter waiting; when it ends the letter goes once more', async () => {
    relay.says = { '.': 'nothing' }
    const hanging = desk.hearsFrom(acme, jana, { subject: 'Hanging' }).catch(() => undefined)
    await expect.poll(() => relay.heard.filter((line) => line === '.').length, { timeout: 20_000 }).toBe(1)
    relay.says = {}
    const raw = await acme.post({ from: jana.as, to: 'support@desk.test', subject: 'Another', text: 'Hello' })
    void desk.receives(raw, { from: jana.email, to: 'support@desk.test' }).catch(() => undefined)
    await expect.poll(() => answered().length, { timeout: 20_000 }).toBe(1)
    relay.hangUp()
    await hanging
    await becomesDue()
    await expect.poll(() => answered().length).toBe(2)
    expect(new Set(answered().map(messageId)).size).toBe(2)
  })
})

test('staff read of a letter, in the API and on its page, each attempt with the answer of the server and what it means', async () => {
  const answers = ['451 4.7.1 Greylisted', '452 4.2.2 Over quota', '550 5.1.1 No such <user>']
  relay.says = { RCPT: answers[0]! }
  const id = await acknowledgement()
  for (const answer of answers.slice(1)) {
    relay.says = { RCPT: answer }
    await becomesDue()
    await expect.poll(async () => (await deliveryOf(id)).attempts.at(-1).smtp).toBe(answer)
  }
  const { state, attempts } = await deliveryOf(id)
  expect(state).toBe('failed')
  const said = (attempts as Json[]).map(({ outcome, smtp, explanation }) => [outcome, smtp, explanation])
  const again = 'It is tried again, for five days at most.'
  expect(said).toEqual([
    [
      'deferred',
      answers[0],
      `The mail server has the first letter of a sender it does not know wait (greylisting). ${again}`,
    ],
    ['deferred', answers[1], `The mailbox of the recipient is full. ${again}`],
    [
      'failed',
      answers[2],
      'There is no mailbox at this address: it may be mistyped, or closed. It is not tried again.',
    ],
  ])
  const page = await desk.http(`/deliveries/${id}`, { headers: { authorization: `Bearer ${desk.adminToken}` } })
  const shown = await page.text()
  for (const [, , explanation] of said) expect(shown).toContain(explanation)
  expect(shown).toContain('<q>550 5.1.1 No such &lt;user&gt;</q>')
  await desk.api('DELETE', `/api/suppressions/${jana.email}`)
})

describe('a relay elsewhere that takes our password', () => {
  let other: Desk
  const trusted = getCACertificates()
  beforeAll(async () => {
    // 0.0.0.0 leads here, and is no name of this machine that would make plain text harmless.
    other = await openDesk({ env: { RELAY_URL: `smtp://user:secret@0.0.0.0:${relay.port}` } })
  })
  afterAll(async () => {
    setDefaultCACertificates(trusted)
    await other?.close()
  })

  const troubles: [what: string, says: Record<string, string>, told: RegExp, smtp: RegExp][] = [
    ['offers no STARTTLS', { STARTTLS: '502 5.5.1 Unknown command' }, /No encrypted connection/, /502 5.5.1/],
    [
      'has a certificate that nobody vouches for',
      { hello: 'STARTTLS' },
      /certificate of our relay is not valid/,
      /self-signed/,
    ],
    ['has a certificate of another name', { hello: 'STARTTLS' }, /certificate of our relay is not valid/, /altnames/],
    [
      'talks garbage for TLS',
      { hello: 'STARTTLS', STARTTLS: '220 Go on\r\ngarbage' },
      /No encrypted connection/,
      /SSL/,
    ],
    ['breaks off the handshake', { hello: 'STARTTLS', STARTTLS: 'hang up' }, /broke off/, /closed/],
  ]

  test.each(troubles)(
    'and %s is given neither the password nor the letter, and staff read why',
    async (what, says, told, smtp) => {
      setDefaultCACertificates(what.includes('another name') ? [...trusted, certificate] : trusted)
      relay.says = { 'hello TLS': 'AUTH=PLAIN', ...says }
      const { mail } = await other.hearsFrom(acme, jana, { subject: 'Secret' })
      const { items } = await other.api('GET', `/api/deliveries?ticket=${mail!.ticket_number}`)
      expect(items[0].state).toBe('deferred')
      expect(items[0].attempts[0].explanation).toMatch(told)
      expect(items[0].attempts[0].smtp).toMatch(smtp)
      expect(relay.heard.filter((line) => /^(AUTH|MAIL|RCPT|DATA)/.test(line))).toEqual([])
    },
  )
})

function answered() {
  return relay.taken.filter(({ answered }) => answered)
}

function messageId({ raw }: { raw: string }): string {
  return /^message-id:\s*(\S+)/im.exec(raw)![1]!
}

/** Writes as Jana; the id of the acknowledgement, which was tried once. */
async function acknowledgement(): Promise<string> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Printer on fire' })
  const { items } = await desk.api('GET', `/api/deliveries?ticket=${mail!.ticket_number}`)
  return items[0].id
}

function deliveryOf(id: string): Promise<Json> {
  return desk.api('GET', `/api/deliveries/${id}`)
}

async function stateOf(id: string): Promise<string> {
  return (await deliveryOf(id)).state
}

/** The time of the next try has come for everything that waits. */
async function becomesDue(): Promise<void> {
  const database = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await database.connect()
  await database.query('UPDATE deliveries SET due_at = now() WHERE due_at IS NOT NULL')
  await database.end()
  await desk.settled()
}
