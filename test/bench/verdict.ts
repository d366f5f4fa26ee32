/**
 * `node test/bench/verdict.ts`: judging a letter with warm DNS, against mailauth alone on the same letters and the same
 * resolver. Processor time, so that other work on the machine does not count. Aim: at most 1.3 times its time.
 */
import { createResolver, judge } from '@podatelna/admission'
import { ArrivalReader } from '@podatelna/mail'
import { authenticate } from 'mailauth'
import { companies, companiesZone } from '../world/companies.ts'
import { startDns } from '../world/dns.ts'

const [rounds, perRound] = [20, 100]

const dns = await startDns(companiesZone())
dns.ttl = 3_600
const resolver = createResolver([dns.address])
const { acme, globex, initech } = companies
const letters = await Promise.all(
  [acme, globex, initech].flatMap((company) =>
    [1_000, 20_000].map(async (size) => {
      const { as, email } = company.people[0]!
      const text = 'Since this morning. '.repeat(size / 20)
      const raw = await company.post({ from: as, to: 'support@desk.test', subject: 'No internet', text })
      const reader = new ArrivalReader()
      reader.write(raw)
      return { raw, mailFrom: email, header: reader.finish().header }
    }),
  ),
)
const peer = { address: '127.0.0.1', helo: 'mx.client.test' }
const mta = 'desk.test'
type Sample = (typeof letters)[number]

const ours = ({ raw, mailFrom, header }: Sample) =>
  judge({ header, source: raw, mailFrom, peer }, { resolver, mta, arcSealers: [] })

const bare = ({ raw, mailFrom }: Sample) =>
  authenticate(raw, {
    ...{ ip: peer.address, helo: peer.helo, sender: mailFrom, mta, resolver },
    ...{ strict: true, disableBimi: true },
  })

async function time(work: (letter: Sample) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < perRound; i++) await work(letters[i % letters.length]!)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / perRound
}

// In turns, so that whatever else the machine does falls on both.
const times = { ours: [] as number[], bare: [] as number[] }
for (let round = -5; round < rounds; round++) {
  const pair = [await time(ours), await time(bare)] as const
  if (round < 0) continue
  times.ours.push(pair[0])
  times.bare.push(pair[1])
}
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!
const [mine, theirs] = [median(times.ours), median(times.bare)]
process.stdout.write(
  `judge ${mine.toFixed(3)} ms, mailauth ${theirs.toFixed(3)} ms a letter, ratio ${(mine / theirs).toFixed(2)} (aim: 1.3)\n`,
)
await dns.close()
