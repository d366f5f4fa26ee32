/** As much of the package as is used here and in tests; it brings no types of its own. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer } from 'node:net'
  import type { TlsOptions } from 'node:tls'

  namespace smpp {
    type Fields = Record<string, string | number | Buffer | null>

    interface Pdu {
      command: string
      command_status: number
      sequence_number: number
      system_id?: string
      password?: string
      system_type?: string
      source_addr?: string
      source_addr_ton?: number
      source_addr_npi?: number
      destination_addr?: string
      esm_class?: number
      data_coding?: number
      registered_delivery?: number
      message_id?: string
      /** Decoded by its data_coding where the package can. */
      short_message?: { message?: string | Buffer; udh?: Buffer[] }
      /** TLVs of receipts (SMPP 3.4 §5.3.2.12, §5.3.2.35). */
      receipted_message_id?: string
      message_state?: number
      response(fields?: Fields): Pdu
    }

    interface Session extends EventEmitter {
      /** False when the connection takes nothing any more; then the answer never comes. */
      send(pdu: Pdu): boolean
      bind_transceiver(fields: Fields, answered: (answer: Pdu) => void): boolean
      submit_sm(fields: Fields, answered: (answer: Pdu) => void): boolean
      deliver_sm(fields: Fields, answered: (answer: Pdu) => void): boolean
      data_sm(fields: Fields, answered: (answer: Pdu) => void): boolean
      enquire_link(fields: Fields, answered: (answer: Pdu) => void): boolean
      unbind(fields: Fields, answered: (answer: Pdu) => void): boolean
      on(event: 'pdu', heard: (pdu: Pdu) => void): this
      on(event: string, heard: (pdu: Pdu) => void): this
      on(event: 'error', heard: (error: Error) => void): this
      destroy(): void
    }

    interface Server extends NetServer {
      sessions: Session[]
    }
  }

  const smpp: {
    connect(options: {
      host: string
      port: number
      tls: boolean
      noDelay: boolean
      rejectUnauthorized: boolean
    }): smpp.Session
    createServer(options: TlsOptions, listener: (session: smpp.Session) => void): smpp.Server
    /** Numbers of command_status by their names. */
    errors: Record<string, number>
    encodings: { default: string }
  }
  export = smpp
}
