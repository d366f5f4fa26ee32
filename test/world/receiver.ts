import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Somebody's program that is told of events. */
export type Receiver = {
  url: string
  port: number
  told: Told[]
  /** May be changed while it runs; a status, or whatever it does with the response itself. */
  answer: (told: Told, response: ServerResponse) => number | undefined
  /** Resolves when it was told so often, in all. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what is posted as outside programs do
export type Told = { headers: IncomingHttpHeaders; body: string; json: any }

export async function startReceiver(tls?: { cert: string; key: string }): Promise<Receiver> {
  let more: (() => void)[] = []
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request)
    const told = { headers: request.headers, body, json: JSON.parse(body) }
    receiver.told.push(told)
    const status = receiver.answer(told, response)
    if (status !== undefined) response.writeHead(status).end(status < 300 ? '' : `no: ${status}`)
    for (const wake of more.splice(0)) wake()
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/podatelna`,
    port,
    told: [],
    answer: () => 204,
    async until(count) {
      while (receiver.told.length < count) {
        const next = new Promise<void>((done) => more.push(done))
        const late = AbortSignal.timeout(15_000)
        await Promise.race([next, once(late, 'abort')])
        if (late.aborted) throw new Error(`told ${receiver.told.length} of ${count} events`)
      }
      more = []
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return receiver
}
