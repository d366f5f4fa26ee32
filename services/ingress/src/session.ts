import type { SMTPServer, SMTPServerSession } from 'smtp-server'
import type { Threshold, Visit } from './gate.ts'
import { type LastWord, Patience, tooSlow } from './limits.ts'

/** One session beside what the library does: each reply passes through here, and ends it when it was one too many. */
export class Guest {
  readonly relay: boolean
  readonly peer: string
  /** RCPT commands of this letter that were answered 250: over LMTP each is owed an answer (RFC 2033 §4.2). */
  recipients = 0
  readonly #clock: NodeJS.Timeout
  readonly #patience: Patience
  #waitsForUs = false

  constructor(
    server: SMTPServer,
    session: SMTPServerSession,
    { peer, relay }: Visit,
    { settings, metrics }: Threshold,
  ) {
    this.relay = relay
    this.peer = peer
    this.#patience = new Patience(settings.MAX_ERRORS, settings.MAX_COMMANDS)
    const connection = [...server.connections].find(({ id }) => id === session.id)!
    const say = connection.send.bind(connection)
    connection.send = (code, text, context) => {
      // Our own answers begin with an enhanced code (RFC 3463) more exact than what the library would add.
      say(code, text, typeof text === 'string' && /^[245]\.\d+\.\d+ /.test(text) ? false : context)
      // XFORWARD HELO=[UNAVAILABLE], which Postfix sends for its own letters, reads to the library as no HELO at all.
      if (connection.hostNameAppearsAs === '') connection.hostNameAppearsAs = 'unavailable'
      const last = this.#count(code, context)
      if (last) sendAway(last)
    }
    const sendAway = ({ code, text, reason }: LastWord) => {
      metrics.turnedAway.inc({ reason })
      say(code, text, false)
    }
    const timeIsUp = () => (this.#waitsForUs ? this.#clock.refresh() : sendAway(tooSlow))
    this.#clock = setTimeout(timeIsUp, settings.LETTER_SECONDS * 1_000).unref()
  }

  /** The time of one letter begins again. */
  beginsLetter(): void {
    this.#clock.refresh()
  }

  /** The letter is all here: what it takes now is our time, not the peer's. */
  hasSentLetter(): void {
    this.#waitsForUs = true
  }

  hasAnswer(): void {
    this.#waitsForUs = false
    this.#clock.refresh()
  }

  leave(): void {
    clearTimeout(this.#clock)
  }

  #count(code: number, context: string | false | undefined) {
    if (context === 'DATA_OK') this.#patience.restore()
    if (this.relay || code === 421 || context === 'RCPT_TO_OK') return undefined
    return this.#patience.answered(code)
  }
}
