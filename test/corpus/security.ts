/** Letters made to pass for somebody else's: what matters is that nothing is proved for the forged domain. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createResolver, judge } from '@podatelna/admission'
import { ArrivalReader } from '@podatelna/mail'
import { startDns, type Zone } from '../world/dns.ts'
import type { Report } from './report.ts'

type Forgery = {
  helo: string
  mailfrom: string
  data: Record<'from_header' | 'to_header' | 'subject_header' | 'other_headers' | 'body', string>
}

/** The attacker's server is at 192.0.2.66; the forged domains say so, each in its own way. */
const zone: Zone = {
  'attack.com': { TXT: ['v=spf1 ip4:192.0.2.66 -all'] },
  'helo.attack.com': { TXT: ['v=spf1 ip4:192.0.2.66 -all'] },
  '33.attack.com': { TXT: ['v=spf1 ip4:192.0.2.66 -all'] },
  'any.attack.com': { TXT: ['v=spf1 ip4:192.0.2.66 -all'] },
  'legitimate.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.legitimate.com': { TXT: ['v=DMARC1; p=none'] },
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.66 -all'] },
}

const because: Record<string, string> = {
  client_a3:
    'It came from the domain’s own server. Who may write which name before the @ is for that server to say (RFC 7489 §2.2).',
}

export async function runSecurity(folder: string): Promise<Report[]> {
  const path = join(folder, 'security/espoofer/cases.json')
  const cases = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Forgery>)
  const dns = await startDns(zone)
  try {
    const resolver = createResolver([dns.address])
    const found = await Promise.all(cases.map(([name, forgery]) => difference(name, forgery, resolver)))
    return [{ source: 'Forgeries, espoofer', cases: cases.length, differences: found.flat() }]
  } finally {
    await dns.close()
  }
}

async function difference(
  name: string,
  { helo, mailfrom, data }: Forgery,
  resolver: ReturnType<typeof createResolver>,
) {
  const { from_header, to_header, subject_header, other_headers, body } = data
  const raw = Buffer.from(from_header + to_header + subject_header + other_headers + body, 'latin1')
  const reader = new ArrivalReader()
  reader.write(raw)
  const { header } = reader.finish()
  const letter = { header, source: raw, mailFrom: mailfrom.slice(1, -1), peer: { address: '192.0.2.66', helo } }
  const { verdict } = await judge(letter, { resolver, mta: 'mx.example.org', arcSealers: [] })
  if (!verdict.verified || verdict.author?.endsWith('attack.com')) return []
  const seen = `proved for ${verdict.author}`
  return [{ case: name, expected: 'no proof', seen, ...(because[name] && { because: because[name] }) }]
}
