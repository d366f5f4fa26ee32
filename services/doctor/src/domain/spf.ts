import { isIPv6 } from 'node:net'
import { spf } from 'mailauth/lib/spf/index.js'
import { type Finding, fault, ok, warning } from '../finding.ts'
import type { Names } from '../names.ts'
import { isPrivate } from './sending.ts'
import { zoneLine } from './zone.ts'

/** One record, well-formed, with an end, that names the addresses we send from (RFC 7208). */
export async function checkSpf(domain: string, names: Names, senders: string[]): Promise<Finding[]> {
  const subject = `SPF ${domain}`
  const records = (await names.txt(domain)).filter((record) => /^v=spf1( |$)/i.test(record))
  const [record] = records
  if (!record)
    return [fault(subject, 'there is no SPF record.', { ...unproved, ...publish(domain, suggested(senders)) })]
  if (records.length > 1) return [fault(subject, `there are ${records.length} SPF records.`, several(domain, records))]
  const broken = await syntaxError(domain, names)
  if (broken)
    return [
      fault(subject, `the record cannot be used: ${broken}.`, { ...unproved, ...publish(domain, suggested(senders)) }),
    ]
  const verdicts = await Promise.all(
    senders.map(async (address) => ({ address, ...(await evaluate(domain, address, names)) })),
  )
  const missing = verdicts.filter(({ address, result }) => result !== 'pass' && !isPrivate(address))
  const paste = [
    zoneLine(
      domain,
      'TXT',
      improved(
        record,
        missing.map(({ address }) => address),
      ),
    ),
  ]
  return [checkEnd(domain, record, paste), ...verdicts.map((verdict) => checkCovered(domain, verdict, paste))]
}

const unproved = { why: 'Nobody can tell our letters from forged ones; many servers refuse or hide them.' }

function publish(domain: string, record: string) {
  return {
    change: 'Publish this, with every other server added that sends for the domain.',
    paste: [zoneLine(domain, 'TXT', record)],
  }
}

function suggested(senders: string[]): string {
  return ['v=spf1 mx', ...senders.filter((address) => !isPrivate(address)).map(mechanism), '-all'].join(' ')
}

function mechanism(address: string): string {
  return `${isIPv6(address) ? 'ip6' : 'ip4'}:${address}`
}

function several(domain: string, records: string[]) {
  const terms = records.flatMap((record) => record.split(/\s+/).filter((term) => !/^(v=spf1|[-~?+]?all)$/i.test(term)))
  return {
    why: 'More than one counts as none at all (RFC 7208 §4.5).',
    change: 'Replace them by one.',
    paste: [zoneLine(domain, 'TXT', ['v=spf1', ...new Set(terms), '-all'].join(' '))],
  }
}

/** As a receiver would meet it: an address that nobody names makes it read the record to its end. */
async function syntaxError(domain: string, names: Names): Promise<string | undefined> {
  const { result, comment } = await evaluate(domain, '203.0.113.255', names)
  return result === 'permerror' ? (comment ?? 'its syntax is wrong') : undefined
}

/** The same record with the addresses that are missing, and with an end. */
function improved(record: string, missing: string[]): string {
  const [version, ...terms] = record.trim().split(/\s+/)
  const rest = isClosed(record) ? terms : [...terms.filter((term) => !/^[-~?+]?all$/i.test(term)), '-all']
  return [version, ...missing.map(mechanism), ...rest].join(' ')
}

function isClosed(record: string): boolean {
  const end = endOf(record)
  return end === '-' || end === '~' || (end === undefined && /\sredirect=/i.test(record))
}

/** The qualifier of `all`: empty for `+`, undefined where the record has no `all`. */
function endOf(record: string): string | undefined {
  return /\s\+?([-~?]?)all(?:\s|$)/i.exec(record)?.[1]
}

function checkEnd(domain: string, record: string, paste: string[]): Finding {
  const subject = `SPF ${domain}`
  if (isClosed(record)) return ok(subject, record)
  const end = endOf(record)
  const ends = end === undefined ? 'has no end' : `ends in ${end || '+'}all`
  return (end === '' ? fault : warning)(subject, `the record ${ends}: anybody may send for the domain.`, {
    why: 'Letters under a false name pass as well as ours.',
    change: 'End it in -all, or in ~all while you watch what happens.',
    paste,
  })
}

/**
 * Never more than a warning: the name by which we reach a relay need not have the addresses that it sends from; large
 * providers are like that.
 */
function checkCovered(
  domain: string,
  { address, result }: { address: string; result: string },
  paste: string[],
): Finding {
  const subject = `SPF ${domain}`
  if (result === 'pass') return ok(subject, `lets ${address} send.`)
  if (!isPrivate(address)) {
    return warning(subject, `does not let ${address} send (${result}).`, {
      why: 'Our letters are refused or hidden, unless the relay sends from other addresses.',
      change: "Add it, or what the relay's provider tells to include.",
      paste,
    })
  }
  return warning(
    subject,
    `${address} is of this network; whether the address that the world sees may send, cannot be told.`,
    {
      why: 'Letters from an address that the record does not name are refused or hidden.',
      change: 'Make sure that the record names the public address of the relay.',
    },
  )
}

async function evaluate(domain: string, ip: string, { resolve }: Names) {
  const { status } = await spf({
    sender: `postmaster@${domain}`,
    ip,
    helo: domain,
    mta: domain,
    resolver: resolve,
    strict: true,
  })
  return status
}
