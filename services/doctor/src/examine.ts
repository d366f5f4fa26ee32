import type { Settings } from '@podatelna/runtime'
import { checkBroker } from './broker.ts'
import { checkCertificate } from './certificate.ts'
import { checkDatabase, findDatabase, mailboxDomains } from './database.ts'
import { checkDisk } from './disk.ts'
import { checkDkim } from './domain/dkim.ts'
import { checkDmarc } from './domain/dmarc.ts'
import { checkMx } from './domain/mx.ts'
import { checkPtr, sendingAddresses } from './domain/sending.ts'
import { checkSpf } from './domain/spf.ts'
import { checkHttpDoor, checkMailDoor } from './doors.ts'
import { type Finding, fault } from './finding.ts'
import { checkMailDomain, checkPublicUrl, checkSecretKeys } from './identity.ts'
import { checkDnsServers, type Names, openNames } from './names.ts'
import { checkRelays } from './relay.ts'
import { checkScanner } from './scanner.ts'
import { checkTexts } from './texts.ts'

/** A part to look at. What it throws, or does not answer in time, is a fault of that part. */
type Check = { subject: string; look: () => Promise<Finding[]> }

const patienceMs = 20_000

/** Looks at all parts at once; the findings are in the order of the lists below. Never rejects. */
export async function examine(settings: Settings): Promise<Finding[]> {
  const database = await findDatabase(settings)
  const names = openNames(settings.DNS_SERVERS)
  const domains = await mailDomains(settings, () => mailboxDomains(database))
  const checks: Check[] = [
    { subject: 'database', look: () => checkDatabase(database) },
    { subject: 'broker', look: () => checkBroker(settings) },
    { subject: 'disk', look: () => checkDisk(settings) },
    { subject: 'SMTP', look: () => checkMailDoor('SMTP_LISTEN', settings) },
    { subject: 'LMTP', look: () => checkMailDoor('LMTP_LISTEN', settings) },
    { subject: 'HTTP', look: () => checkHttpDoor(settings.HTTP_LISTEN) },
    { subject: 'certificate', look: () => checkCertificate(settings) },
    { subject: 'secret keys', look: () => checkSecretKeys(settings) },
    { subject: 'public address', look: async () => [checkPublicUrl(settings)] },
    { subject: 'relay', look: () => checkRelays(settings) },
    { subject: 'text messages', look: () => checkTexts(settings) },
    { subject: 'virus scanner', look: () => checkScanner(settings) },
    { subject: 'DNS servers', look: () => checkDnsServers(settings.DNS_SERVERS) },
    { subject: 'mail domain', look: async () => [checkMailDomain(settings)] },
    ...domains.flatMap((domain) => domainChecks(domain, settings, names)),
  ]
  const findings = await Promise.all(checks.map(perform))
  await database?.close()
  return findings.flat()
}

/** MAIL_DOMAIN signs and takes the bounces; the domains of the mailboxes receive, and stand in From. */
function domainChecks(domain: string, settings: Settings, names: Names): Check[] {
  const sends = domain === settings.MAIL_DOMAIN
  const senders = () => sendingAddresses(settings, names)
  return [
    { subject: `MX ${domain}`, look: async () => [await checkMx(domain, names)] },
    { subject: `SPF ${domain}`, look: async () => checkSpf(domain, names, sends ? await senders() : []) },
    ...(sends ? [{ subject: 'DKIM', look: () => checkDkim(settings, names) }] : []),
    { subject: `DMARC ${domain}`, look: () => checkDmarc(domain, settings.MAIL_DOMAIN, names) },
    ...(sends ? [{ subject: 'PTR', look: async () => checkPtr(settings, names, await senders()) }] : []),
  ]
}

/** Without `localhost`: no other server would look it up. */
async function mailDomains(settings: Settings, ofMailboxes: () => Promise<string[]>): Promise<string[]> {
  const domains = new Set([settings.MAIL_DOMAIN, ...(await ofMailboxes().catch(() => []))])
  return [...domains].filter((domain) => domain !== 'localhost')
}

async function perform({ subject, look }: Check): Promise<Finding[]> {
  const { promise: tooLate, resolve } = Promise.withResolvers<Finding[]>()
  const timer = setTimeout(() => resolve([fault(subject, `no answer within ${patienceMs / 1000} s.`, {})]), patienceMs)
  try {
    return await Promise.race([look(), tooLate])
  } catch (error) {
    return [fault(subject, error instanceof Error ? error.message : String(error), {})]
  } finally {
    clearTimeout(timer)
  }
}
