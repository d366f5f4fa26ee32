import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Zone } from '../world/dns.ts'
import { letter, signer } from '../world/letters.ts'
import { type Bench, openBench, type Sent } from './judged.ts'

const acme = signer('acme.cz', 's1')
const sub = signer('mail.acme.cz', 's1')
const esp = signer('esp.test', 's1')
const weak = signer('acme.cz', 'weak', 512)
const lost = signer('acme.cz', 'lost')
const absent = signer('acme.cz', 'absent')
const globex = signer('globex.sk', 's1')
const list = signer('list.test', 'arc')
const stranger = signer('stranger.test', 'arc')
const strict = signer('mail.strict.cz', 's1')
const host = signer('bob.github.io', 's1')
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })

const zone: Zone = {
  'acme.cz': { TXT: ['v=spf1 ip4:192.0.2.10 -all'] },
  '_dmarc.acme.cz': { TXT: ['v=DMARC1; p=reject'] },
  'globex.sk': { TXT: ['v=spf1 ip4:192.0.2.20 -all'] },
  'slow.sk': 'servfail',
  'loop.sk': { TXT: ['v=spf1 include:loop.sk -all'] },
  'strict.cz': {},
  '_dmarc.strict.cz': { TXT: ['v=DMARC1; p=quarantine; adkim=s; aspf=s'] },
  'mail.strict.cz': { TXT: ['v=spf1 ip4:192.0.2.30 -all'] },
  '_dmarc.unclear.cz': 'servfail',
  'unclear.cz': { TXT: ['v=spf1 ip4:192.0.2.40 -all'] },
  'esp.test': { TXT: ['v=spf1 ip4:192.0.2.50 -all'] },
  [lost.name]: 'servfail',
  'own._domainkey.stranger.test': {
    TXT: [`v=DKIM1; p=${own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`],
  },
  ...Object.fromEntries(
    [acme, sub, esp, weak, globex, list, stranger, strict, host].map(({ name, txt }) => [name, { TXT: [txt] }]),
  ),
}

const passed = 'dmarc=pass header.from=acme.cz'
const day = 24 * 60 * 60 * 1000

