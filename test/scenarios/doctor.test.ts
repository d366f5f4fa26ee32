import { join } from 'node:path'
import amqp from 'amqplib'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Patient, startPatient } from '../doctor.ts'
import { type Desk, openDesk } from '../scenario.ts'
import { startDns } from '../world/dns.ts'
import { freePorts } from '../world/ports.ts'
import { startProcess } from '../world/service.ts'

let desk: Desk
let patient: Patient
/** The patient's settings with all a running desk has. */
let env: Record<string, string>

beforeAll(async () => {
  patient = await startPatient()
  desk = await openDesk({ transport: 'rabbitmq', env: { BUS_NAMESPACE: 'doctor' } })
  env = {
    ...patient.env,
    DATABASE_URL: desk.podatelna.databaseUrl,
    AMQP_URL: inject('amqpUrl'),
    BUS_NAMESPACE: 'doctor',
    SMTP_LISTEN: `127.0.0.1:${desk.podatelna.smtpPort}`,
    HTTP_LISTEN: `127.0.0.1:${desk.podatelna.httpPort}`,
  }
})

afterAll(async () => {
  await desk?.close()
  await patient?.close()
})

test('where everything is as it should be, every line is green and the exit code 0', async () => {
  const { lines, exitCode, output } = await doctor(env)
  expect(lines.filter((line) => !line.startsWith('✓'))).toEqual([])
  for (const part of [
    'database',
    'schema',
    'clock',
    'broker',
    'queue',
    'SMTP',
    'HTTP',
    'relay',
    'MX',
    'SPF',
    'DKIM',
    'DMARC',
    'PTR',
  ])
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^✓ ${part} `)))
  expect(output).toContain('All is well.')
  expect(output, 'no colours outside of a terminal').not.toContain('\u001b')
  expect(exitCode).toBe(0)
})

test('where nothing is as it should be, each fault is one line, with what to publish, and the exit code 1', async () => {
  const broken = await startDns({
    'desk.test': { A: ['192.0.2.10'], TXT: ['v=spf1 +all'] },
    '_dmarc.desk.test': { TXT: ['v=DMARC1'] },
  })
  const [nobody] = await freePorts(1)
  const changed = { ...env, DNS_SERVERS: broken.address, RELAY_URL: `smtp://127.0.0.1:${nobody}` }
  const { lines, exitCode, output } = await doctor(changed)
  await broken.close()
  const mentioned = lines.filter((line) => !line.startsWith('✓')).map((line) => line.replace(/ {2,}/g, ' '))
  expect(mentioned).toEqual([
    expect.stringMatching(/^✗ relay 127\.0\.0\.1:\d+ cannot be used: .*ECONNREFUSED/),
    '! MX desk.test there is no MX record; letters go to 192.0.2.10, the address of the name.',
    '✗ SPF desk.test the record ends in +all: anybody may send for the domain.',
    '✗ DKIM s1._domainkey.desk.test there is no key.',
    '✗ DMARC desk.test "v=DMARC1" at _dmarc.desk.test is no DMARC record.',
  ])
  expect(output).toContain('        desk.test. 3600 IN TXT "v=spf1 -all"\n')
  expect(output).toContain('        desk.test. 3600 IN MX 10 mx.desk.test.\n')
  expect(output).toContain('4 faults, 1 warning.')
  expect(exitCode).toBe(1)
})

test('machines read the same as JSON', async () => {
  const { output, exitCode } = await doctor({ ...env, PUBLIC_URL: 'http://support.desk.test' }, '--json')
  const { ok, findings } = JSON.parse(output)
  expect(ok).toBe(true)
  expect(findings).toContainEqual(
    expect.objectContaining({
      state: 'warning',
      subject: 'public address',
      paste: ['PUBLIC_URL=https://support.desk.test'],
    }),
  )
  expect(exitCode).toBe(0)
})

test('settings that cannot be used are faults like all others', async () => {
  const { lines, exitCode } = await doctor({ RELAY_URL: 'mail.desk.test', LOG_LEVEL: 'loud' })
  expect(lines).toEqual([
    '✗ RELAY_URL  is not a URL like smtp://user:password@host:587.',
    '✗ LOG_LEVEL  must be one of trace, debug, info, warn, error, silent.',
  ])
  expect(exitCode).toBe(1)
})

test('an embedded database is looked at while an instance runs it, and left alone while none does', async () => {
  const [smtp, http] = await freePorts(2)
  const place = {
    DATA_DIR: join(patient.folder, 'own'),
    SMTP_LISTEN: `127.0.0.1:${smtp}`,
    HTTP_LISTEN: `127.0.0.1:${http}`,
  }
  expect((await doctor(place)).lines[0]).toMatch(/^! database +the embedded one rests/)
  const running = startProcess('standalone', place)
  await running.prints('Podatelna is ready.')
  const { lines } = await doctor(place)
  await running.stop('SIGINT')
  expect(lines[0]).toMatch(/^✓ database +PostgreSQL \d+.* answers\.$/)
  expect(lines).toContainEqual(expect.stringMatching(/^✓ HTTP .* Podatelna answers, and is ready\.$/))
})

test('a mailbox of a domain that our signature does not prove is told before its letters are refused', async () => {
  const { id } = await desk.api('POST', '/api/mailboxes', { address: 'sales@other.test', name: 'Sales' })
  const other = { MX: ['10 mx.desk.test'], TXT: ['v=spf1 -all'] }
  const problems = await patient.problems(
    { DATABASE_URL: desk.podatelna.databaseUrl },
    { 'other.test': other, '_dmarc.other.test': { TXT: ['v=DMARC1; p=reject'] } },
  )
  await desk.api('DELETE', `/api/mailboxes/${id}`)
  expect(problems.map(({ text }) => text)).toEqual([
    'fault: DMARC other.test: letters from its mailboxes are proved for desk.test only.',
  ])
})

test('events that were given up, and a queue that nobody reads, are told', async () => {
  const database = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await database.connect()
  await database.query(
    `INSERT INTO dead_events (id, consumer, name, payload, reason) VALUES (gen_random_uuid(), 'x', 'x', '{}', 'x')`,
  )
  const broker = await amqp.connect(inject('amqpUrl'))
  const channel = await broker.createConfirmChannel()
  await channel.assertQueue('lonely.outbound.notices')
  channel.sendToQueue('lonely.outbound.notices', Buffer.from('{}'))
  await channel.waitForConfirms()
  const problems = await patient.problems({
    DATABASE_URL: desk.podatelna.databaseUrl,
    AMQP_URL: inject('amqpUrl'),
    BUS_NAMESPACE: 'lonely',
  })
  await channel.deleteQueue('lonely.outbound.notices')
  await broker.close()
  await database.query('DELETE FROM dead_events')
  await database.end()
  expect(problems.map(({ text }) => text)).toEqual([
    'warning: dead events: 1 were given up.',
    'fault: queue lonely.outbound.notices: nobody reads it: 1 waiting, 0 reading.',
  ])
})

type Ended = { lines: string[]; output: string; exitCode: number | null }

/** The command as an operator runs it: what it printed, and its line for each finding. */
async function doctor(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const command = startProcess('doctor', env, args)
  const exitCode = await command.exitCode()
  const output = command.output()
  return {
    lines: output
      .split('\n')
      .filter((line) => /^ {2}[✓!✗]/.test(line))
      .map((line) => line.trim()),
    output,
    exitCode,
  }
}
