import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TlsOptions } from 'node:tls'
import smpp from 'smpp'

/** A message centre, as operators have one: it takes any text, unless `answer` says otherwise, and brings receipts. */
export type MessageCentre = {
  /** For SMS_URL. */
  url: string
  /** Parts that were submitted, whatever was answered. */
  submitted: Submitted[]
  /** May be changed while it runs. */
  answer: (part: Submitted) => Answer | Promise<Answer>
  /** How many sessions it lets in; changed while it runs, those inside stay. */
  places: number
  /** Brings a receipt in the words of SMPP 3.4, appendix B; resolves with the status it was answered by. */
  receipt(id: string, stat: string, fields?: smpp.Fields): Promise<number>
  /** Brings anything. */
  deliver(fields: smpp.Fields): Promise<number>
  /** How many sessions are bound. */
  bound(): number
  /** Refuses to be found from now on, or is there again. */
  away(yes: boolean): Promise<void>
  clear(): void
  close(): Promise<void>
}

/** An id is what the part is called by the centre; the number of a refusal, a cut connection, or silence. */
export type Answer = { id: string } | number | 'drop' | 'hang'

export type Submitted = { to: string; from: string; words: string; header: Buffer | undefined; pdu: smpp.Pdu }

/** @param tls its certificate and key, for `smpps:` */
export async function startMessageCentre(password = 'secret', tls: TlsOptions = {}): Promise<MessageCentre> {
  const bound = new Set<smpp.Session>()
  let count = 0
  const accept = (session: smpp.Session) => {
    session.on('error', () => session.destroy())
    session.on('close', () => bound.delete(session))
    session.on('bind_transceiver', (pdu: smpp.Pdu) => {
      const isOurs = pdu.system_id === 'desk' && pdu.password === password
      const isFull = bound.size >= centre.places
      const refused = !isOurs ? smpp.errors.ESME_RINVPASWD! : isFull ? smpp.errors.ESME_RALYBND! : 0
      session.send(pdu.response({ command_status: refused }))
      if (!refused) bound.add(session)
    })
    session.on('unbind', (pdu: smpp.Pdu) => session.send(pdu.response()))
    session.on('enquire_link', (pdu: smpp.Pdu) => session.send(pdu.response()))
    session.on('submit_sm', async (pdu: smpp.Pdu) => {
      const part = read(pdu)
      centre.submitted.push(part)
      const answer = await centre.answer(part)
      if (answer === 'drop') session.destroy()
      else if (typeof answer === 'number') session.send(pdu.response({ command_status: answer }))
      else if (answer !== 'hang') session.send(pdu.response({ message_id: answer.id }))
    })
  }
  const server = smpp.createServer(tls, accept)
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const leave = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const session of [...server.sessions]) session.destroy()
    await closed
  }
  const port = await listen(0)
  const centre: MessageCentre = {
    url: `${tls.key ? 'smpps' : 'smpp'}://desk:${password}@127.0.0.1:${port}`,
    submitted: [],
    places: 100,
    answer: () => ({ id: `id-${count++}` }),
    receipt(id, stat, fields = {}) {
      const text = `id:${id} sub:001 dlvrd:001 submit date:2611271200 done date:2611271201 stat:${stat} err:000 text:`
      return centre.deliver({ esm_class: 4, short_message: Buffer.from(text, 'latin1'), ...fields })
    },
    async deliver(fields) {
      const [session] = bound
      if (!session) throw new Error('nobody is bound to the message centre')
      const answer = await new Promise<smpp.Pdu>((resolve) => session.deliver_sm(fields, resolve))
      return answer.command_status
    },
    bound: () => bound.size,
    async away(yes) {
      if (yes) await leave()
      else await listen(port)
    },
    clear() {
      centre.submitted.length = 0
    },
    async close() {
      if (server.listening) await leave()
    },
  }
  return centre
}

/** The words of UCS-2, or of what GSM 7-bit has in common with ASCII. */
function read(pdu: smpp.Pdu): Submitted {
  const { message = '', udh } = pdu.short_message ?? {}
  const header = udh?.[0]
  const isUcs2 = pdu.data_coding === 8
  const words = typeof message === 'string' ? message : isUcs2 ? swapped(message) : message.toString('latin1')
  return { to: pdu.destination_addr ?? '', from: pdu.source_addr ?? '', words, header, pdu }
}

function swapped(bytes: Buffer): string {
  return Buffer.from(bytes).swap16().toString('utf16le')
}
