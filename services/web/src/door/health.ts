import type { App } from '@podatelna/process'
import { checkHealth } from '@podatelna/runtime'
import { z } from 'zod'
import type { Web } from './web.ts'

/** What orchestrators and monitoring ask. Open to everybody who can reach the door. */
export function health(web: Web, app: App): void {
  const tags = ['Operation']
  web.get(
    '/healthz',
    { schema: { tags, summary: 'The process is alive', response: { 200: z.object({ alive: z.boolean() }) } } },
    async () => ({ alive: true }),
  )
  web.get(
    '/readyz',
    { schema: { tags, summary: 'Database and bus answer', response: { 200: Readiness, 503: Readiness } } },
    async (_request, reply) => {
      const health = await checkHealth(app.checks)
      reply.statusCode = health.ready ? 200 : 503
      return health
    },
  )
  web.get('/metrics', { schema: { tags, summary: 'Metrics for Prometheus' } }, async (_request, reply) => {
    reply.type(app.metrics.registry.contentType)
    return app.metrics.registry.metrics()
  })
}

const Readiness = z.object({ ready: z.boolean(), parts: z.record(z.string(), z.string()) })
