/**
 * Settings: environment variables, validated together before the first socket opens. The table below is the one place
 * that knows their names, defaults and meanings; docs/settings.md is made from it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { z } from 'zod'
import { imapAccounts, isHere } from './imap.ts'
import { dnsServerProblem, domainProblem, networkProblem } from './networks.ts'
import { smsFields, smsFrom, smsProvider } from './sms.ts'

export type Settings = ReturnType<typeof readSettings>
export type Listen = { host: string; port: number }

/** Every problem with the settings, one sentence each; printed as they are, without a stack trace. */
export class BadSettings extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`${problems.length} of the settings cannot be used:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'BadSettings'
    this.problems = problems
  }
}

/** Reads all settings from `env`. @throws BadSettings naming every variable that is wrong */
export function readSettings(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in table && value !== ''))
  const unknown = Object.keys(env).filter((name) => name.startsWith('PODATELNA_'))
  const parsed = z.object(table).safeParse(given)
  const problems = unknown.map(
    (name) => `${name}: there is no such setting; ours have no prefix, see docs/settings.md.`,
  )
  if (!parsed.success)
    problems.push(...parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`))
  if (parsed.success) problems.push(...contradictions(parsed.data))
  if (problems.length > 0) throw new BadSettings(problems)
  return parsed.data!
}

/** The settings for docs: name and meaning, in the order of the table. */
export function describeSettings(): { name: string; meaning: string }[] {
  return Object.entries(table).map(([name, schema]) => ({ name, meaning: schema.description ?? '' }))
}

const text = (meaning: string) => z.string().optional().describe(meaning)

function listen(what = 'an address to listen on', example = '127.0.0.1:2525') {
  return z.string().transform((value, context): Listen => {
    const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(value)
    const port = Number(match?.[3])
    if (match && port <= 65535) return { host: match[1] ?? match[2]!, port }
    context.addIssue(`"${value}" is not ${what}; write host:port, for instance ${example}.`)
    return z.NEVER
  })
}

function url(protocols: string[], example: string, meaning: string) {
  return z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
      error: `is not a URL like ${example}.`,
    })
    .optional()
    .describe(meaning)
}

/** A comma may stand in a password. What is wrong with one is said without repeating it. */
const relays = z
  .string()
  .default('')
  .transform((value, context) => {
    const urls = value.split(/,\s*(?=smtps?:)/).flatMap((url) => url.trim() || [])
    for (const url of urls) {
      if (URL.canParse(url) && ['smtp:', 'smtps:'].includes(new URL(url).protocol)) continue
      context.addIssue('is not a URL like smtp://user:password@host:587.')
    }
    return urls
  })

function list(meaning: string, check: (item: string) => string | undefined) {
  return z
    .string()
    .default('')
    .transform((value, context) => {
      const items = value.split(',').flatMap((item) => item.trim() || [])
      for (const item of items) {
        const problem = check(item)
        if (problem) context.addIssue(`"${item}" ${problem}`)
      }
      return items
    })
    .describe(meaning)
}

function number(fallback: number, min: number, max: number, meaning: string) {
  const error = `must be a whole number from ${min} to ${max}.`
  return z.coerce
    .number({ error })
    .int({ error })
    .min(min, { error })
    .max(max, { error })
    .default(fallback)
    .describe(meaning)
}

