/** What 500 idle SMTP connections cost, and whether the 501st client notices: `node test/bench/idle.ts` */
import { connect, type Socket } from 'node:net'
import { send } from '../world/client.ts'
import { preparedLetters } from './letters.ts'
import { openStage } from './stage.ts'
import { ourSystem } from './systems.ts'

const idle = 500
const rounds = 40
const [warm, before, after] = [await preparedLetters(20), await preparedLetters(rounds), await preparedLetters(rounds)]
const stage = await openStage()
const system = await ourSystem(stage)
try {
  await times(warm)
  const alone = await times(before)
  system.memory.mark()
  const sockets = await Promise.all(Array.from({ length: idle }, (_, i) => greeted(`127.0.1.${1 + (i % 20)}`)))
  system.memory.mark()
  const beside = await times(after)
  system.memory.mark()
  const [start, open, end] = system.memory.quarters() as [number, number, number]
  say(
    `${idle} idle connections: ${mib(open - start)} MiB (${mib(start)} before, ${mib(open)} with them, ${mib(end)} later)`,
  )
  say(`one connection and letter, alone: ${summary(alone)}; as the 501st: ${summary(beside)}`)
  for (const socket of sockets) socket.destroy()
} finally {
  await system.close()
  await stage.close()
}
process.exit(0)

/** Each letter in a connection of its own, one after the other; ms. */
async function times(letters: Awaited<ReturnType<typeof preparedLetters>>): Promise<number[]> {
  const taken: number[] = []
  for (const { raw, from } of letters) {
    const started = performance.now()
    const { code, text } = await send(raw, { port: system.port, from, to: 'support@desk.test' })
    if (code !== 250) throw new Error(`A letter was answered ${code} ${text}`)
    taken.push(performance.now() - started)
  }
  return taken
}

/** Said EHLO, and nothing since. */
function greeted(localAddress: string): Promise<Socket> {
  const socket = connect({ port: system.port, host: '127.0.0.1', localAddress })
  return new Promise((done, fail) => {
    socket.on('error', fail)
    socket.on('data', (chunk) => {
      if (/^220 /.test(String(chunk))) socket.write('EHLO idle.test\r\n')
      else done(socket)
    })
  })
}

function summary(taken: number[]): string {
  const sorted = taken.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!.toFixed(0)
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
