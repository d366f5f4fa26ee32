/** One connection to a message centre by SMPP 3.4, bound to send and to receive. Whatever goes wrong with it ends it. */
import { isHere, type SmppAccount } from '@podatelna/runtime'
import smpp from 'smpp'

export type Session = {
  /** @throws NotSent when the centre cannot have it; Error when nobody knows */
  submit(fields: smpp.Fields): Promise<smpp.Pdu>
  /** Resolves with the reason. */
  ended: Promise<string>
  close(): Promise<void>
}

/** Before anything was given to the centre. */
export class NotSent extends Error {}

/** What the centre brings, to be answered after the promise; a rejection asks it to come again. */
export type Deliver = (pdu: smpp.Pdu) => Promise<void>

const seconds = { connect: 15, bind: 15, submit: 30, enquire: 15, unbind: 2 }
const enquireEveryMs = 30_000
const version34 = 0x34

// Text without an alphabet of its own is a receipt, whose ids may hold what GSM 7-bit would turn into other letters.
smpp.encodings.default = 'LATIN1'

/**
 * @param stopping ends the opening, which may take half a minute
 * @throws Error when the centre is away or refuses us
 */
export async function openSession(account: SmppAccount, deliver: Deliver, stopping: AbortSignal): Promise<Session> {
  const { host, port, tls, systemId, password, systemType } = account
  const session = smpp.connect({ host, port, tls, noDelay: true, rejectUnauthorized: !isHere(host) })
  const ended = endOf(session)
  const ask = (command: Request, fields: smpp.Fields) => request(session, ended, command, fields)
  const stop = () => session.emit('error', new Error('we are stopping'))
  stopping.addEventListener('abort', stop)
  answerTo(session, deliver)
  try {
    await within(seconds.connect, 'no connection', session, once(session, tls ? 'secureConnect' : 'connect'), ended)
    const credentials = { system_id: systemId, password, system_type: systemType, interface_version: version34 }
    const { command_status } = await ask('bind_transceiver', credentials)
    if (command_status !== 0) throw new Error(`bind refused: ${statusName(command_status)}`)
  } catch (error) {
    session.destroy()
    throw error
  } finally {
    stopping.removeEventListener('abort', stop)
  }
  const enquiring = setInterval(() => void ask('enquire_link', {}).catch(() => {}), enquireEveryMs).unref()
  void ended.then(() => clearInterval(enquiring))
  return {
    submit: (fields) => ask('submit_sm', fields),
    ended,
    async close() {
      await ask('unbind', {}).catch(() => {})
      session.destroy()
    },
  }
}

export function statusName(status: number): string {
  return names.get(status) ?? `status 0x${status.toString(16).padStart(8, '0')}`
}

const names = new Map(Object.entries(smpp.errors).map(([name, status]) => [status, name]))

type Request = 'bind_transceiver' | 'submit_sm' | 'enquire_link' | 'unbind'
const patience: Record<Request, number> = {
  bind_transceiver: seconds.bind,
  submit_sm: seconds.submit,
  enquire_link: seconds.enquire,
  unbind: seconds.unbind,
}

function request(session: smpp.Session, ended: Promise<string>, command: Request, fields: smpp.Fields) {
  const answer = new Promise<smpp.Pdu>((resolve, reject) => {
    if (!session[command](fields, resolve)) reject(new NotSent('the connection was closed'))
  })
  return within(patience[command], `no answer to ${command}`, session, answer, ended)
}

/** A centre that does not answer in time is left: the answer could come when nobody waits for it any more. */
async function within<Value>(
  limit: number,
  problem: string,
  session: smpp.Session,
  wanted: Promise<Value>,
  ended: Promise<string>,
): Promise<Value> {
  const timer = setTimeout(() => session.emit('error', new Error(`${problem} within ${limit} s`)), limit * 1000)
  const failed = ended.then((reason): never => {
    throw new Error(reason)
  })
  try {
    return await Promise.race([wanted, failed])
  } finally {
    clearTimeout(timer)
  }
}

/** An error ends the connection; the first reason is the one that is told. */
function endOf(session: smpp.Session): Promise<string> {
  return new Promise((resolve) => {
    session.on('error', (error: Error) => {
      resolve(error.message)
      session.destroy()
    })
    session.on('close', () => resolve('the connection was closed'))
  })
}

function once(session: smpp.Session, event: string): Promise<void> {
  return new Promise((resolve) => void session.once(event, () => resolve()))
}

function answerTo(session: smpp.Session, deliver: Deliver): void {
  const takeLater = smpp.errors.ESME_RX_T_APPN!
  session.on('deliver_sm', (pdu: smpp.Pdu) => {
    void deliver(pdu).then(
      () => session.send(pdu.response()),
      () => session.send(pdu.response({ command_status: takeLater })),
    )
  })
  session.on('enquire_link', (pdu: smpp.Pdu) => void session.send(pdu.response()))
  session.on('unbind', (pdu: smpp.Pdu) => {
    session.send(pdu.response())
    session.emit('error', new Error('the message centre ended the session'))
  })
  // Answered by generic_nack (SMPP 3.4 §4.3): alert notifications, data_sm and what we do not know.
  for (const unasked of ['data_sm', 'unknown']) {
    session.on(unasked, (pdu: smpp.Pdu) => {
      session.send(pdu.response({ command_status: smpp.errors.ESME_RINVCMDID! }))
    })
  }
}
