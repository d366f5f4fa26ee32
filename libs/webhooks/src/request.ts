/** One request to a webhook, and what came of it. */
import { once } from 'node:events'
import { Agent as HttpAgent, request as http, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as https } from 'node:https'
import type { Targets } from './target.ts'

export type Posting = {
  /** Never rejects. */
  post(url: string, message: { headers: Record<string, string>; body: string }): Promise<Answer>
  close(): void
}

/** `status` null: there was none. `words`: how the answer began, or why there was none; one line. */
export type Answer = { status: number | null; words: string; milliseconds: number; retryAfter: number }

const patienceMs = 15_000
/** More than this nobody needs to say; bytes. */
const longestAnswer = 64 * 1024
const keptWords = 200

export function openPosting(targets: Targets): Posting {
  const stopping = new AbortController()
  const options = { keepAlive: true, timeout: 60_000, maxFreeSockets: 64 }
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) }
  return {
    async post(address, { headers, body }) {
      const since = performance.now()
      const took = () => Math.round(performance.now() - since)
      try {
        const url = new URL(address)
        const problem = targets.problem(url)
        if (problem) return { status: null, words: problem, milliseconds: took(), retryAfter: 0 }
        const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(patienceMs)])
        const protocol = url.protocol as keyof typeof agents
        const send = protocol === 'https:' ? https : http
        const lookup = targets.lookupFor(protocol)
        const sent = send(url, { method: 'POST', headers, agent: agents[protocol], lookup, signal })
        // What breaks off while the answer is read is told there.
        sent.on('error', () => {})
        sent.end(body)
        const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage]
        const said = await beginning(response)
        const status = response.statusCode ?? 0
        return { status, words: wordsOf(said), milliseconds: took(), retryAfter: retryAfter(response) }
      } catch (error) {
        return { status: null, words: wordsOf(causeOf(error)), milliseconds: took(), retryAfter: 0 }
      }
    },
    close() {
      stopping.abort()
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

/** The status is the answer; words that break off, or never end, do not change it. */
async function beginning(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of response) {
      pieces.push(piece)
      bytes += piece.length
      // Leaving the loop ends the connection.
      if (bytes > longestAnswer) break
    }
  } catch {}
  return Buffer.concat(pieces).toString()
}

/** Seconds (RFC 9110 §10.2.3); 0 when none are named. */
function retryAfter({ headers }: IncomingMessage): number {
  const named = headers['retry-after'] ?? ''
  const seconds = /^\d+$/.test(named) ? Number(named) : (Date.parse(named) - Date.now()) / 1_000
  return seconds > 0 ? Math.ceil(seconds) : 0
}

function causeOf(error: unknown): string {
  const { name, message, errors } = error as Error & { errors?: Error[] }
  if (name === 'TimeoutError' || name === 'AbortError') return `No answer within ${patienceMs / 1_000} seconds.`
  // Of several addresses each failed in its own way; the first tells enough.
  return message || errors?.[0]?.message || name
}

/** One line for staff. What a stranger's server says may hold anything. */
function wordsOf(said: string): string {
  return said
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()
    .slice(0, keptWords)
    .toWellFormed()
}
