import { lookup } from 'node:dns/promises'
import { BlockList, isIPv6 } from 'node:net'
import type { Settings } from '@podatelna/runtime'
import { type Finding, ok, warning } from '../finding.ts'
import { type Names, reverseName } from '../names.ts'
import { zoneLine } from './zone.ts'

/**
 * The addresses from which the world sees our letters come: those of the relays, as far as we can tell, else those of
 * MAIL_DOMAIN. A relay's name is looked up as outbound does: by the system, which also knows names of this network.
 */
export async function sendingAddresses({ RELAY_URL, MAIL_DOMAIN }: Settings, names: Names): Promise<string[]> {
  if (RELAY_URL.length === 0) return names.addresses(MAIL_DOMAIN)
  const hosts = RELAY_URL.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''))
  const found = await Promise.all(hosts.map((host) => lookup(host, { all: true }).catch(() => [])))
  return [...new Set(found.flat().map(({ address }) => address))]
}

/** Many servers refuse letters from an address without a name, or with a name that does not lead back to it. */
export async function checkPtr(settings: Settings, names: Names, addresses: string[]): Promise<Finding[]> {
  return Promise.all(addresses.map((address) => checkAddress(address, settings.MAIL_DOMAIN, names)))
}

async function checkAddress(address: string, mailDomain: string, names: Names): Promise<Finding> {
  const subject = `PTR ${address}`
  const own = await names.ptr(address)
  const forward = await Promise.all(own.map((name) => names.addresses(name)))
  if (forward.flat().includes(address)) return ok(subject, `is ${own.join(', ')}, and that leads back.`)
  if (isPrivate(address)) return ok(subject, 'is an address of this network; the world sees another one.')
  const says = own.length === 0 ? 'there is no PTR record.' : `is ${own.join(', ')}, which does not lead back.`
  return warning(subject, says, {
    why: 'Many servers refuse letters from such an address, or count them as spam.',
    change: 'Have the provider of the address publish it; no need when the relay sends from other addresses.',
    paste: [zoneLine(reverseName(address), 'PTR', `${mailDomain}.`), zoneLine(mailDomain, 'A', address)],
  })
}

export function isPrivate(address: string): boolean {
  return privateNetworks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

const privateNetworks = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  privateNetworks.addSubnet(network, bits)
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  privateNetworks.addSubnet(network, bits, 'ipv6')
