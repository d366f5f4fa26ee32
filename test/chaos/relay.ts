import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { Random } from '../world/random.ts'

/** A letter that the relay took. `answered`: it said `250`; otherwise it went away or fell silent, and nobody can know. */
export type Take = { messageId: string; to: string; sha256: string; at: number; answered: boolean }

/** A relay of which nothing can be relied on, until it is mended. */
export type BadRelay = {
  url: string
  takes: Take[]
  /** How often it did what. */
  did: Map<string, number>
  /** Letters that came while the same one, by its envelope, was still under way. */
  overlapping: string[]
  mend(): void
  close(): Promise<void>
}

/** What it does at RCPT TO, and what at DATA; `taken and …` keeps the letter. */
const atRecipient = [
  ['accepts', 0.84],
  ['451 4.7.1 Greylisted', 0.08],
  ['550 5.1.1 No such user', 0.02],
  ['drops at RCPT', 0.06],
] as const
const atData = [
  ['takes', 0.6],
  ['452 4.3.1 Disk full', 0.1],
  ['554 5.7.1 Not wanted', 0.02],
  ['drops in the middle', 0.1],
  ['taken and dropped', 0.06],
  ['taken and silent', 0.06],
  ['silent', 0.06],
] as const

/** Silence ends when it hangs up: nobody waits for two minutes here. */
const silenceMs = 400
const slowestMs = 150

export async function startBadRelay(random: Random): Promise<BadRelay> {
  const takes: Take[] = []
  const did = new Map<string, number>()
  const overlapping: string[] = []
  const underWay = new Map<string, string>()
  let bad = true
  const choose = <Word extends string>(weights: readonly (readonly [Word, number])[]): Word => {
    const word = bad ? random.weighted(weights) : weights[0]![0]
    did.set(word, (did.get(word) ?? 0) + 1)
    return word
  }
  const begin = (session: SMTPServerSession) => {
    const sender = from(session)
    const other = underWay.get(sender)
    if (other && other !== session.id) overlapping.push(sender)
    underWay.set(sender, session.id)
  }
  const end = (session: SMTPServerSession) => {
    for (const [sender, id] of underWay) if (id === session.id) underWay.delete(sender)
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onClose: end,
    onRcptTo(_address, session, reply) {
      begin(session)
      const what = choose(atRecipient)
      if (what === 'accepts') return reply()
      if (what === 'drops at RCPT') return cut(session)
      end(session)
      reply(refusal(what))
    },
    onData(stream, session, reply) {
      const what = choose(atData)
      if (what === 'drops in the middle') {
        stream.once('data', () => cut(session))
        stream.resume()
        return
      }
      buffer(stream).then(
        async (raw) => {
          const kept = what === 'takes' || what === 'taken and dropped' || what === 'taken and silent'
          if (kept) takes.push(taken(session, raw, what === 'takes'))
          if (what === 'taken and dropped') return cut(session)
          if (what.endsWith('silent')) {
            await delay(silenceMs)
            return cut(session)
          }
          await delay(bad ? random.next() * slowestMs : 0)
          end(session)
          reply(what === 'takes' ? undefined : refusal(what))
        },
        () => {},
      )
    },
  })
  server.on('error', () => {})
  const cut = ({ id }: SMTPServerSession) => {
    for (const connection of server.connections) if (connection.id === id) connection._socket.destroy()
  }
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    ...{ takes, did, overlapping },
    mend: () => {
      bad = false
    },
    close: () => new Promise((done) => server.close(() => done())),
  }
}

function taken(session: SMTPServerSession, raw: Buffer, answered: boolean): Take {
  const messageId = /^message-id:\s*<([^>]+)>/im.exec(raw.toString('latin1'))?.[1] ?? ''
  const sha256 = createHash('sha256').update(raw).digest('hex')
  return { messageId, to: session.envelope.rcptTo[0]!.address, sha256, at: performance.now(), answered }
}

/** Ours tells the delivery (VERP): one at a time shall be under way. */
function from({ envelope }: SMTPServerSession): string {
  return envelope.mailFrom ? envelope.mailFrom.address : ''
}

function refusal(answer: string): Error {
  const [code, text] = answer.split(/ (.*)/s)
  return Object.assign(new Error(text), { responseCode: Number(code) })
}
