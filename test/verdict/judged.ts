import { Readable } from 'node:stream'
import { createResolver, type Judgement, judge } from '@podatelna/admission'
import { ArrivalReader } from '@podatelna/mail'
import { type Dns, startDns, type Zone } from '../world/dns.ts'

/** `pieces`: the letter is read in pieces of so many bytes, as a large one is. */
export type Sent = { mailFrom?: string; helo?: string; address?: string; pieces?: number | undefined }

/** A place to judge letters: a DNS server with a literal zone, and the sealers we trust. */
export type Bench = { dns: Dns; judge(raw: Buffer, sent?: Sent): Promise<Judgement>; close(): Promise<void> }

export async function openBench(zone: Zone, arcSealers: string[] = []): Promise<Bench> {
  const dns = await startDns(zone)
  const resolver = createResolver([dns.address])
  return {
    dns,
    close: dns.close,
    judge(raw, { mailFrom = '', helo = 'mx.sender.test', address = '192.0.2.1', pieces } = {}) {
      const reader = new ArrivalReader()
      reader.write(raw)
      const letter = {
        header: reader.finish().header,
        source: pieces ? inPieces(raw, pieces) : raw,
        mailFrom,
        peer: { address, helo },
      }
      return judge(letter, { resolver, mta: 'mx.desk.test', arcSealers })
    },
  }
}

function inPieces(raw: Buffer, size: number): Readable {
  const count = Math.ceil(raw.length / size)
  return Readable.from(Array.from({ length: count }, (_, i) => raw.subarray(i * size, (i + 1) * size)))
}
