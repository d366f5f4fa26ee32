/**
 * Where webhooks may lead. Their addresses are written by administrators, and requests leave from inside our network: none
 * goes to an address that is not of the public internet, whatever name it hides behind, unless WEBHOOK_NETWORKS has it.
 */
import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { networks } from '@podatelna/runtime'
import ipaddr from 'ipaddr.js'

export type Targets = {
  /** What is wrong with an address as it is written, as a sentence. Names are looked up with each connection only. */
  problem(url: URL): string | undefined
  /** For sockets: finds what may be connected to, and nothing else, so that a name cannot change its mind after a check. */
  lookupFor(protocol: string): LookupFunction
}

/**
 * @param allowed networks that may be reached though they are not public, and without TLS
 * @param lookup finds the addresses of names
 */
export function openTargets(allowed: readonly string[], lookup: Lookup = systemLookup): Targets {
  const ours = networks(allowed)
  const mayReach = (address: string, protocol: string) =>
    ours.includes(address) || (protocol === 'https:' && isPublic(address))
  return {
    problem(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (url.username || url.password) return 'A password in the address is not sent; our signature is the proof.'
      if (isPrivilegedPort(url.port)) return `Port ${url.port} is another protocol's; use 443, or one from 1024 on.`
      if (url.protocol !== 'https:' && allowed.length === 0) return noTls
      return isIP(host) === 0 || mayReach(host, url.protocol) ? undefined : refusal(host, host, url.protocol)
    },
    lookupFor: (protocol) => (name, options, done) => {
      lookup(name, { ...options, all: true }, (error, found) => {
        if (error) return done(error, '')
        const good = found.filter(({ address }) => mayReach(address, protocol))
        const [first] = good
        if (!first) done(new Error(refusal(name, found[0]?.address ?? '', protocol)), '')
        else if (options.all) done(null, good)
        else done(null, first.address, first.family)
      })
    },
  }
}

/** Of IPv6 only what IANA has given out (2000::/3): the rest leads to places of this machine or network, or nowhere. */
function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const plain = ipaddr.process(address)
  if (plain.range() !== 'unicast') return false
  return plain.kind() === 'ipv4' || (plain as ipaddr.IPv6).match(ipaddr.IPv6.parse('2000::'), 3)
}

/** What another protocol makes of a request is not for us to find out. */
function isPrivilegedPort(port: string): boolean {
  return port !== '' && Number(port) < 1024 && port !== '80' && port !== '443'
}

function refusal(name: string, address: string, protocol: string): string {
  if (protocol !== 'https:' && isPublic(address)) return noTls
  const where = name === address ? `${address} is` : `${name} leads to ${address || 'nowhere'}, which is`
  return `${where} not an address of the public internet. WEBHOOK_NETWORKS can allow its network.`
}

const noTls = 'Use https: without it, whoever is on the way reads what is told.'

type Found = { address: string; family: number }
type Lookup = (
  name: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, found: Found[]) => void,
) => void
