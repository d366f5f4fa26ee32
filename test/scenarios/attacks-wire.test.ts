import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, letter, openDesk, support } from '../scenario.ts'
import type { Zone } from '../world/dns.ts'

/** Attacks by what is said in the SMTP session, and by what DNS answers to our questions about it. */
const { initech, globex } = companies
const [giulia] = initech.people as [(typeof initech.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  desk.dns.zone['evil.test'] = { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
})
afterAll(() => desk?.close())

describe('an envelope that only seems to be the contact’s', () => {
  const envelopes = [
    'any@absent.initech.it',
    '(any@initech.it',
    'any@initech.it(a.evil.test',
    "any@initech.it'@any.evil.test",
    "@initech.it,@any.test:'any@evil.test",
    'x@evil.test',
    '',
  ]
  test.each(envelopes)('MAIL FROM:<%s> proves nothing', async (mailFrom) => {
    const raw = Buffer.from(`From: ${giulia.email}\r\nTo: ${support}\r\nSubject: Hello\r\n\r\nHello\r\n`)
    const mail = await withRawEnvelope(mailFrom, raw)
    expect(mail?.verdict?.verified ?? false).toBe(false)
    expect(mail?.disposition).not.toBe('admitted')
  })
})

describe('a zone made to hurt', () => {
  const spf = (record: string) => ({ TXT: [`v=spf1 ${record}`] })
  const hosts = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}:h${i}.trap.test`)
  const zones: [string, Zone, string][] = [
    ['includes itself', { 'trap.test': spf('include:trap.test +all') }, 'permerror'],
    [
      'includes in a circle',
      { 'trap.test': spf('include:b.trap.test +all'), 'b.trap.test': spf('include:trap.test +all') },
      'permerror',
    ],
    ['redirects to itself', { 'trap.test': spf('redirect=trap.test') }, 'permerror'],
    [
      'wants eleven look-ups',
      {
        'trap.test': spf(`${hosts(11, 'a').join(' ')} +all`),
        ...Object.fromEntries(hosts(11, '').map((h) => [h.slice(1), { A: ['192.0.2.1'] }])),
      },
      'permerror',
    ],
    ['wants three names that are not there', { 'trap.test': spf(`${hosts(3, 'a').join(' ')} +all`) }, 'permerror'],
    [
      'has a hundred mail servers',
      { 'trap.test': { ...spf('mx +all'), MX: hosts(100, '10 ').map((h) => h.replace(':', '')) } },
      'permerror',
    ],
    [
      'abuses macros',
      { 'trap.test': spf(`exists:${'%{s}%{l}%{o}'.repeat(100)}.trap.test exists:%{z}.trap.test +all`) },
      'permerror',
    ],
    ['has two records', { 'trap.test': { TXT: ['v=spf1 +all', 'v=spf1 -all'] } }, 'permerror'],
    ['answers with 100 KB', { 'trap.test': { TXT: [`v=spf1 ${'ip4:192.0.2.1 '.repeat(7_500)}+all`] } }, 'trouble'],
    [
      'is a chain of twenty aliases',
      {
        ...Object.fromEntries(
          Array.from({ length: 20 }, (_, i) => [
            i ? `c${i}.trap.test` : 'trap.test',
            { CNAME: [`c${i + 1}.trap.test`] },
          ]),
        ),
        'c20.trap.test': spf('+all'),
      },
      'trouble',
    ],
    ['is an alias of itself', { 'trap.test': { CNAME: ['trap.test'] } }, 'trouble'],
    ['is lame', { 'trap.test': 'servfail' }, 'trouble'],
    ['never answers', { 'trap.test': 'timeout' }, 'trouble'],
  ]
  test.each(zones)('that %s proves nothing and costs little', async (name, zone, expected) => {
    const domain = `trap${zones.findIndex(([known]) => known === name)}.test`
    Object.assign(desk.dns.zone, JSON.parse(JSON.stringify(zone).replaceAll('trap.test', domain)))
    desk.dns.queries.length = 0
    const started = Date.now()
    const raw = await letter({ from: `x@${domain}`, to: support, subject: 'Hello', text: 'Hello' })
    const { code, mail } = await desk.receives(raw, { from: `x@${domain}`, to: support })
    expect(mail!.verdict).toMatchObject({ verified: false })
    if (expected === 'trouble') expect(code).toBe(451)
    else expect([code, mail!.verdict.spf.result]).toEqual([550, expected])
    expect(desk.dns.queries.length).toBeLessThan(50)
    expect(Date.now() - started).toBeLessThan(10_000)
  })

  test('whose record needs TCP is read all the same', async () => {
    const long = `v=spf1 ${'ip4:192.0.2.1 '.repeat(200)}ip4:127.0.0.1 -all`
    desk.dns.zone['globex.sk'] = { TXT: [long] }
    const raw = await letter({ from: zuzana.as, to: support, subject: 'Hello', text: 'Hello' })
    const { mail } = await desk.receives(raw, { from: zuzana.email, to: support })
    expect(mail).toMatchObject({ disposition: 'admitted', verdict: { spf: { result: 'pass' } } })
  })
})

describe('smuggling', () => {
  const notTheEnd = [
    ...['\n.\n', '\n.\r', '\r.\n', '\r.\r', '\n.\r\n', '\r.\r\n', '\r\n.\n', '\r\n.\r', '\r\n.\r\r\n', '\r\r\n.\r\r\n'],
    '\r\n\0.\r\n',
  ]
  test.each(notTheEnd)('%j ends no letter, and what follows is no second one', async (sequence) => {
    const marker = `smuggled-${notTheEnd.indexOf(sequence)}`
    const inner = `MAIL FROM:<${zuzana.email}>\r\nRCPT TO:<${support}>\r\nDATA\r\nFrom: ${zuzana.email}\r\nSubject: ${marker}\r\n\r\nHello`
    const outer = `From: ${zuzana.email}\r\nTo: ${support}\r\nSubject: outer ${marker}\r\n\r\nHello`
    const answers = await speak([
      ...['EHLO mx.globex.sk', `MAIL FROM:<${zuzana.email}>`, `RCPT TO:<${support}>`, 'DATA'],
      `${outer}${sequence}${inner}\r\n.`,
      'QUIT',
    ])
    await desk.settled()
    expect(answers.filter((answer) => answer.startsWith('250 2.0.0 Taken')).length).toBeLessThan(2)
    const { items } = await desk.api('GET', '/api/mail?limit=200')
    expect(items.filter(({ subject }: { subject: string }) => subject === marker)).toEqual([])
  })
})

/** The envelope as written; clients of good manners would not send it. The letter as recorded, if it was taken so far. */
async function withRawEnvelope(mailFrom: string, raw: Buffer) {
  const count = async () => (await desk.api('GET', '/api/mail?limit=200')).items
  const before = await count()
  await speak(['EHLO evil.test', `MAIL FROM:<${mailFrom}>`, `RCPT TO:<${support}>`, 'DATA', `${raw}.`, 'QUIT'])
  await desk.settled()
  const after = await count()
  return after.length > before.length ? desk.api('GET', `/api/mail/${after[0].id}`) : undefined
}

/** Says one line after the other, each when the one before was answered; all that the server said, a line each. */
async function speak(lines: string[]): Promise<string[]> {
  const socket = connect(desk.podatelna.smtpPort, '127.0.0.1')
  let heard = ''
  const answers = () => heard.split('\r\n').filter((line) => /^\d{3} /.test(line))
  socket.on('data', (chunk) => {
    heard += chunk
  })
  const closed = once(socket, 'close')
  for (const [at, line] of lines.entries()) {
    while (answers().length <= at && !socket.closed) await Promise.race([once(socket, 'data'), closed])
    socket.write(`${line}\r\n`)
  }
  await closed
  return answers()
}
