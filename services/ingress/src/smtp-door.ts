/**
 * The SMTP door, in the order of the wire: greeting, MAIL, RCPT, DATA, answer. It takes bytes and gives answers; what
 * the answer is, libs/admission decides.
 */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { type Answer, type ArrivedLetter, admit, type Door, isOurs } from '@podatelna/admission'
import { ArrivalReader } from '@podatelna/mail'
import type { Logger, Metrics, Settings } from '@podatelna/runtime'
import { isDatabaseAway } from '@podatelna/store'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'

export type SmtpDoor = { port: number; close(): Promise<void> }

export async function openSmtpDoor(door: Door, settings: Settings, log: Logger, metrics: Metrics): Promise<SmtpDoor> {
  const sessions = new Sessions()
  const server = new SMTPServer({
    ...tlsOptions(settings),
    name: settings.MAIL_DOMAIN,
    banner: 'Podatelna',
    size: settings.MAX_LETTER_BYTES,
    disabledCommands: settings.SMTP_TLS_CERT ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    authOptional: true,
    // The verdict rests on the peer's address; its name in DNS proves nothing and would cost a look-up.
    disableReverseLookup: true,
    // Our answers carry their own enhanced codes (RFC 3463), more exact than the ones that would be added.
    hideENHANCEDSTATUSCODES: true,
    maxRecipients: 100,
    maxClients: 1_000,
    socketTimeout: 5 * 60_000,
    closeTimeout: 100,
    onConnect: (session, done) => {
      nameTheLimit(server, session)
      done()
    },
    onMailFrom: (_address, _session, done) => done(sessions.closing ? refuse(shuttingDown) : null),
    onRcptTo: (address, _session, done) => {
      checkRecipient(door, address.address).then((answer) => done(answer && refuse(answer)), fail(done, log))
    },
    onData: (stream, session, done) => {
      const leave = sessions.enter()
      receive(door, stream, session, { log, metrics })
        .then(({ code, text }) => (code < 300 ? done(null, text) : done(refuse({ code, text }))), fail(done, log))
        .finally(leave)
    },
  })
  // Broken TLS, resets and early talkers: a stranger's trouble, worth a line only when somebody looks for it.
  server.on('error', (error) => log.debug({ cause: error.message }, 'SMTP connection failed'))
  await listen(server, settings)
  return {
    port: (server.server.address() as AddressInfo).port,
    async close() {
      await sessions.finish()
      await new Promise<void>((done) => server.close(done))
    },
  }
}

async function checkRecipient(door: Door, recipient: string): Promise<Answer | undefined> {
  return (await isOurs(door, recipient)) ? undefined : noSuchMailbox
}

/** Reads the letter to its end whatever comes, then has it decided; its bytes are stored before anything else. */
async function receive(
  door: Door,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  { log, metrics }: { log: Logger; metrics: Metrics },
): Promise<Answer> {
  const draft = door.store.letters.begin()
  const reader = new ArrivalReader()
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (stream.sizeExceeded) continue
      reader.write(chunk)
      await draft.write(chunk)
    }
    if (stream.sizeExceeded) return tooLarge
    const arrival = reader.finish()
    if (arrival.headerTooLong) return headerTooLong
    const answered = metrics.doorSeconds.startTimer()
    const admission = await admit(door, { arrival, draft, receivedAt: new Date(), ...envelopeOf(session) })
    answered()
    metrics.letters.inc({ disposition: admission.disposition })
    const { mailId: mail, disposition, reason } = admission
    log.info({ mail, disposition, code: admission.answer.code, peer: session.remoteAddress, reason }, 'letter answered')
    return admission.answer
  } finally {
    await draft.discard()
    // A letter that was given up half-way must still be read to its end, or the connection would hang.
    stream.resume()
  }
}

function envelopeOf(session: SMTPServerSession): Pick<ArrivedLetter, 'mailFrom' | 'rcptTo' | 'peer' | 'tls'> {
  const { mailFrom, rcptTo } = session.envelope
  return {
    mailFrom: mailFrom ? mailFrom.address : '',
    rcptTo: rcptTo.map((recipient) => recipient.address),
    peer: { address: session.remoteAddress, helo: session.hostNameAppearsAs },
    tls: session.tlsOptions ? `${session.tlsOptions.version} ${session.tlsOptions.name}` : undefined,
  }
}

/** What went wrong is ours to know; the sender's server is told to keep the letter and come back (rules §8). */
function fail(done: (error: Error) => void, log: Logger) {
  return (error: unknown) => {
    const level = isDatabaseAway(error) ? 'warn' : 'error'
    log[level]({ cause: String(error) }, 'letter cannot be taken now')
    done(refuse(storageAway))
  }
}

/** The library answers a too large `SIZE=` itself, before it asks us, and without the enhanced code (rules §1.2). */
function nameTheLimit(server: SMTPServer, session: SMTPServerSession): void {
  const connection = [...server.connections].find((candidate) => candidate.session === session)
  const send = connection?.send.bind(connection)
  if (!connection || !send) return
  connection.send = (code, text, context) => send(code, code === 552 ? `${tooLarge.text}` : text, context)
}

const noSuchMailbox = { code: 550, text: '5.1.1 There is no such mailbox here' }
const tooLarge = { code: 552, text: '5.3.4 The letter is larger than this server takes' }
const headerTooLong = { code: 552, text: '5.3.4 The header of the letter is longer than this server takes' }
const storageAway = { code: 451, text: '4.3.0 The letter cannot be stored right now; please try again later' }
const shuttingDown = { code: 421, text: '4.3.2 The server is restarting; please try again shortly' }

function refuse(answer: Answer): Error {
  return Object.assign(new Error(answer.text), { responseCode: answer.code })
}

function tlsOptions(settings: Settings) {
  if (!settings.SMTP_TLS_CERT || !settings.SMTP_TLS_KEY) return {}
  return { cert: readFileSync(settings.SMTP_TLS_CERT), key: readFileSync(settings.SMTP_TLS_KEY) }
}

function listen(server: SMTPServer, settings: Settings): Promise<void> {
  const { host, port } = settings.SMTP_LISTEN
  return new Promise((done, fail) => {
    server.server.once('error', fail)
    server.listen(port, host, () => {
      server.server.off('error', fail)
      done()
    })
  })
}

/** Letters being received: closing waits for them, and takes no new ones. */
class Sessions {
  closing = false
  #busy = 0
  #whenIdle: (() => void)[] = []

  enter(): () => void {
    this.#busy++
    return () => {
      this.#busy--
      if (this.#busy === 0) for (const done of this.#whenIdle.splice(0)) done()
    }
  }

  async finish(): Promise<void> {
    this.closing = true
    if (this.#busy > 0) await new Promise<void>((done) => this.#whenIdle.push(done))
  }
}
