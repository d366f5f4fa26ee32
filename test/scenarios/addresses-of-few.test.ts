/** Addresses that are written as few are: whoever has one gets our letter, nobody else does, and what cannot be sent is told. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, support } from '../scenario.ts'
import { type ScriptedRelay, startScriptedRelay } from '../world/scripted-relay.ts'

const open = 'open@desk.test'
const { globex } = companies
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let relay: ScriptedRelay
let desk: Desk
beforeAll(async () => {
  relay = await startScriptedRelay()
  desk = await openDesk({ env: { RELAY_URL: `smtp://127.0.0.1:${relay.port}` } })
  desk.dns.zone['client.test'] = { TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
  await desk.api('POST', '/api/mailboxes', { address: open, name: 'Open', policy: 'open', language: 'en' })
})
afterAll(async () => {
  await desk?.close()
  await relay?.close()
})
beforeEach(() => {
  relay.says = { hello: 'SMTPUTF8 8BITMIME' }
  relay.hangUp()
  relay.taken.splice(0)
  relay.heard.splice(0)
})

describe('an author whose address is written', () => {
  test.each([
    ['with quotes and a space', '"john doe"@client.test'],
    ['with a comma in quotes', '"a,b"@client.test'],
    ['with another address in quotes', '"victim@other.test x"@client.test'],
    ['with a comment in it', 'jana(of Acme)@client.test'],
    ['with comments all over', '(a) petr (b) @ (c) client.test (d)'],
  ])('%s is told in session that it cannot be taken for one address, and nobody is written to', async (_what, from) => {
    const { code, text } = await receive(from)
    expect(`${code} ${text}`).toMatch(/^550 5\.6\.0 .*exactly one address/)
    expect(relay.heard).toEqual([])
  })

  test.each([
    ['with a comment behind it', 'jana@client.test (of Acme)', 'jana@client.test'],
    ['with a comment that holds an address', 'karel@client.test (<victim@other.test>)', 'karel@client.test'],
    ['with a name that holds an address', '"victim@other.test" <petr@client.test>', 'petr@client.test'],
    ['with other letters than ASCII', 'jiří@client.test', 'jiří@client.test'],
  ])('%s gets the acknowledgement and the answer, and nobody else does', async (_what, written, address) => {
    const number = await writes(written)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'An answer.' })
    expect(relay.taken.map(({ to }) => to)).toEqual([address, address])
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    expect(deliveries.map(({ to, state }: Json) => [to, state])).toEqual([
      [address, 'sent'],
      [address, 'sent'],
    ])
  })
})

test('of people in copy, those whose address is in quotes or none are left out, and staff can confirm all others', async () => {
  const cc =
    '"john doe"@client.test, "a,b"@client.test, eva(of Acme)@client.test, ota@client.test (Ota <x@other.test>), žofie@client.test, nobody'
  const raw = await globex.post({
    from: zuzana.as,
    to: support,
    subject: 'Copies',
    headers: { 'X-Cc': 'x' },
    text: 'Hello',
  })
  const written = Buffer.from(raw.toString('utf8').replace(/^X-Cc: x$/m, `Cc: ${cc}`))
  const { mail } = await desk.receives(written, { from: zuzana.email, to: support })
  const at = `/api/tickets/${mail!.ticket_number}`
  const { participants } = await desk.api('GET', at)
  const proposed = participants.filter(({ state }: Json) => state === 'proposed').map(({ email }: Json) => email)
  expect(proposed.sort()).toEqual(['eva@client.test', 'ota@client.test', 'žofie@client.test'])
  for (const email of proposed) await desk.api('POST', `${at}/cc`, { email })
  relay.taken.splice(0)
  await desk.api('POST', `${at}/replies`, { text: 'To all.' })
  expect(relay.taken.map(({ to }) => to).sort()).toEqual([...proposed, zuzana.email].sort())
})

describe('an address with other letters than ASCII before the @', () => {
  test('is named to a relay that knows SMTPUTF8 with that word, and stands in the letter as it is', async () => {
    await writes('žofie@client.test')
    expect(relay.heard.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([
      expect.stringMatching(/^MAIL FROM:<.*> .*SMTPUTF8/),
      'RCPT TO:<žofie@client.test>',
    ])
    expect(relay.taken[0]!.raw).toMatch(/^To: .*žofie@client\.test/m)
  })

  test('fails at once and clearly with a relay that does not know it: nothing is named to it, and the address is not suppressed', async () => {
    relay.says = { hello: '8BITMIME', RCPT: '501 5.1.3 Bad recipient address syntax' }
    const number = await writes('běta@client.test')
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    const delivery = await desk.api('GET', `/api/deliveries/${deliveries[0].id}`)
    expect(delivery).toMatchObject({ to: 'běta@client.test', state: 'failed', due_at: null })
    expect(delivery.attempts).toMatchObject([
      {
        smtp: 'Our relay takes no address with other letters than ASCII before the @ (SMTPUTF8).',
        explanation: expect.stringMatching(/SMTPUTF8.*It is not tried again/),
      },
    ])
    expect(relay.heard.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([])
    expect((await desk.api('GET', '/api/suppressions')).items).toEqual([])

    relay.says = { hello: 'SMTPUTF8' }
    relay.hangUp()
    await desk.api('POST', `/api/deliveries/${delivery.id}/resend`)
    expect(relay.taken.map(({ to }) => to)).toEqual(['běta@client.test'])
  })

  test('waits with a relay that is away, as any other', async () => {
    await relay.away()
    const number = await writes('cyril.č@client.test')
    await relay.back()
    const { deliveries } = await desk.api('GET', `/api/tickets/${number}`)
    expect(deliveries).toMatchObject([{ to: 'cyril.č@client.test', state: 'deferred' }])
  })
})

test.each([
  'john doe@client.test',
  'a@client.test,b@other.test',
  'a@client.test\r\nRCPT TO:<b@other.test>',
  '<a@client.test>',
  'jana',
])('staff cannot put %j in copy, and read why', async (email) => {
  const number = await writes('plain@client.test')
  relay.taken.splice(0)
  const refused = await desk.api('POST', `/api/tickets/${number}/cc`, { email }, 400)
  expect(JSON.stringify(refused)).toContain('is not an e-mail address like jana@example.com.')
  expect(relay.taken).toEqual([])
})

/** Returns the number of the ticket. */
async function writes(from: string): Promise<string> {
  const { code, text, mail } = await receive(from)
  expect(`${code} ${text}`).toMatch(/^250/)
  return mail!.ticket_number!
}

/** A letter to the mailbox that takes everybody's, with that author. */
function receive(from: string) {
  const id = Math.random().toString(36).slice(2)
  const fields = [`From: ${from}`, `To: ${open}`, `Subject: Case ${id}`, `Message-ID: <${id}@client.test>`]
  const raw = Buffer.from([...fields, 'Date: Thu, 26 Nov 2026 10:00:00 +0000', '', 'Hello', ''].join('\r\n'))
  return desk.receives(raw, { from: 'sender@client.test', to: open })
}
