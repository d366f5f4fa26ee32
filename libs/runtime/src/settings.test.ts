import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BadSettings, describeSettings, letterFolder, readSettings } from './settings.ts'

const here = import.meta.filename

test('with nothing set, the defaults work', () => {
  expect(readSettings({})).toMatchObject({
    DATA_DIR: './var',
    SMTP_LISTEN: { host: '127.0.0.1', port: 2525 },
    HTTP_LISTEN: { host: '127.0.0.1', port: 8080 },
    PUBLIC_URL: 'http://localhost:8080',
    MAIL_DOMAIN: 'localhost',
    MAX_LETTER_BYTES: 36_700_160,
    DNS_SERVERS: [],
    SECRET_KEYS: [],
  })
})

test('an empty variable counts as not set, and variables that are not ours are left alone', () => {
  const settings = readSettings({ MAX_LETTER_BYTES: '', HTTP_LISTEN: '', RELAY_URL: '', PATH: '/bin', HOME: '/' })
  expect(settings).toEqual(readSettings({}))
})

test('all problems are told at once, each with its sentence', () => {
  const problems = problemsOf({
    DATABASE_URL: 'mysql://localhost/desk',
    AMQP_URL: 'broker:5672',
    LETTER_STORE: '/letters',
    SMTP_LISTEN: '2525',
    HTTP_LISTEN: '127.0.0.1:65536',
    MAX_LETTER_BYTES: 'much',
    DNS_SERVERS: '127.0.0.1:53, dns.example.com',
    TRUSTED_ARC_SEALERS: 'example.com,not a domain',
    PUBLIC_URL: 'support.example.com',
    MAIL_DOMAIN: 'support@example.com',
    SECRET_KEYS: 'short',
    ADMIN_TOKEN: 'short',
    BUS_NAMESPACE: 'Two Words',
    LOG_LEVEL: 'loud',
  })
  expect(problems).toEqual([
    'DATABASE_URL: is not a URL like postgresql://user:password@host:5432/podatelna.',
    'AMQP_URL: is not a URL like amqp://user:password@host:5672.',
    'LETTER_STORE: must be file:/folder or s3://bucket/prefix.',
    'SMTP_LISTEN: "2525" is not an address to listen on; write host:port, for instance 127.0.0.1:2525.',
    'TRUSTED_ARC_SEALERS: "not a domain" is not a domain like example.com.',
    'MAX_LETTER_BYTES: must be a whole number from 1024 to 1073741824.',
    'DNS_SERVERS: "dns.example.com" is not a DNS server like 127.0.0.1:53.',
    'HTTP_LISTEN: "127.0.0.1:65536" is not an address to listen on; write host:port, for instance 127.0.0.1:2525.',
    'PUBLIC_URL: is not a URL like https://support.example.com.',
    'MAIL_DOMAIN: is not a domain like support.example.com.',
    'SECRET_KEYS: "short" is too short; a secret key has at least 16 characters, better 32.',
    'ADMIN_TOKEN: is too short; an admin token has at least 12 characters, better 32.',
    'BUS_NAMESPACE: may hold small letters, digits and dashes only.',
    'LOG_LEVEL: must be one of trace, debug, info, warn, error, silent.',
  ])
})

test('the message is what the operator reads, every problem on its line', () => {
  const error = errorOf({ PODATELNA_PORT: '25', LOG_FORMAT: 'xml' })
  expect(error.message.split('\n')).toEqual([
    '2 of the settings cannot be used:',
    '  PODATELNA_PORT: there is no such setting; ours have no prefix, see docs/settings.md.',
    '  LOG_FORMAT: must be pretty or json.',
  ])
})

test('settings that need each other are told when one is alone, and files that cannot be read', () => {
  expect(problemsOf({ SMTP_TLS_CERT: here, DKIM_SELECTOR: 's1' })).toEqual([
    'SMTP_TLS_KEY: is needed together with SMTP_TLS_CERT.',
    'DKIM_KEY_FILE: each selector has its own file; there are 1 and 0.',
  ])
  expect(problemsOf({ DKIM_SELECTOR: 's1', DKIM_KEY_FILE: '/no/such.pem' })).toEqual([
    'DKIM_KEY_FILE: "/no/such.pem" cannot be read.',
  ])
})

test('addresses to listen on, lists and URLs are read as they are written', () => {
  const settings = readSettings({
    SMTP_LISTEN: '[::1]:25',
    DNS_SERVERS: ' 127.0.0.1:5353 , [::1]:53,',
    PUBLIC_URL: 'https://support.example.com/',
    MAIL_DOMAIN: 'Support.Example.COM',
  })
  expect(settings.SMTP_LISTEN).toEqual({ host: '::1', port: 25 })
  expect(settings.DNS_SERVERS).toEqual(['127.0.0.1:5353', '[::1]:53'])
  expect(settings.PUBLIC_URL).toBe('https://support.example.com')
  expect(settings.MAIL_DOMAIN).toBe('support.example.com')
})

test('large letters are kept under the data folder unless a folder is named', () => {
  expect(letterFolder(readSettings({ DATA_DIR: '/data' }))).toBe('/data/letters')
  expect(letterFolder(readSettings({ LETTER_STORE: 'file:/letters' }))).toBe('/letters')
  expect(letterFolder(readSettings({ LETTER_STORE: 'file:///letters' }))).toBe('/letters')
})

test('the description names every setting', () => {
  expect(describeSettings().map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(readSettings({}))))
})

test('docs/settings.md says what the table says', () => {
  const script = join(import.meta.dirname, '../../../scripts/docs.ts')
  expect(spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' }).stderr).toBe('')
})

function problemsOf(env: Record<string, string>): string[] {
  return errorOf(env).problems
}

function errorOf(env: Record<string, string>): BadSettings {
  try {
    readSettings(env)
  } catch (error) {
    if (error instanceof BadSettings) return error
  }
  throw new Error('these settings were taken')
}
