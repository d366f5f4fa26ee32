import { getDomain } from 'tldts'
import { type Finding, fault, ok, warning } from '../finding.ts'
import type { Names } from '../names.ts'
import { readTags, zoneLine } from './zone.ts'

/** What receivers are asked to do with letters that nothing proves (RFC 7489), and whether ours would be among them. */
export async function checkDmarc(domain: string, mailDomain: string, names: Names): Promise<Finding[]> {
  const subject = `DMARC ${domain}`
  const { name, records } = await findRecords(domain, names)
  const tags = readTags(records[0] ?? '')
  const unproved = isAligned(domain, mailDomain, tags) ? [] : [notProved(domain, mailDomain, tags.p)]
  if (records.length === 0) return [warning(subject, 'there is no DMARC record.', publish(domain)), ...unproved]
  if (records.length > 1) return [fault(subject, `there are ${records.length} records at ${name}.`, publish(domain))]
  if (tags.v !== 'DMARC1' || !/^(none|quarantine|reject)$/i.test(tags.p ?? '')) {
    return [fault(subject, `"${records[0]}" at ${name} is no DMARC record.`, publish(domain))]
  }
  if (tags.p!.toLowerCase() !== 'none') return [ok(subject, `${records[0]}`), ...unproved]
  const stricter = records[0]!.replace(/(p\s*=\s*)none/i, '$1quarantine')
  const watching = warning(subject, 'the policy is p=none: forged letters are delivered like ours.', {
    why: 'It is meant for the first weeks, while the reports are read.',
    change: 'When the reports show no letters of yours failing, ask for more.',
    paste: [zoneLine(name, 'TXT', stricter)],
  })
  return [watching, ...unproved]
}

/** At the name itself, else at its organizational domain (RFC 7489 §6.6.3). */
async function findRecords(domain: string, names: Names): Promise<{ name: string; records: string[] }> {
  const name = `_dmarc.${domain}`
  const records = await names.txt(name)
  const organization = organizational(domain)
  if (records.length > 0 || organization === domain) return { name, records }
  return { name: `_dmarc.${organization}`, records: await names.txt(`_dmarc.${organization}`) }
}

function publish(domain: string) {
  return {
    why: 'Receivers do not know that a letter which nothing proves is not ours; large ones ask for a policy.',
    change: 'Publish one; p=none first when other servers send for the domain, too.',
    paste: [zoneLine(`_dmarc.${domain}`, 'TXT', `v=DMARC1; p=quarantine; rua=mailto:postmaster@${domain}`)],
  }
}

/** Signature and bounce address are of MAIL_DOMAIN; in From stands the mailbox (RFC 7489 §3.1). */
function isAligned(domain: string, mailDomain: string, { aspf, adkim }: Record<string, string>): boolean {
  const exact = aspf === 's' && adkim === 's'
  return exact ? domain === mailDomain : organizational(domain) === organizational(mailDomain)
}

function notProved(domain: string, mailDomain: string, policy = 'none'): Finding {
  const refused = policy.toLowerCase() !== 'none'
  return (refused ? fault : warning)(
    `DMARC ${domain}`,
    `letters from its mailboxes are proved for ${mailDomain} only.`,
    {
      why: refused
        ? `Its policy p=${policy} asks receivers not to deliver them.`
        : 'No DMARC policy could let them pass.',
      change: `Set MAIL_DOMAIN to ${domain} or a name below it, or have the relay sign for ${domain}.`,
    },
  )
}

function organizational(domain: string): string {
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain
}
