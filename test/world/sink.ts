import { EventEmitter, on, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

/** Everybody's mail server: it takes any letter, unless `answer` says otherwise, and keeps it. */
export type Sink = {
  url: string
  /** Letters answered `250`, in order of arrival. */
  letters: Letter[]
  /** May be changed while the server runs: away now, back later. */
  answer: (at: Moment) => Answer
  /** The first letter that fits, among those here and those to come; fails with a list of what came instead. */
  next(fits?: (letter: Letter) => boolean | Promise<boolean>): Promise<Letter>
  clear(): void
  close(): Promise<void>
}

export type Letter = {
  from: string
  to: string[]
  raw: Buffer
  readonly parsed: Promise<ParsedMail>
}

/** At `rcpt` the one recipient just named, at `data` all that were accepted. */
export type Moment = { stage: 'rcpt' | 'data'; from: string; to: string[] }

/** A code, a whole reply such as `452 4.2.2 Mailbox full`, nothing (`250`), a cut connection, or silence. */
export type Answer = number | `${number} ${string}` | 'drop' | 'hang' | undefined

const patience = 20_000

export async function startSink(options: { answer?: Sink['answer'] } = {}): Promise<Sink> {
  const arrivals = new EventEmitter().setMaxListeners(0)
  const letters: Letter[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo({ address }, session, reply) {
      perform(sink.answer({ stage: 'rcpt', from: sender(session), to: [address] }), session, reply)
    },
    onData(stream, session, reply) {
      const take = (raw: Buffer) => {
        const letter = received(session, raw)
        perform(sink.answer({ stage: 'data', from: letter.from, to: letter.to }), session, (refusal) => {
          if (!refusal) letters.push(letter)
          if (!refusal) arrivals.emit('letter', letter)
          reply(refusal)
        })
      }
      // What breaks off in the middle is no letter, and nobody is left to hear an answer.
      buffer(stream).then(take, () => {})
    },
  })
  // A client that goes away in the middle is what some tests are about.
  server.on('error', () => {})

  const perform = (answer: Answer, session: SMTPServerSession, reply: (refusal?: Error) => void) => {
    if (answer === 'hang') return
    if (answer === 'drop') cut(server, session.id)
    else reply(refusal(answer))
  }

  const sink: Sink = {
    url: '',
    letters,
    answer: options.answer ?? (() => undefined),
    next: (fits = () => true) => first(fits, letters, arrivals),
    clear: () => void letters.splice(0),
    close: () => {
      cut(server)
      return new Promise((done) => server.close(done))
    },
  }
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  sink.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  return sink
}

function received(session: SMTPServerSession, raw: Buffer): Letter {
  let parsed: Promise<ParsedMail> | undefined
  return {
    from: sender(session),
    to: session.envelope.rcptTo.map((recipient) => recipient.address),
    raw,
    get parsed() {
      parsed ??= simpleParser(raw)
      return parsed
    },
  }
}

function sender(session: SMTPServerSession): string {
  return session.envelope.mailFrom ? session.envelope.mailFrom.address : ''
}

function refusal(answer: number | string | undefined): Error | undefined {
  const [code, text = 'As the test wants it'] = String(answer ?? 250).split(/ (.*)/s)
  return Number(code) < 400 ? undefined : Object.assign(new Error(text), { responseCode: Number(code) })
}

function cut(server: SMTPServer, id?: string): void {
  for (const connection of server.connections) {
    if (!id || connection.id === id) connection._socket.destroy()
  }
}

async function first(
  fits: (letter: Letter) => boolean | Promise<boolean>,
  letters: Letter[],
  arrivals: EventEmitter,
): Promise<Letter> {
  // Listening begins before the first look: nothing can arrive unseen between the two.
  const coming = on(arrivals, 'letter', { signal: AbortSignal.timeout(patience) })
  try {
    for (const letter of [...letters]) if (await fits(letter)) return letter
    for await (const [letter] of coming) if (await fits(letter)) return letter
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error
  } finally {
    await coming.return?.()
  }
  const came = await Promise.all(letters.map(async ({ to, parsed }) => `${to.join(', ')}: ${(await parsed).subject}`))
  throw new Error(`No such letter within ${patience / 1000} s. These came: ${came.join('; ') || 'none'}`)
}
