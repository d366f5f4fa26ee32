import { setTimeout as delay } from 'node:timers/promises'
import type { Logger, SmppAccount } from '@podatelna/runtime'
import type smpp from 'smpp'
import { encode, type HeaderBytes, inParts } from './alphabet.ts'
import type { Answer, Outgoing, Provider, Receipt } from './provider.ts'
import { readReceipt } from './smpp-receipt.ts'
import { NotSent, openSession, type Session, statusName } from './smpp-session.ts'

/**
 * A message centre. It is kept bound all the time, as receipts come by the same connection, to whichever of our processes
 * the centre chooses.
 *
 * @param parts.received a receipt is answered when this has resolved
 */
export function smppProvider(account: SmppAccount, parts: Parts): Provider {
  return new MessageCentre(account, parts)
}

type Parts = { from: string | undefined; log: Logger; received: (receipt: Receipt) => Promise<void> }

const longestPauseMs = 60_000

class MessageCentre implements Provider {
  readonly headerBytes: HeaderBytes
  readonly #account: SmppAccount
  readonly #parts: Parts
  readonly #stopping = new AbortController()
  readonly #staying: Promise<void>
  /** The session, or the one that is being opened; undefined while we wait to try again. */
  #session: Promise<Session | undefined> | undefined
  #isBound = false
  #problem = 'not connected yet'

  constructor(account: SmppAccount, parts: Parts) {
    this.headerBytes = account.reference === 8 ? 6 : 7
    this.#account = account
    this.#parts = parts
    this.#staying = this.#stayBound()
  }

  isThere(): boolean {
    return this.#isBound
  }

  async send(text: Outgoing): Promise<Answer> {
    const session = await this.#session
    if (!session) return { outcome: 'deferred', words: this.#problem, taken: 0, ids: [], rest: 5 }
    const { alphabet, parts } = inParts(text.body, this.headerBytes)
    const ids: string[] = []
    for (let at = text.taken; at < parts.length; at++) {
      const header = parts.length > 1 ? joining(text.id, parts.length, at + 1, this.headerBytes) : undefined
      const { outcome, words, id, rest } = await this.#submit(session, {
        ...{ ...sender(this.#parts.from), dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: text.to.slice(1) },
        ...{ esm_class: header ? withHeader : 0, data_coding: alphabet === 'gsm7' ? 0 : 8, registered_delivery: 1 },
        short_message: Buffer.concat([header ?? Buffer.alloc(0), encode(parts[at]!, alphabet)]),
      })
      if (id) ids.push(id)
      if (outcome !== 'sent') return { outcome, words, ids, taken: at - text.taken, ...(rest && { rest }) }
    }
    return { outcome: 'sent', words: ids.join(', '), ids, taken: parts.length - text.taken }
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    const session = await this.#session
    await session?.close()
    await this.#staying
  }

  async #submit(session: Session, fields: smpp.Fields): Promise<Submitted> {
    try {
      const { command_status: status, message_id } = await session.submit(fields)
      if (status === 0) return { outcome: 'sent', words: '', id: message_id?.trim().slice(0, 100) }
      const outcome = never.has(status) ? 'failed' : 'deferred'
      return { outcome, words: statusName(status), rest: full.has(status) ? 5 : undefined }
    } catch (error) {
      return { outcome: error instanceof NotSent ? 'deferred' : 'unclear', words: (error as Error).message }
    }
  }

  async #stayBound(): Promise<void> {
    const { log } = this.#parts
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      this.#session = this.#open()
      const session = await this.#session
      if (session) {
        log.info('bound to the message centre')
        failures = 0
        this.#isBound = true
        this.#problem = await session.ended
        this.#isBound = false
      }
      this.#session = undefined
      if (this.#stopping.signal.aborted) return
      log.warn({ cause: this.#problem }, 'the message centre is away')
      const pause = Math.min(1_000 * 2 ** failures++, longestPauseMs)
      await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => {})
    }
  }

  #open(): Promise<Session | undefined> {
    return openSession(this.#account, (pdu) => this.#hear(pdu), this.#stopping.signal).catch((error: Error) => {
      this.#problem = error.message || String(error)
      return undefined
    })
  }

  /** Texts to us are taken, so that the centre does not bring them again, and not read. */
  async #hear(pdu: smpp.Pdu): Promise<void> {
    const receipt = readReceipt(pdu)
    if (typeof receipt === 'object') return this.#parts.received(receipt)
    this.#parts.log.debug({ is: receipt }, 'the message centre brought what says nothing of our texts')
  }
}

/** UDH indicator of esm_class (SMPP 3.4 §5.2.12). */
const withHeader = 0x40

/** Of one text the same at every attempt: should a part come twice, a telephone knows it. */
function joining(id: string, total: number, at: number, headerBytes: HeaderBytes): Buffer {
  const reference = Buffer.from(id.slice(-4), 'hex')
  if (headerBytes === 6) return Buffer.from([5, 0x00, 3, reference[1]!, total, at])
  return Buffer.from([6, 0x08, 4, reference[0]!, reference[1]!, total, at])
}

/** Kinds of number (SMPP 3.4 §5.2.5, §5.2.6): international, short, or a name. */
function sender(from = ''): smpp.Fields {
  if (from.startsWith('+')) return { source_addr_ton: 1, source_addr_npi: 1, source_addr: from.slice(1) }
  if (/^\d*$/.test(from)) return { source_addr_ton: from ? 3 : 0, source_addr_npi: 0, source_addr: from }
  return { source_addr_ton: 5, source_addr_npi: 0, source_addr: from }
}

/** About this number or this text (SMPP 3.4 §5.1.3). All else may be repaired, or passes. */
const never = new Set([
  0x01, // ESME_RINVMSGLEN
  0x0b, // ESME_RINVDSTADR
  0x50, // ESME_RINVDSTTON
  0x51, // ESME_RINVDSTNPI
  0x65, // ESME_RX_P_APPN
  0x66, // ESME_RX_R_APPN
])

/** ESME_RMSGQFUL and ESME_RTHROTTLED. */
const full = new Set([0x14, 0x58])

type Submitted = Pick<Answer, 'outcome' | 'words'> & { id?: string | undefined; rest?: number | undefined }
