import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { readSettings } from '@podatelna/runtime'
import { type Podatelna, startPodatelna } from '@podatelna/standalone'
import { type Envelope, type Reply, type Server, send } from './world/client.ts'
import { letTimePass } from './world/clock.ts'
import { type Company, companies, companiesZone, type Person } from './world/companies.ts'
import { type Dns, startDns } from './world/dns.ts'
import { watchDrain } from './world/drained.ts'
import { freshFolder } from './world/folder.ts'
import type { Draft } from './world/letters.ts'
import { type Letter, type Sink, startSink } from './world/sink.ts'

/** The mailbox that every desk has from the start. */
export const support = 'support@desk.test'

/**
 * A whole support desk with its world: all services, a database of its own, the companies of companies.ts as clients,
 * their DNS zone, and everybody's mail server. Scenarios talk to it as people do: by letters and by the API.
 */
export type Desk = {
  podatelna: Podatelna
  dns: Dns
  /** Everybody's mail server: what we send arrives here. */
  post: Sink
  /** For calls of the API that `api` cannot make. */
  adminToken: string
  /** Sends a letter over SMTP and returns once all that follows from it has happened. */
  receives(raw: Buffer, envelope: Envelope & Partial<Server>): Promise<Received>
  /** The same for a person of a company: written, signed and sent as that company does. */
  hearsFrom(company: Company, person: Person, draft: Partial<Draft>): Promise<Received>
  /** Calls the API as administrator. @throws Error unless the answer is a success, or `expect` as given */
  api<T = Json>(method: string, path: string, body?: unknown, expect?: number): Promise<T>
  /** Another process of the same installation, which lives as long as the desk. */
  colleague(): Promise<Podatelna>
  /** A request as anybody sends it, for instance by a browser. */
  http(path: string, init?: RequestInit): Promise<Response>
  settled(): Promise<void>
  /** Lets time pass, for instance `15 days`, and returns once what was due by then has happened. */
  later(interval: string): Promise<void>
  close(): Promise<void>
}

/** The server's last word, and the letter as the API shows it, if it left a record. */
export type Received = Reply & { mail: Mail | undefined }
export type Mail = { id: string; disposition: string; reason: string; ticket_number?: string } & Json
// biome-ignore lint/suspicious/noExplicitAny: tests read answers as outside tools do, without our types
export type Json = Record<string, any>

/**
 * @param place.databaseUrl absent: an embedded database of the desk's own, gone with it
 * @param place.amqpUrl absent: events stay within the process
 * @param place.furnished another desk was here before: the mailbox and the companies are there
 * @param place.env settings beside the desk's own; an empty RELAY_URL captures what we send
 */
export async function startDesk(place: {
  databaseUrl?: string
  amqpUrl?: string
  furnished?: boolean
  env?: Record<string, string>
}): Promise<Desk> {
  const [dns, post] = await Promise.all([startDns(companiesZone()), startSink()])
  const namespace = `desk-${randomBytes(4).toString('hex')}`
  const folder = await freshFolder(namespace)
  const broker = place.amqpUrl ? { url: place.amqpUrl, namespace } : undefined
  const adminToken = randomBytes(24).toString('hex')
  const start = () =>
    startPodatelna(
      readSettings({
        DATABASE_URL: place.databaseUrl,
        AMQP_URL: place.amqpUrl,
        BUS_NAMESPACE: namespace,
        DATA_DIR: folder,
        DNS_SERVERS: dns.address,
        SMTP_LISTEN: '127.0.0.1:0',
        HTTP_LISTEN: '127.0.0.1:0',
        MAIL_DOMAIN: 'desk.test',
        RELAY_URL: post.url,
        ADMIN_TOKEN: adminToken,
        LOG_LEVEL: 'silent',
        // In the tests the whole world comes from one address.
        MAX_CONNECTIONS_PER_PEER: '500',
        // Nor are its people ever told so little as in one test file.
        BUDGET_TICKET_10_MINUTES: '1000',
        BUDGET_TICKET_HOUR: '1000',
        BUDGET_RECIPIENT_HOUR: '1000',
        ...place.env,
      }),
    )
  const podatelna = await start()
  const colleagues: Podatelna[] = []
  const drain = await watchDrain(podatelna.databaseUrl, broker)
  const url = `http://127.0.0.1:${podatelna.httpPort}`

  const desk: Desk = {
    podatelna,
    dns,
    post,
    adminToken,
    async receives(raw, envelope) {
      const reply = await send(raw, { port: podatelna.smtpPort, helo: `mx.${domainOf(envelope.from)}`, ...envelope })
      await desk.settled()
      return { ...reply, mail: await findMail(desk, raw) }
    },
    async hearsFrom(company, person, draft) {
      const letter = { from: person.as, to: support, subject: 'Without subject', text: 'Hello', ...draft }
      const to = [letter.to].flat().map(bareAddress)
      return desk.receives(await company.post(letter), { from: person.email, to })
    },
    async api(method, path, body, expect) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${adminToken}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await response.text()
      if (expect ? response.status !== expect : !response.ok) {
        throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
      }
      await desk.settled()
      return text ? JSON.parse(text) : undefined
    },
    async colleague() {
      const other = await start()
      colleagues.push(other)
      return other
    },
    http: (path, init) => fetch(`${url}${path}`, { redirect: 'manual', ...init }),
    settled: () => drain.settled(),
    async later(interval) {
      await letTimePass(podatelna.databaseUrl, interval)
      await drain.settled()
    },
    async close() {
      await drain.close()
      await Promise.all([podatelna, ...colleagues].map((each) => each.close()))
      await Promise.all([dns.close(), post.close(), rm(folder, { recursive: true, force: true })])
    },
  }
  if (!place.furnished) await furnish(desk)
  return desk
}

/** Everything we sent to an address so far. */
export function sentTo(desk: Desk, email: string): Letter[] {
  return desk.post.letters.filter((letter) => letter.to.includes(email))
}

async function furnish(desk: Desk): Promise<void> {
  await desk.api('POST', '/api/mailboxes', { address: support, name: 'Support', policy: 'contacts', language: 'en' })
  for (const { name, language, people } of Object.values(companies)) {
    const { id } = await desk.api('POST', '/api/organizations', { name, language })
    for (const person of people) {
      await desk.api('POST', `/api/organizations/${id}/contacts`, { name: person.name, emails: [person.email] })
    }
  }
}

/** Everybody we sent something to, in order. */
export function recipients(desk: Desk): string[] {
  return desk.post.letters.flatMap(({ to }) => to)
}

/** By its Message-ID, or as the newest, for letters that have none. */
async function findMail(desk: Desk, raw: Buffer): Promise<Mail | undefined> {
  const messageId = /^message-id:\s*<([^>]+)>/im.exec(raw.toString('latin1'))?.[1]
  const query = messageId ? `&q=${encodeURIComponent(messageId)}` : ''
  const { items } = await desk.api<{ items: Mail[] }>('GET', `/api/mail?limit=1${query}`)
  return items[0] && desk.api<Mail>('GET', `/api/mail/${items[0].id}`)
}

/** `Support <support@desk.test>` is written in a letter; on the envelope stands the address alone. */
function bareAddress(written: string): string {
  return /<([^>]+)>/.exec(written)?.[1] ?? written
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1) || 'client.test'
}
