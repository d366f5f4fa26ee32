import { createResolver, type Judgement, judge } from '@podatelna/admission'
import { ArrivalReader } from '@podatelna/mail'
import { type Dns, startDns, type Zone } from '../world/dns.ts'

export type Sent = { mailFrom?: string; helo?: string; address?: string }

/** A place to judge letters: a DNS server with a literal zone, and the sealers we trust. */
export type Bench = { dns: Dns; judge(raw: Buffer, sent?: Sent): Promise<Judgement>; close(): Promise<void> }

export async function openBench(zone: Zone, arcSealers: string[] = []): Promise<Bench> {
  const dns = await startDns(zone)
  const resolver = createResolver([dns.address])
  return {
    dns,
    close: dns.close,
    judge(raw, { mailFrom = '', helo = 'mx.sender.test', address = '192.0.2.1' } = {}) {
      const reader = new ArrivalReader()
      reader.write(raw)
      const letter = { header: reader.finish().header, source: raw, mailFrom, peer: { address, helo } }
      return judge(letter, { resolver, mta: 'mx.desk.test', arcSealers })
    },
  }
}
