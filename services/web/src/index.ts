/** The last room of a letter's life, and the only HTTP door: API, pages for staff, and the page of a letter's author. */
import type { AddressInfo } from 'node:net'
import type { App, Service } from '@podatelna/process'
import { createServer } from './server.ts'

export async function startWeb(app: App): Promise<Service & { port: number }> {
  const server = await createServer(app)
  await server.listen(app.settings.HTTP_LISTEN)
  const { port } = server.server.address() as AddressInfo
  app.log.info({ port }, 'web is listening')
  return { port, close: () => server.close() }
}
