import { chmod, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dkimRecord, keyPair, type Patient, startPatient } from '../doctor.ts'
import type { Zone } from '../world/dns.ts'
import { freePorts } from '../world/ports.ts'
import { startMessageCentre } from '../world/smpp.ts'

let patient: Patient
beforeAll(async () => {
  patient = await startPatient()
})
afterAll(() => patient?.close())

const spf = 'v=spf1 ip4:127.0.0.1 -all'

const brokenZones: [fault: string, change: Zone, line: string, paste?: string | RegExp][] = [
  [
    'no MX and no address',
    { 'desk.test': { TXT: [spf] } },
    'fault: MX desk.test: there is no MX record.',
    'desk.test. 3600 IN MX 10 mx.desk.test.',
  ],
  [
    'an MX without address',
    { 'mx.desk.test': {} },
    'fault: MX desk.test: leads to mx.desk.test, which has no address.',
    'mx.desk.test. 3600 IN A 192.0.2.1',
  ],
  ['a null MX', { 'desk.test': { MX: ['0 .'], TXT: [spf] } }, 'fault: MX desk.test: is ".": the domain takes no mail.'],
  [
    'a dead name server',
    { ...apex([spf], 'mx.dead.test'), 'mx.dead.test': 'servfail' },
    'fault: MX desk.test: mx.dead.test cannot be looked up: its name server has a failure.',
  ],
  ['no SPF', apex([]), 'fault: SPF desk.test: there is no SPF record.', 'desk.test. 3600 IN TXT "v=spf1 mx -all"'],
  [
    'two SPF',
    apex(['v=spf1 mx -all', 'v=spf1 ip4:127.0.0.1 ~all']),
    'fault: SPF desk.test: there are 2 SPF records.',
    'desk.test. 3600 IN TXT "v=spf1 mx ip4:127.0.0.1 -all"',
  ],
  ['SPF with a wrong word', apex(['v=spf1 ipv4:127.0.0.1 -all']), 'fault: SPF desk.test: the record cannot be used'],
  [
    'SPF without an end',
    apex(['v=spf1 ip4:127.0.0.1']),
    'warning: SPF desk.test: the record has no end: anybody may send for the domain.',
    'desk.test. 3600 IN TXT "v=spf1 ip4:127.0.0.1 -all"',
  ],
  [
    'SPF without the relay',
    apex(['v=spf1 mx:mx.desk.test -all']),
    'warning: SPF desk.test: 127.0.0.1 is of this network',
  ],
  [
    'another DKIM key',
    { 's1._domainkey.desk.test': { TXT: [dkimRecord(keyPair().published)] } },
    'fault: DKIM s1._domainkey.desk.test: the published key is another one',
    /^s1\._domainkey\.desk\.test\. 3600 IN TXT "v=DKIM1; k=rsa; p=[^"]{232}" "[^"]+"$/,
  ],
  [
    'a revoked DKIM key',
    { 's1._domainkey.desk.test': { TXT: ['v=DKIM1; p='] } },
    'fault: DKIM s1._domainkey.desk.test: the published key is revoked',
  ],
  [
    'two DKIM keys',
    { 's1._domainkey.desk.test': { TXT: ['v=DKIM1; p=AA', 'v=DKIM1; p=BB'] } },
    'fault: DKIM s1._domainkey.desk.test: there are 2 records.',
  ],
  [
    'no DMARC',
    { '_dmarc.desk.test': {} },
    'warning: DMARC desk.test: there is no DMARC record.',
    '_dmarc.desk.test. 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@desk.test"',
  ],
  [
    'DMARC that asks for nothing',
    { '_dmarc.desk.test': { TXT: ['v=DMARC1; p=none'] } },
    'warning: DMARC desk.test: the policy is p=none',
    '_dmarc.desk.test. 3600 IN TXT "v=DMARC1; p=quarantine"',
  ],
  [
    'two DMARC',
    { '_dmarc.desk.test': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] } },
    'fault: DMARC desk.test: there are 2 records at _dmarc.desk.test.',
  ],
]

test.each(brokenZones)('zone with %s: one problem, with what to publish', async (_fault, change, line, paste) => {
  const problems = await patient.problems({}, change)
  expect(problems.map(({ text }) => text)).toEqual([expect.stringContaining(line)])
  if (paste) expect(problems[0]!.paste).toContainEqual(expect.stringMatching(paste))
})

test('without a relay the addresses of the mail domain are looked at', async () => {
  const problems = await patient.problems(
    { RELAY_URL: '' },
    { 'desk.test': { A: ['192.0.2.10'], MX: ['10 mx.desk.test'], TXT: ['v=spf1 ip4:192.0.2.99 ?all'] } },
  )
  expect(problems.map(({ text }) => text)).toEqual([
    'warning: relay: there is none: outgoing mail is captured.',
    'warning: SPF desk.test: the record ends in ?all: anybody may send for the domain.',
    'warning: SPF desk.test: does not let 192.0.2.10 send (neutral).',
    'warning: PTR 192.0.2.10: there is no PTR record.',
  ])
  for (const spf of problems.slice(1, 3)) {
    expect(spf.paste).toEqual(['desk.test. 3600 IN TXT "v=spf1 ip4:192.0.2.10 ip4:192.0.2.99 -all"'])
  }
  expect(problems[3]!.paste).toContain('10.2.0.192.in-addr.arpa. 3600 IN PTR desk.test.')
})