describe('the verdict says', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await openBench({ ...zone }, ['list.test'])
  })
  afterAll(() => bench?.close())

  const cases: [string, string, () => Promise<Buffer>, Sent?][] = [
    [
      'signed by its author’s domain',
      'judged, verified: The letter is signed by acme.cz, the domain of its author.',
      () => from('jana@acme.cz').then((raw) => acme.sign(raw)),
    ],
    [
      'signed by a subdomain',
      'judged, verified: The letter is signed by mail.acme.cz, the domain of its author.',
      () => from('jana@acme.cz').then((raw) => sub.sign(raw)),
    ],
    [
      'signed with l= that covers all of it',
      'judged, verified: The letter is signed by acme.cz, the domain of its author.',
      () => from('jana@acme.cz').then((raw) => acme.sign(raw, { maxBodyLength: 10_000 })),
    ],
    [
      'sent by a server of the domain',
      'judged, verified: It came from a server that acme.cz allows.',
      () => from('jana@acme.cz'),
      { mailFrom: 'jana@acme.cz', address: '192.0.2.10' },
    ],
    [
      'sent by a server of a domain without DMARC',
      'judged, verified: It came from a server that globex.sk allows.',
      () => from('zuzana@globex.sk'),
      { mailFrom: 'bounce@globex.sk', address: '192.0.2.20' },
    ],
    [
      'signed by a domain without DMARC',
      'judged, verified: The letter is signed by globex.sk, the domain of its author.',
      () => from('zuzana@globex.sk').then((raw) => globex.sign(raw)),
    ],
    [
      'vouched for by a sealer we trust',
      'judged, verified: list.test vouches that the author was proved before it forwarded the letter.',
      () => from('jana@acme.cz').then((raw) => list.seal(raw, passed)),
    ],
    [
      'the policy unreadable, but the very domain proved',
      'judged, verified: It came from a server that unclear.cz allows.',
      () => from('x@unclear.cz'),
      { mailFrom: 'x@unclear.cz', address: '192.0.2.40' },
    ],

    [
      'signed by somebody else',
      'forged: DKIM by esp.test passed, but the letter is from acme.cz.',
      () => from('jana@acme.cz').then((raw) => esp.sign(raw)),
    ],
    [
      'sent by somebody else',
      'forged: It came from a server of esp.test, but the letter is from acme.cz.',
      () => from('jana@acme.cz'),
      { mailFrom: 'x@esp.test', address: '192.0.2.50' },
    ],
    [
      'with nothing to prove it',
      'judged: Nothing proves that nowhere.test sent it: no signature, and its SPF record says none.',
      () => from('x@nowhere.test'),
      { mailFrom: 'x@nowhere.test' },
    ],
    [
      'against its policy',
      'forged: Neither a signature nor the sending server proves acme.cz, as its policy asks.',
      () => from('jana@acme.cz'),
      { mailFrom: 'jana@acme.cz' },
    ],
    [
      'changed on its way',
      'forged: The signature of acme.cz does not hold (body hash did not verify).',
      () =>
        from('jana@acme.cz')
          .then((raw) => acme.sign(raw))
          .then((raw) => Buffer.concat([raw, Buffer.from('PS\r\n')])),
    ],
    [
      'signed in part',
      'judged: The signature of acme.cz covers only part of the letter, so it does not count.',
      () => from('jana@acme.cz').then((raw) => acme.sign(raw, { maxBodyLength: 2 })),
    ],
    [
      'with a second subject',
      'judged: The signature of acme.cz does not cover every subject of the letter, so it does not count.',
      () =>
        from('jana@acme.cz')
          .then((raw) => acme.sign(raw))
          .then((raw) => Buffer.concat([Buffer.from('Subject: Pay this\r\n'), raw])),
    ],
    [
      'with a subject that is not signed',
      'judged: The signature of acme.cz does not cover every subject of the letter, so it does not count.',
      () => from('jana@acme.cz').then((raw) => acme.sign(raw, { headerList: ['from', 'to', 'date'] })),
    ],
    [
      'signed with a weak key',
      'forged: The signature of acme.cz does not hold (its key is shorter than 1024 bits).',
      () => from('jana@acme.cz').then((raw) => weak.sign(raw)),
    ],
    [
      'signed with rsa-sha1',
      'forged: The signature of acme.cz does not hold (rsa-sha1 proves nothing any more).',
      () => from('jana@acme.cz').then((raw) => acme.sign(raw, { algorithm: 'rsa-sha1' })),
    ],
    [
      'expired',
      'forged: The signature of acme.cz does not hold (expired).',
      () => from('jana@acme.cz').then((raw) => acme.sign(raw, { signTime: ago(3), expires: ago(1) })),
    ],
    [
      'signed with a key that is withdrawn',
      'forged: The signature of acme.cz does not hold (no key).',
      () => from('jana@acme.cz').then((raw) => absent.sign(raw)),
    ],
    [
      'signed by a subdomain that the policy does not accept',
      'judged: DKIM by mail.strict.cz passed, but the letter is from strict.cz.',
      () => from('x@strict.cz').then((raw) => strict.sign(raw)),
    ],
    [
      'of another customer of the same host',
      'judged: DKIM by bob.github.io passed, but the letter is from alice.github.io.',
      () => from('x@alice.github.io').then((raw) => host.sign(raw)),
    ],
    [
      'sealed by a stranger',
      'forged: stranger.test, which forwarded the letter, is not among the sealers we trust.',
      () => from('jana@acme.cz').then((raw) => stranger.seal(raw, passed)),
    ],
    [
      'sealed, but not proved before',
      'forged: list.test forwarded the letter, and does not say that acme.cz was proved.',
      () => from('jana@acme.cz').then((raw) => list.seal(raw, 'dmarc=fail header.from=acme.cz')),
    ],
    [
      'sealed, and proved for somebody else',
      'forged: list.test forwarded the letter, and does not say that acme.cz was proved.',
      () => from('jana@acme.cz').then((raw) => list.seal(raw, 'dmarc=pass header.from=evil.test')),
    ],

    [
      'the policy out of reach',
      'dns_trouble: The DMARC policy of unclear.cz cannot be looked up now.',
      () => from('x@unclear.cz'),
    ],
    [
      'the key out of reach',
      'dns_trouble: The key of acme.cz that signed the letter cannot be looked up now.',
      () => from('jana@acme.cz').then((raw) => lost.sign(raw)),
    ],
    [
      'the SPF record out of reach',
      'dns_trouble: The SPF record of slow.sk cannot be looked up now.',
      () => from('x@slow.sk'),
      { mailFrom: 'x@slow.sk' },
    ],
    [
      'the SPF record of somebody else out of reach',
      'judged: Nothing proves that nowhere.test sent it: no signature, and its SPF record says temperror.',
      () => from('x@nowhere.test'),
      { mailFrom: 'x@slow.sk' },
    ],
    [
      'an SPF record without end',
      'judged: The SPF record of loop.sk cannot be used (Too many DNS requests).',
      () => from('x@loop.sk'),
      { mailFrom: 'x@loop.sk' },
    ],
    [
      'no author',
      'no_author: The letter does not name exactly one author.',
      async () => Buffer.from('Subject: x\r\n\r\nx\r\n'),
    ],
  ]
  test.each(cases)('of a letter %s: %s', async (_, expected, write, sent) => {
    const { outcome, verdict } = await bench.judge(await write(), sent)
    expect(`${outcome}${verdict.verified ? ', verified' : ''}: ${verdict.explanation}`).toBe(expected)
  })

  test('how old the signature is, where the letter may be a copy', async () => {
    const { verdict } = await bench.judge(await acme.sign(await from('jana@acme.cz'), { signTime: ago(30) }))
    expect(verdict).toMatchObject({ verified: true, dkim: [{ signed_at: expect.stringMatching(/Z$/) }] })
    expect(verdict.notes).toEqual(['It was signed 30 days ago: it may be a copy, sent again by somebody else.'])
  })
})

