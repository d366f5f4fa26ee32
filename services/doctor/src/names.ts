import dns from 'node:dns/promises'
import { type Finding, fault, ok } from './finding.ts'

/** Questions to the DNS. No such record is an empty answer; trouble rejects with a sentence. */
export type Names = {
  mx(domain: string): Promise<{ exchange: string; priority: number }[]>
  /** The strings of each record joined, as every reader of a policy does (RFC 7208 §3.3). */
  txt(name: string): Promise<string[]>
  /** IPv4 and IPv6. */
  addresses(host: string): Promise<string[]>
  ptr(address: string): Promise<string[]>
  /** As mailauth asks. */
  resolve(name: string, type: string): Promise<string[]>
}

/** @param servers the system's when empty */
export function openNames(servers: readonly string[]): Names {
  const resolver = resolverOn(servers)
  return {
    mx: async (domain) => (await asked(domain, resolver.resolveMx(domain))).sort((a, b) => a.priority - b.priority),
    txt: async (name) => (await asked(name, resolver.resolveTxt(name))).map((strings) => strings.join('')),
    addresses: async (host) => {
      const answers = await Promise.all([asked(host, resolver.resolve4(host)), asked(host, resolver.resolve6(host))])
      return answers.flat()
    },
    ptr: (address) => asked(address, resolver.resolvePtr(reverseName(address))),
    resolve: (name, type) => resolver.resolve(name, type) as Promise<string[]>,
  }
}

/** Each server by itself: a resolver with several hides the one that is down. */
export async function checkDnsServers(servers: readonly string[]): Promise<Finding[]> {
  const given = servers.length > 0
  return Promise.all((given ? servers : dns.getServers()).map((server) => checkDnsServer(server, given)))
}

async function checkDnsServer(server: string, given: boolean): Promise<Finding> {
  const subject = 'DNS server'
  try {
    await asked('.', resolverOn([server]).resolveNs('.'))
    return ok(subject, `${server} answers.`)
  } catch (error) {
    return fault(subject, `${server} cannot be used: ${(error as Error).message}`, {
      why: 'No letter can be judged without it: senders are told to try again.',
      change: given ? 'Correct DNS_SERVERS.' : 'Correct the name servers of this machine, or set DNS_SERVERS.',
    })
  }
}

/** The name under which an address has its PTR record (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').reverse().join('.')}.in-addr.arpa`
  return `${[...fullIpv6(address)].reverse().join('.')}.ip6.arpa`
}

/** All 32 digits. */
function fullIpv6(address: string): string {
  const [head = '', tail] = address.split('::').map((part) =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => group.padStart(4, '0'))
      .join(''),
  )
  return tail === undefined ? head : head.padEnd(32 - tail.length, '0') + tail
}

function resolverOn(servers: readonly string[]): dns.Resolver {
  const resolver = new dns.Resolver({ timeout: 1_500, tries: 2 })
  if (servers.length > 0) resolver.setServers(servers)
  return resolver
}

async function asked<T>(name: string, answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOTFOUND' || code === 'ENODATA') return []
    throw new Error(`${name} cannot be looked up: ${trouble[code] ?? code}.`)
  }
}

const trouble: Record<string, string> = {
  ETIMEOUT: 'no name server answers',
  ESERVFAIL: 'its name server has a failure',
  EREFUSED: 'its name server refuses the question',
  ECONNREFUSED: 'no name server listens',
}
