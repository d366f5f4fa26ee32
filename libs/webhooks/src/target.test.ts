import { describe, expect, test } from 'vitest'
import { openTargets } from './target.ts'

const notPublic = [
  ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '198.18.0.1'],
  ...['192.0.2.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '::1', '::', '::ffff:10.0.0.1', '::7f00:1'],
  ...['64:ff9b::a00:1', '64:ff9b:1::1', '2002:a00:1::', '2001::1', 'fd00::1', 'fe80::1', 'fec0::1', 'ff02::1'],
  ...['2001:db8::1', '100::1', '5f00::1'],
]
const isPublic = ['8.8.8.8', '192.0.43.8', '2a00:1450:4014:80c::200e']

describe('without WEBHOOK_NETWORKS', () => {
  test.each(notPublic)('%s is reached neither by its number nor by a name', async (address) => {
    expect(problem([], `https://${bracketed(address)}/`)).toMatch(/not an address of the public internet/)
    await expect(found([], 'https:', [address])).rejects.toThrow(/^evil\.example leads to .+, which is not an address/)
  })

  test.each(isPublic)('%s is', async (address) => {
    expect(problem([], `https://${bracketed(address)}/`)).toBeUndefined()
    expect(await found([], 'https:', [address])).toEqual([address])
  })

  test('a name is asked with each connection: one that changes its mind after it was saved leads nowhere', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']]
    const lookup = openTargets([], (_name, _options, done) => done(null, answers.shift()!.map(asFound))).lookupFor(
      'https:',
    )
    const ask = () => new Promise((done) => lookup('evil.example', { all: true }, (error, to) => done(error ?? to)))
    expect(await ask()).toEqual([asFound('8.8.8.8')])
    expect(await ask()).toBeInstanceOf(Error)
  })

  test('of a name with several addresses only those that may be reached are', async () => {
    expect(await found([], 'https:', ['10.0.0.1', '8.8.8.8', '::1'])).toEqual(['8.8.8.8'])
  })
})

describe('with WEBHOOK_NETWORKS', () => {
  test('what it has is reached, without TLS too, and nothing else without it', async () => {
    const allowed = ['10.0.0.0/8', 'fd00::/16']
    for (const url of ['http://10.1.2.3:8080/', 'https://10.1.2.3/', 'http://[fd00::1]/']) {
      expect(problem(allowed, url)).toBeUndefined()
    }
    expect(problem(allowed, 'http://8.8.8.8/')).toMatch(/Use https/)
    expect(problem(allowed, 'https://192.168.1.1/')).toMatch(/not an address of the public internet/)
    expect(await found(allowed, 'http:', ['10.1.2.3', '8.8.8.8'])).toEqual(['10.1.2.3'])
    await expect(found(allowed, 'http:', ['8.8.8.8'])).rejects.toThrow(/Use https/)
  })
})

function problem(allowed: string[], url: string): string | undefined {
  return openTargets(allowed).problem(new URL(url))
}

/** What a name with these addresses leads to. */
function found(allowed: string[], protocol: string, addresses: string[]): Promise<string[]> {
  const lookup = openTargets(allowed, (_name, _options, done) => done(null, addresses.map(asFound))).lookupFor(protocol)
  return new Promise((done, fail) => {
    lookup('evil.example', { all: true }, (error, to) => {
      if (error) fail(error)
      else done((to as { address: string }[]).map(({ address }) => address))
    })
  })
}

function asFound(address: string) {
  return { address, family: address.includes(':') ? 6 : 4 }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
