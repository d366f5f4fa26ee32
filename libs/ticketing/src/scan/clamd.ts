/** A virus scanner, by the protocol of clamd: `zINSTREAM`, then chunks with their length, then an empty one. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'

export type Clamd = { host: string; port: number }

/**
 * - `failed`: this file never will be scanned, as it is larger than the scanner takes
 * - `broken off`: nothing was said of this file, by a scanner that was there: it, or the file, may be to blame
 * - `away`: there is no scanner to ask
 */
export type ScanResult =
  | { scan: 'clean' }
  | { scan: 'infected' | 'failed'; reason: string }
  | { scan: 'broken off' | 'away'; reason: string }

const connectMs = 5_000
/** Scanning a large archive takes its time (clamd itself ends after MaxScanTime, two minutes by default). */
const scanMs = 240_000

/**
 * Streams the content through the scanner: memory holds a chunk of it. Never rejects for what the scanner does.
 *
 * @param signal ends it, as if the scanner had broken off
 */
export async function scanStream(clamd: Clamd, content: Readable, signal?: AbortSignal): Promise<ScanResult> {
  let reached = false
  try {
    const answer = await ask(clamd, { withinMs: scanMs, signal }, async (socket) => {
      reached = true
      socket.write('zINSTREAM\0')
      for await (const chunk of readable(content)) {
        // It may have said enough, for instance that this is too much.
        if (socket.destroyed || socket.readableEnded) return
        const length = Buffer.alloc(4)
        length.writeUInt32BE(chunk.length)
        socket.write(length)
        if (!socket.write(chunk)) await drained(socket)
      }
      socket.write(Buffer.alloc(4))
    })
    return readAnswer(answer)
  } catch (error) {
    return { scan: reached ? 'broken off' : 'away', reason: (error as Error).message }
  } finally {
    content.destroy()
  }
}

/** What the scanner calls itself. @throws Error when it does not answer */
export async function clamdVersion(clamd: Clamd): Promise<string> {
  const answer = await ask(clamd, { withinMs: connectMs }, async (socket) => void socket.write('zVERSION\0'))
  if (!/^ClamAV /.test(answer)) throw new Error(`It answers, but not as clamd: “${answer.slice(0, 80)}”.`)
  return answer
}

async function* readable(content: Readable): AsyncIterable<Buffer> {
  try {
    yield* content
  } catch {
    throw new Error('Its bytes cannot be read from the letter store.')
  }
}

function readAnswer(answer: string): ScanResult {
  if (answer === 'stream: OK') return { scan: 'clean' }
  const found = /^stream: (.{1,200}) FOUND$/.exec(answer)?.[1]
  if (found) return { scan: 'infected', reason: found }
  if (/size limit exceeded/i.test(answer)) return { scan: 'failed', reason: 'It is larger than the scanner takes.' }
  const error = /^(?:stream: )?(.{1,200}) ERROR$/.exec(answer)?.[1]
  const said = error ? `The scanner says: ${error}` : `The scanner's answer cannot be read: “${answer.slice(0, 80)}”`
  return { scan: 'broken off', reason: said }
}

type Patience = { withinMs: number; signal?: AbortSignal | undefined }

async function ask(
  { host, port }: Clamd,
  { withinMs, signal }: Patience,
  say: (socket: Socket) => Promise<void>,
): Promise<string> {
  const socket = connect({ host, port })
  const stop = (why: string) => () => void socket.destroy(new Error(why))
  const connecting = setTimeout(stop('The scanner cannot be reached.'), connectMs)
  const answering = setTimeout(stop('The scanner does not answer in time.'), withinMs)
  const stopped = stop('We stop scanning.')
  signal?.addEventListener('abort', stopped, { once: true })
  try {
    if (signal?.aborted) stopped()
    await once(socket, 'connect')
    clearTimeout(connecting)
    // Heard from now on: a scanner that has enough says so in the midst of it, and hangs up.
    const heard = hear(socket)
    await Promise.race([heard, say(socket)])
    return await heard
  } finally {
    clearTimeout(connecting)
    clearTimeout(answering)
    signal?.removeEventListener('abort', stopped)
    socket.destroy()
  }
}

/** Its answer, up to NUL or until it hangs up. */
function hear(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer = (answer + text).slice(0, 2_000)
      if (answer.includes('\0')) resolve(answer.slice(0, answer.indexOf('\0')).trim())
    })
    // What was said counts, also when the connection broke behind it.
    const over = (error?: Error) => {
      if (answer) resolve(answer.trim())
      else reject(error ?? new Error('The scanner hung up.'))
    }
    socket.once('error', over)
    socket.once('close', () => over())
  })
}

/** Also when the connection is over: the answer, or the lack of one, says the rest. */
function drained(socket: Socket): Promise<void> {
  return new Promise((done) => {
    socket.once('drain', done)
    socket.once('close', () => done())
    if (socket.destroyed) done()
  })
}