const table = {
  DATABASE_URL: url(
    ['postgres:', 'postgresql:'],
    'postgresql://user:password@host:5432/podatelna',
    'PostgreSQL; without it an embedded server keeps its data under DATA_DIR',
  ),
  AMQP_URL: url(
    ['amqp:', 'amqps:'],
    'amqp://user:password@host:5672',
    'RabbitMQ; without it events stay in the process',
  ),
  DATA_DIR: z.string().default('./var').describe('folder of the embedded database, large letters and generated keys'),
  LETTER_STORE: z
    .string()
    .regex(/^(file:.+|s3:\/\/.+)$/, { error: 'must be file:/folder or s3://bucket/prefix.' })
    .optional()
    .describe('where large letters are kept: `file:/folder` (default: `letters` under DATA_DIR)'),
  SMTP_LISTEN: listen().default({ host: '127.0.0.1', port: 2525 }).describe("where clients' mail servers connect"),
  LMTP_LISTEN: listen()
    .optional()
    .describe('where our own mail server (Postfix, Exim) hands letters over by LMTP; off when empty'),
  SMTP_TLS_CERT: text('certificate file (PEM) for STARTTLS; a renewed one is taken without a restart'),
  SMTP_TLS_KEY: text('key file (PEM) for STARTTLS'),
  TRUSTED_RELAYS: list(
    'networks of our own mail servers: a letter they pass on is judged on the server it came to them from',
    networkProblem,
  ),
  PROXY_FROM: list(
    'networks of load balancers, whose connections begin with a PROXY header (v1 or v2)',
    networkProblem,
  ),
  TRUSTED_ARC_SEALERS: list('domains whose ARC seal counts as proof', domainProblem),
  IMAP_URL: imapAccounts.describe('mailboxes on other servers that letters are collected from; off when empty'),
  IMAP_AUTHSERV_ID: text(
    'name (authserv-id) of the server whose Authentication-Results in collected letters are believed',
  ),
  IMAP_DONE: z
    .string()
    .regex(/^(seen|move:.+)$/, { error: 'must be seen or move:Folder.' })
    .default('move:Podatelna')
    .describe('what becomes of a collected letter: `seen` (marked), or `move:Folder`'),
  MAX_LETTER_BYTES: number(36_700_160, 1024, 1_073_741_824, 'largest letter taken; bytes'),
  MAX_UPLOAD_BYTES: number(52_428_800, 1024, 1_073_741_824, 'largest file that staff attach; bytes'),
  READ_SECONDS: number(10, 1, 600, 'reading one letter may take so long, then only its beginning is shown; seconds'),
  READ_MEMORY_MIB: number(
    512,
    192,
    65_536,
    'memory of the process that reads letters; about ten times the largest letter, and 100 more; MiB',
  ),
  MAX_RECIPIENTS: number(100, 1, 10_000, 'recipients of one letter'),
  MAX_CONNECTIONS: number(1_000, 1, 100_000, 'SMTP connections at a time'),
  MAX_CONNECTIONS_PER_PEER: number(50, 1, 100_000, 'SMTP connections of one address at a time'),
  MAX_ERRORS: number(20, 1, 10_000, 'errors in one SMTP session, refused recipients and letters among them'),
  MAX_COMMANDS: number(250, 10, 100_000, 'SMTP commands without a letter taken'),
  MAX_UNKNOWN_RECIPIENTS: number(100, 1, 100_000, 'recipients we do not have, named by one address within an hour'),
  IDLE_SECONDS: number(300, 1, 86_400, 'a peer may be silent so long; seconds'),
  LETTER_SECONDS: number(1_200, 1, 86_400, 'a peer may take so long for one letter, or until it sends one; seconds'),
  DNS_SERVERS: list(
    "`ip:port` of the DNS servers for every mail-related look-up; the system's when empty",
    dnsServerProblem,
  ),
  HTTP_LISTEN: listen()
    .default({ host: '127.0.0.1', port: 8080 })
    .describe('where the console, the API and the pages for clients are served'),
  TRUSTED_PROXIES: list(
    'networks of the proxies in front of HTTP_LISTEN; only theirs is the X-Forwarded-For we believe',
    networkProblem,
  ),
  PUBLIC_URL: z
    .string()
    .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
      error: 'is not a URL like https://support.example.com.',
    })
    .transform((value) => value.replace(/\/+$/, ''))
    .default('http://localhost:8080')
    .describe('how people reach us; links in mail begin with it'),
  RELAY_URL: relays.describe(
    'servers that take our outgoing mail, with commas between them: the first that is there takes all of it; with a password in it, one elsewhere must offer STARTTLS with a valid certificate; without one letters are captured: readable, but sent nowhere',
  ),
  BUDGET_TICKET_10_MINUTES: number(
    10,
    0,
    1_000,
    'letters to one recipient about one ticket within 10 minutes; what is over is joined into one digest, here and below; 0 for any number',
  ),
  BUDGET_TICKET_HOUR: number(25, 0, 1_000, 'the same within an hour; 0 for any number'),
  BUDGET_RECIPIENT_HOUR: number(60, 0, 1_000, 'letters to one recipient within an hour; 0 for any number'),
  BUDGET_MAILBOX_HOUR: number(
    5_000,
    0,
    10_000_000,
    'letters from one mailbox within an hour, half of them at once; what is over leaves later; 0 for any number',
  ),
  BUDGET_HOUR: number(20_000, 0, 10_000_000, 'the same for all mailboxes together; 0 for any number'),
  SMS_URL: smsProvider.describe(
    'who brings text messages to telephones: `smpp://system_id:password@host:port`, `smpps://` the same with TLS, or the `https://` address of a gateway; texts about urgent tickets are sent only when it is set',
  ),
  SMS_FROM: smsFrom.describe('who texts are from: a number like `+420601000000`, or a name of up to 11 letters'),
  SMS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: 'may hold letters, digits and signs of ASCII only, and no spaces.' })
    .optional()
    .describe('bearer token that the gateway knows us by'),
  SMS_BODY: z
    .enum(['json', 'form'], { error: 'must be json or form.' })
    .default('json')
    .describe('how the gateway is given a text: `json` or `form`'),
  SMS_FIELDS: smsFields.describe(
    "the gateway's own names for `to`, `from`, `text`, `reference`, `id` and `status`, as far as they differ: `to=recipient,id=data.id`",
  ),
  SMS_RECEIPT_TOKEN: z
    .string()
    .min(16, { error: 'is too short; it has at least 16 characters, better 32.' })
    .optional()
    .describe('bearer token of whoever brings receipts to `/texts/receipts`; nobody may when empty'),
  SMS_BUDGET_RECIPIENT_HOUR: number(5, 1, 100, 'texts to one number within an hour; what is over is not sent'),
  SMS_BUDGET_RECIPIENT_DAY: number(15, 1, 1_000, 'the same within 24 hours'),
  SMS_BUDGET_HOUR: number(200, 1, 10_000, 'texts to all numbers within an hour; what is over is not sent'),
  WEBHOOK_NETWORKS: list(
    'networks that webhooks may lead to though they are not of the public internet, and without TLS; none when empty',
    networkProblem,
  ),
  MAIL_DOMAIN: z
    .string()
    .refine((value) => domainProblem(value) === undefined, { error: 'is not a domain like support.example.com.' })
    .transform((value) => value.toLowerCase())
    .default('localhost')
    .describe('domain of our Message-IDs, bounce addresses and HELO'),
  TIME_ZONE: z
    .string()
    .refine(isTimeZone, { error: 'is not a time zone like Europe/Prague.' })
    .default('UTC')
    .describe('time zone of the times that clients read, in mail and on their pages; `Europe/Prague`'),
  CLAMD: listen('a place where clamd listens', 'clamd:3310')
    .optional()
    .describe('`host:port` of the clamd that scans attachments for viruses; off when empty'),
  CLAMD_AWAY: z
    .enum(['hold', 'deliver'], { error: 'must be hold or deliver.' })
    .default('hold')
    .describe('attachments that clamd has not scanned yet: `hold` keeps them locked, `deliver` gives them out'),
  DKIM_SELECTOR: list(
    'selector of the key that signs outgoing mail; several for several signatures, one for each file',
    (name) => (/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i.test(name) ? undefined : 'is no selector like s2026.'),
  ),
  DKIM_KEY_FILE: list('private key (PEM, RSA or Ed25519) that signs outgoing mail; several as above', (file) =>
    readable(file) ? undefined : `cannot be read.`,
  ),
  SECRET_KEYS: list('secrets for tokens in mail; the first signs, all verify; generated once into DATA_DIR', (key) =>
    key.length < 16 ? 'is too short; a secret key has at least 16 characters, better 32.' : undefined,
  ),
  ADMIN_TOKEN: z
    .string()
    .min(12, { error: 'is too short; an admin token has at least 12 characters, better 32.' })
    .optional()
    .describe('bearer token with the rights of an administrator, for automation'),
  HEALTH_LISTEN: listen()
    .optional()
    .describe('where a single service answers /healthz, /readyz and /metrics; off when empty'),
  BUS_NAMESPACE: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,60}$/, { error: 'may hold small letters, digits and dashes only.' })
    .default('podatelna')
    .describe('prefix of our exchanges and queues on a broker shared with others'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be one of trace, debug, info, warn, error, silent.',
    })
    .default('info')
    .describe('least important line that is logged'),
  LOG_FORMAT: z
    .enum(['pretty', 'json'], { error: 'must be pretty or json.' })
    .default(process.stdout.isTTY ? 'pretty' : 'json')
    .describe('`pretty` or `json`; pretty on a terminal, JSON elsewhere'),
}

