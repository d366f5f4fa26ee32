import { networkInterfaces } from 'node:os'
import { type Finding, fault, ok, warning } from '../finding.ts'
import type { Names } from '../names.ts'
import { zoneLine } from './zone.ts'

/** Where letters to this domain are delivered (RFC 5321 §5.1). */
export async function checkMx(domain: string, names: Names): Promise<Finding> {
  const subject = `MX ${domain}`
  const exchanges = (await names.mx(domain)).map(({ exchange }) => exchange)
  if (exchanges.length === 0) return withoutMx(domain, names)
  // RFC 7505: a domain that never receives.
  if (exchanges.includes('')) return fault(subject, 'is ".": the domain takes no mail.', lead(domain))
  const hosts = await Promise.all(exchanges.map(async (name) => ({ name, addresses: await names.addresses(name) })))
  const lost = hosts.filter(({ addresses }) => addresses.length === 0).map(({ name }) => name)
  if (lost.length === 0) return ok(subject, `leads to ${hosts.map(placed).join(', ')}.`)
  const report = lost.length === hosts.length ? fault : warning
  return report(subject, `leads to ${lost.join(', ')}, which has no address.`, {
    why: lost.length === hosts.length ? 'No letter arrives.' : 'Letters arrive late whenever a server tries it first.',
    change: 'Publish its address, or correct the MX record.',
    paste: lost.map((name) => zoneLine(name, 'A', '192.0.2.1')),
  })
}

async function withoutMx(domain: string, names: Names): Promise<Finding> {
  const subject = `MX ${domain}`
  const addresses = await names.addresses(domain)
  if (addresses.length === 0) return fault(subject, 'there is no MX record.', lead(domain))
  return warning(subject, `there is no MX record; letters go to ${addresses.join(', ')}, the address of the name.`, {
    ...lead(domain),
    why: 'It works, but some servers do not send to a domain without one.',
  })
}

function lead(domain: string) {
  return {
    why: 'Letters to it, and bounces, never arrive.',
    change: 'Publish the name of the server where ingress listens on port 25.',
    paste: [zoneLine(domain, 'MX', `10 mx.${domain}.`)],
  }
}

/** Only a hint: behind a relay or address translation the two rightly differ. */
function placed({ name, addresses }: { name: string; addresses: string[] }): string {
  const own = Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address))
  const here = addresses.some((address) => own.includes(address))
  return `${name} (${addresses.join(', ')}; ${here ? '' : 'not '}this machine)`
}
