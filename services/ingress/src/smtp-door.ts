/**
 * The SMTP and the LMTP door, in the order of the wire: greeting, MAIL, RCPT, DATA, answer. They take bytes and give
 * answers; what the answer is, libs/admission decides.
 */
import type { AddressInfo } from 'node:net'
import { type Answer, isOurs } from '@podatelna/admission'
import type { Listen, Logger, Settings } from '@podatelna/runtime'
import { isDatabaseAway } from '@podatelna/store'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { loadCertificate } from './certificate.ts'
import { openGate, type Threshold } from './gate.ts'
import { tooManyGuesses } from './limits.ts'
import { type Reception, receive } from './receive.ts'
import { Guest } from './session.ts'

export type SmtpDoor = { port: number; close(): Promise<void> }
export type House = Threshold & Reception

export async function openSmtpDoor(house: House, at: Listen, protocol: 'SMTP' | 'LMTP'): Promise<SmtpDoor> {
  const { settings, log } = house
  const lmtp = protocol === 'LMTP'
  const letters = new LettersUnderWay()
  const guests = new WeakMap<SMTPServerSession, Guest>()
  const certificate = loadCertificate(settings, log)
  const notOffered = ['AUTH', 'WIZ', 'SHELL', 'KILL', ...(certificate ? [] : ['STARTTLS'])]
  const server = new SMTPServer({
    ...optionsOf(settings),
    ...certificate?.options,
    lmtp,
    disabledCommands: notOffered,
    onConnect: (session, done) => {
      const guest = new Guest(server, session, gate.visits.get(session.id)!, house)
      guests.set(session, guest)
      if (lmtp && !guest.relay) return done(refuse(notARelay))
      if (!guest.relay) session.disabledCommands = [...notOffered, 'XCLIENT', 'XFORWARD']
      Promise.resolve(certificate?.renew(server)).then(() => done())
    },
    onClose: (session) => {
      gate.leave(session.id)
      guests.get(session)?.leave()
    },
    onMailFrom: ({ args }, session, done) => {
      guests.get(session)!.recipients = 0
      const answer = letters.closing ? shuttingDown : unknownParameter(args, ofMail)
      done(answer && refuse(answer))
    },
    onRcptTo: ({ address, args }, session, done) => {
      const answer = unknownParameter(args, ofRcpt)
      if (answer) return done(refuse(answer))
      checkRecipient(house, address, guests.get(session)!)
        .catch((error) => cannotNow(error, log))
        .then((refusal) => done(refusal && refuse(refusal)))
    },
    onData: (stream, session, done) => {
      const guest = guests.get(session)!
      const leave = letters.enter()
      receive(stream, session, guest, house)
        .catch((error) => cannotNow(error, log))
        .then((answer) => (lmtp ? tellEach(guest.recipients, answer, done) : tell(answer, done)))
        .finally(leave)
    },
  })
  const gate = openGate(server, house)
  // Broken TLS, resets and early talkers: a stranger's trouble, worth a line only when somebody looks for it.
  server.on('error', (error) => log.debug({ cause: error.message }, `${protocol} connection failed`))
  await listen(server, at)
  return {
    port: (server.server.address() as AddressInfo).port,
    async close() {
      gate.close()
      await letters.finish()
      await new Promise<void>((done) => server.close(done))
    },
  }
}

function optionsOf(settings: Settings): SMTPServerOptions {
  return {
    name: settings.MAIL_DOMAIN,
    banner: 'Podatelna',
    heloResponse: '%s greets %s',
    size: settings.MAX_LETTER_BYTES,
    authOptional: true,
    // The verdict rests on the peer's address; its name in DNS proves nothing and would cost a look-up.
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    // Known to the server, and taken away from every session that is not one of our relays'.
    useXClient: true,
    useXForward: true,
    maxRecipients: settings.MAX_RECIPIENTS,
    maxCommandLength: longestCommand,
    socketTimeout: settings.IDLE_SECONDS * 1_000,
    closeTimeout: 100,
  }
}

/** Whatever stands behind the address and is no parameter (RFC 5321 §4.1.1.11); a bare CR counts as a blank there. */
function unknownParameter(args: object | false, known: string[]): Answer | undefined {
  return Object.keys(args || {}).every((name) => known.includes(name)) ? undefined : noSuchParameter
}

// Those of DSN (RFC 3461) and AUTH (RFC 4954) are read over: a Postfix before us passes on what it offered to its client.
const ofMail = ['SIZE', 'BODY', 'SMTPUTF8', 'RET', 'ENVID', 'AUTH']
const ofRcpt = ['NOTIFY', 'ORCPT']

async function checkRecipient(
  { door, guesses, metrics }: House,
  recipient: string,
  guest: Guest,
): Promise<Answer | undefined> {
  if (await isOurs(door, recipient)) {
    guest.recipients++
    return undefined
  }
  if (guest.relay) return noSuchMailbox
  guesses.note(guest.peer, Date.now())
  if (!guesses.tooMany(guest.peer, Date.now())) return noSuchMailbox
  metrics.turnedAway.inc({ reason: tooManyGuesses.reason })
  return tooManyGuesses
}

function tell(answer: Answer, done: Done): void {
  if (answer.code < 300) done(null, answer.text)
  else done(refuse(answer))
}

/** One letter is decided once; whoever it is for is told the same. */
function tellEach(recipients: number, answer: Answer, done: Done): void {
  done(null, Array<string | Error>(recipients).fill(answer.code < 300 ? answer.text : refuse(answer)))
}

/** What went wrong is ours to know; the sender's server is told to keep the letter and come back (rules §8). */
function cannotNow(error: unknown, log: Logger): Answer {
  const brokenOff = (error as { code?: string }).code === 'ECONNECTION'
  const level = brokenOff ? 'debug' : isDatabaseAway(error) ? 'warn' : 'error'
  log[level]({ cause: String(error) }, brokenOff ? 'the connection broke off' : 'letter cannot be taken now')
  return storageAway
}

type Done = (error?: Error | null, message?: string | (string | Error)[]) => void

function refuse(answer: Answer): Error {
  return Object.assign(new Error(answer.text), { responseCode: answer.code })
}

const noSuchMailbox = { code: 550, text: '5.1.1 There is no such mailbox here' }
const noSuchParameter = { code: 555, text: '5.5.4 What stands behind the address is no parameter known here' }
const notARelay = { code: 554, text: '5.7.1 LMTP is for our own mail servers; others send by SMTP' }
const storageAway = { code: 451, text: '4.3.0 The letter cannot be stored right now; please try again later' }
const shuttingDown = { code: 421, text: '4.3.2 The server is restarting; please try again shortly' }

/** Twice what RFC 5321 §4.5.3.1.4 asks for, with room for the parameters of SMTPUTF8, XCLIENT and XFORWARD. */
const longestCommand = 2_048

function listen(server: SMTPServer, { host, port }: Listen): Promise<void> {
  return new Promise((done, fail) => {
    server.server.once('error', fail)
    server.listen(port, host, () => {
      server.server.off('error', fail)
      done()
    })
  })
}

/** Letters being received: closing waits for them, and takes no new ones. */
class LettersUnderWay {
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
