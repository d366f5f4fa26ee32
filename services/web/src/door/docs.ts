import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Web } from './web.ts'

/** The API, described from the very schemas that check it. */
export async function docs(web: Web): Promise<void> {
  await web.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Podatelna', version: '1', description },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'podatelna_session' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await web.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: onlySelf,
    theme: { title: 'Podatelna API' },
    uiConfig: { layout: 'BaseLayout', defaultModelsExpandDepth: -1 },
  })
  web.get('/api/openapi.json', { schema: { hide: true } }, async () => web.swagger())
}

const description =
  'Every letter that knocked, every ticket, and the lists of who may write. Lists are newest first; `next` is the ' +
  '`cursor` of the following page. Times are RFC 3339 in UTC. Failures are application/problem+json (RFC 9457).'

const onlySelf = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')
