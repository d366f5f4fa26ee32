/** A virus scanner, by the protocol of clamd: `zINSTREAM`, then chunks with their length, then an empty one. */
import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'

export type Clamd = { host: string; port: number }

/**
 * - `away`: nobody can say; to be asked again
 * - `failed`: this file never will be scanned, for instance because it is larger than the scanner takes
 */
export type ScanResult =
  | { scan: 'clean' }
  | { scan: 'infected' | 'failed'; reason: string }
  | { scan: 'away'; reason: string }

/** Scanning a large archive takes its time; a scanner that says nothing for so long is away. */
const patienceMs = 120_000
const connectMs = 5_000

/** Streams the content through the scanner: memory holds a chunk of it. Never rejects for what the scanner does. */
export function scanStream(clamd: Clamd, content: Readable, patience = patienceMs): Promise<ScanResult> {
  return ask(clamd, patience, async (socket) => {
    socket.write('zINSTREAM\0')
    for await (const chunk of content as AsyncIterable<Buffer>) {
      if (socket.destroyed || socket.readableEnded) break
      const length = Buffer.alloc(4)
      length.writeUInt32BE(chunk.length)
      socket.write(length)
      if (!socket.write(chunk)) await drained(socket)
    }
    socket.write(Buffer.alloc(4))
  }).then(
    (answer) => readAnswer(answer),
    (error: Error) => ({ scan: 'away', reason: error.message }),
  )
}

/** What the scanner calls itself. @throws Error when it does not answer */
export async function clamdVersion(clamd: Clamd): Promise<string> {
  const answer = await ask(clamd, connectMs, async (socket) => void socket.write('zVERSION\0'))
  if (!/^ClamAV /.test(answer)) throw new Error(`It answers, but not as clamd: “${answer.slice(0, 80)}”.`)
  return answer
}

function readAnswer(answer: string): ScanResult {
  if (answer === 'stream: OK') return { scan: 'clean' }
  const found = /^stream: (.{1,200}) FOUND$/.exec(answer)?.[1]
  if (found) return { scan: 'infected', reason: found }
  if (/size limit exceeded/i.test(answer)) return { scan: 'failed', reason: 'It is larger than the scanner takes.' }
  const error = /^(?:stream: )?(.{1,200}) ERROR$/.exec(answer)?.[1]
  if (error) return { scan: 'away', reason: `The scanner says: ${error}` }
  return { scan: 'away', reason: `The scanner's answer cannot be read: “${answer.slice(0, 80)}”` }
}

function ask(clamd: Clamd, patience: number, say: (socket: Socket) => Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: clamd.host, port: clamd.port })
    const give = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    let answer = ''
    socket.setTimeout(connectMs, () => give(new Error('The scanner does not answer in time.')))
    socket.once('error', give)
    socket.once('connect', () => {
      socket.setTimeout(patience)
      say(socket).catch(give)
    })
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      answer = (answer + text).slice(0, 2_000)
      if (!answer.includes('\0')) return
      socket.destroy()
      resolve(answer.slice(0, answer.indexOf('\0')).trim())
    })
    socket.once('close', () => (answer ? resolve(answer.trim()) : give(new Error('The scanner hung up.'))))
  })
}

/** Also over when the connection is: the answer, or the lack of one, says the rest. */
function drained(socket: Socket): Promise<void> {
  return new Promise((done) => {
    socket.once('drain', done)
    socket.once('close', () => done())
  })
}
