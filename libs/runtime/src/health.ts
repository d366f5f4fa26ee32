import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from './metrics.ts'
import type { Listen } from './settings.ts'

/** A part that must work for the process to be ready, and how to find out. */
export type HealthCheck = { name: string; check: () => Promise<void> }
export type Health = { ready: boolean; parts: Record<string, string> }

/** Asks every part; a part that does not answer within two seconds counts as away. */
export async function checkHealth(checks: HealthCheck[]): Promise<Health> {
  const entries = await Promise.all(checks.map(async ({ name, check }) => [name, await within(2000, check())] as const))
  return { ready: entries.every(([, state]) => state === 'ok'), parts: Object.fromEntries(entries) }
}

/** /healthz, /readyz and /metrics of a process that has no HTTP door of its own. */
export async function serveHealth(listen: Listen, checks: HealthCheck[], metrics: Metrics) {
  const server = createServer(async (request, response) => {
    const send = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
    }
    if (request.url === '/healthz') return send(200, 'application/json', '{"alive":true}')
    if (request.url === '/metrics') return send(200, metrics.registry.contentType, await metrics.registry.metrics())
    if (request.url !== '/readyz') return send(404, 'text/plain', 'Not found')
    const health = await checkHealth(checks)
    send(health.ready ? 200 : 503, 'application/json', JSON.stringify(health))
  })
  await new Promise<void>((done, fail) => server.once('error', fail).listen(listen.port, listen.host, done))
  const { port } = server.address() as AddressInfo
  return { port, close: () => new Promise<void>((done) => server.close(() => done())) }
}

function within(ms: number, work: Promise<void>): Promise<string> {
  return new Promise((done) => {
    const timer = setTimeout(() => done(`no answer within ${ms} ms`), ms)
    work
      .then(
        () => 'ok',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      .then((state) => {
        clearTimeout(timer)
        done(state)
      })
  })
}