function contradictions(settings: z.output<z.ZodObject<typeof table>>): string[] {
  const problems: string[] = []
  const together = (a: keyof typeof settings, b: keyof typeof settings) => {
    if (!settings[a] !== !settings[b])
      problems.push(`${settings[a] ? b : a}: is needed together with ${settings[a] ? a : b}.`)
  }
  together('SMTP_TLS_CERT', 'SMTP_TLS_KEY')
  const { DKIM_SELECTOR: selectors, DKIM_KEY_FILE: keys } = settings
  if (selectors.length !== keys.length) {
    problems.push(`DKIM_KEY_FILE: each selector has its own file; there are ${selectors.length} and ${keys.length}.`)
  }
  for (const name of ['SMTP_TLS_CERT', 'SMTP_TLS_KEY'] as const) {
    const file = settings[name]
    if (file && !readable(file)) problems.push(`${name}: the file ${file} cannot be read.`)
  }
  if (settings.SMS_URL) problems.push(...linkProblems(settings.PUBLIC_URL))
  const pair = certificateProblem(settings.SMTP_TLS_CERT, settings.SMTP_TLS_KEY)
  if (pair) problems.push(pair)
  if (settings.LETTER_STORE?.startsWith('s3:')) {
    problems.push('LETTER_STORE: s3:// is not supported yet; use file:/folder on storage that all services share.')
  }
  return problems
}

/** A text is little but a link: one that leads nowhere, or leaves no room for words, is worth no money. */
function linkProblems(publicUrl: string): string[] {
  const here = isHere(new URL(publicUrl).hostname)
  if (here)
    return ['PUBLIC_URL: is needed together with SMS_URL; the link in a text has to lead to us from a telephone.']
  if (publicUrl.length <= 100) return []
  return ['PUBLIC_URL: is too long together with SMS_URL; a text has room for 100 characters of it.']
}

/** Folder of large letters, in `file:` form or by default. */
export function letterFolder(settings: Settings): string {
  return settings.LETTER_STORE?.replace(/^file:(\/\/)?/, '') ?? join(settings.DATA_DIR, 'letters')
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function readable(file: string): boolean {
  try {
    readFileSync(file)
    return true
  } catch {
    return false
  }
}

/** Files that can be read, but are no certificate with its key. */
function certificateProblem(certFile = '', keyFile = ''): string | undefined {
  if (!readable(certFile) || !readable(keyFile)) return undefined
  try {
    createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) })
    return undefined
  } catch {
    return `SMTP_TLS_CERT: ${certFile} and ${keyFile} are not a certificate and its key, both in PEM.`
  }
}
