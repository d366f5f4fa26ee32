import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, letter, openDesk, type Received, recipients, support } from '../scenario.ts'
import { signer } from '../world/letters.ts'

/**
 * The attacker has a domain of their own, with all proofs, and a server at 127.0.0.1. Jana's letters are signed, and
 * forgeries of them are to be rejected; Giulia's are to be quarantined, so that they may be held, never admitted.
 */
const { acme, initech } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const [giulia] = initech.people as [(typeof initech.people)[0]]
const evil = signer('evil.test', 's1')
const attacker = 'x@evil.test'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  Object.assign(desk.dns.zone, {
    'evil.test': { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.0.0.1 -all'] },
    '_dmarc.evil.test': { TXT: ['v=DMARC1; p=reject'] },
    [evil.name]: { TXT: [evil.txt] },
  })
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

describe('a letter in the name of a contact', () => {
  const two = `From: ${attacker}\r\nFrom: ${jana.email}\r\n`
  const encoded = `=?utf-8?B?${Buffer.from(`<${jana.email}>`).toString('base64')}?=`
  test.each([
    ['two From fields', two],
    ['two From fields, the other way round', `From: ${jana.email}\r\nFrom: ${attacker}\r\n`],
    ['a space before the colon', `From: ${attacker}\r\nFrom : ${jana.email}\r\n`],
    ['a folded name', `From\r\n : ${attacker}\r\nFrom: ${jana.email}\r\n`],
    ['a folded name, and a Sender', `From\r\n : ${attacker}\r\nSender: ${jana.email}\r\n`],
    ['a folded name, and a Resent-From', `From\r\n : ${attacker}\r\nResent-From: ${jana.email}\r\n`],
    ['two mailboxes', `From: ${attacker}, ${jana.email}\r\n`],
    ['two mailboxes and a Sender', `From: ${attacker}, <${jana.email}>\r\nSender: ${jana.email}\r\n`],
    ['an encoded word and a mailbox', `From: ${encoded},<${attacker}>\r\n`],
    ['an encoded word alone', `From: ${encoded}\r\n`],
    ['a route', `From: <@evil.test,@any.test:${jana.email}>\r\n`],
    ['an escaped comma', `From: <${jana.email}>\\,<${attacker}>\r\n`],
    ['a mailbox and one in brackets', `From: ${jana.email},<${attacker}>\r\n`],
    ['text after the brackets', `From: <${attacker}>${jana.email}\r\n`],
    ['brackets in brackets', `From: <<${jana.email}>@evil.test>\r\n`],
    ['a group', `From: us: ${jana.email};\r\n`],
    ['an empty From', 'From:\r\n'],
    ['empty brackets', 'From: Jana <>\r\n'],
    ['a NUL', `From: ${jana.email}\0 <${attacker}>\r\n`],
    ['a NUL in the domain', `From: ${jana.email}\0.evil.test\r\n`],
    ['a bare CR', `From: ${attacker}\rFrom: ${jana.email}\r\n`],
    ['a line without colon behind it', `From: ${attacker}\r\n<${jana.email}>\r\n`],
    ['an address in a quoted local part', `From: "${jana.email}"@evil.test\r\n`],
    ['an address in the open as its name', `From: ${jana.email} <${attacker}>\r\n`],
    ['an open comment', `From: (${jana.email} <${attacker}>\r\n`],
    ['full-width letters', `From: ${jana.email.replace('@a', '@ａ')}\r\n`],
  ])('is refused with 550 5.6.0 when it has %s', async (_, from) => {
    const { code, text, mail } = await attack(from)
    expect(`${code} ${text}`).toMatch(/^550 5\.6\.0 /)
    expect(mail).toMatchObject({ disposition: 'refused', verdict: { verified: false } })
  })

  test.each([
    ['a first line that is From for some', ` From: ${attacker}\r\nFrom: ${jana.email}\r\n`],
    ['no From, but a Sender', `Sender: ${jana.email}\r\n`],
  ])('is refused with 550 5.6.0 when it has %s', async (_, from) => {
    const raw = Buffer.from(`${from}To: ${support}\r\nSubject: Hello\r\n\r\nHello\r\n`)
    const { code, text } = await desk.receives(raw, { from: attacker, to: support })
    expect(`${code} ${text}`).toMatch(/^550 5\.6\.0 /)
  })

  test.each([
    ['a display name that is a contact', `From: "${jana.email}" <${attacker}>\r\n`, attacker],
    ['an encoded display name that is a contact', `From: ${encoded} <${attacker}>\r\n`, attacker],
    ['a comment that is a contact', `From: ${attacker} (${jana.email})\r\n`, attacker],
    ['Reply-To of a contact', `From: ${attacker}\r\nReply-To: ${jana.email}\r\n`, attacker],
    ['Sender of a contact', `From: ${attacker}\r\nSender: ${jana.as}\r\n`, attacker],
    ['a lookalike domain', 'From: Jana <jana@\u0430cme.cz>\r\n', 'jana@xn--cme-5cd.cz'],
    ['a subdomain', 'From: jana@acme.cz.evil.test\r\n', 'jana@acme.cz.evil.test'],
  ])('is nobody’s we know with %s', async (_, from, author) => {
    const { code, text, mail } = await attack(from)
    expect(`${code} ${text}`).toMatch(/^550 5\.7\.1 You are not registered/)
    expect(mail).toMatchObject({ disposition: 'refused', verdict: { author } })
  })
})

describe('a signature that only seems to be the contact’s', () => {
  const names: [string, { signingDomain?: string; selector?: string }][] = [
    ['a quote in the domain', { signingDomain: "initech.it'a.evil.test" }],
    ['a parenthesis in the domain', { signingDomain: 'initech.it(.evil.test' }],
    ['the attacker’s own domain', {}],
  ]
  test.each(names)('a signature with %s proves nothing', async (_, options) => {
    desk.dns.zone[`s1._domainkey.${options.signingDomain ?? 'evil.test'}`] = { TXT: [evil.txt] }
    const raw = await letter({ from: giulia.as, to: support, subject: 'Hello', text: 'Hello' })
    const { mail } = await desk.receives(await evil.sign(raw, options), { from: attacker, to: support })
    expect(mail).toMatchObject({ disposition: 'held', verdict: { verified: false } })
  })

  test('a NUL in a selector does not lead to the attacker’s key', async () => {
    const raw = await letter({ from: giulia.as, to: support, subject: 'Hello', text: 'Hello' })
    const signed = (await evil.sign(raw, { signingDomain: 'initech.it' })).toString()
    const led = Buffer.from(signed.replace('s=s1;', 's=s1._domainkey.evil.test.\0.any;'))
    desk.dns.queries.length = 0
    const { mail } = await desk.receives(led, { from: attacker, to: support })
    expect(mail).toMatchObject({ disposition: 'held', verdict: { verified: false } })
    expect(desk.dns.queries.filter(({ name }) => name.includes('_domainkey'))).toEqual([])
  })

  test('results that the letter brings along are not believed', async () => {
    const headers = {
      'Authentication-Results': 'desk.test; dmarc=pass header.from=initech.it; dkim=pass header.d=initech.it',
      'ARC-Authentication-Results': 'i=1; desk.test; dmarc=pass header.from=initech.it',
    }
    const raw = await letter({ from: giulia.as, to: support, subject: 'Hello', text: 'Hello', headers })
    const { mail } = await desk.receives(raw, { from: attacker, to: support })
    expect(mail).toMatchObject({ disposition: 'held', verdict: { verified: false } })
  })
})

describe('a signed letter', () => {
  const signed = (options = {}, headers = {}) =>
    letter({ ...{ from: giulia.as, to: support, subject: 'Hello', text: 'Hello' }, headers }).then((raw) =>
      signer('initech.it', 'mail').sign(raw, options),
    )

  test.each([
    ['a second Subject on top', (raw: string) => `Subject: Pay this\r\n${raw}`],
    ['a second Content-Type on top', (raw: string) => `Content-Type: text/html\r\n${raw}`],
    ['a changed text', (raw: string) => raw.replace('Hello\r\n', 'Hullo\r\n')],
    ['a changed Subject', (raw: string) => raw.replace('Subject: Hello', 'Subject: Hullo')],
  ])('with %s is not proved', async (_, change) => {
    const { mail } = await receive(Buffer.from(change((await signed()).toString())))
    expect(mail).toMatchObject({ disposition: 'held', verdict: { verified: false } })
  })

  test('with a second From is refused', async () => {
    const raw = `From: ${attacker}\r\n${await signed()}`
    expect((await receive(Buffer.from(raw))).text).toMatch(/^5\.6\.0 /)
  })

  test('with fields signed once more than it has them is broken by an added one', async () => {
    const list = ['from', 'from', 'to', 'subject', 'subject', 'date']
    expect((await receive(await signed({ headerList: list }))).mail).toMatchObject({ verdict: { verified: true } })
  })

  test.each([
    ['whose signature ends before the text (l=)', { maxBodyLength: 2 }],
    ['whose signature does not cover the Subject', { headerList: ['from', 'to', 'date'] }],
    ['whose signature has expired', { signTime: new Date(2020, 0, 1), expires: new Date(2020, 0, 8) }],
    ['signed with rsa-sha1', { algorithm: 'rsa-sha1' }],
  ])('%s is not proved', async (_, options) => {
    const { mail } = await receive(await signed(options))
    expect(mail).toMatchObject({ disposition: 'held', verdict: { verified: false } })
  })

  test('signed with a key of 512 bits is not proved', async () => {
    const weak = signer('initech.it', 'weak', 512)
    desk.dns.zone[weak.name] = { TXT: [weak.txt] }
    const raw = await letter({ from: giulia.as, to: support, subject: 'Hello', text: 'Hello' })
    expect((await receive(await weak.sign(raw))).mail).toMatchObject({ disposition: 'held' })
  })

  test('sent again to another mailbox of ours has the same outcome and no second effect', async () => {
    await desk.api('POST', '/api/mailboxes', { address: 'billing@desk.test', name: 'Billing', policy: 'open' })
    const raw = await signed()
    const first = await receive(raw)
    desk.post.clear()
    const again = await desk.receives(raw, { from: attacker, to: 'billing@desk.test' })
    expect(again.mail).toMatchObject({ id: first.mail!.id, ticket_number: first.mail!.ticket_number })
    expect(recipients(desk)).toEqual([])
  })

  test('of long ago that comes again is marked as a possible copy', async () => {
    const { mail } = await receive(await signed({ signTime: new Date(2020, 0, 1) }))
    expect(mail!.verdict.notes).toEqual([expect.stringMatching(/^It was signed \d+ days ago/)])
  })

  test('with a thousand signatures is judged by ten of them, the author’s first, and in time', async () => {
    const junk = `DKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=s1; h=from; bh=${'A'.repeat(43)}=; b=AAAA\r\n`
    const many = Array.from({ length: 1_000 }, (_, i) => junk.replace('s=s1', `s=k${i}; l=${i}`)).join('')
    const raw = Buffer.concat([Buffer.from(many), await signed()])
    desk.dns.queries.length = 0
    const started = Date.now()
    const { mail } = await receive(raw)
    expect(Date.now() - started).toBeLessThan(5_000)
    expect(desk.dns.queries.length).toBeLessThan(50)
    expect(mail).toMatchObject({ disposition: 'admitted', verdict: { verified: true } })
    expect(mail!.verdict.dkim).toHaveLength(10)
    expect(mail!.verdict.notes[0]).toMatch(/^The letter carries 991 more signatures/)
  })

  test.each([
    ['a field of 200,000 lines', `X-Long: x${'\r\n x'.repeat(200_000)}\r\n`],
    ['100,000 fields', 'X: y\r\n'.repeat(100_000)],
    [
      'a signature over 100,000 fields',
      `DKIM-Signature: v=1; a=rsa-sha256; d=initech.it; s=x; h=from${':a'.repeat(100_000)}; bh=; b=\r\n`,
    ],
  ])('with %s costs no time', async (_, field) => {
    const started = Date.now()
    const { code } = await receive(Buffer.concat([Buffer.from(field), await signed()]))
    expect(code).toBe(250)
    expect(Date.now() - started).toBeLessThan(5_000)
  })

  function receive(raw: Buffer): Promise<Received> {
    return desk.receives(raw, { from: attacker, to: support })
  }
})

/** A letter whose From is as given, signed by the attacker, from the attacker's server: all that can be proved, is. */
async function attack(from: string): Promise<Received> {
  const raw = Buffer.from(
    `${from}To: ${support}\r\nSubject: Hello\r\nDate: ${new Date().toUTCString()}\r\n\r\nHello\r\n`,
  )
  return desk.receives(await evil.sign(raw), { from: attacker, to: support })
}