describe('a chain of seals', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await openBench({ ...zone }, ['list.test', 'esp.test'])
  })
  afterAll(() => bench?.close())

  test('is believed as far back as every sealer is trusted', async () => {
    const first = await list.seal(await from('jana@acme.cz'), passed)
    const second = await esp.seal(first, 'arc=pass; dmarc=fail header.from=acme.cz', 2)
    expect((await bench.judge(second)).verdict).toMatchObject({
      verified: true,
      arc: { result: 'pass', sealer: 'esp.test', sealers: ['list.test', 'esp.test'] },
    })
  })

  test('is not believed behind a stranger, whoever sealed last', async () => {
    const first = await stranger.seal(await from('jana@acme.cz'), passed)
    const second = await esp.seal(first, 'arc=pass; dmarc=fail header.from=acme.cz', 2)
    expect((await bench.judge(second)).outcome).toBe('forged')
  })

  test('is not believed when a stranger seals over a signature of somebody we trust', async () => {
    const honest = (await list.seal(await from('jana@acme.cz'), 'dmarc=fail header.from=acme.cz')).toString()
    const [, signature, results] = arcFields(honest) as [string, string, string]
    const forgedResults = results.replace('dmarc=fail', 'dmarc=pass')
    const { outcome, verdict } = await bench.judge(
      Buffer.from(sealOver(forgedResults, signature) + honest.slice(arcFields(honest).join('').length)),
    )
    expect(verdict.arc).toMatchObject({ result: 'untrusted', sealer: 'stranger.test' })
    expect(outcome).toBe('forged')
  })

  test('is an open question while the key of a sealer we trust is out of reach', async () => {
    const raw = await list.seal(await from('jana@acme.cz'), passed)
    bench.dns.zone[list.name] = 'servfail'
    expect((await bench.judge(raw)).outcome).toBe('dns_trouble')
  })
})

function from(address: string): Promise<Buffer> {
  return letter({ from: address, to: 'support@desk.test', subject: 'Hello', text: 'Hello', date: new Date(2026, 0, 1) })
}

function ago(days: number): Date {
  return new Date(Date.now() - days * day)
}

/** Seal, signature and results, in the order in which they are put on top. */
function arcFields(raw: string): string[] {
  return [...raw.matchAll(/^ARC-[\s\S]*?\r\n(?![ \t])/gm)].map(([field]) => field)
}

/** An ARC set whose seal is the stranger's, over a signature that is not (RFC 8617 §5.1.1). */
function sealOver(results: string, signature: string): string {
  const seal = 'ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=stranger.test; s=own; b='
  const sealed = [results, signature, seal].map(relaxed).join('\r\n')
  return `${seal}${sign('sha256', Buffer.from(sealed), own.privateKey).toString('base64')}\r\n${signature}${results}`
}

/** RFC 6376 §3.4.2. */
function relaxed(field: string): string {
  const [, name = '', value = ''] = /^([^:]+):([\s\S]*)$/.exec(field) ?? []
  return `${name.toLowerCase()}:${value.replace(/\s+/g, ' ').trim()}`
}
