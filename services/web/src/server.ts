import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import type { App } from '@podatelna/process'
import { networks } from '@podatelna/runtime'
import { newId } from '@podatelna/store'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { api } from './api/index.ts'
import { authorizePage } from './authorize/index.ts'
import { docs } from './door/docs.ts'
import { securityHeaders } from './door/headers.ts'
import { health } from './door/health.ts'
import { checkInput, readJson } from './door/input.ts'
import { answerError, answerUnknown, refuseOtherMethods } from './door/problem.ts'
import type { Web } from './door/web.ts'
import { pages } from './pages/index.ts'
import { participantPages } from './participant/index.ts'
import { textReceipts } from './receipts.ts'

/** Builds the server, in the order a request meets its parts. */
export async function createServer(app: App): Promise<Web> {
  const web = bareServer(app.log, app.settings.TRUSTED_PROXIES)
  logAnswers(web)
  hangUpWhenClosing(web)
  const refuseTheRest = refuseOtherMethods(web)
  await securityHeaders(web, app.settings.PUBLIC_URL)
  await web.register(cookie)
  await web.register(rateLimit, { global: false })
  await docs(web)
  health(web, app)
  await web.register(async (scope: Web) => api(scope, app), { prefix: '/api' })
  await web.register(async (scope: Web) => authorizePage(scope, app))
  await web.register(async (scope: Web) => participantPages(scope, app))
  await web.register(async (scope: Web) => textReceipts(scope, app))
  await web.register(async (scope: Web) => pages(scope, app))
  refuseTheRest()
  return web
}

function bareServer(log: FastifyBaseLogger, proxies: string[]): Web {
  const web = Fastify({
    loggerInstance: log,
    // The built-in lines hold the URL, and the URL of /authorize is a secret.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newId,
    // Whose X-Forwarded-For tells the visitor's address; anybody else's is a stranger's word.
    trustProxy: proxies.length > 0 && networks(proxies).includes,
    // Time for a file of 50 MiB from a slow line.
    requestTimeout: 300_000,
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: answerError,
  }).withTypeProvider<ZodTypeProvider>()
  web.setValidatorCompiler(checkInput)
  web.setSerializerCompiler(serializerCompiler)
  web.addContentTypeParser('application/json', { parseAs: 'string' }, readJson(web))
  web.setErrorHandler(answerError)
  web.setNotFoundHandler(answerUnknown)
  return web
}

function logAnswers(web: Web): void {
  web.addHook('onResponse', async (request, reply) => {
    const { method, url: route } = request.routeOptions
    const ms = Math.round(reply.elapsedTime)
    request.log.debug({ method, route, status: reply.statusCode, ms }, 'answered')
  })
}

/** An answer that ends after we began to close leaves a kept-alive connection, which would be waited for, for over a minute. */
function hangUpWhenClosing(web: Web): void {
  let closing = false
  web.addHook('preClose', async () => {
    closing = true
  })
  web.addHook('onResponse', async (request) => {
    if (closing) request.raw.socket.end()
  })
}
