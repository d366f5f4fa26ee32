/** How much the process grows while letters of 35 MiB come in: `node test/bench/large.ts` */
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { send } from '../world/client.ts'
import { companies } from '../world/companies.ts'
import { author, preparedLetters } from './letters.ts'
import { openStage } from './stage.ts'
import { ourSystem } from './systems.ts'

const { acme } = companies
const largest = 36_700_160
const stage = await openStage()
const system = await ourSystem(stage)
try {
  for (const { raw } of await preparedLetters(200)) await deliver(raw)
  system.memory.mark()
  const signed = await largeLetter('Taken')
  // Altered on the way: read and hashed to its end like the other one, and refused then; nobody files it.
  const forged = Buffer.from(signed)
  forged.write('Xaken', forged.indexOf('Subject: Taken') + 9)
  for (const [name, raw] of [
    ['the door alone (refused at the end)', forged],
    ['the door alone, again', forged],
    ['taken and filed', signed],
  ] as const) {
    const before = system.memory.peak()
    const started = performance.now()
    const filed = (await system.done()) + (raw === signed ? 1 : 0)
    const { code } = await deliver(raw)
    const seconds = (performance.now() - started) / 1_000
    while ((await system.done()) < filed) await setTimeout(100)
    const grown = system.memory.peak() - before
    say(
      `${name}: ${mib(raw.length)} MiB answered ${code} after ${seconds.toFixed(1)} s, peak grew by ${mib(grown)} MiB`,
    )
  }
  say(`before: ${mib(system.memory.quarters()[0]!)} MiB, peak of all: ${mib(system.memory.peak())} MiB`)
} finally {
  await system.close()
  await stage.close()
}
process.exit(0)

function deliver(raw: Buffer) {
  return send(raw, { port: system.port, from: author.email, to: 'support@desk.test' })
}

/** As large as is taken at all; the transport's doubled dots do not count. */
async function largeLetter(subject: string): Promise<Buffer> {
  const room = largest - 4_096
  const content = randomBytes(Math.floor((room / 78) * 57))
  return acme.post({
    from: author.as,
    to: 'support@desk.test',
    subject,
    text: 'See attached.',
    attachments: [{ filename: 'backup.bin', content }],
  })
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
