import { type Admission, type Answer, type ArrivedLetter, admit, type Door } from '@podatelna/admission'
import { ArrivalReader } from '@podatelna/mail'
import type { Logger, Metrics, Networks } from '@podatelna/runtime'
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server'
import { hopBefore } from './hop.ts'
import type { Guest } from './session.ts'

/** What receiving a letter needs; `hops` are relays of ours, never the sender of a letter. */
export type Reception = { door: Door; log: Logger; metrics: Metrics; hops: Networks }

/**
 * Reads the letter to its end whatever comes, then has it decided; its bytes are stored before anything else. Rejects when
 * the connection breaks off in the middle, or storage is away.
 */
export async function receive(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  guest: Guest,
  { door, log, metrics, hops }: Reception,
): Promise<Answer> {
  const draft = door.store.letters.begin()
  const reader = new ArrivalReader()
  guest.beginsLetter()
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (stream.sizeExceeded) continue
      reader.write(chunk)
      await draft.write(chunk)
    }
    guest.hasSentLetter()
    if (stream.sizeExceeded) return tooLarge
    const arrival = reader.finish()
    if (arrival.headerTooLong) return headerTooLong
    const answered = metrics.doorSeconds.startTimer()
    const peer = guest.relay ? hopBefore(session, arrival.header, hops) : peerOf(session)
    const admission = await admit(door, { arrival, draft, receivedAt: new Date(), peer, ...envelopeOf(session) })
    answered()
    metrics.letters.inc({ disposition: admission.disposition })
    note(log, admission, peer.address)
    return admission.answer
  } finally {
    guest.hasAnswer()
    // XFORWARD speaks of one letter; one that comes after it without saying anything is another one's.
    session.xForward.clear()
    await draft.discard()
    // A letter that was given up half-way must still be read to its end, or the connection would hang.
    stream.resume()
  }
}

function peerOf(session: SMTPServerSession): ArrivedLetter['peer'] {
  return { address: session.remoteAddress, helo: session.hostNameAppearsAs }
}

function envelopeOf(session: SMTPServerSession): Pick<ArrivedLetter, 'mailFrom' | 'rcptTo' | 'tls'> {
  const { mailFrom, rcptTo } = session.envelope
  return {
    mailFrom: mailFrom ? mailFrom.address : '',
    rcptTo: rcptTo.map((recipient) => recipient.address),
    tls: session.tlsOptions ? `${session.tlsOptions.version} ${session.tlsOptions.name}` : undefined,
  }
}

function note(log: Logger, { mailId: mail, disposition, reason, answer }: Admission, peer: string): void {
  log.info({ mail, disposition, code: answer.code, peer, reason }, 'letter answered')
}

const tooLarge = { code: 552, text: '5.3.4 The letter is larger than this server takes' }
const headerTooLong = { code: 552, text: '5.3.4 The header of the letter is longer than this server takes' }
