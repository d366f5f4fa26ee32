import { MailboxPolicy } from '@podatelna/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linksIn } from '../author.ts'
import { companies, type Desk, letter, openDesk, sentTo } from '../scenario.ts'
import type { Server } from '../world/client.ts'

/** Rules §1, row by row: what becomes of the letter, or how it is refused. */
const table = rows(`
  author       proof           contacts    confirm     quarantine   open

  contact      proved          admitted    admitted    admitted     admitted
  agent        proved          admitted    admitted    admitted     admitted
  participant  proved          admitted    admitted    admitted     admitted
  stranger     proved          550 5.7.1   admitted    quarantined  admitted

  contact      unproved        held        held        held         held
  agent        unproved        held        held        held         held
  participant  unproved        held        held        held         held
  stranger     unproved        550 5.7.1   held        quarantined  admitted

  contact      failed          held        held        held         held
  agent        failed          held        held        held         held
  participant  failed          held        held        held         held
  stranger     failed          550 5.7.1   held        quarantined  admitted

  contact      to be rejected  550 5.7.1   550 5.7.1   550 5.7.1    550 5.7.1
  agent        to be rejected  550 5.7.1   550 5.7.1   550 5.7.1    550 5.7.1
  participant  to be rejected  550 5.7.1   550 5.7.1   550 5.7.1    550 5.7.1
  stranger     to be rejected  550 5.7.1   550 5.7.1   550 5.7.1    550 5.7.1

  contact      DNS in trouble  451 4.4.3   451 4.4.3   451 4.4.3    451 4.4.3
  agent        DNS in trouble  451 4.4.3   451 4.4.3   451 4.4.3    451 4.4.3
  participant  DNS in trouble  451 4.4.3   451 4.4.3   451 4.4.3    451 4.4.3
  stranger     DNS in trouble  451 4.4.3   451 4.4.3   451 4.4.3    451 4.4.3

  contact      of two authors  550 5.6.0   550 5.6.0   550 5.6.0    550 5.6.0
  agent        of two authors  550 5.6.0   550 5.6.0   550 5.6.0    550 5.6.0
  participant  of two authors  550 5.6.0   550 5.6.0   550 5.6.0    550 5.6.0
  stranger     of two authors  550 5.6.0   550 5.6.0   550 5.6.0    550 5.6.0
`)

/** How an author at that domain writes, so that the letter is proved as the table says. */
const proofs: Record<string, { domain: string; write(from: string, to: string): Promise<Buffer> }> = {
  proved: { domain: 'initech.it', write: (from, to) => companies.initech.post(draft(from, to)) },
  unproved: { domain: 'proveless.cz', write: (from, to) => letter(draft(from, to)) },
  /** Its DMARC policy asks to quarantine what fails. */
  failed: { domain: 'initech.it', write: (from, to) => letter(draft(from, to)) },
  'to be rejected': { domain: 'acme.cz', write: (from, to) => letter(draft(from, to)) },
  'DNS in trouble': { domain: 'broken.cz', write: (from, to) => letter(draft(from, to)) },
  'of two authors': { domain: 'initech.it', write: (from, to) => companies.initech.post(draft([from, from], to)) },
}

const relay = '127.0.0.8'
let desk: Desk

/** Every way a letter can come to us. Behind a relay of ours the peer is the one that its Received line names. */
const doors: { door: string; server(): Partial<Server>; through(raw: Buffer): Buffer }[] = [
  { door: 'SMTP', server: () => ({}), through: (raw) => raw },
  { door: 'LMTP', server: () => ({ port: desk.podatelna.lmtpPort!, lmtp: true }), through: relayed },
  { door: 'a trusted relay', server: () => ({ localAddress: relay }), through: relayed },
]

