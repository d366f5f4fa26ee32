import { once } from 'node:events'
import { connect, createConnection, type Socket } from 'node:net'
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'

/** Where to, and as whom the sending server introduces itself. `localAddress` 127.0.0.2 makes it another peer. */
export type Server = { port: number; host?: string; helo?: string } & Pick<
  SMTPConnectionOptions,
  'localAddress' | 'lmtp' | 'requireTLS' | 'tls'
>

export type Envelope = { from: string; to: string | string[] }

/** The last word of the server, at whichever stage it was said; code 0 when the connection ended without one. */
export type Reply = {
  code: number
  /** Without the code; lines of a long answer are joined by a space. */
  text: string
  /** Recipients that were refused, also when the letter was taken for others. */
  refused: { to: string; code: number; text: string }[]
}

/** Sends one letter in a connection of its own. Never throws: whatever happens is the reply. */
export async function send(raw: Buffer | string, { from, to, ...server }: Server & Envelope): Promise<Reply> {
  const client = await openClient(server)
  const reply = await client.send(raw, { from, to })
  client.close()
  return reply
}

export type Client = { send(raw: Buffer | string, envelope: Envelope): Promise<Reply>; close(): void }

/** A kept connection: letter after letter, one at a time. */
export async function openClient({ port, host = '127.0.0.1', helo = 'client.test', ...rest }: Server): Promise<Client> {
  // Without noDelay the final dot would wait 40 ms for an ACK.
  const socket = createConnection({
    port,
    host,
    noDelay: true,
    ...(rest.localAddress && { localAddress: rest.localAddress }),
  })
  let failure = await once(socket, 'connect').then(
    () => undefined,
    (error: Failure) => error,
  )
  const connection = new SMTPConnection({
    ...{ port, host, name: helo, ignoreTLS: true, socketTimeout: 30_000, connection: socket },
    ...rest,
  })
  connection.on('error', (error: Failure) => {
    failure = error
  })
  await new Promise<void>((done) => {
    if (failure) return done()
    connection.connect(() => done())
    connection.once('error', () => done())
    connection.once('end', () => done())
  })
  return {
    send: async (raw, envelope) => (failure ? lastWord(failure) : await deliver(connection, raw, envelope)),
    close: () => (failure ? socket.destroy() : connection.quit()),
  }
}

function deliver(connection: SMTPConnection, raw: Buffer | string, { from, to }: Envelope): Promise<Reply> {
  return new Promise((done) => {
    connection.send({ from, to, use8BitMime: true }, Buffer.from(raw), (failure, info) => {
      if (!failure) return done({ ...spoken(info.response), refused: refusals(info.rejectedErrors) })
      // A refused transaction is still open (RFC 5321, 4.1.1.5); the next letter needs a new one.
      connection.reset(() => done(lastWord(failure)))
    })
  })
}

function lastWord(failure: Failure): Reply {
  const words = failure.response ? spoken(failure.response) : { code: 0, text: failure.message }
  return { ...words, refused: refusals(failure.rejectedErrors) }
}

function refusals(failures: Failure[] = []): Reply['refused'] {
  return failures.map((failure) => ({ to: failure.recipient ?? '', ...spoken(failure.response ?? '') }))
}

function spoken(response: string): { code: number; text: string } {
  return {
    code: Number.parseInt(response, 10) || 0,
    text: response.replace(/^\d{3}[ -]?/gm, '').replace(/\r?\n/g, ' '),
  }
}

type Failure = Error & { response?: string; recipient?: string; rejectedErrors?: Failure[] }

/**
 * Holds a scripted conversation and gives back all replies. Lines of the script:
 *
 *     S: 220            the next reply begins so; a long reply counts as one, without its repeated codes, with \n
 *                       for the end of a line
 *     C: EHLO mx.test   is sent with CRLF; several in a row are sent without waiting
 *     C= ".\n"          exactly these bytes, as a JSON string, are sent
 *     S: closed         the server ends the connection
 *
 * Other lines are for the reader.
 *
 * @throws Error with the conversation so far when the server says something else
 */
export async function dialog(
  port: number,
  script: string,
  { host = '127.0.0.1', localAddress }: Pick<Server, 'host' | 'localAddress'> = {},
): Promise<string[]> {
  const socket = connect({ port, host, ...(localAddress && { localAddress }) })
  const replies = readReplies(socket)
  const said: string[] = []
  try {
    for (const [, who, text = ''] of script.matchAll(/^\s*(S:|C:|C=) ?(.*)$/gm)) {
      if (who === 'C:') socket.write(`${text}\r\n`)
      else if (who === 'C=') socket.write(JSON.parse(text))
      else said.push(await expected(text.replaceAll('\\n', '\n'), replies, script, said))
    }
    return said
  } finally {
    socket.destroy()
  }
}

async function expected(text: string, replies: Replies, script: string, said: string[]): Promise<string> {
  const { value: reply = 'closed' } = await replies.next()
  if (reply.startsWith(text)) return reply
  throw new Error(`Expected "${text}", the server said "${reply}" after:\n${said.join('\n')}\nin:\n${script}`)
}

async function* readReplies(socket: Socket): Replies {
  socket.setTimeout(20_000, () => socket.destroy(new Error('The server said nothing for 20 s.')))
  let rest = ''
  let reply = ''
  try {
    for await (const chunk of socket) {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop()!
      for (const line of lines) {
        reply += reply ? `\n${line.slice(4)}` : line.replace(/^(\d{3})-/, '$1 ')
        if (line[3] === '-') continue
        yield reply
        reply = ''
      }
    }
  } catch (error) {
    // A server that closes without reading what was still under way resets the connection: closed, too.
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
  }
}

type Replies = AsyncGenerator<string, undefined>
