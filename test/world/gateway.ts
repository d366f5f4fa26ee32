import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A gateway for text messages that is spoken to by HTTP, with JSON. */
export type Gateway = {
  url: string
  posted: Posted[]
  /** May be changed while it runs. */
  answer: (posted: Posted) => Promise<{ status: number; body: unknown }> | { status: number; body: unknown }
  close(): Promise<void>
}

export type Posted = { headers: IncomingHttpHeaders; body: Record<string, string> }

export async function startGateway(): Promise<Gateway> {
  const server = createServer(async (request, response) => {
    const posted = { headers: request.headers, body: (await json(request)) as Posted['body'] }
    gateway.posted.push(posted)
    const { status, body } = await gateway.answer(posted)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const gateway: Gateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`,
    posted: [],
    answer: () => ({ status: 202, body: { id: `message-${gateway.posted.length}` } }),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return gateway
}