beforeAll(async () => {
  desk = await openDesk({ env: { LMTP_LISTEN: '127.0.0.1:0', TRUSTED_RELAYS: relay } })
  for (const policy of MailboxPolicy.options) {
    await desk.api('POST', '/api/mailboxes', { address: mailboxOf(policy), name: policy, policy })
  }
  for (const domain of domains) await befriend(domain)
  for (const policy of MailboxPolicy.options) await inviteGuests(policy)
})
afterAll(() => desk?.close())
describe.each(doors)('by $door', ({ door, server, through }) => {
  test.each(table)('$author, $proof: $contacts, $confirm, $quarantine, $open', async ({ author, proof, ...cells }) => {
    for (const policy of MailboxPolicy.options) {
      const { domain, write } = proofs[proof!]!
      // A stranger is somebody else each time: to one address we write once an hour.
      const stranger = `${door} ${proof} ${policy}`.replaceAll(' ', '-').toLowerCase()
      const from = at(author === 'stranger' ? stranger : author!, domain)
      const to = author === 'participant' ? guestsReplyTo.get(`${policy} ${domain}`)! : mailboxOf(policy)
      await anHourLater()
      const { code, text, mail } = await desk.receives(through(await write(from, to)), { from, to, ...server() })
      const disposition = code === 250 ? mail!.disposition : `${code} ${text.slice(0, 5)}`
      expect({ policy, disposition }).toEqual({ policy, disposition: cells[policy] })
      expect(mail!.disposition).toBe(code === 250 ? disposition : 'refused')
      expect(mail!.ticket_number !== undefined).toBe(disposition === 'admitted')
      expect(mail!.flags.includes('unproved')).toBe(disposition === 'admitted' && proof !== 'proved')
      expect(await linksIn(desk, from)).toHaveLength(disposition === 'held' ? 1 : 0)
    }
  })
})

/** Here the table is tested, not the budget of links. */
async function anHourLater(): Promise<void> {
  desk.post.clear()
  await desk.podatelna.app.store.prisma.$executeRaw`UPDATE authorizations SET opened_at = now() - interval '1 hour'`
}

const domains = [...new Set(Object.values(proofs).map(({ domain }) => domain))]
const guestsReplyTo = new Map<string, string>()

/** A contact and an agent at that domain. */
async function befriend(domain: string): Promise<void> {
  const { id } = await desk.api('POST', '/api/organizations', { name: domain })
  const contact = { name: 'Contact', emails: [at('contact', domain)] }
  await desk.api('POST', `/api/organizations/${id}/contacts`, contact)
  await desk.api('POST', '/api/agents', { name: 'Agent', email: at('agent', domain) })
}

/** A ticket in that mailbox with somebody of each domain in copy; what we sent them says where to answer. */
async function inviteGuests(policy: string): Promise<void> {
  const { initech } = companies
  const opened = await desk.hearsFrom(initech, initech.people[0]!, { to: mailboxOf(policy), subject: policy })
  const ticket = `/api/tickets/${opened.mail!.ticket_number}`
  for (const domain of domains) await desk.api('POST', `${ticket}/cc`, { email: at('participant', domain) })
  await desk.api('POST', `${ticket}/replies`, { text: 'Here are some guests.' })
  for (const domain of domains) {
    const { replyTo } = await sentTo(desk, at('participant', domain)).at(-1)!.parsed
    guestsReplyTo.set(`${policy} ${domain}`, replyTo!.value[0]!.address!)
  }
}

function rows(text: string): Record<string, string>[] {
  const [head, ...lines] = text.split('\n').flatMap((line) => (line.trim() ? [line.trim().split(/ {2,}/)] : []))
  return lines.map((cells) => Object.fromEntries(head!.map((name, column) => [name, cells[column]!])))
}

function draft(from: string | string[], to: string) {
  return { from: [from].flat().join(', '), to, subject: 'The table', text: 'Hello' }
}

function relayed(raw: Buffer): Buffer {
  const line = 'Received: from mx.client.test (mx.client.test [127.0.0.1]) by relay.desk.test with ESMTP; today\r\n'
  return Buffer.concat([Buffer.from(line), raw])
}

function at(author: string, domain: string): string {
  return `${author}@${domain}`
}

function mailboxOf(policy: string): string {
  return `${policy}@desk.test`
}
