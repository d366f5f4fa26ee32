/** Networks and names as they stand in settings. */
import { BlockList, isIP } from 'node:net'

export type Networks = { includes(address: string | undefined): boolean }

/** Addresses and CIDRs: `192.0.2.10, 10.0.0.0/8, 2001:db8::/32`. */
export function networks(cidrs: readonly string[]): Networks {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const { address, bits, family } = parse(cidr)
    list.addSubnet(address, bits, family)
  }
  return {
    includes(address = '') {
      // A listener on :: sees an IPv4 peer under its mapped address (RFC 4291 §2.5.5.2).
      const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
      return isIP(plain) !== 0 && list.check(plain, familyOf(plain))
    },
  }
}

/** What is wrong with an entry, as the end of a sentence that begins with it. */
export function networkProblem(cidr: string): string | undefined {
  const { address, bits, most } = parse(cidr)
  if (isIP(address) === 0 || !/^[^/]+(\/\d{1,3})?$/.test(cidr) || bits > most)
    return 'is not a network like 192.0.2.0/24, 2001:db8::/32 or 192.0.2.10.'
  // Who trusts every peer trusts what every peer says about itself.
  return bits === 0 ? 'is the whole internet; name the networks of your own servers.' : undefined
}

export function domainProblem(value: string): string | undefined {
  const label = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?'
  return new RegExp(`^${label}(\\.${label})*$`, 'i').test(value) ? undefined : 'is not a domain like example.com.'
}

export function dnsServerProblem(value: string): string | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(value) ?? []
  const ok = isIP(bracketed ?? plain ?? '') !== 0 && Number(port ?? 53) <= 65535
  return ok ? undefined : 'is not a DNS server like 127.0.0.1:53.'
}

function parse(cidr: string) {
  const [address = '', length] = cidr.split('/')
  const family = familyOf(address)
  const most = family === 'ipv6' ? 128 : 32
  return { address, family, most, bits: length === undefined ? most : Number(length) }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