const brokenSettings: [fault: string, env: Record<string, string>, line: string][] = [
  [
    'a short secret',
    { SECRET_KEYS: 'twenty-characters-ok' },
    'warning: secret keys: SECRET_KEYS holds a key of less than 32 characters.',
  ],
  ['a key that others may read', { SECRET_KEYS: '' }, 'warning: secret keys: other accounts may read'],
  ['no DKIM key', { DKIM_SELECTOR: '', DKIM_KEY_FILE: '' }, 'warning: DKIM desk.test: letters are not signed.'],
  [
    'a second DKIM key that is not published',
    { DKIM_SELECTOR: 's1,s2', DKIM_KEY_FILE: 'dkim.pem,dkim.pem' },
    'fault: DKIM s2._domainkey.desk.test: there is no key.',
  ],
  ['a file that is no key', { DKIM_KEY_FILE: 'tls.pem' }, 'tls.pem is no RSA or Ed25519 private key.'],
  [
    'a certificate of another key',
    { SMTP_TLS_KEY: 'dkim.pem' },
    'fault: certificate: SMTP_TLS_KEY is not the key of SMTP_TLS_CERT.',
  ],
  ['no certificate', { SMTP_TLS_CERT: '', SMTP_TLS_KEY: '' }, 'warning: certificate: there is none'],
  [
    'a database that is away',
    { DATABASE_URL: 'postgresql://podatelna@127.0.0.1:1/podatelna' },
    'fault: database: 127.0.0.1:1 cannot be used',
  ],
  ['a broker that is away', { AMQP_URL: 'amqp://127.0.0.1:1' }, 'fault: broker 127.0.0.1:1: cannot be used'],
  ['a data folder below a file', { DATA_DIR: 'tls.pem/below' }, 'fault: data folder: '],
  ['an address that is not ours', { SMTP_LISTEN: '192.0.2.1:25' }, 'fault: SMTP 192.0.2.1:25: cannot be listened on'],
]

test.each(brokenSettings)('settings with %s: a problem with a sentence', async (_fault, env, line) => {
  await writeFile(join(patient.folder, 'secret.key'), 'x'.repeat(43))
  await chmod(join(patient.folder, 'secret.key'), 0o644)
  const problems = await patient.problems(inFolder(env))
  expect(problems.map(({ text }) => text)).toContainEqual(expect.stringContaining(line))
})

test('a door that another program has is told from a Podatelna', async () => {
  const [port] = await freePorts(1)
  const other = createServer((socket) => socket.resume().end('220 mail.example.com ESMTP Postfix\r\n')).listen(
    port,
    '127.0.0.1',
  )
  const problems = await patient.problems({ SMTP_LISTEN: `127.0.0.1:${port}`, HTTP_LISTEN: `127.0.0.1:${port}` })
  await new Promise((done) => other.close(done))
  expect(problems.map(({ text }) => text)).toEqual([
    `fault: SMTP 127.0.0.1:${port}: another program listens there, and says "220 mail.example.com ESMTP Postfix".`,
    `fault: HTTP 127.0.0.1:${port}: another program listens there, and is no Podatelna.`,
  ])
})

test('a relay that refuses our password is told, with its words; one that takes it is fine', async () => {
  const relay = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      password === 'right' ? done(null, { user: username }) : done(new Error('Who are you?')),
  })
  await new Promise<void>((done) => relay.listen(0, '127.0.0.1', done))
  const { port } = relay.server.address() as AddressInfo
  const asked = (password: string) => patient.problems({ RELAY_URL: `smtp://desk:${password}@127.0.0.1:${port}` })
  expect(await asked('right')).toEqual([])
  expect((await asked('wrong')).map(({ text }) => text)).toEqual([
    `fault: relay 127.0.0.1:${port}: does not accept user and password: 535 Who are you?.`,
  ])
  await new Promise<void>((done) => relay.close(() => done()))
})

test('who brings text messages is asked whether we may come in, and sent nothing', async () => {
  const centre = await startMessageCentre('right')
  const { host } = new URL(centre.url)
  const asked = (url: string) => patient.problems({ SMS_URL: url })
  expect(await asked(centre.url)).toEqual([])
  const [refused] = await asked(centre.url.replace('right', 'wrong'))
  expect(refused!.text).toBe(`fault: text messages ${host}: refuses desk: ESME_RINVPASWD.`)
  await centre.close()
  const away = [...(await asked(centre.url)), ...(await asked(`http://${host}/messages`))]
  expect(away.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^fault: text messages .* cannot be used: connect ECONNREFUSED/),
    expect.stringMatching(/^fault: text messages .* cannot be used: connect ECONNREFUSED/),
  ])
  expect(centre.submitted).toEqual([])
})

function inFolder(env: Record<string, string>): Record<string, string> {
  const ours = (name: string, value: string) => value && /(_FILE|_CERT|_KEY|_DIR)$/.test(name)
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      ours(name, value) ? value.replace(/[^,]+/g, (file) => join(patient.folder, file)) : value,
    ]),
  )
}

function apex(texts: string[], mx = 'mx.desk.test'): Zone {
  return { 'desk.test': { A: ['127.0.0.1'], MX: [`10 ${mx}`], TXT: texts } }
}

test('a virus scanner that is not there is told, and what becomes of attachments', async () => {
  const [problem] = await patient.problems({ CLAMD: '127.0.0.1:1' })
  expect(problem!.text).toBe('fault: virus scanner 127.0.0.1:1: cannot be used: connect ECONNREFUSED 127.0.0.1:1.')
})
